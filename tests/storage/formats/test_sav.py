"""SA-V files as the data set has them."""

import json
from pathlib import Path
from typing import Any

import pytest

from storage.formats import Broken, FormatContent, FormatError, recognise
from storage.formats.sav import STRIDE
from storage.youtube_vis import YouTubeVisError, no_check

EMPTY, LEFT = {"size": [1, 2], "counts": [2]}, {"size": [1, 2], "counts": [0, 1, 1]}


def content(**more: Any) -> dict[str, Any]:
    known = {"video_id": "sav_000001", "video_height": 1.0, "video_width": 2.0, "video_frame_count": 9.0}
    return {**known, "masklet": [[LEFT, EMPTY], [LEFT, EMPTY], [EMPTY, LEFT]], "masklet_id": [0, 5], **more}


def read(path: Path) -> FormatContent:
    found = recognise(path)
    assert found.format.name == "sa-v"
    return found.format.read(found.path, Broken(keep_good=False), no_check, None)


def write(folder: Path, top: dict[str, Any], kind: str = "manual") -> Path:
    path = folder / f"sav_000001_{kind}.json"
    path.write_text(json.dumps(top))
    return path


def test_masklets_are_tracks_at_every_fourth_frame(tmp_path: Path) -> None:
    found = read(write(tmp_path, content()))
    video = found.dataset.videos[0]
    assert video.file_names == tuple(f"sav_000001/{STRIDE * k:05d}.jpg" for k in range(3))
    shown = {track.id: [mask is not None for mask in track.segmentations] for track in found.dataset.tracks}
    assert shown == {0: [True, True, False], 5: [False, False, True]}
    assert found.pictures == tmp_path


def test_of_two_files_of_a_video_the_manual_one_is_taken(tmp_path: Path) -> None:
    write(tmp_path, content(masklet=[[LEFT]], masklet_id=[0]), kind="auto")
    write(tmp_path, content())
    found = read(tmp_path).dataset
    assert (len(found.videos), len(found.tracks)) == (1, 2)
    assert "sav_000001_auto.json: is left out" in str(found.notes[0])


@pytest.mark.parametrize(("count", "step"), [(9.0, 4), (12.0, 4), (3.0, 1), (6.0, 2), (None, 4)])
def test_the_number_of_frames_tells_the_stride(tmp_path: Path, count: float | None, step: int) -> None:
    video = read(write(tmp_path, content(video_frame_count=count))).dataset.videos[0]
    assert video.file_names[1] == f"sav_000001/{step:05d}.jpg"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"masklet": [[LEFT, {"size": [1, 3], "counts": [3]}]]}, "masklet[0][1]"),
        ({"masklet": [LEFT]}, "masklet[0]: must be a list"),
        ({"masklet_id": [1]}, "masklet_id: has 1 ids"),
        ({"video_height": None}, "video_height"),
        ({"video_frame_count": 2}, "video_frame_count: is 2"),
        ({"masklet": 5}, "no list `masklet`"),
    ],
)
def test_an_error_names_its_place(tmp_path: Path, change: dict[str, Any], place: str) -> None:
    with pytest.raises((FormatError, YouTubeVisError)) as error:
        read(write(tmp_path, content(**change)))
    assert place in str(error.value)
