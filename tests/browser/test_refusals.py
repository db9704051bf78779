"""Whatever stands between page and server refuses: no edit is lost, the page says why, and goes on by itself."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

from tests.browser import driving
from tests.browser.conftest import Watch
from tests.serving import RunningServer

STROKES = 6


@pytest.fixture(scope="module")
def frames() -> Iterator[int]:
    """The tests share a server: each draws on a frame where nothing is drawn yet."""
    return iter(range(4, 100))


@pytest.fixture
def frame(frames: Iterator[int]) -> int:
    return next(frames)


@pytest.fixture
def video(page: Page, server: RunningServer, watched: Watch, frame: int) -> str:
    """A video of the demo project, open on the test's own frame, its first track selected and the brush in hand."""
    project, videos = driving.demo_project(page, server.address)
    driving.open_review(page, server.address, project=project, video=videos[3], frame=frame, track=1)
    page.keyboard.press("b")
    return videos[3]


def draw(page: Page) -> None:
    for i in range(STROKES):
        driving.press_and_drag(page, (20, 20 + 12 * i), (60, 20 + 12 * i))


def refused(page: Page, status: int, body: str, kind: str = "text/html") -> None:
    page.route("**/data/videos/*/edits", lambda route: route.fulfill(status=status, body=body, content_type=kind))


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, "<html>Sign in</html>", "A sign-in is needed"),
        (403, "<html>No</html>", "Saving is not allowed here"),
        (413, "<html>Too large</html>", "no request of this size"),
        (429, "<html>Slower</html>", "asks for fewer requests"),
        (404, "<html>Nothing here</html>", "The server answered 404"),
        (200, "<html>Sign in</html>", "not the annotation server"),
        (503, json.dumps({"error": "The disk is full."}), "The disk is full."),
    ],
)
def test_edits_wait_through_refusals_also_over_a_reload(
    page: Page, video: str, frame: int, status: int, body: str, said: str
) -> None:
    refused(page, status, body)
    draw(page)
    page.get_by_text(f"Not saved, {STROKES} waiting").wait_for()
    page.get_by_text(said).first.wait_for()
    area = driving.mask_area(page, 1, frame)
    page.reload()
    driving.ready(page)
    page.get_by_text(f"Not saved, {STROKES} waiting").wait_for()
    page.unroute("**/data/videos/*/edits")
    page.get_by_role("button", name="Try now").click()
    driving.saved(page)
    assert driving.stored_tracks(page, video)[1]["rows"][frame]["area"] == area


def test_one_edit_that_is_not_understood_leaves_the_others(page: Page, video: str) -> None:
    """The middle one of three strokes is spoilt on its way; the server's own answer names it."""

    def spoil(route: Route) -> None:
        body = json.loads(route.request.post_data or "{}")
        for edit in body["edits"]:
            for change in edit["changes"]:
                if change["frame"] == 1:
                    change["frame"] = "one"
        route.continue_(post_data=json.dumps(body))

    page.evaluate("() => { const { queue } = window.editor.app; queue.later = () => 1; queue.pause(''); }")
    for frame in range(3):
        page.evaluate("frame => window.editor.commands.goto(frame)", frame)
        driving.ready(page)
        driving.press_and_drag(page, (20, 20), (60, 20))
    before = [driving.mask_area(page, 1, frame) for frame in range(3)]
    page.route("**/data/videos/*/edits", spoil)
    page.evaluate("() => { window.editor.app.queue.timer = null; window.editor.app.queue.pump(); }")
    page.get_by_text("Not saved", exact=True).wait_for()
    driving.saved(page)
    rows = driving.stored_tracks(page, video)[1]["rows"]
    assert [rows[frame]["area"] == before[frame] for frame in range(3)] == [True, False, True]


def test_waiting_edits_are_saved_as_a_file_and_sent_from_another_browser(
    page: Page, video: str, frame: int, tmp_path: Path
) -> None:
    refused(page, 403, "<html>No</html>")
    draw(page)
    page.get_by_text(f"Not saved, {STROKES} waiting").wait_for()
    area = driving.mask_area(page, 1, frame)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    kept = tmp_path / "edits.json"
    download.value.save_as(kept)
    assert len(json.loads(kept.read_text())["edits"]) == STROKES
    page.evaluate("() => localStorage.clear()")
    page.unroute("**/data/videos/*/edits")
    page.reload()
    driving.ready(page)
    assert driving.mask_area(page, 1, frame) < area
    page.locator(".v-save").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("menuitem", name="Send edits from a file…").click()
    chooser.value.set_files(kept)
    page.get_by_text(f"{STROKES} edits taken from the file").wait_for()
    driving.saved(page)
    assert driving.stored_tracks(page, video)[1]["rows"][frame]["area"] == area
