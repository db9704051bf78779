"""The neutral dataset while it is read, names, attributes, losses and variants."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from storage import rle
from storage.formats import (
    FORMATS,
    Broken,
    FormatError,
    Losses,
    crowd_everywhere,
    format_named,
    plain_videos,
    without_crowd,
    without_unknown_frames,
)
from storage.formats.attributes import described, frame_values, keys_of
from storage.formats.content import DatasetDraft
from storage.formats.names import by_video
from storage.formats.painting import paint
from storage.formats.registry import format_table
from storage.formats.variants import read
from storage.youtube_vis import VisCategory, VisDataset, VisTrack, VisVideo, YouTubeVisError, write_dataset

FULL = rle.encode(np.ones((2, 3), bool))
LEFT = rle.encode(np.array([[1, 0, 0], [1, 0, 0]], bool))


def dataset(*tracks: VisTrack, names: tuple[str, ...] = ("v/1.jpg", "v/2.jpg"), **more: object) -> VisDataset:
    video = VisVideo(1, 3, 2, len(names), names, dict(more))
    return VisDataset({}, (), (video,), (VisCategory(1, "bee"),), tracks)


def test_ids_of_a_file_are_kept_only_if_they_differ() -> None:
    for given, expected in (([4, 9], [4, 9]), ([4, 4], [1, 2]), ([4, None], [1, 2])):
        draft = DatasetDraft("file", Broken(keep_good=False))
        draft.video(3, 2, ["a.jpg"])
        for number in given:
            draft.track(1, draft.category("bee"), number).add(0, FULL)
        assert [track.id for track in draft.content().dataset.tracks] == expected


def test_masks_of_one_frame_are_joined_and_empty_ones_are_none() -> None:
    draft = DatasetDraft("file", Broken(keep_good=False))
    draft.video(3, 2, ["a.jpg", "b.jpg"])
    track = draft.track(1, draft.category("bee"))
    for mask in (LEFT, FULL):
        track.add(0, mask)
    track.add(1, rle.empty(2, 3))
    assert draft.content().dataset.tracks[0].segmentations == (FULL, None)


@pytest.mark.parametrize(("width", "height"), [(0, 5), (5, 0), (1 << 20, 1 << 20)])
def test_impossible_sizes_are_refused(width: int, height: int) -> None:
    with pytest.raises(FormatError, match="which is empty or above"):
        DatasetDraft("file", Broken(keep_good=False)).video(width, height, ["a.jpg"])


def test_frames_that_are_unknown_for_every_track_are_left_out_with_their_attributes() -> None:
    extra = {"frame_attributes": {"occluded": [True, None]}}
    silent = VisTrack(1, 1, 1, (FULL, None), unknown=frozenset({1}), extra=extra)
    found = without_unknown_frames(dataset(silent, replace(silent, id=2)))
    assert found.videos[0].file_names == ("v/1.jpg",)
    assert [(track.segmentations, track.unknown) for track in found.tracks] == [((FULL,), frozenset())] * 2
    assert frame_values(found.tracks[0]) == {"occluded": [True]}
    some = dataset(silent, VisTrack(2, 1, 1, (FULL, None)))
    assert without_unknown_frames(some) is some
    assert without_unknown_frames(dataset()) == dataset()


def test_attributes_stand_only_where_masks_are() -> None:
    keys = keys_of({"pose": "sits"}, {"occluded": {0: True, 1: True}, "lights": {1: "on"}}, (FULL, None, LEFT))
    assert keys == {"attributes": {"pose": "sits"}, "frame_attributes": {"occluded": [True, None, False]}}


def test_described_attributes_are_those_of_the_file_and_of_its_tracks() -> None:
    given = dataset(VisTrack(1, 1, 1, (FULL, None), extra={"attributes": {"pose": "runs", "truncated": True}}))
    listed = replace(given, extra={"attributes": [{"name": "pose", "values": ["sits"], "per": "track"}]})
    assert described(listed) == {"pose": ("track", ("sits", "runs")), "truncated": ("track", ())}


def test_the_smaller_mask_keeps_the_pixels_and_the_others_are_counted() -> None:
    picture, lost = paint([(7, LEFT), (5, FULL)], 2, 3)
    assert (picture.tolist(), lost) == ([[7, 5, 5], [7, 5, 5]], 2)


def test_names_are_plain_different_and_inside_the_folder() -> None:
    videos = [
        VisVideo(1, 1, 1, 1, ("JPEGImages/../a b/x:1.jpg",)),
        VisVideo(2, 1, 1, 1, ("A B/1.png",)),
        VisVideo(3, 1, 1, 2, ("1.jpg", "1.png")),
        VisVideo(4, 1, 1, 1, ("..\\..\\etc\\passwd",)),
        VisVideo(5, 1, 1, 1, (), {"name": "../é"}),
    ]
    losses = Losses()
    plain = plain_videos(VisDataset({}, (), tuple(videos), (), ()), losses)
    assert [one.name for one in plain.values()] == ["a b", "A B_2", "video_3", "etc", "-é"]
    assert plain[1].files == ("x_1.jpg",)
    assert plain[3].files == ("00000.jpg", "00001.png")
    assert plain[4].files == ("passwd.jpg",)
    assert losses.of("names") > 0


def test_videos_by_folder_or_by_name_and_number() -> None:
    names = ["a/1.jpg", "b/1.jpg", "a/2.jpg", "dog_1.jpg", "dog_02.jpg", "lone.jpg"]
    assert by_video(names) == {"a": [0, 2], "b": [1], "dog": [3, 4], "lone": [5]}


def test_losses_are_sentences_in_the_right_number() -> None:
    losses = Losses()
    losses.count("overlap", 0)
    losses.count("unknown")
    losses.count("overlap", 1234)
    assert [one.split(" ", 1)[0] for one in losses.sentences()] == ["1", "1,234"]
    assert losses.sentences()[0].startswith("1 entry of a track is unknown")


def test_every_format_says_what_it_lacks_and_an_unknown_name_is_refused() -> None:
    assert all(form.lacks() for form in FORMATS.values())
    assert "It has no track ids" in format_named("yolo").lacks()[0]
    assert format_table().count("\n") == len(FORMATS) + 1
    with pytest.raises(FormatError, match="There is no format x; there are youtube-vis"):
        format_named("x")


def test_occlusion_of_ovis_is_an_attribute_of_masks(tmp_path: Path) -> None:
    path = tmp_path / "ovis.json"
    write_dataset(path, dataset(VisTrack(1, 1, 1, (FULL, None), extra={"occlusion": ["slight_occlusion", None]})))
    track = read(path, Broken(keep_good=False)).dataset.tracks[0]
    assert frame_values(track) == {"occlusion": ["slight_occlusion", None]}
    assert "occlusion" not in track.extra


def test_crowd_everywhere_is_seen_and_can_be_taken_away() -> None:
    one, other = VisTrack(1, 1, 1, (FULL, None), iscrowd=1), VisTrack(2, 1, 1, (FULL, None))
    assert crowd_everywhere(dataset(one))
    assert not crowd_everywhere(dataset(one, other))
    assert not crowd_everywhere(dataset())
    assert [track.iscrowd for track in without_crowd(dataset(one)).tracks] == [0]


def test_of_a_youtube_vis_file_only_the_broken_video_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    given = dataset(VisTrack(1, 1, 1, (FULL, None)), VisTrack(2, 2, 1, (FULL,)))
    write_dataset(path, replace(given, videos=(*given.videos, VisVideo(2, 3, 2, 1, ("w/1.jpg",)))))
    top = json.loads(path.read_text())
    top["annotations"][0]["segmentations"][0]["counts"] = [1]
    path.write_text(json.dumps(top))
    with pytest.raises(YouTubeVisError):
        read(path, Broken(keep_good=False))
    found = read(path, Broken(keep_good=True))
    assert [video.id for video in found.dataset.videos] == [2]
    assert [track.id for track in found.dataset.tracks] == [2]
    assert "annotations[0].segmentations[0]" in found.left_out[0]


def test_the_readme_has_the_table_of_the_formats() -> None:
    text = (Path(__file__).parents[3] / "app/exchange/README.md").read_text(encoding="utf-8")
    assert f"\n\n{format_table()}\n\n" in text
