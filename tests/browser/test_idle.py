"""A page that nobody touches asks for no animation frames, so that it keeps neither processor nor display busy."""

import pytest
from playwright.sync_api import Page

from tests.browser import driving
from tests.serving import RunningServer

COUNT_FRAMES = """
window.asked = 0;
const native = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (work) => { window.asked += 1; return native(work); };
"""
# Resolves with the frames asked for in the next second.
IN_A_SECOND = (
    "() => { const before = asked; return new Promise((done) => setTimeout(() => done(asked - before), 1000)); }"
)
PATIENCE = 40  # seconds
MOST = 6  # the caret, the state of saving; a loop asks for 60


@pytest.mark.parametrize("path", ["review/", "", "models/", "retrain/", "exchange/"])
def test_an_idle_page_asks_for_no_animation_frames(page: Page, server: RunningServer, path: str) -> None:
    page.add_init_script(COUNT_FRAMES)
    project, videos = driving.demo_project(page, server.address)
    page.goto(f"{server.address}{path}?project={project}" + (f"&video={videos[3]}" if path == "review/" else ""))
    if path == "review/":
        driving.ready(page)
    page.wait_for_load_state("networkidle")
    page.locator("header.v-top, .v-top").first.wait_for()
    assert page.evaluate("Boolean(window.asked)")
    # On a busy machine a page is long in coming to rest; one that keeps a loop never does.
    assert any(page.evaluate(IN_A_SECOND) < MOST for _ in range(PATIENCE))
