"""Numbers written loosely are read and noted; NaN is ignored where it is computed again, and refused elsewhere."""

import json
from pathlib import Path
from typing import Any

import pytest

from storage import youtube_vis as vis
from storage.youtube_vis import YouTubeVisError
from tests.storage.youtube_vis.files import BOX, LENGTH, content, results

NAN = float("nan")


def parse(top: Any) -> vis.VisDataset:
    return vis.parse_dataset(json.dumps(top), where="in.json")


def test_ids_as_text_are_read_and_noted() -> None:
    top = content(id="1", video_id="3", category_id=" 7 ")
    top["videos"][0] |= {"id": "3", "width": "48"}
    top["categories"][0]["id"] = "7"
    found = parse(top)
    assert (found.tracks[0].id, found.tracks[0].video_id, found.tracks[0].category_id) == (1, 3, 7)
    assert (found.videos[0].id, found.videos[0].width, found.categories[0].id) == (3, 48, 7)
    assert {note.kind for note in found.notes} == {"number in text"}
    assert "in.json: annotations[0].id: is '1' instead of a whole number; it is read as 1." in map(str, found.notes)
    assert len(found.notes) == 6


@pytest.mark.parametrize(("value", "number"), [(True, 1), (False, 0), ("1", 1), (1.0, 1), (None, 0)])
def test_iscrowd_is_read_in_every_form(value: Any, number: int) -> None:
    found = parse(content(iscrowd=value))
    assert found.tracks[0].iscrowd == number
    assert len(found.notes) == (value is not None)


def test_whole_floats_are_whole_numbers() -> None:
    top = content(video_id=3.0)
    top["videos"][0] |= {"id": 3.0, "width": 48.0}
    found = parse(top)
    assert found.tracks[0].video_id == 3 and type(found.videos[0].id) is int
    assert [note.where for note in found.notes] == [
        *("in.json: videos[0].id", "in.json: videos[0].width", "in.json: annotations[0].video_id"),
    ]


def test_each_form_is_a_kind_of_its_own() -> None:
    found = parse(content(id="1", video_id=3.0, iscrowd=True))
    assert [note.kind for note in found.notes] == [
        *("number in text", "whole number with a fraction", "true or false for a number"),
    ]


@pytest.mark.parametrize("value", ["one", "1.5", "-1", "", "٣", "0x3", 3.5, True, [3], "1" * 30])
def test_what_is_no_number_is_still_refused(value: Any) -> None:
    with pytest.raises(YouTubeVisError, match=r"annotations\[0\]\.video_id"):
        parse(content(video_id=value))


def test_a_content_in_memory_is_not_changed() -> None:
    top = content(id="1")
    vis.parse_dataset(top, where="memory")
    assert top["annotations"][0]["id"] == "1"


@pytest.mark.parametrize(
    "changes",
    [
        {"bboxes": [BOX, [NAN] * 4, BOX]},
        {"bboxes": [BOX, [1, NAN, 2, 3], BOX]},
        {"bboxes": [BOX, NAN, BOX]},
        {"bboxes": NAN},
        {"areas": [NAN, 1, 1]},
        {"areas": NAN},
        {"areas": [float("inf"), 1, 1]},
        {"width": NAN},
        {"length": NAN},
    ],
)
def test_nan_is_ignored_and_noted_where_it_is_computed_again(changes: dict[str, Any]) -> None:
    found = parse(content(**changes))
    assert all(mask is not None for mask in found.tracks[0].segmentations)
    assert [note.kind for note in found.notes] == ["NaN"]
    [key] = changes
    assert f"annotations[0].{key}" in found.notes[0].where


def test_a_box_with_several_nan_is_noted_once_and_left_out() -> None:
    found = parse(content(bboxes=[BOX, [NAN] * 4, BOX]))
    assert found.tracks[0].stated.boxes[1] is None and found.tracks[0].stated.boxes[0] == tuple(BOX)
    assert str(found.notes[0]).startswith("in.json: annotations[0].bboxes[1]: holds NaN; it is ignored")


def test_a_length_of_nan_is_counted_from_the_names() -> None:
    top = content()
    top["videos"][0]["length"] = NAN
    found = parse(top)
    assert found.videos[0].length == LENGTH and found.notes[0].where == "in.json: videos[0].length"


REFUSED = [
    (content(segmentations=[None, NAN, None]), "annotations[0].segmentations[1]: is NaN"),
    (content(id=NAN), "annotations[0].id: is NaN"),
    (content(score=[0.5, NAN]), "annotations[0].score[1]: is NaN"),
    (content(segmentations=[{"size": [32, 48], "counts": [NAN]}, None, None]), "[0].counts[0]: is NaN"),
    ({**content(), "info": {"year": NAN}}, "info.year: is NaN"),
    ({**content(), "info": {"year": float("inf")}}, "info.year: is infinite"),
]


@pytest.mark.parametrize(("top", "message"), REFUSED)
def test_nan_elsewhere_is_refused_with_its_place(top: Any, message: str) -> None:
    with pytest.raises(YouTubeVisError) as caught:
        parse(top)
    assert str(caught.value).startswith("in.json: ") and message in str(caught.value)


def test_the_place_of_a_mask_counts_before_a_box_that_is_ignored() -> None:
    top = content(bboxes=[[NAN] * 4] * LENGTH, segmentations=[NAN, None, None])
    with pytest.raises(YouTubeVisError, match=r"segmentations\[0\]"):
        parse(top)


def test_results_are_read_as_loosely() -> None:
    [result] = vis.parse_results(json.dumps(results(video_id="3", category_id=7.0, bboxes=[NAN] * 3)), where="r.json")
    assert (result.video_id, result.category_id) == (3, 7)
    with pytest.raises(YouTubeVisError, match=r"r\.json: \[0\]\.score: is NaN"):
        vis.parse_results(json.dumps(results(score=NAN)), where="r.json")


def test_the_content_for_evaluators_is_plain_and_keeps_the_notes(tmp_path: Path) -> None:
    (tmp_path / "truth.json").write_bytes(json.dumps(content(video_id="3", areas=[NAN, 1, 1])).encode("utf-16"))
    (tmp_path / "found.json").write_text(json.dumps(results(video_id="3")))
    truth, found = vis.read_content(tmp_path / "truth.json"), vis.read_content(tmp_path / "found.json")
    assert truth.content["annotations"][0]["video_id"] == found.content[0]["video_id"] == 3
    assert truth.content["annotations"][0]["areas"] == [None, 1, 1]
    assert [note.kind for note in truth.notes] == ["encoding", "NaN", "number in text"]
    assert found.notes[0].where == f"{tmp_path / 'found.json'}: [0].video_id"


def test_many_notes_of_a_kind_become_few_lines() -> None:
    notes = [vis.VisNote("a", f"place {k}", "is odd.") for k in range(5)] + [vis.VisNote("b", "there", "is even.")]
    lines = vis.note_lines(notes)
    assert lines[:3] == ("place 0: is odd.", "place 1: is odd.", "place 2: is odd.")
    assert lines[3:] == ("2 more of the kind 'a', 5 in all.", "there: is even.")
