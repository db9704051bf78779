"""Comments: added by key and by menu, seen by a second window at once, resolved, gone to, deleted and restored."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import driving
from tests.browser.seeding import Seeded


def stored(scene: Seeded) -> list[dict[str, Any]]:
    return list(driving.fetched(scene.page, f"videos/{scene.video}/comments")["comments"])


def write(page: Page, text: str, *, pin: str | None = None) -> None:
    form = page.get_by_role("dialog", name="New comment")
    if pin is not None:
        form.get_by_role("button", name=pin).click()
    form.get_by_label("Comment", exact=True).fill(text)
    page.keyboard.press("Enter")
    expect(form).to_have_count(0)


def test_a_comment_is_seen_in_a_second_window_resolved_and_gone_to(scene: Seeded) -> None:
    page, (first, second) = scene.page, scene.ids
    other = page.context.new_page()
    other.goto(page.url)
    driving.ready(other)
    other.keyboard.press("Alt+c")
    scene.at(second, 5)
    page.keyboard.press("Shift+c")
    write(page, "Whose tail is this?")
    page.mouse.move(*driving.on_screen(page, 40, 30))
    page.keyboard.press("Shift+c")
    write(page, "A scratch", pin="Point")
    page.evaluate("editor.commands.goto(2)")
    page.keyboard.press("Shift+c")
    write(page, "Dark from here on", pin="Frame 2")
    found = stored(scene)
    assert [(one["frame"], one["track"], one["text"]) for one in found] == [
        (2, None, "Dark from here on"),
        (5, second, "Whose tail is this?"),
        (5, None, "A scratch"),
    ]
    assert [one["point"] is None for one in found] == [True, True, False]
    assert all(abs(is_ - wanted) < 2 for is_, wanted in zip(found[2]["point"], (40, 30), strict=True))

    listed = other.get_by_role("article")
    expect(listed).to_have_count(3)
    listed.filter(has_text="Whose tail").get_by_title("Show what it is about").click()
    driving.ready(other)
    assert other.evaluate("[editor.state.frame, editor.state.selected]") == [5, second]
    listed.filter(has_text="Whose tail").hover()
    listed.filter(has_text="Whose tail").get_by_role("button", name="Resolve").click()
    expect(page.get_by_role("article")).to_have_count(2)
    assert [one["resolved"] for one in stored(scene)] == [False, True, False]
    page.get_by_role("button", name="Resolved 1").click()
    expect(page.get_by_role("article")).to_contain_text("resolved by ")
    expect(page.get_by_role("article")).not_to_contain_text("person:")
    page.get_by_role("button", name="Open 2").click()

    scratch = page.get_by_role("article").filter(has_text="scratch")
    scratch.hover()
    scratch.get_by_role("button", name="Delete").click()
    expect(listed).to_have_count(1)
    assert len(stored(scene)) == 2
    page.get_by_role("button", name="Restore").click()
    expect(listed).to_have_count(2)
    expect(page.get_by_role("article")).to_have_count(2)
    page.keyboard.press("Alt+n")
    page.wait_for_function("editor.state.frame === 5")
    assert first in scene.stored()
    other.close()
