"""The library kept in order by hand: renaming, removing, restoring, deleting; and forms that lose no press."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from app.web.pages import PAGES
from tests.browser import driving
from tests.browser.conftest import Watch
from tests.serving import RunningServer

LONG = "north gate camera 0001, second shift, rain, before the lens was cleaned on the twenty-third of November 2026"
# Presses a button in the moment in which it is drawn, before any module of ours is there.
PRESS_AT_ONCE = """
window.said = [];
new MutationObserver(() => {
  const said = document.querySelector(".v-msg[data-sheet=export]")?.textContent;
  if (said && said !== window.said.at(-1)) window.said.push(said);
  const button = document.querySelector("#v-export-start");
  if (!button || "pressedBefore" in window) return;
  window.pressedBefore = typeof window.vPages === "undefined";
  setTimeout(() => button.click());
}).observe(document, { childList: true, subtree: true });
"""


def video_named(page: Page, address: str, project: str, clip: Path, name: str) -> str:
    """A video of a project, added by its path; returns its id."""
    body = {"path": str(clip), "name": name, "copy_in": True, "again": True}
    answer = page.request.post(f"{address}data/projects/{project}/videos", data=body)
    assert answer.ok, answer.text()
    return str(answer.json()["video"]["id"])


def more(page: Page, video: str, choice: str) -> None:
    """Choose something from a card's menu."""
    tile = page.locator(".v-tile", has=page.locator(f"[data-video='{video}']"))
    tile.hover()
    tile.locator(".v-more").click()
    page.locator(f".v-menu [data-do={choice}]").click()


def names(page: Page) -> list[str]:
    """The names on the cards, also on cards that are not laid out yet."""
    return page.locator("a.v-vc .v-l1 b").all_text_contents()


def test_a_video_is_renamed_removed_restored_and_deleted(
    page: Page, server: RunningServer, watched: Watch, clip: Path
) -> None:
    project = driving.new_project(page, server.address, name="kept in order", categories="fish")
    first, second = (video_named(page, server.address, project, clip, name) for name in ("one", "two"))
    page.reload()
    page.locator("a.v-vc").nth(1).wait_for()
    more(page, first, "rename")
    field = page.get_by_label("Name of the video")
    field.fill("two")
    field.press("Enter")
    expect(page.locator(".v-ask [role=alert]")).to_contain_text("already a video named 'two'")
    field.fill("north gate")
    field.press("Enter")
    page.locator("a.v-vc", has_text="north gate").wait_for()
    more(page, first, "remove")
    expect(page.locator(".v-notice")).to_contain_text("north gate is removed; its tracks and its file are kept.")
    assert names(page) == ["two"]
    page.locator("#v-undo-remove").click()
    page.locator("a.v-vc", has_text="north gate").wait_for()
    more(page, first, "remove")
    page.locator("a.v-vc", has_text="north gate").wait_for(state="detached")
    page.reload()
    page.get_by_role("button", name="Removed 1").click()
    kept = set((server.data / "videos").iterdir())
    page.get_by_role("button", name="Delete for good").click()
    question = page.locator(".v-question")
    expect(question).to_contain_text("Delete north gate for good?")
    expect(question).to_contain_text("It has no tracks.")
    expect(question).to_contain_text("Its copy in the data folder")
    expect(question.get_by_role("button", name="Keep")).to_be_focused()
    question.get_by_role("button", name="Delete for good").click()
    expect(page.locator(".v-notice")).to_contain_text("north gate is deleted")
    page.locator(f"[data-video='{second}']").wait_for()
    assert len(kept - set((server.data / "videos").iterdir())) == 1
    assert [video["id"] for video in driving.fetched(page, f"projects/{project}")["videos"]] == [second]
    assert watched.thrown == []


def test_a_project_is_renamed_archived_and_brought_back(page: Page, server: RunningServer, watched: Watch) -> None:
    project = driving.new_project(page, server.address, name="a passing thing", categories="fish")
    page.locator("#v-project-menu").click()
    page.get_by_role("menuitem", name="Rename or archive").click()
    page.locator("#v-manage-name").fill("a lasting thing")
    page.locator("#v-manage-save").click()
    page.locator("#v-project-menu", has_text="a lasting thing").wait_for()
    page.locator("#v-archive").click()
    line = page.locator(f"[data-archived='{project}']")
    line.wait_for()
    assert driving.asked(page, "project") != project
    page.goto(f"{server.address}?project={project}")
    page.get_by_text("The project a lasting thing is archived").wait_for()
    page.goto(f"{server.address}?sheet=manage")
    line.get_by_role("button", name="Bring back").click()
    page.wait_for_url(lambda url: project in url)
    page.get_by_role("heading", name="No videos yet").wait_for()
    assert watched.thrown == []


def test_a_press_in_the_moment_a_button_is_drawn_is_not_lost(page: Page, server: RunningServer, watched: Watch) -> None:
    project, _ = driving.demo_project(page, server.address)
    page.add_init_script(PRESS_AT_ONCE)
    held: list[Route] = []
    # A slow connection: the module of the page arrives after the press.
    page.route("**/ui-*/pages/*.js", lambda route: held.append(route))
    page.goto(f"{server.address}exchange/?project={project}", wait_until="commit")
    page.wait_for_function("'pressedBefore' in window")
    for module in held:
        module.continue_()
    page.locator("[data-job]", has_text="Export").wait_for()
    assert page.evaluate("window.pressedBefore") is True
    # It was shown at some time: once the export has ended, which may take a moment only, it is no longer true.
    page.wait_for_function("window.said.some((text) => text.includes('The export is under way'))")
    assert watched.thrown == []


def test_an_import_can_be_repeated_without_choosing_the_file_again(
    page: Page, server: RunningServer, watched: Watch, tmp_path: Path
) -> None:
    project = driving.new_project(page, server.address, name="imported twice", categories="fish")
    (tmp_path / "instances.json").write_text('{"hello": "world"}')
    page.goto(f"{server.address}exchange/?project={project}")
    page.locator("#v-import-file input[type=file]").set_input_files(str(tmp_path / "instances.json"))
    page.locator("#v-import-file").get_by_text("instances").first.wait_for()
    driving.field(page, "v-import-frames").fill(str(tmp_path))
    for number in (1, 2):
        driving.press(page, "v-import-start")
        failed = page.locator("[data-job][data-status='failed']")
        expect(failed).to_have_count(number, timeout=driving.PATIENCE)
        expect(failed.first.get_by_role("alert")).to_contain_text("instances.json")
    assert watched.errors == [] and watched.thrown == []


@pytest.mark.parametrize("width", [1280, 1920])
def test_long_names_widen_no_page(page: Page, server: RunningServer, watched: Watch, clip: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    project = driving.new_project(page, server.address, name=f"{LONG} {width}", categories=f"fish\n{LONG}")
    video_named(page, server.address, project, clip, LONG)
    for name, path in PAGES:
        if name == "review":
            continue
        page.goto(f"{server.address}{path.lstrip('/')}?project={project}")
        page.locator("#v-project-menu", has_text="north gate").wait_for()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    page.get_by_role("button", name="List").click()
    page.locator("tr[data-video]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert watched.thrown == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_forms_take_every_colour_from_the_look(page: Page, server: RunningServer, watched: Watch, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    project, _ = driving.demo_project(page, server.address)
    page.goto(f"{server.address}exchange/?project={project}")
    page.locator("#v-import-file .upload-container").wait_for()
    page.wait_for_load_state("networkidle")
    token = """name => {
        const sample = document.body.appendChild(document.createElement("i"));
        sample.style.color = `var(${name})`;
        return getComputedStyle(sample).color;
    }"""
    style = "([place, what]) => getComputedStyle(document.querySelector(place))[what]"
    assert page.evaluate(style, ["#v-import-file .upload-container", "borderTopColor"]) == page.evaluate(
        token, "--v-line2"
    )
    assert page.evaluate(style, ["#v-import-path textarea, #v-import-path input", "backgroundColor"]) == page.evaluate(
        token, "--v-field"
    )
    chosen = "#v-export-version label:has(input:checked)"
    assert page.evaluate(style, [chosen, "backgroundColor"]) == page.evaluate(token, "--v-panel")
    page.goto(f"{server.address}models/?project={project}")
    page.locator("#v-add-checkpoint").click()
    page.locator("#v-checkpoint-config").wait_for()
    assert page.evaluate(style, ["#v-checkpoint-config .dropdown-arrow", "display"]) == "none"
    assert watched.thrown == []


def test_the_refusal_of_a_path_does_not_stay_beside_the_next_one(
    page: Page, server: RunningServer, watched: Watch, clip: Path
) -> None:
    driving.new_project(page, server.address, name="paths", categories="fish")
    page.locator("#v-add-videos").click()
    path, message = driving.field(page, "v-videos-path"), page.locator(".v-msg[data-sheet=videos]")
    path.fill(str(clip.with_name("none.mp4")))
    driving.press(page, "v-videos-add")
    expect(message).to_contain_text("none.mp4")
    path.fill(str(clip.with_name("none.mp4x")))
    expect(message).to_be_hidden()
    driving.press(page, "v-videos-add")
    expect(message).to_contain_text("none.mp4x")
    path.fill(str(clip))
    driving.press(page, "v-videos-add")
    expect(message).to_contain_text("is added: 12 frames.")
