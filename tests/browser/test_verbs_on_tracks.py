"""Verbs on a track as a whole: its name, category, colour, what is shown of it, and its earlier versions."""

from playwright.sync_api import expect

from tests.browser import driving
from tests.browser.seeding import HUMAN, Seeded


def test_a_track_is_named_relabelled_and_recoloured(scene: Seeded) -> None:
    first, second = scene.ids
    before = scene.stored()
    scene.at(first, 0)
    name = scene.page.get_by_label("Name of the track")
    name.fill("Tom")
    name.press("Enter")
    driving.saved(scene.page)
    assert scene.stored()[first]["name"] == "Tom"
    scene.undo()
    scene.page.evaluate("editor.commands.relabelAll()")
    scene.page.get_by_role("menuitem").first.click()
    scene.apply("Relabel 2 tracks")
    categories = {scene.stored()[track]["category"] for track in (first, second)}
    assert len(categories) == 1 and None not in categories
    scene.undo()
    scene.page.evaluate("editor.commands.recolour()")
    scene.page.get_by_role("menuitemradio", name="Colour 10").click()
    driving.saved(scene.page)
    assert scene.stored()[first]["extra"] == {"colour": 10}
    swatch = scene.page.locator(".v-detailhead .v-swatch")
    assert swatch.evaluate("(e) => e.style.getPropertyValue('--c')") == "#DB3869"
    scene.undo()
    assert scene.stored() == before


def test_an_earlier_version_is_compared_and_restored_and_other_tracks_stay(scene: Seeded) -> None:
    first, second = scene.ids
    original = scene.stored()
    scene.at(first, 2)
    scene.page.keyboard.press("Shift+End")
    scene.apply("ends at frame 2")
    row = scene.version(second, 4)
    scene.send([scene.drawn(second, 4, {**scene.box(200, 60), **HUMAN}, row)])
    ended = scene.stored()
    scene.at(first, 2)
    scene.page.keyboard.press("Alt+v")
    dialog = scene.page.get_by_role("dialog", name=f"Versions of track {scene.number(first)}")
    rows = dialog.locator(".v-versionrow")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("End")
    expect(rows.first).to_contain_text("you")
    expect(rows.first).to_contain_text("now")
    scene.page.keyboard.press("Enter")
    scene.apply(f"Restore track {scene.number(first)}")
    after = scene.stored()
    assert after[first]["rows"] == original[first]["rows"]
    assert after[second] == ended[second] != original[second]
    scene.undo()
    assert scene.stored() == ended


def test_a_category_is_hidden_and_locked_as_a_whole(scene: Seeded) -> None:
    first, second = scene.ids
    scene.at(first, 4)
    scene.page.keyboard.press("Shift+l")
    scene.page.keyboard.press("Shift+End")
    scene.page.get_by_text("is locked").first.wait_for()
    scene.page.keyboard.press("Shift+l")
    scene.page.keyboard.press("Shift+h")
    hidden = scene.page.evaluate("[...editor.state.hidden]")
    assert sorted(hidden) == sorted([first, second])
    scene.page.keyboard.press("Shift+h")
    assert scene.page.evaluate("editor.state.hidden.size") == 0
