"""The certificate agrees with the loops of the loaders: it fails a file exactly where their reading fails."""

import copy
from pathlib import Path
from typing import Any

import pytest

from storage.certificate import LOADERS, Level, LoaderReport, certify
from storage.youtube_vis import dataset_outline, parse_dataset
from tests.storage.certificate import loops
from tests.storage.certificate.files import FAULTS, TEXT, Json, sound, track, video
from tests.storage.certificate.loops import LOOPS


def report(top: Any, name: str) -> LoaderReport:
    return next(one for one in certify(top).reports if one.name == name)


def levels(top: Any, name: str) -> set[Level]:
    return {one.level for one in report(top, name).findings}


def text(top: Any, name: str) -> str:
    return "\n".join(str(one) for one in report(top, name).findings)


def test_there_is_a_loop_for_every_loader() -> None:
    assert [loader.name for loader in LOADERS] == list(LOOPS)


def test_a_sound_file_is_read_by_all_and_trained_on() -> None:
    found = certify(sound())
    assert found.sound and found.refused == ()
    assert {one.verdict() for one in found.reports} == {"reads, trains", "reads"}
    assert all(one.findings == () for one in found.reports)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", LOOPS)
def test_a_loader_fails_where_its_own_loop_fails(name: str, fault: str) -> None:
    top = copy.deepcopy(sound())
    FAULTS[fault](top)
    found = report(top, name)
    try:
        LOOPS[name](top)
        stopped = False
    except Exception:
        stopped = True
    assert found.parses == (not stopped), f"{name}, {fault}: {found.findings}"
    if not found.parses:
        assert found.verdict() == "fails" and found.findings[0].level is Level.FAILS


@pytest.mark.parametrize("fault", FAULTS)
def test_of_a_validation_set_mmtracking_reads_no_track_and_nobody_trains(fault: str) -> None:
    top = copy.deepcopy(sound())
    FAULTS[fault](top)
    trained, valid = certify(copy.deepcopy(top)), certify(top, trained_on=False)
    assert all(one.trains is None and all(f.level is not Level.STOPS for f in one.findings) for one in valid.reports)
    for one, other in zip(trained.reports, valid.reports, strict=True):
        if one.name != "mmtracking":
            assert (one.parses, one.right) == (other.parses, other.right)
            continue
        try:
            loops.mmtracking(top, "valid")
            stopped = False
        except Exception:
            stopped = True
        assert other.parses == (not stopped), f"{fault}: {other.findings}"


@pytest.mark.parametrize("top", [None, [], 7, {}, {"videos": 3}, {"videos": [3], "annotations": [[]]}])
def test_no_content_breaks_the_certificate(top: Any) -> None:
    assert not any(one.parses for one in certify(top).reports)


def test_a_finding_names_the_first_place_and_counts_the_others() -> None:
    top = sound()
    for one in top["annotations"][1:]:
        del one["iscrowd"]
    [finding] = report(top, "ytvos").findings
    assert str(finding) == "annotations[1].iscrowd: `iscrowd` is missing (KeyError) (1 more)"
    assert report(top, "ytvos").as_json()["findings"][0]["others"] == 1


def test_missing_boxes_are_dropped_by_detectron2_without_a_word() -> None:
    top = sound()
    del top["annotations"][2]["bboxes"]
    assert loops.detectron2(top) < loops.detectron2(sound())
    assert report(top, "detectron2").verdict() == "reads wrongly, does not train"
    top = sound()
    top["annotations"][2]["bboxes"][4] = None
    assert "annotations[2].bboxes[4]: is null beside a mask" in text(top, "detectron2")


def test_track_id_zero_is_not_counted_by_the_evaluators_and_off_by_one_for_tevit() -> None:
    top = sound()
    top["annotations"][0]["id"] = 0
    assert [levels(top, name) for name in ("ytvos", "trackeval", "tevit")] == [{Level.WRONG}] * 3


def nested(top: Json) -> Json:
    for one in top["videos"]:
        one["file_names"] = [f"JPEGImages/{name}" for name in one["file_names"]]
    return top


def test_trackeval_counts_a_class_without_a_track_in_its_average() -> None:
    top = sound()
    top["categories"].append({"id": [3], "name": "hornet"})
    assert text(top, "trackeval") == "categories[2]: has no track and counts as 0 in the average of HOTA over classes"
    assert report(top, "trackeval").right
    assert text({**top, "annotations": []}, "trackeval") == ""


def test_trackeval_takes_the_first_part_of_a_path_as_the_sequence() -> None:
    assert levels(nested(sound()), "trackeval") == {Level.WRONG}
    assert "begins with 'JPEGImages' as another video does" in text(nested(sound()), "trackeval")


def test_names_without_a_folder_have_no_video_for_labelformat() -> None:
    top = sound()
    top["videos"][0]["file_names"] = [f"{k}.jpg" for k in range(6)]
    assert levels(top, "labelformat") == {Level.WRONG}


@pytest.mark.parametrize("order", [(2, 1), (0, 1), (3, 4)])
def test_tevit_numbers_categories_by_their_order(order: tuple[int, int]) -> None:
    top = sound()
    for one, number in zip(top["categories"], order, strict=True):
        one["id"] = number
    for one in top["annotations"]:
        one["category_id"] = order[one["category_id"] - 1]
    assert "label + 1" in text(top, "tevit") and levels(top, "tevit") == {Level.WRONG}


def of_frames(*annotated: int) -> Json:
    """A file whose videos have so many annotated frames of six."""
    absent = [tuple(range(number, 6)) for number in annotated]
    return {
        "videos": [video(k) for k in range(1, len(annotated) + 1)],
        "categories": [{"id": 1, "name": "bee"}],
        "annotations": [track(k, k, 1, absent=absent[k - 1]) for k in range(1, len(annotated) + 1)],
    }


@pytest.mark.parametrize(
    ("annotated", "trains", "word"),
    [((5,), True, ""), ((4, 2), False, "for ever"), ((6, 1), False, "AssertionError"), ((6, 3), True, "never trained")],
)
def test_tevit_draws_clips_of_five_frames_with_a_box(annotated: tuple[int, ...], trains: bool, word: str) -> None:
    top = of_frames(*annotated)
    assert report(top, "tevit").trains is trains and word in text(top, "tevit")


def test_a_video_of_one_frame_stops_the_mappers_of_detectron2() -> None:
    top = sound()
    top["videos"].append(video(3, 1))
    assert levels(top, "detectron2") == {Level.STOPS} and "videos[2]" in text(top, "detectron2")


def test_a_video_without_tracks_stops_vistr_alone() -> None:
    top = sound()
    top["videos"].append(video(3))
    trains = {one.name: one.trains for one in certify(top).reports if one.trainer}
    assert trains == {"tevit": True, "detectron2": True, "mmtracking": True, "vistr": False}


def test_crowds_everywhere_teach_nothing() -> None:
    top = sound()
    for one in top["annotations"]:
        one["iscrowd"] = True
    assert [one.trains for one in certify(top).reports if one.trainer] == [False] * 4
    assert all("labelformat writes" in text(top, name) for name in ("tevit", "detectron2", "mmtracking"))


@pytest.mark.parametrize("name", ["tevit", "detectron2", "mmtracking", "vistr", "labelformat"])
def test_whoever_goes_through_the_videos_never_reads_the_track_of_another_one(name: str) -> None:
    top = sound()
    top["annotations"][2]["video_id"] = 9
    LOOPS[name](top)
    assert Level.WRONG in levels(top, name)
    assert "annotations[2].video_id: names a video that the file lacks: never read" in text(top, name)
    assert loops.detectron2(top) == loops.detectron2(sound()) - 6


@pytest.mark.parametrize(("place", "where"), [("videos", 1), ("categories", 1), ("annotations", 2)])
def test_of_two_entries_with_one_id_an_index_keeps_the_last(place: str, where: int) -> None:
    top = sound()
    top[place][where]["id"] = 1
    assert len({one["id"] for one in top[place]}) < len(top[place])
    if place == "videos":
        assert loops.index(top)[0] == {1: top["videos"][1]}
    for name in ("tevit", "ytvos", "detectron2", "vistr"):
        assert f"{place}[{where}].id: is used twice, so the earlier entry is lost" in text(top, name)


def test_a_mask_is_known_by_its_first_polygon() -> None:
    top = sound()
    top["annotations"][0]["segmentations"][1] = [[1, 1, 2, 2], [0, 0, 3, 0, 3, 3]]
    for name in ("ytvos", "trackeval", "vistr"):
        assert "annotations[0].segmentations[1]: begins with a polygon of two points" in text(top, name)
    top["annotations"][0]["segmentations"][1].reverse()
    assert [report(top, name).right for name in ("ytvos", "trackeval", "vistr")] == [True] * 3


def test_detectron2_renumbers_categories_with_gaps() -> None:
    top = sound()
    top["categories"][1]["id"] = 5
    for one in top["annotations"]:
        one["category_id"] = {1: 1, 2: 5}[one["category_id"]]
    loops.detectron2(top)
    assert levels(top, "detectron2") == {Level.NOTE} and "renumbered with a warning" in text(top, "detectron2")
    assert report(top, "detectron2").trains


def test_mmtracking_drops_boxes_of_less_than_a_pixel() -> None:
    top = sound()
    top["annotations"][1]["bboxes"][2] = [1, 1, 0.5, 2]
    assert levels(top, "mmtracking") == {Level.NOTE}
    assert text(top, "mmtracking") == "annotations[1].bboxes[2]: is below one pixel, and is dropped"


def test_a_file_without_tracks_is_read_but_not_trained_on() -> None:
    top = {**sound(), "annotations": []}
    found = certify(top)
    assert all(one.parses for one in found.reports) and not any(one.trains for one in found.reports)


def test_mmtracking_names_the_category_without_a_track() -> None:
    top = sound()
    top["categories"].append({"id": 3, "name": "ant"})
    assert text(top, "mmtracking").startswith("categories[2]: has no track: the converter stops after this file")


def test_the_outline_of_a_data_set_has_the_certificate_of_its_file(tmp_path: Path) -> None:
    top = sound()
    top["annotations"][0]["segmentations"][1] = dict(TEXT)
    top["annotations"][0]["id"] = 0
    outline = dataset_outline(parse_dataset(top, where="x"))
    assert certify(outline) == certify({**sound(), "annotations": [{**track(0, 1, 1)}, *sound()["annotations"][1:]]})
