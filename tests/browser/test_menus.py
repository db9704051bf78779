"""Context menus of rows, lanes and canvas, by the right button and by the keyboard; the focus in the list of tracks."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import driving
from tests.browser.conftest import Watch
from tests.serving import RunningServer


@pytest.fixture
def editor(page: Page, watched: Watch, server: RunningServer) -> Page:
    """The editor with a demo video on its first frame; no track is selected."""
    project, videos = driving.demo_project(page, server.address)
    driving.open_review(page, server.address, project=project, video=videos[0], frame=0)
    return page


def menu(page: Page) -> Locator:
    """The open context menu."""
    found = page.get_by_role("menu")
    found.wait_for()
    return found


def selected_number(page: Page) -> int:
    """Number of the selected track."""
    return int(page.evaluate("window.editor.app.track.number"))


def test_the_menu_of_a_row_selects_its_track_and_changes_it(editor: Page) -> None:
    editor.locator(".v-trackrow[data-track='2']").click(button="right")
    assert selected_number(editor) == 2
    menu(editor).locator("[data-do=lock]").click()
    assert editor.evaluate("window.editor.state.locked.has(window.editor.app.track.id)")

    editor.locator(".v-trackrow[data-track='2']").click(button="right")
    delete = menu(editor).locator("[data-do=remove]")
    assert delete.get_attribute("aria-disabled") == "true"
    assert "Track 2 is locked" in str(delete.get_attribute("title"))

    editor.reload()
    driving.ready(editor)
    assert editor.evaluate("window.editor.state.locked.size") == 1, "the browser keeps what is locked"


def test_the_menu_of_a_lane_goes_to_its_frame(editor: Page) -> None:
    place = """() => {
        const canvas = document.querySelector(".v-lanes > canvas").getBoundingClientRect();
        return [canvas.width, canvas.height];
    }"""
    width, _ = editor.evaluate(place)
    editor.locator(".v-lanes > canvas").click(button="right", position={"x": width * 0.6, "y": 24 + 30})
    menu(editor).wait_for()
    assert selected_number(editor) == 2
    assert 10 < driving.state(editor, "frame") < 25
    editor.keyboard.press("Escape")

    editor.locator(".v-lanes > canvas").focus()
    editor.keyboard.press("Shift+F10")
    menu(editor).locator("[data-do=rangeStart]").click()
    frame = driving.state(editor, "frame")
    assert driving.state(editor, "range") == [frame, frame]


def test_the_right_button_on_the_canvas_asks_only_where_it_does_not_draw(editor: Page) -> None:
    editor.keyboard.press("J")
    inside = """() => {
        const { app } = window.editor;
        const box = app.document.masks.box(app.document.row(app.view.now.selected, 0).hash, app.document.height);
        return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    }"""
    x, y = driving.on_screen(editor, *editor.evaluate(inside))
    editor.mouse.move(x, y)
    editor.mouse.down(button="right")
    editor.mouse.move(x + 40, y, steps=4)
    editor.mouse.up(button="right")
    assert editor.get_by_role("menu").count() == 0, "a drag is no click"
    editor.mouse.click(x, y, button="right")
    menu(editor).locator("[data-do=accept]").wait_for()
    editor.keyboard.press("Escape")
    editor.get_by_role("menu").wait_for(state="detached")

    number = selected_number(editor)
    before = driving.mask_area(editor, number, 0)
    editor.keyboard.press("B")
    editor.mouse.click(x, y, button="right")
    driving.saved(editor)
    assert editor.get_by_role("menu").count() == 0
    assert driving.mask_area(editor, number, 0) < before, "the right button erases"
    editor.keyboard.press("Shift+F10")
    menu(editor).locator("[data-do=accept]").wait_for()


def test_the_list_of_tracks_is_walked_by_keyboard_and_keeps_the_focus(editor: Page) -> None:
    row = editor.locator(".v-trackrow")
    row.first.focus()
    editor.keyboard.press("ArrowDown")
    editor.keyboard.press("Enter")
    assert selected_number(editor) == 2
    assert editor.evaluate("document.activeElement.dataset.track") == "2", "the list was drawn anew"
    editor.keyboard.press("F2")
    editor.keyboard.type("left star")
    editor.keyboard.press("Enter")
    driving.saved(editor)
    # The list follows in an idle moment after the edit is saved.
    expect(row.nth(1)).to_contain_text("left star")
    expect(row.nth(1).locator(".v-chip")).to_have_text("star")

    row.nth(1).dblclick()
    assert editor.evaluate("getSelection().toString()") in ("", "left star")
    assert editor.evaluate("document.activeElement.classList.contains('v-rename')")


def test_f6_goes_through_the_parts_of_the_page(editor: Page) -> None:
    seen = []
    for _ in range(5):
        editor.keyboard.press("F6")
        seen.append(
            editor.evaluate(
                "document.activeElement.closest('.v-canvas, .v-side, .v-timeline, .v-review, .v-top')?.className"
            )
        )
    assert len(set(seen)) == 5 and None not in seen


def test_an_undo_on_another_frame_is_told_with_the_way_back(editor: Page) -> None:
    editor.keyboard.press("J")
    editor.keyboard.press("!")
    driving.saved(editor)
    editor.keyboard.press("End")
    driving.ready(editor)
    last = driving.state(editor, "frame")
    editor.keyboard.press("Control+Z")
    driving.saved(editor)
    toast = editor.locator(".v-toast", has_text="Undone")
    toast.wait_for()
    assert "frame 0" in toast.inner_text()
    toast.get_by_role("button", name=f"Back to frame {last}").click()
    driving.ready(editor)
    assert driving.state(editor, "frame") == last


def test_the_picture_does_not_move_when_the_first_track_is_drawn(editor: Page, server: RunningServer) -> None:
    # The bar below the picture has its room from the start.
    heights = editor.evaluate("""() => [...document.querySelectorAll(".v-canvas")].map((e) => e.clientHeight)""")
    editor.evaluate("for (const track of window.editor.app.document.list()) track.deleted = true")
    editor.evaluate("window.editor.app.view.set({ revision: window.editor.state.revision + 1 })")
    editor.wait_for_function("document.querySelectorAll('.v-trackrow').length === 0")
    assert (
        editor.evaluate("""() => [...document.querySelectorAll(".v-canvas")].map((e) => e.clientHeight)""") == heights
    )
