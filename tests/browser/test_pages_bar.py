"""Going from page to page: the bar is there from the first paint, no mark of Gradio's is, and sheets stand beside."""

from playwright.sync_api import Page

from app.web.pages import PAGES
from tests.browser import driving
from tests.browser.conftest import Watch
from tests.serving import RunningServer

SEEN = """
window.seen = [];
const look = () => {
    const bars = document.querySelectorAll("#v-first .v-top, #v-top .v-top, .v-editor .v-top");
    const shown = (element) => element.getClientRects().length && getComputedStyle(element).visibility === "visible";
    const marks = [...document.querySelectorAll("[data-testid=status-tracker]")].filter(shown);
    // A document without a body paints nothing: the page before stays in sight.
    if (document.body?.childElementCount) window.seen.push([[...bars].some(shown), marks.length]);
    requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
COVERED = """() => {
    const sheet = document.querySelector(".v-sheet[data-open]").getBoundingClientRect();
    const buttons = [...document.querySelectorAll(".v-mount button, .v-mount a")];
    return buttons.filter((button) => !button.closest(".v-sheet") && button.getBoundingClientRect().right > sheet.left)
        .map((button) => button.innerText);
}"""


def test_the_bar_is_there_from_the_first_frame_on_every_page(page: Page, watched: Watch, server: RunningServer) -> None:
    project, _ = driving.demo_project(page, server.address)
    page.add_init_script(SEEN)
    # On a slow machine a frame may be due before the document is parsed.
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 6})
    for path, sign in (("retrain/", "#v-top .v-brand svg"), ("review/", ".v-editor .v-trackrow"), ("", "a.v-vc")):
        page.goto(f"{server.address}{path}?project={project}")
        page.locator(sign).first.wait_for()
        seen = page.evaluate("window.seen")
        assert len(seen) > 2
        assert all(bar for bar, _ in seen), (path, seen)
        assert not any(marks for _, marks in seen), path
        assert page.locator("#v-first").count() == 0


def test_the_first_bar_keeps_the_project(page: Page, watched: Watch, server: RunningServer) -> None:
    project, _ = driving.demo_project(page, server.address)
    page.route("**/assets/*.js", lambda route: route.abort())  # Gradio does not start
    page.goto(f"{server.address}models/?project={project}")
    links = page.locator("#v-first a[data-nav]").evaluate_all("links => links.map((link) => link.href)")
    assert len(links) == len(PAGES) and all(f"project={project}" in link for link in links)


def test_no_sheet_of_gradio_comes_twice_or_after_ours(page: Page, watched: Watch, server: RunningServer) -> None:
    driving.demo_project(page, server.address)
    page.wait_for_load_state("networkidle")
    sheets = page.evaluate("[...document.styleSheets].map((sheet) => sheet.href ?? '')")
    names = [sheet.rpartition("/")[2] for sheet in sheets if sheet]
    assert len(names) == len(set(names)), names
    title = page.locator(".v-phead h1")
    assert title.evaluate("title => getComputedStyle(title).fontSize") == "20px"


def test_a_sheet_covers_no_button_of_the_page(page: Page, watched: Watch, server: RunningServer) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    driving.demo_project(page, server.address)
    page.locator("#v-add-videos").click()
    page.locator(".v-sheet[data-open]").wait_for()
    assert page.evaluate(COVERED) == []
