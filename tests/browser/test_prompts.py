"""Box to mask on real footage, as a person does it: the dog of a clip, a correction by a click, what the page says."""

import uuid

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from storage import rle
from tests.browser import driving
from tests.browser.conftest import Watch
from tests.material import material
from tests.model.pretrained.weights_here import installed
from tests.serving import RunningServer

# Around the dog in the first frame, drawn by eye; a place on its back, and one on the pavement before it.
DOG = (446.0, 376.0, 706.0, 552.0)
BACK, PAVEMENT = (620.5, 420.5), (560.5, 540.5)
AUTHOR = "person:test"


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
    changes = [{"track": track, "frame": None, "before_version": 0, "after": {}}]
    edit = {"id": str(uuid.uuid4()), "kind": "track", "changes": changes}
    page.request.post(f"{server.address}data/videos/{video}/edits", data={"author": AUTHOR, "edits": [edit]})
    driving.open_review(page, server.address, project=made["id"], video=video)
    page.evaluate("track => window.editor.app.view.set({ selected: track })", track)
    return video


def stored(page: Page, video: str) -> np.ndarray:
    driving.saved(page)
    return np.asarray(driving.stored_mask(page, video, track=1, frame=0), dtype=bool)


def test_the_dog_is_boxed_found_and_corrected(page: Page, video: str, watched: Watch) -> None:
    page.keyboard.press("Shift+B")
    with page.expect_response("**/prompts") as answered:
        driving.press_and_drag(page, DOG[:2], DOG[2:])
    assert answered.value.ok
    page.wait_for_function("window.editor.state.measure === ''")

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
    assert watched.errors == []
