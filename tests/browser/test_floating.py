"""Popovers, menus and dialogs: the browser closes them at a press elsewhere and at Escape, and gives the focus back."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import driving
from tests.browser.conftest import Watch
from tests.serving import RunningServer

FOCUSED = "() => document.activeElement.className"


@pytest.fixture
def editor(page: Page, server: RunningServer, watched: Watch) -> Page:
    """A video of the demo project, open in the editor without a selected track."""
    project, videos = driving.demo_project(page, server.address)
    driving.open_review(page, server.address, project=project, video=videos[2])
    return page


def test_a_menu_opens_and_closes_with_its_button(editor: Page) -> None:
    save, menu = editor.locator(".v-save"), editor.get_by_role("dialog", name="Saving")
    save.click()
    menu.wait_for()
    save.click()
    menu.wait_for(state="detached")
    save.click()
    menu.wait_for()
    editor.keyboard.press("ArrowDown")
    assert "v-item" in editor.evaluate(FOCUSED)
    editor.keyboard.press("Escape")
    menu.wait_for(state="detached")
    assert "v-save" in editor.evaluate(FOCUSED)
    save.click()
    editor.locator(".v-timeline").click()
    menu.wait_for(state="detached")


def test_keys_belong_to_an_open_popover_and_then_to_the_editor_again(editor: Page) -> None:
    editor.keyboard.press("J")
    track = driving.state(editor, "selected")
    assert track is not None
    editor.keyboard.press("Control+l")
    popover = editor.get_by_role("dialog", name="Category")
    popover.wait_for()
    editor.keyboard.type("fi")
    assert driving.state(editor, "tool") == "select"
    editor.keyboard.press("Escape")
    popover.wait_for(state="detached")
    assert driving.state(editor, "selected") == track
    editor.keyboard.press("Escape")
    editor.wait_for_function("() => window.editor.state.selected === null")


def test_a_press_on_the_picture_without_a_track_asks_for_a_category_and_leaves_the_question_open(editor: Page) -> None:
    editor.keyboard.press("b")
    driving.press_and_drag(editor, (40, 40), (60, 60))
    popover = editor.get_by_role("dialog", name="Category of the new track")
    popover.wait_for()
    editor.keyboard.press("1")
    popover.wait_for(state="detached")
    assert driving.state(editor, "newTrack")["category"] is not None
    editor.keyboard.press("Escape")


def test_the_list_of_keys_is_searched_at_once_and_closes_at_a_press_beside_it(editor: Page) -> None:
    editor.keyboard.press("?")
    dialog = editor.get_by_role("dialog", name="Keys")
    dialog.wait_for()
    editor.get_by_label("Search keys").fill("brush")
    expect(dialog.locator(".v-keyrow")).to_have_count(4)
    editor.mouse.click(5, 400)
    dialog.wait_for(state="detached")
    assert driving.state(editor, "tool") == "select"


def test_a_menu_of_the_library_gives_the_focus_back_and_leaves_the_sheet_alone(
    page: Page, server: RunningServer, watched: Watch
) -> None:
    driving.demo_project(page, server.address)
    page.get_by_role("button", name="Categories").click()
    page.locator("#v-sheet-categories[data-open]").wait_for()
    button, menu = page.locator("#v-project-menu"), page.get_by_role("dialog", name="Projects")
    button.click()
    menu.wait_for()
    page.keyboard.press("Escape")
    menu.wait_for(state="detached")
    assert page.evaluate("document.activeElement.id") == "v-project-menu"
    assert page.locator("#v-sheet-categories[data-open]").count() == 1
    page.keyboard.press("Escape")
    page.locator("#v-sheet-categories[data-open]").wait_for(state="detached")
