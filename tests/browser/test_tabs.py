"""Two tabs on one video draw without a server and are closed: the next one sends what both had, each edit once."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser import driving
from tests.browser.conftest import watch
from tests.serving import RunningServer, running_server

STROKES = 5
KEPT = "() => Object.keys(localStorage).filter((name) => name.startsWith('v-edit:')).length"
NO_LOCKS = "Object.defineProperty(navigator, 'locks', { value: undefined })"
EDITS = "**/data/videos/*/edits"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of its own: what other tests left in the shared one would be in the way."""
    with running_server(tmp_path_factory.mktemp("own") / "data", "--device", "cpu") as running:
        yield running


def draw(page: Page, down: int) -> None:
    page.bring_to_front()  # a tab in the background draws no frames, and each move of the mouse waits for one
    page.keyboard.press("b")
    for i in range(STROKES):
        driving.press_and_drag(page, (20 + 40 * i, down), (40 + 40 * i, down))
    page.get_by_text(f"Not saved, {STROKES} waiting").wait_for()


@pytest.mark.parametrize("locks", [True, False], ids=["with locks", "without locks"])
def test_what_two_closed_tabs_held_is_sent_by_the_next(
    context: BrowserContext, server: RunningServer, locks: bool
) -> None:
    """Without locks, as over plain HTTP from another machine, a tab that is closed in order is known to be closed."""
    if not locks:
        context.add_init_script(NO_LOCKS)
    tabs = [context.new_page(), context.new_page()]
    project, videos = driving.demo_project(tabs[0], server.address)
    video = videos[5] if locks else videos[4]
    context.route(EDITS, lambda route: route.fulfill(status=403, body="no"))
    frames = (6, 7)
    for tab, frame in zip(tabs, frames, strict=True):
        watch(tab, server.address)
        driving.open_review(tab, server.address, project=project, video=video, frame=frame, track=1)
        draw(tab, 20)
    areas = [driving.mask_area(tab, 1, frame) for tab, frame in zip(tabs, frames, strict=True)]
    assert tabs[0].evaluate(KEPT) == 2 * STROKES
    for tab in tabs:
        tab.close(run_before_unload=False)
    context.unroute(EDITS)
    batches: list[str] = []
    context.on("request", lambda asked: batches.append(asked.post_data or "") if asked.url.endswith("/edits") else None)
    page = context.new_page()
    found = watch(page, server.address)
    driving.open_review(page, server.address, project=project, video=video, frame=frames[0], track=1)
    assert page.evaluate("Boolean(navigator.locks)") == locks
    page.wait_for_function("() => window.editor.pending === 0")
    page.wait_for_function(f"() => ({KEPT})() === 0")
    driving.saved(page)
    rows = driving.stored_tracks(page, video)[1]["rows"]
    assert [rows[frame]["area"] for frame in frames] == areas
    assert "".join(batches).count('"kind"') == 2 * STROKES
    assert found.thrown == []
