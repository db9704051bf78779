"""Data sets that share YouTube-VIS's file: OVIS's list of occlusion, and labelformat's marks as crowd."""

import json
from pathlib import Path
from typing import Any

import pytest

from storage.formats import Broken, crowd_everywhere, recognise, without_crowd
from storage.formats.attributes import frame_values
from storage.youtube_vis import VisDataset, YouTubeVisError, no_check
from tests.storage.certificate.files import sound

LEFT = {"size": [1, 2], "counts": [0, 1, 1]}


def read(folder: Path, *tracks: dict[str, Any]) -> VisDataset:
    video = {"id": 1, "width": 2, "height": 1, "length": 2, "file_names": ["v/1.jpg", "v/2.jpg"]}
    own = {"video_id": 1, "category_id": 1, "segmentations": [LEFT, None], "iscrowd": 0}
    top = {
        "videos": [video],
        "categories": [{"id": 1, "name": "bee"}],
        "annotations": [{"id": k, **own, **track} for k, track in enumerate(tracks, start=1)],
    }
    path = folder / "instances.json"
    path.write_text(json.dumps(top))
    found = recognise(path)
    assert found.format.name == "youtube-vis"
    return found.format.read(found.path, Broken(keep_good=False), no_check, None).dataset


def test_ovis_occlusion_is_an_attribute_of_the_masks(tmp_path: Path) -> None:
    other = {"frame_attributes": {"light": ["on", None]}}
    first, second = read(tmp_path, {"occlusion": ["slight_occlusion", "no_occlusion"]} | other, {}).tracks
    assert frame_values(first) == {"occlusion": ["slight_occlusion", None], "light": ["on", None]}
    assert "occlusion" not in first.extra and second.extra == {}


@pytest.mark.parametrize("odd", [["a"], "slight", None, [None, "no_occlusion"], [1, 2]])
def test_another_list_of_occlusion_stays_as_it_came(tmp_path: Path, odd: Any) -> None:
    [track] = read(tmp_path, {"occlusion": odd}).tracks
    assert track.extra == {"occlusion": odd}


def test_only_a_file_whose_tracks_are_all_crowd_is_asked_about(tmp_path: Path) -> None:
    whole = read(tmp_path, {"iscrowd": 1}, {"iscrowd": True})
    assert crowd_everywhere(whole) and not crowd_everywhere(without_crowd(whole))
    assert [track.iscrowd for track in without_crowd(whole).tracks] == [0, 0]
    assert not crowd_everywhere(read(tmp_path, {"iscrowd": 1}, {})) and not crowd_everywhere(read(tmp_path))


def test_without_crowd_single_masks_have_no_mark_either(tmp_path: Path) -> None:
    marks = {"crowd": [True, None], "occluded": [True, None]}
    plain = without_crowd(read(tmp_path, {"frame_attributes": marks}, {"frame_attributes": {"crowd": [True, None]}}))
    assert [track.extra for track in plain.tracks] == [{"frame_attributes": {"occluded": [True, None]}}, {}]


def test_a_track_that_may_be_of_any_video_ends_the_reading_of_the_good_ones(tmp_path: Path) -> None:
    top = sound()
    top["annotations"][0]["video_id"] = "va"
    path = tmp_path / "in.json"
    path.write_text(json.dumps(top))
    reason = r"annotations\[0\]\.video_id: must be .*; nothing says which video lacks this track"
    with pytest.raises(YouTubeVisError, match=reason):
        recognise(path).format.read(path, Broken(keep_good=True), no_check, None)
