"""Frames in the editor: a small picture stands in for a late one and is not drawn on; sizes; marks on the ruler."""

import threading
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import driving
from tests.browser.conftest import Watch
from tests.serving import RunningServer
from tests.storage.made_videos import make_jpeg_video, make_video

FRAMES, SIZE, LATE = 72, (640, 360), 50
SHOWN = "([name, value]) => window.editor?.state[name] === value"


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """72 frames with a key frame every 12."""
    return make_video(tmp_path_factory.mktemp("frames") / "long clip.mp4", frames=FRAMES, size=SIZE, gop=12)


def added(page: Page, address: str, project: str, path: Path) -> str:
    """Adds a video by its path; returns its id."""
    answer = page.request.post(f"{address}data/projects/{project}/videos", data={"path": str(path)})
    assert answer.ok, answer.text()
    return str(answer.json()["video"]["id"])


def project_of(page: Page, address: str, name: str) -> str:
    """A new project with one category."""
    answer = page.request.post(f"{address}data/projects", data={"name": name, "categories": ["disc"]})
    assert answer.ok, answer.text()
    return str(answer.json()["id"])


def wait_for(page: Page, name: str, value: Any) -> None:
    """Waits until a value of the editor's state is this one."""
    page.wait_for_function(SHOWN, arg=[name, value])


def test_a_late_frame_is_stood_in_for_and_nobody_draws_on_the_stand_in(
    page: Page, server: RunningServer, watched: Watch, long_clip: Path
) -> None:
    project = project_of(page, server.address, "late frames")
    video = added(page, server.address, project, long_clip)
    let_go = threading.Event()
    held: list[Route] = []
    page.route(f"**/frames/{LATE}.jpg*", lambda route: route.continue_() if let_go.is_set() else held.append(route))
    driving.open_review(page, server.address, project=project, video=video)
    page.wait_for_function("window.editor.app.showing.standIns.complete")
    page.keyboard.press("n")
    page.get_by_role("menuitem", name="disc").click()
    page.evaluate("frame => window.editor.commands.goto(frame)", LATE)
    wait_for(page, "picture", "standin")
    expect(page.locator(".v-waiting")).to_have_text(f"Loading frame {LATE}")
    assert driving.state(page, "shown") == -1
    driving.press_and_drag(page, (200, 100), (300, 150))
    assert (page.evaluate("window.editor.pending"), driving.stored_tracks(page, video)) == (0, {})
    let_go.set()
    for route in held:
        route.continue_()
    driving.ready(page)
    assert (driving.state(page, "shown"), driving.state(page, "picture")) == (LATE, "exact")
    expect(page.locator(".v-waiting")).to_be_hidden()
    driving.stroke(page, (200, 100), (300, 150))
    (track,) = driving.stored_tracks(page, video).values()
    assert list(track["rows"]) == [LATE]
    assert watched.errors == []


def test_pictures_come_at_the_size_they_are_shown_in_and_whole_when_zoomed_in(
    page: Page, server: RunningServer, watched: Watch, tmp_path: Path
) -> None:
    project = project_of(page, server.address, "sizes")
    path = make_video(tmp_path / "wide.mp4", frames=30, size=(1920, 1080), gop=30)
    video = added(page, server.address, project, path)
    driving.open_review(page, server.address, project=project, video=video)
    across = page.evaluate("window.editor.app.viewport.imageWidth * window.editor.app.viewport.scale")
    width = page.evaluate("window.editor.app.showing.frames.peek(0).width")
    assert across <= width < 1920
    with page.expect_response(lambda answer: "/frames/0.jpg" in answer.url and "w=" not in answer.url):
        page.evaluate("window.editor.commands.actualSize()")
    page.wait_for_function("window.editor.app.showing.frames.peek(0)?.width === 1920")
    assert watched.errors == []


def test_gaps_cuts_and_the_uncounted_rest_are_told_on_the_ruler(
    page: Page, server: RunningServer, watched: Watch, tmp_path: Path
) -> None:
    project = project_of(page, server.address, "marks")
    path = make_jpeg_video(tmp_path / "holes.avi", [(320, 180)] * 10 + [None] * 2 + [(320, 180)] * 10)
    video = added(page, server.address, project, path)
    driving.open_review(page, server.address, project=project, video=video)
    tip = page.locator(".v-tip")
    hover(page, 10)
    expect(tip).to_contain_text("Gap after frame 9: 2 pictures did not decode")
    expect(tip).to_contain_text("pts")
    hover(page, 5.5)
    expect(tip).to_be_hidden()
    page.evaluate("""() => {
        const { session } = window.editor.app;
        session.set({ video: { ...session.now.video, cuts: [4] } });
    }""")
    hover(page, 4)
    expect(tip).to_have_text("Scene cut: a new scene begins at frame 4")
    assert watched.errors == []


def hover(page: Page, frame: float) -> None:
    """Moves the mouse over the left edge of a frame on the ruler."""
    place = """frame => {
        const canvas = document.querySelector(".v-lanes > canvas");
        const box = canvas.getBoundingClientRect();
        const label = parseFloat(getComputedStyle(canvas.parentElement).getPropertyValue("--v-label"));
        const per = (box.width - label - 16) / window.editor.app.document.count;
        return [box.left + label + 8 + frame * per, box.top + 8];
    }"""
    x, y = page.evaluate(place, frame)
    page.mouse.move(x, y + 60)
    page.mouse.move(x, y)


def test_counting_goes_on_beside_the_work(page: Page, server: RunningServer, watched: Watch, long_clip: Path) -> None:
    project = project_of(page, server.address, "counting")
    video = added(page, server.address, project, long_clip)
    page.route(f"**/data/videos/{video}/counted", lambda route: route.fulfill(json=counted(route, FRAMES)))
    page.route(f"**/data/videos/{video}", lambda route: route.fulfill(json=counted(route, 30)))
    driving.open_review(page, server.address, project=project, video=video)
    expect(page.locator(".v-counting")).to_be_visible()
    page.unroute(f"**/data/videos/{video}")
    expect(page.locator(".v-counting")).to_be_hidden()
    page.wait_for_function("window.editor.app.session.now.video.confirmed === 72")
    assert watched.errors == []


def counted(route: Route, confirmed: int) -> dict[str, Any]:
    """The server's answer as it would be if this many frames were counted."""
    found: dict[str, Any] = route.fetch().json()
    return {**found, "confirmed": confirmed}
