"""No page asks anything of another machine, and none complains in the console."""

import pytest
from playwright.sync_api import Browser, Page

from app.pages import PAGES
from tests.browser import driving
from tests.browser.conftest import Watch, watch
from tests.serving import RunningServer

# What stands on a page once it is whole.
WHOLE = {
    "library": "a.v-vc",
    "review": ".v-trackrow[data-track]",
    "retrain": "#v-plan",
    "models": "[data-release]",
    "exchange": "#v-exchange section",
}


def walk(page: Page, address: str) -> None:
    """Visit every page, then open what opens in the editor."""
    for name, path in PAGES:
        page.goto(f"{address}{path.lstrip('/')}")
        page.locator(WHOLE[name]).first.wait_for()
        page.wait_for_load_state("networkidle")
    page.goto(f"{address}review/")
    driving.ready(page)
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Propose", exact=True).click()
    page.locator("[data-role=start-propose]").wait_for()
    page.keyboard.press("Escape")
    for tab in ("queue", "history", "tracks"):
        page.locator(f"[data-tab={tab}]").click()
    page.keyboard.press("f")
    driving.ready(page)


def test_every_page_is_there_for_the_walk() -> None:
    assert set(WHOLE) == {name for name, _ in PAGES}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_request_leaves_this_machine(browser: Browser, server: RunningServer, scheme: str) -> None:
    context = browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light", viewport={"width": 1440, "height": 900}
    )
    page = context.new_page()
    found: Watch = watch(page, server.address)
    walk(page, server.address)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    context.close()
    assert len(found.addresses) > 50
    assert any(address.startswith("ws://127.0.0.1") for address in found.addresses)
    assert found.outside() == []
    assert found.errors == []
    assert found.thrown == []
    levels = [int(part) for part in background.removeprefix("rgb(").rstrip(")").split(",")[:3]]
    assert (sum(levels) > 384) == (scheme == "light")
