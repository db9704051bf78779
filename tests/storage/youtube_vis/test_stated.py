"""Stated boxes that are not those of their masks are noted with their place; the usual small differences are not."""

from typing import Any

import pytest

from storage import youtube_vis as vis
from tests.storage.youtube_vis.files import BOX, LENGTH, content

X, Y, WIDTH, HEIGHT = BOX
CORNERS = [X, Y, X + WIDTH, Y + HEIGHT]


def noted(boxes: Any, **changes: Any) -> list[vis.VisNote]:
    return list(vis.parse_dataset(content(bboxes=boxes, **changes), where="in.json").notes)


def test_boxes_as_corners_are_noted_with_their_place() -> None:
    notes = noted([BOX, CORNERS, CORNERS])
    assert [note.where for note in notes] == ["in.json: annotations[0].bboxes[1]", "in.json: annotations[0].bboxes[2]"]
    assert {note.kind for note in notes} == {"box of something else"}
    assert "[10, 4, 22, 13]" in notes[0].text and "[10, 4, 12, 9]" in notes[0].text
    assert "read as x1, y1, x2, y2 it would be that" in notes[0].text


def test_a_box_elsewhere_is_noted_without_that_hint() -> None:
    [note] = noted([[X + 20, Y, WIDTH, HEIGHT], BOX, BOX])
    assert "x1" not in note.text


@pytest.mark.parametrize(
    "box",
    [BOX, [X, Y, WIDTH - 1, HEIGHT - 1], [X + 0.5, Y - 0.5, WIDTH, HEIGHT], [X - 1, Y - 1, WIDTH + 2, HEIGHT + 2]],
)
def test_other_ways_to_count_the_border_are_no_difference(box: list[float]) -> None:
    assert noted([box] * LENGTH) == []


@pytest.mark.parametrize("boxes", [None, [None] * LENGTH, [[]] * LENGTH, [[0, 0, 0, 0]] * LENGTH])
def test_missing_boxes_are_no_mistake(boxes: Any) -> None:
    assert noted(boxes) == []


@pytest.mark.parametrize("box", [[1, 2, 3], [1, "\0", 9, 9], "box", 5, [1, 2, 10**400, 4], [1, 2, True, 4]])
def test_what_is_no_box_is_ignored_and_noted(box: Any) -> None:
    found = vis.parse_dataset(content(bboxes=[BOX, box, BOX]), where="in.json")
    assert found.tracks[0].stated.boxes == (tuple(BOX), None, tuple(BOX))
    assert [note.kind for note in found.notes] == ["box that is none"]


def test_what_is_no_area_is_ignored_and_noted() -> None:
    found = vis.parse_dataset(content(areas=["many", 10**400, 5]), where="in.json")
    assert found.tracks[0].stated.areas == (None, None, 5)
    assert [note.where for note in found.notes] == [
        "in.json: annotations[0].areas[0]",
        "in.json: annotations[0].areas[1]",
    ]


def test_null_for_all_areas_differs_from_no_areas() -> None:
    assert vis.parse_dataset(content(areas=None), where="x").tracks[0].stated.areas is None
    without = content()
    del without["annotations"][0]["areas"]
    assert vis.parse_dataset(without, where="x").tracks[0].stated.areas == ()
