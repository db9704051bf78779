"""Procedural data sets on disk: layout, bytes, and what happens when writing fails."""

import hashlib
import json

import cv2
import numpy as np
import pytest
from pycocotools import mask as coco_mask

from model.evaluation import evaluate
from model.procedural import DatasetFolderError, UnknownDomainError, dataset, render_video, synthesize

ORDER = {"domain": "occlusion", "videos": 3, "frames": 4, "size": (96, 64), "seed": 6}


def fingerprint(folder):
    """Relative path and digest of every file."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "set"
    assert synthesize(folder, **ORDER) == folder
    return folder, json.loads((folder / "instances.json").read_text())


def test_the_frames_lie_where_the_document_says(written):
    folder, document = written
    named = {name for video in document["videos"] for name in video["file_names"]}
    assert {str(p.relative_to(folder / "JPEGImages")) for p in folder.rglob("*.png")} == named
    assert document["videos"][1]["file_names"][2] == "00001/00002.png"
    assert sorted(path.name for path in folder.iterdir()) == ["JPEGImages", "instances.json"]


def test_the_frames_hold_the_rendered_pixels(written):
    folder, document = written
    for index, video in enumerate(document["videos"]):
        rendered = render_video("occlusion", index=index, seed=6, frames=4, size=(96, 64))
        for t, name in enumerate(video["file_names"]):
            image = cv2.imread(str(folder / "JPEGImages" / name), cv2.IMREAD_COLOR)
            assert (image[..., ::-1] == rendered.frames[t]).all()


def test_videos_and_categories_are_numbered_from_one(written):
    _, document = written
    assert [video["id"] for video in document["videos"]] == [1, 2, 3]
    assert {(video["width"], video["height"], video["length"]) for video in document["videos"]} == {(96, 64, 4)}
    assert [entry["id"] for entry in document["categories"]] == [1, 2, 3, 4, 5]
    assert [entry["name"] for entry in document["categories"]] == ["fish", "star", "jelly", "wheel", "leaf"]
    assert [entry["id"] for entry in document["annotations"]] == [*range(1, len(document["annotations"]) + 1)]
    assert document["info"]["seed"] == 6


def test_the_annotations_hold_the_rendered_masks(written):
    _, document = written
    for index in range(3):
        rendered = render_video("occlusion", index=index, seed=6, frames=4, size=(96, 64))
        entries = [entry for entry in document["annotations"] if entry["video_id"] == index + 1]
        assert [entry["category_id"] - 1 for entry in entries] == [track.label for track in rendered.tracks]
        for entry, track in zip(entries, rendered.tracks, strict=True):
            assert (entry["width"], entry["height"], entry["length"], entry["iscrowd"]) == (96, 64, 4, 0)
            for t, code in enumerate(entry["segmentations"]):
                found = np.zeros((64, 96), bool) if code is None else coco_mask.decode(code).astype(bool)
                assert (found == track.masks[t]).all()


def test_boxes_and_areas_fit_the_masks(written):
    for entry in written[1]["annotations"]:
        for code, box, area in zip(entry["segmentations"], entry["bboxes"], entry["areas"], strict=True):
            assert (code is None) == (box is None) == (area is None)
            if code is None:
                continue
            rows, columns = np.nonzero(coco_mask.decode(code))
            left, top = columns.min(), rows.min()
            assert box == [left, top, columns.max() + 1 - left, rows.max() + 1 - top]
            assert area == len(rows)


def test_frames_without_a_visible_pixel_are_null(tmp_path):
    synthesize(tmp_path / "set", domain="long", videos=4, frames=40, size=(64, 48), seed=1)
    document = json.loads((tmp_path / "set" / "instances.json").read_text())
    absent = [code for entry in document["annotations"] for code in entry["segmentations"] if code is None]
    assert absent
    assert all(any(entry["segmentations"]) for entry in document["annotations"])


def test_the_same_order_gives_the_same_bytes(written, tmp_path):
    assert fingerprint(synthesize(tmp_path / "again", **ORDER)) == fingerprint(written[0])


def test_a_larger_set_begins_with_the_smaller_one(written, tmp_path):
    more = fingerprint(synthesize(tmp_path / "more", **(ORDER | {"videos": 4})))
    less = {name: digest for name, digest in fingerprint(written[0]).items() if name.endswith(".png")}
    assert less.items() <= more.items()


def test_the_truth_scores_one_against_itself(written):
    _, document = written
    keys = ("video_id", "category_id", "segmentations")
    results = [{key: entry[key] for key in keys} | {"score": 1.0} for entry in document["annotations"]]
    assert evaluate(document, results).stats["AP"] == pytest.approx(1.0)


def test_progress_counts_the_videos(tmp_path):
    calls = []
    synthesize(tmp_path / "set", **ORDER, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 3), (2, 3), (3, 3)]


def test_an_empty_folder_is_filled_and_missing_parents_are_made(tmp_path):
    (tmp_path / "empty").mkdir()
    assert (synthesize(tmp_path / "empty", **ORDER) / "instances.json").exists()
    assert (synthesize(tmp_path / "a" / "b", **ORDER) / "instances.json").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(DatasetFolderError, match="not an empty folder: choose a new one"):
        synthesize(tmp_path, **ORDER)
    assert fingerprint(tmp_path).keys() == {"note.txt"}


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "set").write_text("mine")
    with pytest.raises(DatasetFolderError):
        synthesize(tmp_path / "set", **ORDER)


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_an_interrupted_set_leaves_nothing_behind(tmp_path, failure):
    def stop(done, total):
        if done == 2:
            raise failure

    with pytest.raises(failure):
        synthesize(tmp_path / "set", **ORDER, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_frame_that_cannot_be_encoded_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(dataset.cv2, "imencode", lambda *_: (False, None))
    with pytest.raises(dataset.FrameWriteError, match=r"00000\.png: the frame could not be encoded"):
        synthesize(tmp_path / "set", **ORDER)
    assert list(tmp_path.iterdir()) == []


def test_nonsense_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(UnknownDomainError):
        synthesize(tmp_path / "set", **(ORDER | {"domain": "dmeo"}))
    with pytest.raises(ValueError, match="cannot synthesize 0 videos"):
        synthesize(tmp_path / "set", **(ORDER | {"videos": 0}))
    with pytest.raises(ValueError, match="cannot render 0 frames"):
        synthesize(tmp_path / "set", **(ORDER | {"frames": 0}))
    assert list(tmp_path.iterdir()) == []
