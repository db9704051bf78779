"""Keys and commands of the editor: the palette, the list of keys, changing keys, and where keys are left alone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import driving
from tests.browser.conftest import Watch
from tests.serving import RunningServer

# Controls that can be seen, and have neither a text nor a label of their own.
UNNAMED = """() => [...document.querySelectorAll("button, a[href], input, select, textarea, [role], [tabindex]")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("[aria-hidden=true]"))
    .filter((one) => one.matches("button, a, input, select, textarea, [tabindex='0'], [role=slider]"))
    .filter((one) => ![one.innerText, one.ariaLabel, ...[...(one.labels ?? [])].map((label) => label.innerText)]
        .some((name) => name?.trim()))
    .map((one) => one.outerHTML.slice(0, 120))"""


@pytest.fixture
def editor(page: Page, watched: Watch, server: RunningServer) -> Page:
    """The editor with a demo video on its first frame; no track is selected."""
    project, videos = driving.demo_project(page, server.address)
    driving.open_review(page, server.address, project=project, video=videos[0], frame=0)
    return page


def focused(page: Page) -> str:
    """Label or text of the focused element."""
    return str(page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText"))


def names(page: Page) -> list[str]:
    """Names of the commands that the palette shows, from the top."""
    return page.locator(".v-palettename").all_inner_texts()


def test_the_palette_runs_commands_by_keyboard_alone(editor: Page) -> None:
    editor.keyboard.press("Control+K")
    assert focused(editor) == "Search commands"
    assert len(names(editor)) > 40

    editor.keyboard.type("last fra")
    assert names(editor)[0] == "Last frame"
    editor.keyboard.press("Enter")

    expect(editor.locator("dialog")).to_have_count(0)
    driving.ready(editor)
    assert driving.state(editor, "frame") == editor.evaluate("window.editor.app.document.count - 1")
    editor.keyboard.press("Control+K")
    assert names(editor)[0] == "Last frame", "recent commands come first"
    editor.keyboard.press("ArrowDown")
    assert editor.locator(".v-paletterow[aria-selected=true] .v-palettename").inner_text() == names(editor)[1]
    editor.keyboard.press("Escape")
    expect(editor.locator("dialog")).to_have_count(0)


def test_the_palette_names_why_a_command_cannot_run(editor: Page) -> None:
    editor.keyboard.press("Control+K")
    editor.keyboard.type("accept")
    row = editor.locator(".v-paletterow[data-do=accept]")
    assert "Select a track first." in row.inner_text()
    editor.keyboard.press("Enter")
    assert editor.locator("dialog.v-palette").is_visible(), "it does not run"

    editor.keyboard.press("Escape")
    editor.keyboard.press("J")
    editor.keyboard.press("Control+K")
    editor.keyboard.type("accept")
    assert "Select a track first." not in row.inner_text()
    assert "A" in row.locator("kbd").all_inner_texts()


def test_a_key_that_does_nothing_now_says_why(editor: Page) -> None:
    editor.keyboard.press("A")

    toast = editor.locator(".v-toast", has_text="Select a track first.")
    toast.wait_for()
    assert "Accept" in toast.inner_text()


def test_the_list_of_keys_is_searched_at_once(editor: Page) -> None:
    editor.keyboard.press("?")
    assert focused(editor) == "Search keys"
    editor.keyboard.type("undo")
    rows = editor.locator(".v-keyrow").all_inner_texts()
    assert rows and "Ctrl Z" in rows[0]
    editor.keyboard.press("Control+A")
    editor.keyboard.type("K")
    assert any("Key frame" in row for row in editor.locator(".v-keyrow").all_inner_texts())


def test_a_person_changes_keys_and_gets_them_back(editor: Page) -> None:
    line = editor.locator("[data-command-row=nextFrame]")

    def add(key: str) -> None:
        line.locator("[data-role=add]").click()
        editor.keyboard.press(key)

    editor.evaluate("window.editor.commands.editKeys()")
    add("A")
    assert "Accept" in line.get_by_role("alert").inner_text()
    line.locator("[data-role=take]").click()
    add("Control+w")
    assert "browser keeps Ctrl W" in line.get_by_role("alert").inner_text()
    line.locator("[data-role=keep]").click()
    editor.keyboard.press("Escape")
    expect(editor.locator("dialog")).to_have_count(0)

    editor.keyboard.press("A")
    driving.ready(editor)
    assert driving.state(editor, "frame") == 1
    assert editor.locator(".v-review kbd[data-command=accept]").is_hidden(), "Accept has no key now"
    editor.reload()
    driving.ready(editor)
    here = driving.state(editor, "frame")
    editor.keyboard.press("A")
    driving.ready(editor)
    assert driving.state(editor, "frame") == here + 1, "own keys are kept"

    editor.evaluate("window.editor.commands.editKeys()")
    editor.get_by_role("button", name="Reset all").click()
    editor.keyboard.press("Escape")
    assert editor.locator(".v-review kbd[data-command=accept]").inner_text() == "A"


def test_tab_moves_the_focus_and_on_the_canvas_selects_tracks(editor: Page) -> None:
    assert editor.evaluate(UNNAMED) == [], "a screen reader has no name for these"
    # The key is a mark for the eye, not a part of the name.
    for name in ("Accept", "Reject"):
        expect(editor.get_by_role("button", name=name, exact=True)).to_have_count(1)
    editor.keyboard.press("Tab")
    assert driving.state(editor, "selected") is None
    assert editor.evaluate("document.activeElement.closest('.v-top') !== null")

    editor.locator(".v-canvas").focus()
    editor.keyboard.press("Tab")
    first = driving.state(editor, "selected")
    editor.keyboard.press("Tab")
    assert first and driving.state(editor, "selected") not in (None, first)
    editor.keyboard.press("Shift+Tab")
    assert driving.state(editor, "selected") == first
    editor.keyboard.press("Shift+J")
    assert driving.state(editor, "selected") != first


def test_space_and_enter_press_the_button_that_has_the_focus(editor: Page) -> None:
    switch = editor.get_by_role("button", name="Light or dark")
    before = driving.state(editor, "theme")
    editor.keyboard.press("Tab")  # the focus came by keyboard
    switch.focus()
    editor.keyboard.press("Enter")
    assert driving.state(editor, "theme") != before
    assert driving.state(editor, "playing") is False


def test_next_and_previous_video_have_keys(editor: Page) -> None:
    first = editor.evaluate("window.editor.state.video.id")
    editor.keyboard.press("PageUp")
    editor.locator(".v-toast", has_text="first video").wait_for()
    editor.keyboard.press("PageDown")
    editor.wait_for_function("first => window.editor.ready && window.editor.state.video.id !== first", arg=first)
    editor.keyboard.press("PageUp")
    editor.wait_for_function("first => window.editor.ready && window.editor.state.video.id === first", arg=first)


def test_a_preview_is_decided_by_enter_and_escape(editor: Page) -> None:
    show = """async () => {
        const { Preview } = await import("/ui/editor/commands/preview.js");
        const { app } = window.editor;
        const [track] = app.document.list();
        window.applied = [];
        app.view.set({ preview: new Preview({
            title: "Absent on three frames", facts: ["3 frames"], icon: "absent",
            marks: [{ track: track.id, first: 0, last: 2, kind: "draft" }],
            apply: () => window.applied.push("applied"), discard: () => window.applied.push("discarded"),
        }) });
    }"""
    bar = editor.locator(".v-review")
    editor.evaluate(show)
    assert "Absent on three frames" in bar.inner_text() and "3 frames" in bar.inner_text()
    editor.keyboard.press("F")
    driving.ready(editor)
    assert driving.state(editor, "frame") == 1, "moving in time goes on"
    editor.keyboard.press("Escape")
    assert editor.evaluate("window.applied") == ["discarded"]
    assert "Accept" in bar.inner_text()

    editor.evaluate(show)
    editor.keyboard.press("Enter")
    assert editor.evaluate("window.applied") == ["applied"]


def test_a_frame_is_reached_by_its_number(editor: Page) -> None:
    editor.keyboard.press("`")
    assert focused(editor) == "Frame"
    editor.keyboard.type("7")
    editor.keyboard.press("Enter")
    driving.ready(editor)
    assert driving.state(editor, "frame") == 7
    editor.keyboard.press("f")
    driving.ready(editor)
    assert driving.state(editor, "frame") == 8, "the field gave the keys back"


def test_escape_leaves_the_frame_field_and_gives_the_old_number_back(editor: Page) -> None:
    editor.keyboard.press("`")
    editor.keyboard.type("7")
    editor.keyboard.press("Escape")
    field = editor.get_by_role("textbox", name="Frame")
    expect(field).to_have_value("0")
    expect(field).not_to_be_focused()
    driving.ready(editor)
    assert driving.state(editor, "frame") == 0
    editor.keyboard.press("F")
    expect(field).to_have_value("1")


def test_the_scope_of_verdicts_falls_back_to_the_frame_in_the_next_video(editor: Page) -> None:
    editor.keyboard.press("Shift+W")
    expect(editor.get_by_role("radio", name="Whole")).to_be_checked()
    first = editor.evaluate("window.editor.state.video.id")
    editor.keyboard.press("PageDown")
    editor.wait_for_function("first => window.editor.ready && window.editor.state.video.id !== first", arg=first)
    expect(editor.get_by_role("radio", name="Frame")).to_be_checked()
