"""What is read of a truth file: masks of the chosen frames alone, and where the frames of its videos lie."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.errors import BadInput
from app.spreading.truth_file import VideoPlaces, read_given
from storage import rle
from storage.youtube_vis import YouTubeVisError
from tests.app.command_line import annotation_file, pictures

MASK = np.zeros((48, 64), bool)
MASK[10:20, 30:50] = True


def track(number: int, masks: list[Any], *, video: int = 10) -> dict[str, Any]:
    return {"id": number, "video_id": video, "category_id": 101, "segmentations": masks, "iscrowd": 0}


def truth(path: Path, annotations: list[Any], *, names: int = 3, **of_video: Any) -> Path:
    annotation_file(path, [[f"x/{k:05d}.png" for k in range(names)]], annotations=annotations)
    content = json.loads(path.read_text())
    content["videos"][0].update(of_video)
    path.write_text(json.dumps(content))
    return path


def changed(file: Path, annotations: object) -> Path:
    file.write_text(json.dumps({**json.loads(file.read_text()), "annotations": annotations}))
    return file


def test_only_masks_of_the_chosen_frames_are_read(tmp_path: Path) -> None:
    file = truth(tmp_path / "t.json", [track(7, [rle.encode(MASK), "no mask at all", None])])

    [video] = read_given(file, [0, 2]).videos

    [one] = video.tracks
    assert (one.id, one.category, list(one.masks)) == (7, 101, [0, 2])
    assert np.array_equal(rle.decode(one.masks[0]), MASK) and one.masks[2] is None
    with pytest.raises(YouTubeVisError, match=r"segmentations\[1\]"):
        read_given(file, [1])


def test_uncompressed_masks_and_empty_ones_are_understood(tmp_path: Path) -> None:
    plain = {"size": [48, 64], "counts": rle.uncompress(rle.encode(MASK))}
    empty = rle.encode(np.zeros_like(MASK))

    [video] = read_given(truth(tmp_path / "t.json", [track(1, [plain, empty, None])]), [0, 1]).videos

    assert np.array_equal(rle.decode(video.tracks[0].masks[0]), MASK) and video.tracks[0].masks[1] is None


def test_a_box_in_place_of_a_mask_is_unknown_and_not_absent(tmp_path: Path) -> None:
    file = truth(tmp_path / "t.json", [track(1, [[[1, 1, 5, 5]], None, None])])

    found = read_given(file, [0, 1])

    assert found.videos[0].tracks[0].masks == {1: None}
    [note] = found.notes
    assert "annotations[0].segmentations[0]" in note and "unknown, not absent" in note


@pytest.mark.parametrize(("annotated", "missing"), [(None, 3), ([0, 2], 1)])
def test_a_video_without_such_a_frame_is_left_out(tmp_path: Path, annotated: list[int] | None, missing: int) -> None:
    more = {} if annotated is None else {"annotated_frames": annotated}
    file = truth(tmp_path / "t.json", [track(1, [None, None, None])], **more)

    found = read_given(file, [0, missing])

    assert found.videos == ()
    assert found.left_out == (f"Left out: video 10 (x) has no annotated frame {missing}.",)
    assert len(read_given(file, [0, 2]).videos) == 1


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (track(1, [None]), "must have 3 entries, one for each frame"),
        (track(1, [None] * 3, video=99), "names no video"),
        ({**track(1, [None] * 3), "id": "one"}, "must have whole numbers"),
        ({**track(1, [None] * 3), "category_id": 999}, "names no category"),
    ],
)
def test_what_is_no_track_is_refused_with_its_place(tmp_path: Path, entry: dict, sentence: str) -> None:
    with pytest.raises(YouTubeVisError, match=rf"annotations\[0\].*{sentence}"):
        read_given(truth(tmp_path / "t.json", [entry]), [0])


@pytest.mark.parametrize("annotations", [5, "", {}, True])
def test_tracks_that_are_no_list_are_refused(tmp_path: Path, annotations: object) -> None:
    with pytest.raises(YouTubeVisError, match="annotations: must be a list"):
        read_given(changed(truth(tmp_path / "t.json", []), annotations), [0])


def test_two_tracks_of_one_id_are_refused_so_that_none_is_lost(tmp_path: Path) -> None:
    with pytest.raises(YouTubeVisError, match=r"annotations\[1\].id 7 is used twice"):
        read_given(truth(tmp_path / "t.json", [track(7, [None] * 3), track(7, [None] * 3)]), [0])


def test_no_dataset_and_no_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text("[]")
    with pytest.raises(BadInput, match="no YouTube-VIS file"):
        read_given(tmp_path / "results.json", [0])
    with pytest.raises(YouTubeVisError, match="folder"):
        read_given(tmp_path, [0])


def test_frames_are_pictures_or_a_video_file_of_the_folder(tmp_path: Path) -> None:
    [video] = read_given(truth(tmp_path / "t.json", [], video_file="videos/film.mp4"), []).videos
    pictures(tmp_path / "JPEGImages" / "x")
    (tmp_path / "other" / "videos").mkdir(parents=True)

    assert VideoPlaces(tmp_path, [video.video]).find(video.video) == (
        tmp_path / "JPEGImages",
        ("x/00000.png", "x/00001.png", "x/00002.png"),
    )
    with pytest.raises(BadInput, match=r"x/00000\.png"):
        VideoPlaces(tmp_path / "other", [video.video]).find(video.video)
    for name in ("x.mp4", "film.mp4", "videos/film.mp4"):
        file = tmp_path / "other" / name
        file.write_bytes(b"")
        assert VideoPlaces(tmp_path / "other", [video.video]).find(video.video) == (file, None)


def test_one_file_is_the_only_video_or_the_one_that_names_it(tmp_path: Path) -> None:
    names = [[f"{name}/{k}.png" for k in range(2)] for name in ("x", "y")]
    file = annotation_file(tmp_path / "t.json", names, annotations=[])
    content = json.loads(file.read_text())
    content["videos"][1]["video_files"] = ["a.mkv", "b.mp4"]
    file.write_text(json.dumps(content))
    first, second = (one.video for one in read_given(file, []).videos)
    for name in ("b.mp4", "c.mp4"):
        (tmp_path / name).write_bytes(b"")

    assert VideoPlaces(tmp_path / "c.mp4", [first]).find(first) == (tmp_path / "c.mp4", None)
    places = VideoPlaces(tmp_path / "b.mp4", [first, second])
    assert places.find(second) == (tmp_path / "b.mp4", None)
    with pytest.raises(BadInput, match="another video"):
        places.find(first)
    with pytest.raises(BadInput, match="2 videos"):
        VideoPlaces(tmp_path / "c.mp4", [first, second])
    with pytest.raises(BadInput, match="no file or folder"):
        VideoPlaces(tmp_path / "d.mp4", [first])
