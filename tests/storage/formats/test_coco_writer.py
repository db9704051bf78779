"""COCO and CocoVID as they are written: what readers of these formats look for."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from pycocotools import mask as mask_api
from pycocotools.coco import COCO
from pytest import TempPathFactory

from storage import rle
from storage.formats import Losses
from storage.formats.coco_writer import write
from storage.youtube_vis import VisDataset
from tests.storage.formats.datasets import datasets

coco: Any = mask_api


def written(dataset: VisDataset, folder: Path, **how: bool) -> dict[str, Any]:
    write(folder / "out.json", dataset, Losses(), **how)
    return dict(json.loads((folder / "out.json").read_text()))


@settings(max_examples=20, deadline=None)
@given(dataset=datasets(flags=True))
def test_the_official_reader_finds_every_mask_in_its_picture(
    tmp_path_factory: TempPathFactory, dataset: VisDataset
) -> None:
    folder = tmp_path_factory.mktemp("coco")
    for polygons in (False, True):
        write(folder / "out.json", dataset, Losses(), polygons=polygons)
        read = COCO(folder / "out.json")
        found = {
            (read.imgs[one["image_id"]]["file_name"], one["track_id"], one["category_id"]): read.annToMask(one)
            for one in read.anns.values()
        }
        names = {video.id: video.file_names for video in dataset.videos}
        wanted = {
            (names[track.video_id][frame], track.id, track.category_id): rle.decode(mask)
            for track in dataset.tracks
            for frame, mask in enumerate(track.segmentations)
            if mask is not None
        }
        assert found.keys() == wanted.keys()
        assert all((found[key] == wanted[key]).all() for key in wanted)


@settings(max_examples=20, deadline=None)
@given(dataset=datasets())
def test_area_and_box_are_those_of_the_pixels(tmp_path_factory: TempPathFactory, dataset: VisDataset) -> None:
    top = written(dataset, tmp_path_factory.mktemp("coco"))
    assert [one["id"] for one in top["annotations"]] == list(range(1, len(top["annotations"]) + 1))
    for one in top["annotations"]:
        code = one["segmentation"]
        assert (one["area"], one["bbox"]) == (coco.area(code), coco.toBbox(code).tolist())


@settings(max_examples=20, deadline=None)
@given(dataset=datasets())
def test_cocovid_joins_pictures_to_videos_and_masks_to_things(
    tmp_path_factory: TempPathFactory, dataset: VisDataset
) -> None:
    top = written(dataset, tmp_path_factory.mktemp("coco"), videos=True)
    images = {one["id"]: one for one in top["images"]}
    assert {one["id"]: one["name"] for one in top["videos"]} == {one.id: f"v{one.id}" for one in dataset.videos}
    for video in dataset.videos:
        own = [one for one in top["images"] if one["video_id"] == video.id]
        assert [(one["frame_id"], one["file_name"]) for one in own] == list(enumerate(video.file_names))
    owners = {track.id: track.video_id for track in dataset.tracks}
    for one in top["annotations"]:
        assert one["instance_id"] == one["track_id"]
        assert owners[one["instance_id"]] == one["video_id"] == images[one["image_id"]]["video_id"]


def test_plain_coco_has_no_videos(tmp_path: Path) -> None:
    top = written(VisDataset({}, (), (), (), ()), tmp_path)
    assert "videos" not in top and top["images"] == top["annotations"] == []
