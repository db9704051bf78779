"""Label Studio's JSON: brushes, polygons, and what is no mask."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from storage import rle
from storage.formats import Broken, FormatContent, FormatError, format_named, format_to_write, recognise
from storage.youtube_vis import no_check
from tests.storage.formats.test_rle_pack import packed


def region(kind: str, value: dict[str, Any], **more: Any) -> dict[str, Any]:
    known = {"type": kind, "original_width": 6, "original_height": 4, "value": {kind: ["bee"], **value}}
    return {**known, **more}


def polygon(**more: Any) -> dict[str, Any]:
    return region("polygonlabels", {"points": [[50, 25], [100, 25], [100, 75], [50, 75]]}, **more)


def task(name: str, *regions: dict[str, Any]) -> dict[str, Any]:
    done = [{"result": [polygon()], "was_cancelled": True}, {"result": list(regions)}]
    return {"data": {"image": f"/data/upload/1/{name}"}, "annotations": done[::-1]}


def read(folder: Path, *tasks: dict[str, Any], keep_good: bool = False) -> FormatContent:
    path = folder / "export.json"
    path.write_text(json.dumps(tasks))
    found = recognise(path)
    assert found.format.name == "label-studio"
    return found.format.read(found.path, Broken(keep_good=keep_good), no_check, None)


def test_brushes_and_polygons_are_masks_of_their_frame(tmp_path: Path) -> None:
    pixels = np.zeros((4, 6), bool)
    pixels[1, 2:4] = True
    rgba = np.repeat(pixels[:, :, None] * 255, 4, axis=2).ravel().tolist()
    brush = region("brushlabels", {"format": "rle", "rle": list(packed(rgba))})
    found = read(tmp_path, task("ab-dog_2.jpg", polygon()), task("ab-dog_1.jpg", brush)).dataset
    assert found.videos[0].file_names == ("ab-dog_1.jpg", "ab-dog_2.jpg")
    second, first = found.tracks
    assert [mask is not None for mask in first.segmentations] == [False, True]
    assert first.segmentations[1] is not None and rle.bbox(first.segmentations[1]) == [3, 1, 3, 2]
    assert second.segmentations == (rle.encode(pixels), None)
    assert "(2); each is a track of one frame" in str(found.notes[-1])


def test_other_regions_are_unknown_and_in_a_labelled_picture_without_a_region_nothing_is_there(tmp_path: Path) -> None:
    box = region("rectanglelabels", {"x": 1, "y": 1, "width": 5, "height": 5})
    waiting = {"data": {"image": "dog_3.jpg"}, "annotations": []}
    found = read(tmp_path, task("dog_1.jpg", box), task("dog_2.jpg"), waiting, task("cat_1.jpg")).dataset
    assert [track.unknown for track in found.tracks] == [{0}]
    assert found.videos[0].file_names == ("dog_1.jpg", "dog_2.jpg")
    assert "without a region (2)" in " ".join(map(str, found.notes))
    assert "[0].annotations[0].result[0]: is of the type rectanglelabels" in " ".join(map(str, found.notes))


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (region("brushlabels", {"rle": [300]}), "result[0].value.rle"),
        (region("brushlabels", {"rle": [0] * 20}), "result[0].value.rle"),
        (region("polygonlabels", {"points": [[1, 2], 3]}), "result[0].value.points[1]"),
        (region("polygonlabels", {"points": [[1, 2], [1e300, 3], [4, 5]]}), "result[0].value.points"),
        (polygon(original_width=0), "result[0].original_width"),
    ],
)
def test_an_error_names_its_place(tmp_path: Path, wrong: dict[str, Any], place: str) -> None:
    with pytest.raises(FormatError) as error:
        read(tmp_path, task("dog_1.jpg", wrong))
    assert f"[0].annotations[0].{place}" in str(error.value)


def test_with_keep_good_only_the_broken_video_is_left_out(tmp_path: Path) -> None:
    wrong = region("brushlabels", {"rle": [300]})
    found = read(tmp_path, task("dog_1.jpg", wrong), task("cat_1.jpg", polygon()), keep_good=True)
    assert [video.file_names for video in found.dataset.videos] == [("cat_1.jpg",)]
    assert "value.rle" in found.left_out[0]


def test_it_is_only_read() -> None:
    assert format_named("label-studio").title == "Label Studio"
    with pytest.raises(FormatError, match="There is no format label-studio"):
        format_to_write("label-studio")


def local(path: str) -> dict[str, Any]:
    """A task whose picture is in local storage."""
    return {"data": {"image": f"/data/local-files/?d={path}"}, "annotations": [{"result": [polygon()]}]}


def test_pictures_of_local_storage_are_named_in_the_query(tmp_path: Path) -> None:
    found = read(tmp_path, local("set/dog_1.jpg"), local("set%2Fdog_2.jpg")).dataset
    assert found.videos[0].file_names == ("dog_1.jpg", "dog_2.jpg")


def test_pictures_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    bucket = {"data": {"image": "s3://bucket/cam3/1.jpg"}, "annotations": [{"result": [polygon()]}]}
    found = read(tmp_path, local("cam1/1.jpg"), local("cam2\\1.jpg"), bucket).dataset
    assert [video.file_names for video in found.videos] == [("cam1/1.jpg",), ("cam2/1.jpg",), ("cam3/1.jpg",)]


def test_regions_of_a_video_are_boxes_and_refused(tmp_path: Path) -> None:
    sequence = [{"frame": 1, "x": 1, "y": 1, "width": 5, "height": 5, "enabled": True, "rotation": 0, "time": 0}]
    value = {"framesCount": 9, "duration": 1, "sequence": sequence, "labels": ["Car"]}
    result = [{"id": "a", "type": "videorectangle", "from_name": "box", "to_name": "video", "value": value}]
    with pytest.raises(FormatError, match="regions of videos are boxes, which are no masks"):
        read(tmp_path, {"data": {"video": "/data/upload/1/a.mp4"}, "annotations": [{"result": result}]})


def test_a_polygon_without_a_pixel_is_unknown(tmp_path: Path) -> None:
    few = region("polygonlabels", {"points": [[10, 10], [20, 20]]})
    dataset = read(tmp_path, task("dog_1.jpg", few)).dataset
    assert dataset.tracks[0].unknown == {0}
    assert "[0].annotations[0].result[0]: covers not one pixel" in str(dataset.notes[0])


def test_pictures_of_one_video_belong_together_though_each_upload_has_its_own_mark(tmp_path: Path) -> None:
    names = ("9a2b3c4d-dog_1.jpg", "0000aaaa-dog_2.jpg", "1a2b3c4d-dog_10.jpg", "ffffffff-cat_1.jpg")
    found = read(tmp_path, *(task(name, polygon()) for name in names)).dataset
    assert [video.file_names for video in found.videos] == [names[:3], names[3:]]
    assert [video.extra for video in found.videos] == [{"name": "dog"}, {"name": "cat"}]
