"""How the boxes of a YouTube-VIS file become truth; `test_train.py` covers the rest of the source."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco

from app.training.file_clips import MissingFrames, WrongSize, YoutubeVisClips
from model.training.clips import labelled_frames
from model.training.targets import PRESENT, UNKNOWN
from storage.youtube_vis import YouTubeVisError


def write(folder: Path, **track: object) -> Path:
    """A file of one video with two frames; the mask of its track is the box 4, 5, 10, 8 in both."""
    mask = np.zeros((20, 30), np.uint8, order="F")
    mask[5:13, 4:14] = 1
    rle = coco.encode(mask)
    encoded = {"size": [20, 30], "counts": rle["counts"].decode()}
    names = ["v/0.png", "v/1.png"]
    (folder / "v").mkdir()
    for name in names:
        Image.new("RGB", (30, 20)).save(folder / name)
    entry = {"id": 1, "video_id": 1, "category_id": 1, "segmentations": [encoded, encoded], **track}
    content = {
        "videos": [{"id": 1, "width": 30, "height": 20, "length": 2, "file_names": names}],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [entry],
    }
    path = folder / "instances.json"
    path.write_text(json.dumps(content))
    return path


def test_the_boxes_that_the_file_states_count(tmp_path: Path) -> None:
    path = write(tmp_path, bboxes=[[4.0, 5.0, 10.0, 8.0], [4.0, 5.0, 10.0, 0.5]])
    video = YoutubeVisClips(path, tmp_path).videos[0]
    assert video.tracks[0].boxes == ((4.0, 5.0, 10.0, 8.0), (4.0, 5.0, 10.0, 0.5))
    assert labelled_frames(video) == [0]  # a box thinner than a pixel is dropped, whatever the mask


@pytest.mark.parametrize("boxes", [{}, {"bboxes": None}, {"bboxes": [None, None]}])
def test_without_stated_boxes_the_masks_give_them(tmp_path: Path, boxes: dict[str, object]) -> None:
    video = YoutubeVisClips(write(tmp_path, **boxes), tmp_path).videos[0]
    assert video.tracks[0].boxes == ((4.0, 5.0, 10.0, 8.0),) * 2


def test_frames_are_named_and_read(tmp_path: Path) -> None:
    source = YoutubeVisClips(write(tmp_path), tmp_path)
    assert source.file_name(0, 1) == "v/1.png"
    assert source.read_frames(0, [1, 0]).shape == (2, 20, 30, 3)


def test_a_text_that_is_no_json_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text("{")
    with pytest.raises(YouTubeVisError, match=r"broken\.json"):
        YoutubeVisClips(path, tmp_path)


NAN = float("nan")


def test_boxes_of_nan_are_those_of_the_masks_and_noted(tmp_path: Path) -> None:
    path = write(tmp_path, bboxes=[[NAN] * 4, [4, 5, 10, 8]], areas=[NAN, 80])
    source = YoutubeVisClips(path, tmp_path)
    assert source.videos[0].tracks[0].boxes == ((4.0, 5.0, 10.0, 8.0),) * 2
    assert labelled_frames(source.videos[0]) == [0, 1]
    assert [(note.kind, note.text.split()[0]) for note in source.notes if note.kind == "NaN"] == [
        *(("NaN", "annotations[0].bboxes[0]"), ("NaN", "annotations[0].areas[0]")),
    ]


def test_boxes_as_corners_are_noted_with_place_and_frame(tmp_path: Path) -> None:
    source = YoutubeVisClips(write(tmp_path, bboxes=[[4, 5, 14, 13], [4, 5, 10, 8]]), tmp_path)
    [note] = source.notes
    assert (note.kind, note.video, note.frame) == ("box of something else", "v", 0)
    assert note.text.startswith("annotations[0].bboxes[0] is [4, 5, 14, 13], but the box of the mask is [4, 5, 10, 8]")


def test_polygons_that_are_no_mask_are_unknown(tmp_path: Path) -> None:
    square = [4, 5, 14, 5, 14, 13, 4, 13]
    source = YoutubeVisClips(write(tmp_path, segmentations=[[square], [[4, 5, 14, 13]]]), tmp_path)
    assert source.videos[0].tracks[0].states == (PRESENT, UNKNOWN)
    assert [note.kind for note in source.notes] == ["polygons of one or two points"]


def test_ids_as_text_are_trained_on(tmp_path: Path) -> None:
    source = YoutubeVisClips(write(tmp_path, id="1", video_id="1", category_id="1"), tmp_path)
    assert len(source.videos[0].tracks) == 1 and {note.kind for note in source.notes} == {"number in text"}


@pytest.mark.parametrize("which", [0, 1])
def test_a_picture_of_another_shape_is_refused_by_name(tmp_path: Path, which: int) -> None:
    path = write(tmp_path)
    Image.new("RGB", (20, 30)).save(tmp_path / "v" / f"{which}.png")
    with pytest.raises(WrongSize, match=rf"v/{which}\.png is 20 x 30, but the file says 30 x 20"):
        YoutubeVisClips(path, tmp_path)


def test_pictures_turned_by_their_tag_count_as_they_are_shown(tmp_path: Path) -> None:
    path = write(tmp_path)
    for name in ("0", "1"):
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.new("RGB", (20, 30)).save(tmp_path / "v" / f"{name}.png", exif=exif)
    assert YoutubeVisClips(path, tmp_path).notes == ()


def test_pictures_of_another_scale_are_noted(tmp_path: Path) -> None:
    path = write(tmp_path)
    for name in ("0", "1"):
        Image.new("RGB", (61, 40)).save(tmp_path / "v" / f"{name}.png")
    [note] = YoutubeVisClips(path, tmp_path).notes
    assert note.kind == "pictures of another scale" and "61 x 40, the file says 30 x 20" in note.text


def test_pictures_of_two_scales_in_one_video_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    Image.new("RGB", (60, 40)).save(tmp_path / "v" / "1.png")
    with pytest.raises(WrongSize, match=r"v/1\.png is 60 x 40, but the first picture of video 1 is 30 x 20"):
        YoutubeVisClips(path, tmp_path)


def test_every_picture_is_looked_for_at_once(tmp_path: Path) -> None:
    path = write(tmp_path)
    (tmp_path / "v" / "1.png").unlink()
    with pytest.raises(MissingFrames, match=r"v/1\.png: the frame of video 1 is not there"):
        YoutubeVisClips(path, tmp_path)


def test_pictures_in_another_place_with_another_suffix_are_read(tmp_path: Path) -> None:
    path = write(tmp_path)
    (tmp_path / "train" / "JPEGImages").mkdir(parents=True)
    (tmp_path / "v").rename(tmp_path / "train" / "JPEGImages" / "v")
    for name in ("0", "1"):
        picture = tmp_path / "train" / "JPEGImages" / "v" / f"{name}.png"
        picture.rename(picture.with_suffix(".PNG"))
    source = YoutubeVisClips(path, tmp_path)
    assert source.file_name(0, 1) == "v/1.PNG" and source.read_frames(0, [0, 1]).shape == (2, 20, 30, 3)
    assert [note.kind for note in source.notes] == ["pictures in another folder", "picture names that differ"]
