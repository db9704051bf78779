"""Files for CVAT hold every mask after CVAT's own import, which takes only one mask of a track of masks."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings

from storage import rle
from storage.formats import Broken, Losses
from storage.formats.cvat import read
from storage.formats.cvat_writer import write_images, write_videos
from storage.formats.names import plain_videos
from storage.youtube_vis import VisCategory, VisDataset, VisTrack, VisVideo
from tests.storage.formats.cvat_import import import_images, import_video
from tests.storage.formats.datasets import datasets


def one_video(*tracks: VisTrack) -> VisDataset:
    video = VisVideo(1, 6, 5, 3, ("v/0.png", "v/1.png", "v/2.png"))
    return VisDataset({}, (), (video,), (VisCategory(1, "bee"),), tracks)


def blot() -> rle.Rle:
    """A mask with a hole and a second part, 5 x 6 pixels."""
    pixels = np.zeros((5, 6), bool)
    pixels[:3, :3] = True
    pixels[1, 1] = False
    pixels[4, 5] = True
    return rle.encode(pixels)


@settings(max_examples=40, deadline=None)
@given(dataset=datasets())
def test_every_mask_of_a_track_comes_into_cvat(tmp_path_factory: pytest.TempPathFactory, dataset: VisDataset) -> None:
    folder = tmp_path_factory.mktemp("cvat")
    write_videos(folder, dataset, Losses())
    labels = {one.id: one.name for one in dataset.categories}
    for video in dataset.videos:
        own = [track for track in dataset.tracks if track.video_id == video.id]
        expected = sorted(
            (str(frame), labels[track.category_id], str(number), mask["counts"])
            for number, track in enumerate(own)
            for frame, mask in enumerate(track.segmentations)
            if mask is not None
        )
        file = folder / plain_videos(dataset)[video.id].name / "annotations.xml"
        there = import_video(file, video.height, video.width)
        assert sorted((*place, rle.encode(pixels)["counts"]) for *place, pixels in there) == expected


@settings(max_examples=40, deadline=None)
@given(dataset=datasets())
def test_masks_of_images_come_into_cvat_in_the_group_of_their_track(
    tmp_path_factory: pytest.TempPathFactory, dataset: VisDataset
) -> None:
    file = tmp_path_factory.mktemp("cvat") / "annotations.xml"
    write_images(file, dataset, Losses())
    plain = plain_videos(dataset)
    labels = {one.id: one.name for one in dataset.categories}
    expected = sorted(
        (
            f"{plain[track.video_id].name}/{plain[track.video_id].files[frame]}",
            labels[track.category_id],
            str(track.id),
            mask["counts"],
        )
        for track in dataset.tracks
        for frame, mask in enumerate(track.segmentations)
        if mask is not None
    )
    assert sorted((*place, rle.encode(pixels)["counts"]) for *place, pixels in import_images(file)) == expected


def test_a_hole_and_a_second_part_are_one_polygon_and_counted(tmp_path: Path) -> None:
    losses = Losses()
    write_videos(tmp_path, one_video(VisTrack(1, 1, 1, (blot(), None, blot()))), losses)
    root = ElementTree.parse(tmp_path / "v/annotations.xml").getroot()
    shapes = [(one.tag, one.get("frame"), one.get("outside")) for one in root.iter("polygon")]
    assert shapes == [("polygon", "0", "0"), ("polygon", "1", "1"), ("polygon", "2", "0")]
    assert losses.of("holes") == 2
    back = read(tmp_path / "v/annotations.xml", Broken(keep_good=False)).dataset.tracks[0]
    assert back.segmentations == (blot(), None, blot())


def test_a_thing_that_is_gone_stays_outside_until_it_comes_back(tmp_path: Path) -> None:
    write_videos(tmp_path, one_video(VisTrack(4, 1, 1, (None, blot(), None))), Losses())
    root = ElementTree.parse(tmp_path / "v/annotations.xml").getroot()
    assert [(one.get("frame"), one.get("outside")) for one in root.iter("polygon")] == [("1", "0"), ("2", "1")]


def test_ids_from_zero_leave_from_one_because_cvat_takes_zero_for_no_group(tmp_path: Path) -> None:
    tracks = (VisTrack(0, 1, 1, (blot(), blot(), None)), VisTrack(1, 1, 1, (blot(), None, None)))
    write_images(tmp_path / "annotations.xml", one_video(*tracks), Losses())
    assert {group for _, _, group, _ in import_images(tmp_path / "annotations.xml")} == {"1", "2"}
    back = read(tmp_path / "annotations.xml", Broken(keep_good=False)).dataset
    assert [replace(track, id=track.id - 1, extra={}).segmentations for track in back.tracks] == [
        track.segmentations for track in tracks
    ]
