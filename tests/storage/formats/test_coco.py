"""COCO per frame and CocoVID as other tools write them."""

import json
from pathlib import Path
from typing import Any

import pytest

from storage.formats import Broken, FormatContent, FormatError, recognise
from storage.formats.attributes import frame_values, track_values
from storage.youtube_vis import VisDataset, YouTubeVisError, no_check

SQUARE = [[1.0, 1.0, 4.0, 1.0, 4.0, 3.0, 1.0, 3.0]]
RLE = {"size": [4, 6], "counts": [4, 4, 16]}


def image(number: int, name: str, **more: Any) -> dict[str, Any]:
    return {"id": number, "file_name": name, "width": 6, "height": 4, **more}


def annotation(number: int, image_id: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "image_id": image_id, "category_id": 3, "segmentation": SQUARE, "iscrowd": 0, **more}


def top(images: list[Any], annotations: list[Any], **more: Any) -> dict[str, Any]:
    return {"images": images, "annotations": annotations, "categories": [{"id": 3, "name": "bee"}], **more}


def read(folder: Path, content: dict[str, Any], *, keep_good: bool = False) -> FormatContent:
    path = folder / "instances.json"
    path.write_text(json.dumps(content))
    found = recognise(path)
    return found.format.read(found.path, Broken(keep_good=keep_good), no_check, None)


@pytest.mark.parametrize("place", ["track_id", "instance_id", "attributes"])
def test_masks_of_one_track_id_are_a_track_wherever_it_stands(tmp_path: Path, place: str) -> None:
    def own(number: int) -> dict[str, Any]:
        return {"attributes": {"track_id": number}} if place == "attributes" else {place: number}

    images = [image(7, "dog/00000.jpg"), image(8, "dog/00005.jpg")]
    masks = [annotation(1, 7, **own(4)), annotation(2, 8, segmentation=RLE, **own(4)), annotation(3, 8, **own(5))]
    dataset = read(tmp_path, top(images, masks)).dataset
    assert [(track.id, [mask is not None for mask in track.segmentations]) for track in dataset.tracks] == [
        (4, [True, True]),
        (5, [False, True]),
    ]
    assert dataset.videos[0].file_names == ("dog/00000.jpg", "dog/00005.jpg")
    assert dataset.tracks[0].extra == {}


def test_cocovid_orders_frames_by_their_number_and_keeps_video_ids(tmp_path: Path) -> None:
    images = [image(1, "b.jpg", video_id=9, frame_id=1), image(2, "a.jpg", video_id=9, frame_id=0)]
    content = top(images, [annotation(1, 1, instance_id=2, video_id=9)], videos=[{"id": 9, "name": "v"}])
    dataset = read(tmp_path, content).dataset
    assert (dataset.videos[0].id, dataset.videos[0].file_names) == (9, ("a.jpg", "b.jpg"))
    assert [mask is not None for mask in dataset.tracks[0].segmentations] == [False, True]


def test_pictures_without_folders_are_a_video_by_their_name_and_number(tmp_path: Path) -> None:
    names = ["dog_10.jpg", "dog_9.jpg", "cat.jpg"]
    dataset = read(tmp_path, top([image(k, name) for k, name in enumerate(names)], [])).dataset
    assert sorted(video.file_names for video in dataset.videos) == [("cat.jpg",), ("dog_9.jpg", "dog_10.jpg")]


def test_pictures_of_different_sizes_are_no_video(tmp_path: Path) -> None:
    images = [image(1, "a/1.jpg"), image(2, "a/2.jpg", width=7)]
    assert [video.length for video in read(tmp_path, top(images, [])).dataset.videos] == [1, 1]


def test_masks_without_a_track_id_are_tracks_of_one_frame_and_noted(tmp_path: Path) -> None:
    images = [image(1, "a/1.jpg"), image(2, "a/2.jpg")]
    dataset = read(tmp_path, top(images, [annotation(1, 1), annotation(2, 2)])).dataset
    assert len(dataset.tracks) == 2
    assert "masks without `track_id` and `instance_id` (2)" in str(dataset.notes[0])


@pytest.mark.parametrize("segmentation", [[], None, [[1.0, 1.0, 4.0, 3.0]]])
def test_a_box_without_a_mask_is_unknown_and_noted(tmp_path: Path, segmentation: Any) -> None:
    entry = annotation(1, 1, segmentation=segmentation, bbox=[1, 1, 3, 2], track_id=1)
    dataset = read(tmp_path, top([image(1, "a/1.jpg")], [entry])).dataset
    assert dataset.tracks[0].unknown == {0}
    assert "annotations[0].segmentation" in str(dataset.notes[0])


def test_occluded_crowd_and_attributes_of_cvat_are_kept(tmp_path: Path) -> None:
    given = {"occluded": True, "rotation": 0.0, "keyframe": True, "track_id": 1, "pose": "sits"}
    images = [image(1, "a/1.jpg"), image(2, "a/2.jpg")]
    masks = [annotation(1, 1, attributes=given, iscrowd=1), annotation(2, 2, attributes={"track_id": 1})]
    track = read(tmp_path, top(images, masks)).dataset.tracks[0]
    assert frame_values(track) == {"occluded": [True, False], "pose": ["sits", None], "crowd": [True, False]}
    assert (track.iscrowd, track_values(track)) == (0, {})


def test_a_track_whose_masks_are_all_crowd_is_crowd(tmp_path: Path) -> None:
    entry = annotation(1, 1, track_id=1, iscrowd=True)
    track = read(tmp_path, top([image(1, "a/1.jpg")], [entry])).dataset.tracks[0]
    assert (track.iscrowd, frame_values(track)) == (1, {})


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"image_id": 5}, "annotations[1].image_id: 5 is not the id of an image"),
        ({"category_id": 4}, "annotations[1].category_id: 4 is not the id of a category"),
        ({"segmentation": {"size": [4, 5], "counts": [20]}}, "annotations[1].segmentation.size"),
        ({"segmentation": {"size": [4, 6], "counts": [[]]}}, "annotations[1].segmentation"),
        ({"segmentation": [[1, 2, "x", 4, 5, 6]]}, "annotations[1].segmentation[0]"),
        ({"track_id": "seven"}, "annotations[1].track_id"),
        ({"iscrowd": [1]}, "annotations[1].iscrowd"),
    ],
)
def test_an_error_names_its_place(tmp_path: Path, change: dict[str, Any], place: str) -> None:
    content = top([image(1, "a/1.jpg")], [annotation(1, 1), {**annotation(2, 1), **change}])
    with pytest.raises((FormatError, YouTubeVisError)) as error:
        read(tmp_path, content)
    assert place in str(error.value)


def test_with_keep_good_only_the_broken_video_is_left_out(tmp_path: Path) -> None:
    images = [image(1, "a/1.jpg"), image(2, "b/1.jpg")]
    masks = [annotation(1, 1, segmentation=5), annotation(2, 2, track_id=1)]
    content = read(tmp_path, top(images, masks), keep_good=True)
    assert [video.file_names for video in content.dataset.videos] == [("b/1.jpg",)]
    assert [track.video_id for track in content.dataset.tracks] == [content.dataset.videos[0].id]
    assert "annotations[0].segmentation" in content.left_out[0]


def test_if_every_video_is_broken_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="every video has an error"):
        read(tmp_path, top([image(1, "a/1.jpg")], [annotation(1, 1, segmentation=5)]), keep_good=True)


@pytest.mark.parametrize(
    "images",
    [
        [image(1, "a\0.jpg")],
        [image(1, "9" * 5000)],
        [image(1, "\ud800")],
        [image(1, "a.jpg"), image(1, "b.jpg")],
        [{"id": 1, "file_name": "a.jpg"}],
        [{"id": 1}],
        5,
        [3],
    ],
)
def test_bad_images_are_refused(tmp_path: Path, images: Any) -> None:
    with pytest.raises(FormatError, match="images"):
        read(tmp_path, top(images, []))


def test_what_cannot_be_stored_is_left_out_of_the_rest(tmp_path: Path) -> None:
    more = {"info": {"a": float("nan")}, "b": float("inf"), "c": 1}
    entry = annotation(1, 1, track_id=1, attributes={"\ud800": "x", "pose": "sits"})
    dataset = read(tmp_path, top([image(1, "a/1.jpg")], [entry], **more)).dataset
    assert (dataset.info, dataset.extra) == ({}, {"c": 1})
    assert frame_values(dataset.tracks[0]) == {"pose": ["sits"]}


@pytest.mark.parametrize("place", ["", "images", "../images", "../images/default"])
def test_pictures_beside_the_file_are_found(tmp_path: Path, place: str) -> None:
    folder = tmp_path / "annotations"
    (folder / place).mkdir(parents=True, exist_ok=True)
    (folder / place / "frame_1.png").write_bytes(b"")
    content = read(folder, top([image(1, "frame_1.png")], []))
    assert content.pictures is not None
    assert (content.pictures / "frame_1.png").is_file()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"segmentation": [[1, 1, 6, 1, 6, 3, 3]]}, "annotations[0].segmentation: a polygon must be a list of x, y"),
        ({"segmentation": [1, 1, 6, 1, 6, 3]}, "annotations[0].segmentation[0]: must be a polygon"),
        ({"segmentation": {"counts": [4, 4, 16]}}, "annotations[0].segmentation.size"),
        ({"segmentation": {"size": [4, 6], "counts": [4, 4]}}, "annotations[0].segmentation"),
        ({"track_id": 1.5}, "annotations[0].track_id"),
        ({"image_id": None}, "annotations[0].image_id"),
    ],
)
def test_odd_masks_of_other_tools_are_refused_with_their_place(
    tmp_path: Path, change: dict[str, Any], place: str
) -> None:
    with pytest.raises((FormatError, YouTubeVisError)) as error:
        read(tmp_path, top([image(1, "a/1.jpg")], [{**annotation(1, 1), **change}]))
    assert place in str(error.value)


def test_loose_numbers_missing_crowd_and_empty_objects_are_read(tmp_path: Path) -> None:
    loose = {"id": 1.0, "image_id": "1", "category_id": 3.0, "segmentation": RLE, "track_id": "4"}
    empty = {"id": 2, "image_id": 1, "category_id": 3, "segmentation": {}, "bbox": [1, 1, 2, 2], "track_id": 5}
    dataset = read(tmp_path, top([image(1, "day\\1.jpg")], [loose, empty])).dataset
    assert [(track.id, track.iscrowd, sorted(track.unknown)) for track in dataset.tracks] == [(4, 0, []), (5, 0, [0])]
    assert dataset.tracks[0].segmentations[0] is not None


def test_frames_are_ordered_by_any_key_that_tools_use(tmp_path: Path) -> None:
    for key in ("frame_id", "frame_index", "mot_frame_id"):
        images = [image(1, "b.jpg", video_id=9, **{key: 1}), image(2, "a.jpg", video_id=9, **{key: 0})]
        dataset = read(tmp_path, top(images, [], videos=[{"id": 9, "name": "v"}])).dataset
        assert dataset.videos[0].file_names == ("a.jpg", "b.jpg")


def crowds(dataset: VisDataset) -> list[tuple[int, object]]:
    return [(track.iscrowd, frame_values(track).get("crowd")) for track in dataset.tracks]


def test_marks_of_datumaro_on_masks_of_a_brush_are_no_crowds(tmp_path: Path) -> None:
    images = [image(1, "v/1.jpg"), image(2, "v/2.jpg")]
    brush = {"segmentation": RLE, "iscrowd": 1}
    masks = [annotation(1, 1, track_id=1), annotation(2, 2, track_id=1, **brush), annotation(3, 2, track_id=2, **brush)]
    found = read(tmp_path, top(images, masks)).dataset
    assert crowds(found) == [(0, None), (0, None)]
    assert "as Datumaro and CVAT do" in str(found.notes[-1])
    # A polygon that is a crowd shows that the marks mean it.
    masks.append(annotation(4, 1, track_id=3, iscrowd=1))
    assert crowds(read(tmp_path, top(images, masks)).dataset) == [(0, [False, True]), (1, None), (1, None)]


def test_crowds_as_coco_has_them_stay_and_are_noted(tmp_path: Path) -> None:
    masks = [annotation(1, 1), annotation(2, 1, segmentation=RLE, iscrowd=1)]
    found = read(tmp_path, top([image(1, "v/1.jpg")], masks)).dataset
    assert crowds(found) == [(0, None), (1, None)]
    assert "for which there is --crowd objects" in str(found.notes[-1])


def test_a_file_without_images_says_where_brushes_of_label_studio_are(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="images: is empty, so there is no frame; Label Studio leaves brushes out"):
        read(tmp_path, top([], []))
