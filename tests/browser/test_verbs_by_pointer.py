"""Verbs that a person draws or drags: a mask that is cut along a line, the end of a lane."""

import numpy as np
from playwright.sync_api import expect

from tests.browser import driving
from tests.browser.seeding import Seeded

# Where the border before a frame lies in the lane of the selected track, in the window.
BORDER = """(frame) => {
    const { app } = window.editor;
    const lanes = document.querySelector(".v-lanes");
    const box = lanes.getBoundingClientRect();
    const css = (name) => parseFloat(getComputedStyle(lanes).getPropertyValue(`--v-${name}`));
    const at = app.document.list().findIndex((track) => track.id === app.view.now.selected);
    const per = (box.width - css("label") - 16) / app.document.count;
    return [box.left + css("label") + 8 + frame * per, box.top + 24 + (at + 0.5) * css("lane")];
}"""


def drag_border(scene: Seeded, before: int, after: int) -> None:
    """Drag the border before one frame to the border before another one, in the lane of the selected track."""
    mouse = scene.page.mouse
    mouse.move(*scene.page.evaluate(BORDER, before))
    mouse.down()
    mouse.move(*scene.page.evaluate(BORDER, after), steps=5)
    mouse.up()


def test_two_things_in_one_mask_become_two_tracks(scene: Seeded) -> None:
    left, right = scene.box(10, 100), scene.box(100, 100, width=20)
    both = {k: scene.union(left, right) for k in range(3)}
    third = scene.add(both)
    before = scene.stored()
    scene.at(third, 0)
    scene.page.keyboard.press("Shift+m")
    expect(scene.page.get_by_role("radio", name="Onward, 3")).to_be_checked()
    scene.page.keyboard.press("q")
    expect(scene.page.get_by_role("radio", name="This frame")).to_be_checked()
    scene.page.get_by_role("radio", name="Onward, 3").click()
    scene.apply("Split track")
    fourth = scene.new_track()
    assert scene.frames(fourth) == [0, 1, 2]
    for k in range(3):
        for track, box in ((third, left), (fourth, right)):
            mask = driving.stored_mask(scene.page, scene.video, track=scene.number(track), frame=k)
            assert np.array_equal(mask, scene.pixels(box))
    rows = scene.stored()[fourth]["rows"]
    assert [rows[k][1:3] for k in (0, 1)] == [["drawn", "corrected"], ["propagated", "unreviewed"]]
    scene.undo()
    assert scene.stored() == before


def test_a_mask_is_cut_along_a_drawn_line(scene: Seeded) -> None:
    third = scene.add({0: scene.box(40, 100, width=60)})
    before = scene.stored()
    scene.at(third, 0)
    scene.page.keyboard.press("Shift+m")
    scene.page.get_by_text("Draw a line where the mask is to be cut").wait_for()
    driving.press_and_drag(scene.page, (80, 90), (80, 140))
    scene.apply("Split track")
    areas = [
        int(driving.stored_mask(scene.page, scene.video, track=scene.number(track), frame=0).sum())
        for track in (third, scene.new_track())
    ]
    assert sum(areas) == 60 * 24 and abs(areas[0] - 40 * 24) <= 24
    assert driving.state(scene.page, "tool") == "select"
    scene.undo()
    assert scene.stored() == before


def test_the_end_of_a_lane_is_dragged_outwards_and_inwards(scene: Seeded) -> None:
    first, _ = scene.ids
    before = scene.stored()
    scene.at(first, 0)
    drag_border(scene, 6, 9)
    scene.apply("to frame 8")
    rows = scene.stored()[first]["rows"]
    assert scene.frames(first) == list(range(9)) and {rows[k][6] for k in (5, 6, 7, 8)} == {rows[5][6]}
    scene.undo()
    scene.at(first, 0)
    drag_border(scene, 6, 4)
    scene.apply("Trim track")
    assert scene.frames(first) == [0, 1, 2, 3]
    assert driving.state(scene.page, "frame") == 0, "a drag of an end does not seek"
    scene.undo()
    assert scene.stored() == before
