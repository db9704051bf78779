"""YouTube-VIS files are read in every form that is about, and mistakes are refused with their place in the file."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from storage import rle
from storage import youtube_vis as vis
from storage.youtube_vis import YouTubeVisError
from tests.material import material

MASK = np.zeros((4, 6), bool)
MASK[1:3, 2:5] = True
CODE = rle.encode(MASK)


def dataset(**changes: Any) -> dict[str, Any]:
    """A small sound file with one video of three frames and one track; `changes` replace top-level keys."""
    return {
        "info": {"description": "small"},
        "licenses": [{"id": 1}],
        "videos": [{"id": 3, "width": 6, "height": 4, "length": 3, "file_names": ["a/0.jpg", "a/1.jpg", "a/2.jpg"]}],
        "categories": [{"id": 7, "name": "dog", "supercategory": "animal"}],
        "annotations": [track()],
        **changes,
    }


def track(**changes: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "video_id": 3,
        "category_id": 7,
        "segmentations": [None, {"size": [4, 6], "counts": rle.uncompress(CODE)}, None],
        "areas": [None, 6, None],
        "bboxes": [None, [2, 1, 3, 2], None],
        "iscrowd": 0,
        **changes,
    }


def parse(**changes: Any) -> vis.VisDataset:
    return vis.parse_dataset(json.dumps(dataset(**changes)), where="file.json")


def masks_of(segmentations: list[Any]) -> tuple[Any, ...]:
    return parse(annotations=[track(segmentations=segmentations)]).tracks[0].segmentations


def test_a_sound_file_is_read() -> None:
    found = parse()
    assert found.info == {"description": "small"}
    assert found.licenses == ({"id": 1},)
    assert found.videos == (vis.VisVideo(3, 6, 4, 3, ("a/0.jpg", "a/1.jpg", "a/2.jpg")),)
    assert found.categories == (vis.VisCategory(7, "dog", "animal"),)
    assert found.tracks == (vis.VisTrack(1, 3, 7, (None, CODE, None)),)
    assert found.version is None


def test_every_encoding_of_a_mask_is_read_and_an_empty_one_is_absence() -> None:
    uncompressed = {"size": [4, 6], "counts": rle.uncompress(CODE)}
    assert masks_of([CODE, uncompressed, [[2, 1, 5, 1, 5, 3, 2, 3]]]) == (CODE, CODE, CODE)
    empty = rle.empty(4, 6)
    assert masks_of([empty, {"size": [4, 6], "counts": [24]}, []]) == (None, None, None)
    assert masks_of([[[0, 0, 1, 1]], None, {"size": [4.0, 6.0], "counts": [24.0]}]) == (None, None, None)


def test_what_may_be_missing_is_made_up_for() -> None:
    short = {key: value for key, value in track().items() if key not in ("areas", "bboxes", "iscrowd")}
    video = {"id": 3, "width": 6, "height": 4, "file_names": ["0.jpg", "1.jpg", "2.jpg"]}
    found = vis.parse_dataset(
        {"videos": [video], "categories": [{"id": 7, "name": "dog"}], "annotations": [short]}, where="memory"
    )
    assert found.videos[0].length == 3
    assert found.tracks[0].iscrowd == 0
    assert (found.info, found.licenses, found.categories[0].supercategory) == ({}, (), "object")


@pytest.mark.parametrize("changes", [{"annotations": None}, {"annotations": []}])
def test_files_without_tracks_are_read(changes: dict[str, Any]) -> None:
    assert parse(**changes).tracks == ()
    without = dataset()
    del without["annotations"]
    assert vis.parse_dataset(without, where="valid.json").tracks == ()


def test_videos_may_have_a_length_without_file_names() -> None:
    video = parse(videos=[{"id": 3, "width": 6, "height": 4, "length": 3}]).videos[0]
    assert (video.length, video.file_names) == (3, ())


def test_unknown_keys_are_kept_everywhere() -> None:
    video = {**dataset()["videos"][0], "flickr_url": "x", "date": [1]}
    category = {"id": 7, "name": "dog", "isthing": 1}
    found = parse(
        videos=[video],
        categories=[category],
        annotations=[track(occlusion=[0, 1, 0], height=4)],
        eval_split={"a": None},
    )
    assert found.extra == {"eval_split": {"a": None}}
    assert found.videos[0].extra == {"flickr_url": "x", "date": [1]}
    assert found.categories[0].extra == {"isthing": 1}
    assert found.tracks[0].extra == {"occlusion": [0, 1, 0]}


VIDEO = dataset()["videos"][0]
MISTAKES = [
    ({"annotations": [track(segmentations=[None])]}, "annotations[0].segmentations: has 1 entry, but video 3 has 3"),
    ({"annotations": [track(), track()]}, "annotations[1].id: 1 is used twice"),
    ({"annotations": [track(video_id=9)]}, "annotations[0].video_id: 9 is not the id of a video"),
    ({"annotations": [track(category_id=9)]}, "annotations[0].category_id: 9 is not the id of a category"),
    ({"annotations": [track(areas=[1])]}, "annotations[0].areas: must be a list of 3"),
    ({"annotations": [track(bboxes="none")]}, "annotations[0].bboxes: must be a list of 3"),
    ({"annotations": [track(id="one")]}, "annotations[0].id: must be a whole number"),
    ({"annotations": [track(iscrowd=-1)]}, "annotations[0].iscrowd: must be a whole number"),
    ({"annotations": [track(segmentations=5)]}, "annotations[0].segmentations: must be a list"),
    ({"annotations": [{"image_id": 1}]}, "annotations[0]: belongs to a single image"),
    ({"annotations": [{"id": 1, "segmentations": []}]}, "annotations[0]: has no `video_id`"),
    ({"annotations": {"1": track()}}, "annotations: must be a list"),
    ({"annotations": [None]}, "annotations[0]: must be an object"),
    ({"videos": [VIDEO, VIDEO]}, "videos[1].id: 3 is used twice"),
    ({"videos": [{**VIDEO, "length": 4}]}, "videos[0].length: is 4, but file_names lists 3"),
    ({"videos": [{**VIDEO, "height": 0}]}, "videos[0].height: must be a whole number of 1 or more"),
    ({"videos": [{**VIDEO, "file_names": "a.jpg"}]}, "videos[0].file_names: must be a list"),
    ({"videos": [{"id": 3, "width": 6, "height": 4}]}, "videos[0]: has neither `file_names` nor `length`"),
    ({"categories": [{"id": 7, "name": " "}]}, "categories[0].name: must be a name"),
    ({"categories": [{"id": 7, "name": "a", "supercategory": 1}]}, "categories[0].supercategory: must be a name"),
    ({"categories": None}, "annotations[0].category_id: 7 is not the id of a category"),
]
BAD_MASKS = [
    ({"size": [6, 4], "counts": [24]}, ".size: is [6, 4], but the video has [height, width] = [4, 6]"),
    ({"size": [4], "counts": [24]}, ".size: must be [height, width]"),
    ({"counts": [24]}, ".size: must be [height, width]"),
    ({"size": [4, 6]}, ".counts: must be a run-length string or a list"),
    ({"size": [4, 6], "counts": [23]}, ": counts must be 0 or more and add up to 4 x 6"),
    ({"size": [4, 6], "counts": ["x"]}, ": counts must be a list of whole numbers"),
    ({"size": [4, 6], "counts": "04"}, ": counts does not add up to 4 x 6"),
    ({"size": [4, 6], "counts": "~"}, ": counts is not a compressed run-length string"),
    ([[1, 2, 3]], ": a polygon must be a list of x, y pairs"),
    ([5], "[0]: must be a polygon"),
    ([[1, 2, "3", 4, 5, 6]], "[0]: must be a polygon"),
    ("mask", ": must be a run-length encoding, a list of polygons, or null"),
]


@pytest.mark.parametrize(("changes", "message"), MISTAKES)
def test_a_mistake_is_refused_with_its_place(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(YouTubeVisError) as caught:
        parse(**changes)
    assert str(caught.value).startswith(f"file.json: {message}")


@pytest.mark.parametrize(("mask", "message"), BAD_MASKS)
def test_a_mask_that_is_none_is_refused_with_its_place(mask: Any, message: str) -> None:
    with pytest.raises(YouTubeVisError) as caught:
        masks_of([None, None, mask])
    assert str(caught.value).startswith(f"file.json: annotations[0].segmentations[2]{message}")


OTHERS = [
    ("[]", "this is a list, as a results file is"),
    ("3", "not a YouTube-VIS dataset"),
    ("{}", "it has no `videos`"),
    ('{"images": [], "annotations": [], "categories": []}', "COCO for single images"),
    ('{"images": [], "videos": []}', "CocoVID"),
    ('{"masklet": []}', "SA-V"),
    ('{"videos": [', "not whole JSON (Expecting value at line 1, column 13)"),
    ('{"videos": [], "x": NaN}', "x: is NaN, which is not a number that can be used here"),
    ("[" * 100000, "nested too deeply"),
    (b"\xff\xfe", "not JSON text"),
    ('{"videos": [], "annotations": [{}]}', "`categories` is missing"),
]


@pytest.mark.parametrize(("text", "message"), OTHERS)
def test_what_is_not_youtube_vis_is_called_by_its_name(text: str | bytes, message: str) -> None:
    with pytest.raises(YouTubeVisError) as caught:
        vis.parse_dataset(text, where="other.json")
    assert str(caught.value).startswith("other.json")
    assert message in str(caught.value)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "file.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(dataset()).encode())
    assert len(vis.read_dataset(tmp_path / "file.json").tracks) == 1


def test_results_are_read_and_checked_against_their_dataset() -> None:
    entry = {"video_id": 3, "category_id": 7, "segmentations": [CODE, None, rle.empty(4, 6)], "score": 1, "track_id": 4}
    expected = vis.VisResult(3, 7, (CODE, None, None), 1.0, {"track_id": 4})
    assert vis.parse_results([entry], where="r") == (expected,)
    assert vis.parse_results(json.dumps([entry]), where="r", dataset=parse()) == (expected,)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"video_id": 8}, "r: [0].video_id: 8 is not the id of a video"),
        ({"category_id": 8}, "r: [0].category_id: 8 is not the id of a category"),
        ({"segmentations": [None]}, "r: [0].segmentations: has 1 entry,"),
        ({"score": None}, "r: [0].score: must be a number"),
        ({"score": True}, "r: [0].score: must be a number"),
    ],
)
def test_results_that_do_not_fit_their_dataset_are_refused(changes: dict[str, Any], message: str) -> None:
    entry = {"video_id": 3, "category_id": 7, "segmentations": [None] * 3, "score": 0.5, **changes}
    with pytest.raises(YouTubeVisError) as caught:
        vis.parse_results([entry], where="r", dataset=parse())
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({}, "results are a list"),
        ([1], "[0]: must be an object"),
        ([{"video_id": 1, "category_id": 1, "score": 1, "segmentations": [[[0, 0, 1, 0, 1, 1]]]}], "is a polygon"),
        (
            [{"video_id": 1, "category_id": 1, "score": 1, "segmentations": [CODE, rle.encode(MASK.T)]}],
            "masks of different sizes",
        ),
    ],
)
def test_what_is_no_results_list_is_refused(entries: Any, message: str) -> None:
    with pytest.raises(YouTubeVisError, match=None) as caught:
        vis.parse_results(entries, where="r")
    assert message in str(caught.value)


@pytest.mark.parametrize("version", ["2019", "2021"])
def test_the_categories_of_a_version_are_forty_and_recognised(version: Any) -> None:
    categories = vis.categories_preset(version)
    assert [category.id for category in categories] == list(range(1, 41))
    assert len({category.name for category in categories}) == 40
    assert vis.version_of(categories) == version
    assert vis.version_of(categories[:39]) is None
    as_json = [{"id": c.id, "name": c.name, "supercategory": c.supercategory} for c in categories]
    assert vis.parse_dataset({"videos": [], "categories": as_json}, where="x").version == version


def test_well_known_ids_are_where_they_belong() -> None:
    names = {version: {c.id: c.name for c in vis.categories_preset(version)} for version in ("2019", "2021")}
    assert (names["2019"][1], names["2019"][6], names["2019"][40]) == ("person", "sedan", "tennis_racket")
    assert (names["2021"][5], names["2021"][26], names["2021"][40]) == ("car", "person", "zebra")


def test_names_match_across_spellings_and_versions() -> None:
    names = {version: [c.name for c in vis.categories_preset(version)] for version in ("2019", "2021")}
    assert vis.match_category("Tennis racket", names["2021"]) == "tennis_racket"
    assert vis.match_category("giant-panda", names["2019"]) == "giant_panda"
    assert vis.match_category("sedan", names["2021"]) == "car"
    assert vis.match_category("car", names["2019"]) == "sedan"
    assert vis.match_category("owl", names["2021"]) == vis.match_category("eagle", names["2021"]) == "bird"
    assert vis.match_category("ape", names["2021"]) == "monkey"
    assert vis.match_category("monkey", names["2019"]) == "monkey"
    # A bird of 2021 may be an owl or an eagle of 2019: a person has to say.
    assert vis.match_category("bird", names["2019"]) is None
    assert vis.match_category("hand", names["2021"]) is None


def test_every_name_that_2021_gave_up_is_in_the_table_or_was_dropped() -> None:
    names = {version: {c.name for c in vis.categories_preset(version)} for version in ("2019", "2021")}
    assert names["2019"] - names["2021"] == {*vis.SAME_NAME, "hand"}
    assert set(vis.SAME_NAME.values()) <= names["2021"]


def test_runs_of_length_nothing_do_not_make_another_mask() -> None:
    runs = rle.uncompress(CODE)
    assert masks_of([{"size": [4, 6], "counts": [*runs[:-1], 2, 0, runs[-1] - 2]}, None, None])[0] == CODE


def test_real_files_are_read() -> None:
    found = vis.read_dataset(material("data/annotated_nc/davis16_a/instances.json"))
    assert (len(found.videos), len(found.tracks)) == (5, 5)
    text = material("data/annotated_nc/davis16_a/osvos_results.json").read_bytes()
    results = vis.parse_results(text, where="osvos_results.json", dataset=found)
    assert len(results) == 5
    one = vis.read_dataset(material("data/annotated_nc/davis16_a/instances_first_video_uncompressed_rle.json"))
    same = next(track for track in found.tracks if track.id == one.tracks[0].id)
    assert one.tracks[0].segmentations == same.segmentations


def test_real_files_of_other_formats_are_called_by_their_names() -> None:
    with pytest.raises(YouTubeVisError, match="CocoVID"):
        vis.read_dataset(material("data/formats/mmdet_vis_sample.json"))
    with pytest.raises(YouTubeVisError, match="SA-V"):
        vis.read_dataset(material("data/formats/sav_000001_manual.json"))
