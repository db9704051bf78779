"""No page asks anything of another machine, and none complains in the console."""

from playwright.sync_api import Page

from app.web.pages import PAGES
from tests.browser import driving
from tests.browser.conftest import Watch
from tests.serving import RunningServer

# What stands on a page once it is whole.
WHOLE = {
    "library": "a.v-vc",
    "review": ".v-trackrow[data-track]",
    "retrain": "#v-plan",
    "models": "[data-release]",
    "tracks": "#v-tracks",
    "exchange": "#v-exchange section:not([hidden])",
}


def walk(page: Page, address: str) -> None:
    """Visit every page, then open what opens in the editor."""
    project, _ = driving.demo_project(page, address)
    for name, path in PAGES:
        page.goto(f"{address}{path.lstrip('/')}?project={project}")
        page.locator(WHOLE[name]).first.wait_for()
        page.wait_for_load_state("networkidle")
    driving.open_review(page, address, project=project)
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("J")
    page.get_by_role("button", name="Propose", exact=True).click()
    page.locator("[data-role=start-propose]").wait_for()
    page.keyboard.press("Escape")
    for tab in ("queue", "history", "tracks"):
        page.locator(f"[data-tab={tab}]").click()
    page.keyboard.press("f")
    driving.ready(page)


def test_every_page_is_there_for_the_walk() -> None:
    assert set(WHOLE) == {name for name, _ in PAGES}


def test_no_request_leaves_this_machine(page: Page, server: RunningServer, watched: Watch) -> None:
    walk(page, server.address)
    assert len(watched.addresses) > 50
    assert any(address.startswith("ws://127.0.0.1") for address in watched.addresses)
    assert watched.outside() == []
    assert watched.errors == []
    assert watched.thrown == []
