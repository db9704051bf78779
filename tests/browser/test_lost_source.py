"""The file of a video goes away: library and editor say so, masks stay, and the video is pointed elsewhere."""

from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.app.made import PERSON, edit, new_track, square
from tests.browser import driving
from tests.browser.conftest import Watch
from tests.browser.test_frames import added, project_of, wait_for
from tests.serving import RunningServer
from tests.storage.made_videos import make_video

DRAWN_ON, NEVER_SHOWN, SIZE = 3, 45, (320, 180)
# What cannot be had is answered with 400, which the browser writes into its console.
EXPECTED = "Failed to load resource: the server responded with a status of 400"


def test_a_lost_source_is_said_and_pointed_elsewhere(
    page: Page, server: RunningServer, watched: Watch, tmp_path: Path
) -> None:
    path = make_video(tmp_path / "walk.mp4", frames=60, size=SIZE, gop=12)
    other = make_video(tmp_path / "other.mp4", frames=20, size=SIZE)
    project = project_of(page, server.address, "lost source")
    video = added(page, server.address, project, path)
    put_mask(page, server.address, video)
    driving.open_review(page, server.address, project=project, video=video, frame=DRAWN_ON, track=1)
    moved = path.rename(tmp_path / "put elsewhere.mp4")
    # The open page notices when it wants a frame that is nowhere kept.
    page.evaluate("window.editor.commands.goto(55)")
    notice = page.locator(".v-notice[data-kind=source]")
    expect(notice).to_contain_text(str(path))
    wait_for(page, "picture", "none")
    see_in_library(page, server.address, project, path)
    masks_without_pictures(page, server.address, project, video)
    point_elsewhere(page, str(other), str(moved))
    driving.ready(page)
    expect(notice).to_be_hidden()
    assert driving.mask_area(page, 1, NEVER_SHOWN) == 40 * 40
    assert driving.fetched(page, f"videos/{video}")["path"] == str(moved)
    driving.stroke(page, (60, 60), (90, 90))
    assert driving.mask_area(page, 1, NEVER_SHOWN) > 40 * 40
    assert [error for error in watched.errors if not error.startswith(EXPECTED)] == []


def put_mask(page: Page, address: str, video: str) -> None:
    """A track with a mask on a frame that no page has shown yet."""
    _, changes = new_track(None, {NEVER_SHOWN: square(150, 80, 40, SIZE)})
    answer = page.request.post(f"{address}data/videos/{video}/edits", data={"author": PERSON, "edits": [edit(changes)]})
    assert answer.json()["results"][0]["status"] == "applied", answer.text()


def see_in_library(page: Page, address: str, project: str, path: Path) -> None:
    """The card of the video says that its source is not there."""
    page.goto(f"{address}?project={project}")
    card = page.locator("a.v-vc[data-video]")
    expect(card).to_contain_text("No source")
    expect(card.locator(f"[title*='{path.name}']").first).to_be_visible()


def masks_without_pictures(page: Page, address: str, project: str, video: str) -> None:
    """A fresh page shows the mask on an empty stage, and nothing can be drawn there."""
    page.goto(f"{address}review/?project={project}&video={video}&frame={NEVER_SHOWN}&track=1")
    wait_for(page, "picture", "none")
    wait_for(page, "shown", NEVER_SHOWN)
    assert page.evaluate("window.editor.app.layers.extent") == [150, 80, 190, 120]
    expect(page.locator(".v-stack.v-bare")).to_be_visible()
    page.evaluate("window.editor.commands.brush()")
    driving.press_and_drag(page, (60, 40), (120, 50))
    assert page.evaluate("window.editor.pending") == 0


def point_elsewhere(page: Page, wrong: str, right: str) -> None:
    """Another video is refused with what differs; the right one is taken."""
    page.locator("[data-role=point-elsewhere]").click()
    field = page.get_by_label("Path of the video on this machine")
    field.fill(wrong)
    page.locator("[data-role=use-path]").click()
    expect(page.locator(".v-refusal")).to_contain_text("20 frames instead of 60")
    field.fill(right)
    field.press("Enter")
    expect(page.locator(".v-refusal")).to_be_hidden()


def test_keys_typed_while_a_path_is_compared_do_not_edit(
    page: Page, server: RunningServer, watched: Watch, tmp_path: Path
) -> None:
    """The request of the form runs; who types on, or clicks beside the field and types, changes no mask."""
    path = make_video(tmp_path / "walk.mp4", frames=60, size=SIZE, gop=12)
    project = project_of(page, server.address, "typing on")
    video = added(page, server.address, project, path)
    put_mask(page, server.address, video)
    moved = path.rename(tmp_path / "put elsewhere.mp4")
    driving.open_review(page, server.address, project=project, video=video, frame=NEVER_SHOWN - 1, track=1)
    page.evaluate("window.editor.commands.goto(55)")
    page.locator("[data-role=point-elsewhere]").click()
    waiting: list[Route] = []
    page.route("**/source", lambda route: waiting.append(route))
    field = page.get_by_label("Path of the video on this machine")
    field.fill(str(moved))
    page.evaluate(f"window.editor.commands.goto({NEVER_SHOWN})")
    field.press("Enter")
    expect(page.locator("form[aria-busy=true]")).to_be_visible()
    page.keyboard.type("axo")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.type("axok!")
    page.keyboard.press("Delete")
    page.keyboard.press("Control+z")
    assert page.evaluate("window.editor.pending") == 0
    assert driving.state(page, "frame") == NEVER_SHOWN
    waiting[0].continue_()
    expect(page.locator("form[aria-busy=true]")).to_be_hidden()
    driving.ready(page)
    page.keyboard.press("a")
    driving.saved(page)
    assert driving.stored_tracks(page, video)[1]["rows"][NEVER_SHOWN]["review"] == "corrected"
