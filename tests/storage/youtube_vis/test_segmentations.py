"""Polygons that are no mask leave a frame unknown, never absent; each is noted with its place."""

from typing import Any

import pytest

from storage import rle
from storage import youtube_vis as vis
from storage.youtube_vis import YouTubeVisError
from storage.youtube_vis.segmentations import parse_masks
from tests.storage.youtube_vis.files import content, mask_code, results

SQUARE = [10, 4, 22, 4, 22, 13, 10, 13]


def track_of(first: Any) -> tuple[vis.VisTrack, tuple[vis.VisNote, ...]]:
    """The track, and its notes, whose first frame has `first` for a mask."""
    found = vis.parse_dataset(content(segmentations=[first, None, mask_code()]), where="in.json")
    return found.tracks[0], found.notes


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ([[10, 4, 22, 13]], "polygons of one or two points"),
        ([[10, 4]], "polygons of one or two points"),
        ([[]], "polygons of one or two points"),
        ([[10, 4], [22, 13, 22, 14]], "polygons of one or two points"),
        ([[10, 4, 10, 4, 10, 4]], "polygons without a pixel"),
        ([[200, 200, 210, 200, 210, 210]], "polygons without a pixel"),
    ],
)
def test_a_polygon_that_is_no_mask_is_unknown_and_noted(value: Any, kind: str) -> None:
    track, notes = track_of(value)
    assert track.segmentations[:2] == (None, None) and track.unknown == frozenset({0})
    assert [note.kind for note in notes] == [kind]
    assert notes[0].where == "in.json: annotations[0].segmentations[0]"
    assert "unknown, not absent" in notes[0].text


@pytest.mark.parametrize("value", [None, [], {"size": [32, 48], "counts": [32 * 48]}, rle.empty(32, 48)])
def test_null_and_an_empty_mask_are_absent_without_a_note(value: Any) -> None:
    track, notes = track_of(value)
    assert track.segmentations[0] is None and track.unknown == frozenset() and notes == ()


def test_polygons_beside_real_ones_are_counted() -> None:
    track, notes = track_of([SQUARE, [1, 1], [1, 1, 2, 2]])
    assert track.segmentations[0] == mask_code() and track.unknown == frozenset()
    assert [note.kind for note in notes] == ["polygons left out beside others"]
    assert "2 polygons of fewer than 3 points" in notes[0].text


def test_a_plain_list_of_four_numbers_is_called_a_box() -> None:
    with pytest.raises(YouTubeVisError, match=r"segmentations\[0\]\[0\].*four plain numbers are a box"):
        track_of([10, 4, 22, 13])


def test_results_with_polygons_that_are_no_mask_are_refused() -> None:
    dataset = vis.parse_dataset(content(), where="in.json")
    found = results(segmentations=[[SQUARE], None, [[1, 1, 2, 2]]])
    with pytest.raises(YouTubeVisError, match=r"r: \[0\]\.segmentations\[2\]: is no mask"):
        vis.parse_results(found, where="r", dataset=dataset)


def test_numbers_go_with_their_nouns_in_errors() -> None:
    one = vis.VisVideo(id=1, width=4, height=4, length=1, file_names=("a.jpg",))
    with pytest.raises(YouTubeVisError, match=r"has 2 entries, but video 1 has 1 frame$"):
        parse_masks({"segmentations": [None, None]}, one, "x")
