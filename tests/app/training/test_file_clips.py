"""How the boxes of a YouTube-VIS file become truth; `test_train.py` covers the rest of the source."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco

from app.training.file_clips import YoutubeVisClips
from model.training.clips import labelled_frames
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
