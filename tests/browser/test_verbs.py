"""Every verb in a browser, by its key: preview, one edit in the database, and one undo that brings all of it back."""

import numpy as np
from playwright.sync_api import expect

from tests.browser import driving
from tests.browser.seeding import ABSENT, HUMAN, Seeded

# Pixels of the canvas of lines that have the colour of a track, in the upper and the lower half of the picture.
LINES = """async (number) => {
    const { colourOf } = await import("/ui/look/palette.js");
    const { layers } = window.editor.app;
    const canvas = layers.lines.live;
    const probe = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
    const read = (context, ...box) => context.getImageData(...box).data;
    probe.fillStyle = colourOf(number);
    probe.fillRect(0, 0, 1, 1);
    const wanted = read(probe, 0, 0, 1, 1);
    const pixels = read(canvas.getContext("2d"), 0, 0, canvas.width, canvas.height);
    const ratio = devicePixelRatio || 1;
    const middle = (layers.viewport.y + 50 * layers.viewport.scale) * ratio * canvas.width * 4;
    const halves = [0, 0];
    for (let i = 0; i < pixels.length; i += 4)
        if ([0, 1, 2, 3].every((k) => Math.abs(pixels[i + k] - wanted[k]) < 24)) halves[i < middle ? 0 : 1] += 1;
    return halves;
}"""


def test_a_preview_of_a_swap_shows_both_masks_in_their_new_colours(scene: Seeded) -> None:
    first, second = scene.ids
    scene.at(first, 4)
    scene.page.keyboard.press("Shift+s")
    scene.page.keyboard.press("Enter")
    expect(scene.page.get_by_role("toolbar", name="Preview")).to_contain_text("Swap tracks")
    driving.ready(scene.page)
    wanted = {scene.number(second): 0, scene.number(first): 1}
    for number, half in wanted.items():
        scene.page.wait_for_function(f"async () => (await ({LINES})({number}))[{half}] > 20")
    scene.page.keyboard.press("Escape")
    scene.page.wait_for_function(f"async () => (await ({LINES})({scene.number(second)}))[0] === 0")


def test_split_and_merge_back(scene: Seeded) -> None:
    first, _ = scene.ids
    before = scene.stored()
    scene.at(first, 3)
    scene.page.keyboard.press("Alt+m")
    scene.apply(f"Split track {scene.number(first)} at frame 3")
    after = scene.stored()
    second = scene.new_track()
    assert scene.frames(first) == [0, 1, 2] and scene.frames(second) == [3, 4, 5]
    assert after[first]["number"] == before[first]["number"], "the first half keeps its number"
    scene.page.evaluate("id => editor.commands.select(id)", first)
    scene.page.keyboard.press("m")
    scene.choose(f"Merge track {scene.number(first)} with", second)
    scene.apply(f"into track {scene.number(first)}")
    assert scene.stored() == before
    scene.undo()
    assert scene.stored() == after, "the merged track is back with its id and number"
    scene.undo()
    assert scene.stored() == before


def test_a_merge_decides_the_overlap_in_the_bar(scene: Seeded) -> None:
    first, second = scene.ids
    before = scene.stored()
    scene.at(first, 4)
    scene.page.keyboard.press("m")
    scene.page.keyboard.press("1")
    bar = scene.page.get_by_role("toolbar", name="Preview")
    expect(bar).to_contain_text("both on 2 frames")
    bar.get_by_role("radio", name="Both", exact=True).click()
    scene.apply("Merge")
    assert scene.frames(first) == list(range(10)) and second not in scene.stored()
    driving.ready(scene.page)
    mask = driving.stored_mask(scene.page, scene.video, track=scene.number(first), frame=4)
    assert mask.sum() == 2 * 30 * 24
    scene.undo()
    assert scene.stored() == before


def test_identities_swap_from_here_on(scene: Seeded) -> None:
    first, second = scene.ids
    before = scene.stored()
    scene.at(first, 4)
    scene.page.keyboard.press("Shift+s")
    scene.page.keyboard.press("Enter")
    scene.apply("Swap tracks")
    after = scene.stored()
    for one, other in ((first, second), (second, first)):
        rows = {k: row for k, row in before[one]["rows"].items() if k < 4}
        rows |= {k: row for k, row in before[other]["rows"].items() if k >= 4}
        assert after[one]["rows"] == rows
    scene.undo()
    assert scene.stored() == before


def test_masks_join_on_this_frame_only(scene: Seeded) -> None:
    first, second = scene.ids
    before = scene.stored()
    scene.at(first, 4)
    scene.page.keyboard.press("Alt+j")
    scene.page.keyboard.press("1")
    scene.apply("on frame 4")
    assert driving.stored_mask(scene.page, scene.video, track=scene.number(first), frame=4).sum() == 2 * 30 * 24
    assert scene.frames(second) == [5, 6, 7, 8, 9]
    scene.undo()
    assert scene.stored() == before


def test_a_track_ends_starts_and_is_absent_until_it_comes_back(scene: Seeded) -> None:
    first, second = scene.ids
    before = scene.stored()
    scene.at(first, 3)
    scene.page.keyboard.press("Shift+End")
    scene.apply("ends at frame 3")
    rows = scene.stored()[first]["rows"]
    assert scene.frames(first) == [0, 1, 2, 3]
    assert {tuple(rows[k][:3]) for k in range(4, scene.count)} == {(0, "drawn", "corrected")}
    scene.undo()
    scene.at(first, 3)
    scene.page.keyboard.press("Shift+Home")
    scene.apply("starts at frame 3")
    assert scene.frames(first) == [3, 4, 5] and len(scene.stored()[first]["rows"]) == 6
    scene.undo()
    scene.at(second, 1)
    scene.page.keyboard.press("Alt+o")
    scene.apply("absent until frame 4")
    assert [k for k, row in scene.stored()[second]["rows"].items() if row[0] == 0] == [1, 2, 3]
    scene.undo()
    assert scene.stored() == before


def test_interpolation_fills_between_two_masks_of_a_person(scene: Seeded) -> None:
    third = scene.add({k: {**scene.box(10 + 10 * k, 100), **HUMAN} for k in (0, 4)})
    before = scene.stored()
    scene.at(third, 2)
    scene.page.keyboard.press("i")
    scene.apply("Interpolate")
    rows = scene.stored()[third]["rows"]
    assert {tuple(rows[k][:3]) for k in (1, 2, 3)} == {(1, "interpolated", "unreviewed")}
    middle = driving.stored_mask(scene.page, scene.video, track=scene.number(third), frame=2)
    wanted = np.zeros_like(middle)
    wanted[100:124, 30:60] = 1
    assert np.array_equal(middle, wanted), "a thing that only moves keeps its shape"
    scene.undo()
    assert scene.stored() == before


def test_nothing_is_computed_across_an_absence_of_a_person(scene: Seeded) -> None:
    third = scene.add({0: {**scene.box(10, 100), **HUMAN}, 2: dict(ABSENT), 4: {**scene.box(50, 100), **HUMAN}})
    before = scene.stored()
    scene.at(third, 1)
    scene.page.keyboard.press("i")
    scene.page.get_by_text("absent on frame 2; nothing is computed across that").wait_for()
    scene.at(third, 0)
    scene.page.keyboard.press("Control+b")
    driving.saved(scene.page)
    assert scene.frames(third) == [0, 1, 4], "the copies stop before the absence"
    scene.undo()
    assert scene.stored() == before


def test_a_mask_is_copied_moved_and_pasted(scene: Seeded) -> None:
    first, second = scene.ids
    before = scene.stored()
    scene.at(first, 0)
    scene.page.keyboard.press("Control+c")
    scene.at(second, 9)
    scene.page.keyboard.press("Control+v")
    for key in ("ArrowRight", "Shift+ArrowDown"):
        scene.page.keyboard.press(key)
    scene.apply("Paste the mask of frame 0")
    mask = driving.stored_mask(scene.page, scene.video, track=scene.number(second), frame=9)
    wanted = np.zeros_like(mask)
    wanted[20:44, 11:41] = 1
    assert np.array_equal(mask, wanted)
    assert scene.stored()[second]["rows"][9][:3] == [1, "drawn", "corrected"]
    scene.undo()
    assert scene.stored() == before


def test_copies_onward_point_at_the_same_mask(scene: Seeded) -> None:
    first, _ = scene.ids
    before = scene.stored()
    scene.at(first, 5)
    scene.page.keyboard.press("Control+b")
    scene.page.get_by_role("radio", name="5", exact=True).click()
    scene.apply("to frames 6")
    rows = scene.stored()[first]["rows"]
    assert {rows[k][6] for k in range(6, 11)} == {rows[5][6]}
    assert {tuple(rows[k][1:3]) for k in range(6, 11)} == {("propagated", "unreviewed")}
    scene.undo()
    assert scene.stored() == before


def test_a_duplicate_has_the_same_rows(scene: Seeded) -> None:
    first, _ = scene.ids
    before = scene.stored()
    scene.at(first, 2)
    scene.page.keyboard.press("Control+d")
    scene.apply("Duplicate track")
    assert scene.stored()[scene.new_track()]["rows"] == before[first]["rows"]
    scene.undo()
    assert scene.stored() == before
