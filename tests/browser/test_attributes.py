"""Attributes: added on the project's page, set by click, menu and key, undone, filtered by, kept by a stroke."""

from typing import Any

from playwright.sync_api import expect

from tests.browser import driving
from tests.browser.seeding import Seeded


def own(scene: Seeded, track: str) -> dict[str, Any]:
    """The track's own row in the database."""
    (found,) = [
        one for one in driving.fetched(scene.page, f"videos/{scene.video}/tracks")["tracks"] if one["id"] == track
    ]
    return dict(found)


def more(scene: Seeded, track: str, frame: int) -> dict[str, Any]:
    """What a row has beside mask and verdict, without its run."""
    (line,) = [row for row in own(scene, track)["rows"] if row[0] == frame]
    return line[10] if len(line) > 10 else {}


def test_flags_hold_for_the_scope_and_are_undone(scene: Seeded) -> None:
    page, (first, _) = scene.page, scene.ids
    scene.at(first, 2)
    page.keyboard.press("q")
    page.get_by_role("button", name="Crowd", exact=True).click()
    driving.saved(page)
    assert more(scene, first, 2)["occluded"] is True and "occluded" not in more(scene, first, 3)
    assert own(scene, first)["iscrowd"] is True and own(scene, first)["occluded"] is False
    expect(page.locator("[data-flag=occluded]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Shift+o")
    page.keyboard.press("Shift+q")
    driving.saved(page)
    assert [more(scene, first, k).get("truncated") for k in range(1, 6)] == [None, True, True, True, True]
    for _ in range(3):
        scene.undo()
    assert all(not {"occluded", "truncated"} & set(more(scene, first, k)) for k in range(6))
    assert own(scene, first)["iscrowd"] is False


def test_lists_come_from_the_projects_page_and_are_set_by_menu_key_and_palette(scene: Seeded) -> None:
    page, (first, second) = scene.page, scene.ids
    project = driving.fetched(page, f"videos/{scene.video}")["project"]["id"]
    back = page.url
    page.goto(f"{driving.origin(page)}/?project={project}&sheet=attributes")
    sheet = page.locator("#v-sheet-attributes")
    for name, values, per in (("pose", "sits, runs", "Per track"), ("weather", "rain, sun", "Per frame")):
        sheet.get_by_label("Name", exact=True).fill(name)
        sheet.get_by_label("Values, separated by commas").fill(values)
        sheet.get_by_role("button", name=per).click()
        sheet.get_by_role("button", name="Add").click()
        expect(sheet.get_by_label(f"Name of {name}")).to_have_value(name)
    sheet.get_by_role("button", name="Key of weather").click()
    page.get_by_role("menuitem", name="4").click()
    expect(sheet.get_by_role("button", name="Key of weather")).to_contain_text("Key 4")
    listed = driving.fetched(page, f"projects/{project}/attributes")["attributes"]
    ids = {one["name"]: one["id"] for one in listed}
    assert [(one["name"], one["choices"], one["per"], one["key"]) for one in listed] == [
        ("pose", ["sits", "runs"], "track", None),
        ("weather", ["rain", "sun"], "frame", "4"),
    ]

    page.goto(back)
    driving.ready(page)
    scene.at(first, 2)
    page.get_by_role("button", name="pose: none").click()
    page.get_by_role("menuitem", name="runs").click()
    page.keyboard.press("4")
    page.keyboard.press("4")
    page.keyboard.press("q")
    driving.saved(page)
    assert own(scene, first)["attributes"] == {ids["pose"]: "runs"}
    assert more(scene, first, 2)["attributes"] == {ids["weather"]: "sun"}
    expect(page.get_by_role("button", name="weather: sun")).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search commands").fill("weather rain")
    page.keyboard.press("Enter")
    driving.saved(page)
    assert more(scene, first, 2)["attributes"] == {ids["weather"]: "rain"}

    rows = page.get_by_label("Tracks and review").locator("[data-track]")
    page.get_by_label("Filter tracks").fill("occluded rain")
    expect(rows).to_have_count(1)
    expect(rows.first).to_have_attribute("data-track", str(scene.number(first)))
    page.get_by_label("Filter tracks").fill("")
    expect(rows).to_have_count(2)

    page.evaluate("editor.app.view.set({ tool: 'brush' })")
    driving.brush_size(page, 6)
    driving.stroke(page, (60, 60), (70, 70))
    driving.saved(page)
    kept = more(scene, first, 2)
    assert kept["attributes"] == {ids["weather"]: "rain"} and kept["occluded"] is True, "a stroke keeps them"
    assert second in scene.stored()
