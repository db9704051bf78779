"""Box to mask on real footage, as a person does it: the dog of a clip is boxed, corrected, spread and exported."""

import uuid
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, Request, expect

from storage import rle, youtube_vis
from tests.browser import driving
from tests.browser.conftest import Watch
from tests.browser.driving import LONG_PATIENCE
from tests.browser.test_spreading import WHOLE
from tests.material import material
from tests.model.pretrained.weights_here import installed
from tests.serving import RunningServer

# Around the dog in the first frame, drawn by eye; a place on its back, and one on the pavement before it.
DOG = (446.0, 376.0, 706.0, 552.0)
BACK, PAVEMENT = (620.5, 420.5), (560.5, 540.5)
AUTHOR = "person:test"
LAST, CORRECTED_ON = 60, 30
# What the page says about the mask of a box, each time that it changes.
NOTING = """() => {
  window.noted = [];
  window.editor.app.view.on(["prompted"], () => window.noted.push(window.editor.app.view.now.prompted));
}"""


@pytest.fixture
def video(page: Page, server: RunningServer, watched: Watch) -> str:
    """The clip in a project of its own, open for review with one track that has no mask yet."""
    installed("u2netp")
    clip = material("data/clips/01_dog.mp4")
    page.set_default_timeout(30_000)
    page.goto(server.address)
    made = page.request.post(
        f"{server.address}data/projects", data={"name": f"prompts {uuid.uuid4()}", "categories": ["dog"]}
    ).json()
    added = page.request.post(f"{server.address}data/projects/{made['id']}/videos", data={"path": str(clip)}).json()
    video = str(added["video"]["id"])
    for _ in range(600):
        if driving.fetched(page, f"videos/{video}/counted")["confirmed"] == 289:
            break
        page.wait_for_timeout(100)
    track = str(uuid.uuid4())
    (category,) = driving.fetched(page, f"projects/{made['id']}")["categories"]
    changes = [{"track": track, "frame": None, "before_version": 0, "after": {"category": category["id"]}}]
    edit = {"id": str(uuid.uuid4()), "kind": "track", "changes": changes}
    page.request.post(f"{server.address}data/videos/{video}/edits", data={"author": AUTHOR, "edits": [edit]})
    driving.open_review(page, server.address, project=made["id"], video=video)
    page.evaluate("track => window.editor.app.view.set({ selected: track })", track)
    return video


def stored(page: Page, video: str, frame: int = 0) -> np.ndarray:
    driving.saved(page)
    return np.asarray(driving.stored_mask(page, video, track=1, frame=frame), dtype=bool)


def drawn_live(page: Page) -> list[Request]:
    """Draw the box of the dog, and hold the button until its mask is shown; the requests until then."""
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/prompts") else None)
    page.mouse.move(*driving.on_screen(page, *DOG[:2]))
    page.mouse.down()
    with page.expect_response("**/prompts") as answered:
        page.mouse.move(*driving.on_screen(page, *DOG[2:]), steps=8)
    assert answered.value.ok
    return asked


def spread(page: Page, video: str, *, last: int, frames: int) -> dict[int, str]:
    """Wait for the draft that begins to come, apply it, and return where the masks of the frames come from."""
    page.wait_for_function(WHOLE, arg=[1, last], timeout=LONG_PATIENCE)
    page.keyboard.press("Enter")
    page.get_by_text(f"Spread to {frames} frames").wait_for()
    driving.saved(page)
    return {frame: row["source"] for frame, row in driving.stored_tracks(page, video)[1]["rows"].items()}


def exported(page: Page, folder: Path) -> youtube_vis.VisTrack:
    """The only track of the file that the page of exports writes for the project that is open."""
    project = driving.asked(page, "project")
    page.goto(f"{driving.origin(page)}/exchange/?project={project}")
    driving.field(page, "v-export-out").fill(str(folder))
    driving.press(page, "v-export-start")
    page.locator("[data-job][data-status='done']", has_text="Export").wait_for(timeout=LONG_PATIENCE)
    (track,) = youtube_vis.read_dataset(folder / "instances.json").tracks
    return track


def test_the_dog_is_boxed_corrected_spread_and_exported(page: Page, video: str, watched: Watch, tmp_path: Path) -> None:
    with page.expect_response("**/prompts/ready"):
        page.keyboard.press("Shift+B")
    page.evaluate(NOTING)
    # The mask follows the box while the button is down, and is saved once.
    asked = drawn_live(page)
    assert asked[0].post_data_json["draft"]
    page.mouse.up()
    page.wait_for_function("window.noted.some((one) => one && !one.refining)")
    noted = page.evaluate("window.noted.filter(Boolean).map((one) => Boolean(one.refining))")
    assert noted in ([True, False], [False]), "a draft is refined once, and where the best mask is there none is shown"
    driving.saved(page)
    kinds = [edit["kind"] for edit in driving.fetched(page, f"videos/{video}/history")["edits"]]
    assert kinds.count("box") == 1

    mask = stored(page, video)
    x, y, width, height = rle.bbox(rle.encode(mask))
    assert DOG[0] <= x and x + width <= DOG[2] and DOG[1] <= y and y + height <= DOG[3]
    assert width > 0.8 * (DOG[2] - DOG[0]) and height > 0.8 * (DOG[3] - DOG[1])
    assert mask[int(BACK[1]), int(BACK[0])] and not mask[int(PAVEMENT[1]), int(PAVEMENT[0])]
    chip = page.get_by_role("status").filter(has_text="U2-Netp")
    expect(chip).to_be_visible()

    page.mouse.click(*driving.on_screen(page, *BACK), button="right")
    page.wait_for_function("window.editor.state.measure === ''")
    expect(page.get_by_role("status").filter(has_text="Corrected")).to_be_visible()
    without = stored(page, video)
    assert not without[int(BACK[1]), int(BACK[0])] and not (without & ~mask).any()

    page.keyboard.press("Control+z")
    assert np.array_equal(stored(page, video), mask)

    page.evaluate("last => window.editor.app.view.set({ range: [0, last] })", LAST)
    page.evaluate("window.editor.commands.scopeRange()")
    page.keyboard.press("Alt+s")
    sources = spread(page, video, last=LAST, frames=LAST)
    assert sources == {0: "drawn", **dict.fromkeys(range(1, LAST + 1), "propagated")}
    beside = stored(page, video, CORRECTED_ON - 1)

    page.evaluate("frame => window.editor.app.commands.goto(frame)", LAST)
    driving.ready(page)
    page.evaluate("window.editor.commands.scopeFrame()")
    page.keyboard.press("a")
    driving.saved(page)
    page.evaluate("window.editor.commands.scopeRange()")

    page.evaluate("frame => window.editor.app.commands.goto(frame)", CORRECTED_ON)
    driving.ready(page)
    x, y, width, height = rle.bbox(rle.encode(stored(page, video, CORRECTED_ON)))
    page.keyboard.press("b")
    driving.brush_size(page, 30)
    driving.stroke(page, (x - 20, y + height / 2), (x + 10, y + height / 2))
    corrected = stored(page, video, CORRECTED_ON)
    page.get_by_role("button", name="Spread again").click()
    sources = spread(page, video, last=LAST - 1, frames=LAST - 2)
    assert sources[CORRECTED_ON] == "drawn" and sources[CORRECTED_ON - 1] == sources[LAST - 1] == "propagated"
    assert not np.array_equal(stored(page, video, CORRECTED_ON - 1), beside), "its neighbours follow the correction"

    track = exported(page, tmp_path / "dog export")
    assert [frame for frame, one in enumerate(track.segmentations) if one is not None] == list(range(LAST + 1))
    written = track.segmentations[CORRECTED_ON]
    assert written is not None and np.array_equal(rle.decode(written), corrected)
    assert watched.errors == []
