"""What the published loader and trainer trip over is worked around and told, by video and frame."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from pycocotools import mask as coco

from app.training.file_clips import YoutubeVisClips
from app.training.train import TrainListener, TrainOrder, train
from model.config import ScaleConfig
from model.training.clips import ClipDataset, ClipVideo, DataNote, labelled_frames, notes_of
from model.training.targets import ABSENT, PRESENT, UNKNOWN
from model.training.trainer import StepReport
from storage.youtube_vis import note_lines
from tests.model.small import MadeSource, box_track

WIDE = (48, 64)  # height, width
BOX = [8.0, 6.0, 30.0, 24.0]
Entry = dict[str, Any]


def rle(box: Sequence[float] = BOX) -> Entry:
    mask = np.zeros(WIDE, np.uint8, order="F")
    x, y, w, h = (int(value) for value in box)
    mask[y : y + h, x : x + w] = 1
    encoded = coco.encode(mask)
    return {"size": list(WIDE), "counts": encoded["counts"].decode()}


def track(number: int, video: int, count: int, **changes: Any) -> Entry:
    """A track that stands still through a video of ``count`` frames."""
    entry = {
        "id": number,
        "video_id": video,
        "category_id": 1,
        "segmentations": [rle()] * count,
        "bboxes": [BOX] * count,
        "areas": [720] * count,
        "iscrowd": 0,
    }
    return {**entry, **changes}


def write(folder: Path, lengths: Sequence[int], annotations: list[Entry], **more: Any) -> Path:
    """A file of videos "v1", "v2", … with so many frames, and the pictures beside it."""
    videos = []
    for number, length in enumerate(lengths, start=1):
        names = [f"v{number}/{k:05d}.png" for k in range(length)]
        (folder / f"v{number}").mkdir()
        for k, name in enumerate(names):
            noise = np.random.default_rng(k).integers(0, 255, (*WIDE, 3), np.uint8)
            Image.fromarray(noise).save(folder / name)
        videos.append({"id": number, "height": WIDE[0], "width": WIDE[1], "length": length, "file_names": names})
    categories = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]
    path = folder / "instances.json"
    path.write_text(json.dumps({"videos": videos, "categories": categories, "annotations": annotations, **more}))
    return path


def order(path: Path, **changes: Any) -> TrainOrder:
    base = TrainOrder(path, path.parent, "tevit_tiny", path.parent / "run", steps=1, batch=1, seed=1)
    return replace(base, **changes)


def ran(made: TrainOrder) -> tuple[list[StepReport], list[str]]:
    """The steps of a run, and the lines that it told."""
    steps: list[StepReport] = []
    told: list[str] = []
    train(made, TrainListener(steps.append, told.append))
    assert len(steps) == made.steps and all(np.isfinite(step.loss) for step in steps)
    return steps, told


def report_of(made: TrainOrder) -> Entry:
    return json.loads((made.out / "report.json").read_text())


def test_videos_with_one_and_with_too_few_labelled_frames_are_trained_on_and_named(tmp_path: Path) -> None:
    """The published loader stops at a single labelled frame, and asks for ever where every video is short."""
    alone = track(2, 2, 2, segmentations=[rle(), None], bboxes=[BOX, None], areas=[720, None])
    made = order(write(tmp_path, (2, 2), [track(1, 1, 2), alone]))

    _, told = ran(made)

    assert "Video v1: frames with truth: 2, in a clip: 3; some are seen twice in one clip." in told
    assert "Video v2: frames with truth: 1, in a clip: 3; some are seen twice in one clip." in told
    assert [note["video"] for note in report_of(made)["data"] if note["kind"] == "few frames"] == ["v1", "v2"]


def test_a_video_without_any_truth_is_left_out_and_named(tmp_path: Path) -> None:
    made = order(write(tmp_path, (3, 3), [track(1, 2, 3)]))

    _, told = ran(made)

    assert "Video v1: no frame has a mask to learn from." in told


def test_a_frame_whose_boxes_are_all_too_thin_is_left_out_and_named(tmp_path: Path) -> None:
    """The published filter keeps it and its parser drops the box: at a frame without truth the assigner stops."""
    thin = track(1, 1, 4, bboxes=[BOX, [8.0, 6.0, 0.5, 24.0], BOX, BOX])
    path = write(tmp_path, (4,), [thin])

    _, told = ran(order(path))

    assert labelled_frames(YoutubeVisClips(path, tmp_path).videos[0]) == [0, 2, 3]
    assert "Video v1 frame 1: the box of its track is thinner than a pixel; it is left out." in told


@pytest.mark.parametrize("box", [[64.0, 6.0, 10.0, 10.0], [-12.0, 6.0, 10.0, 10.0], [8.0, 50.0, 9.0, 9.0]])
def test_a_box_outside_the_picture_is_not_learnt_from_and_is_named(tmp_path: Path, box: list[float]) -> None:
    path = write(tmp_path, (4,), [track(3, 1, 4, bboxes=[BOX, BOX, box, BOX])])

    source = YoutubeVisClips(path, tmp_path)

    assert source.videos[0].tracks[0].states == (PRESENT, PRESENT, UNKNOWN, PRESENT)
    text = "track 3 has a box that lies outside the picture; nothing is learnt of it there."
    assert [str(note) for note in source.notes] == [f"Video v1 frame 2: {text}"]


def test_a_box_that_reaches_beyond_the_picture_is_clipped_and_learnt_from(tmp_path: Path) -> None:
    path = write(tmp_path, (3,), [track(3, 1, 3, bboxes=[[-5.0, -5.0, 200.0, 30.0]] * 3)])
    source = YoutubeVisClips(path, tmp_path)
    scales = ScaleConfig(train=((64, 48),), multiscale="value")
    data = ClipDataset(source, scales, clip_frames=2, flip=0.0, seed=0, length=1)

    assert data[0].targets.boxes[0, 0].tolist() == [0.0, 0.0, 64.0, 25.0]
    assert {note.kind for note in source.notes} == {"box of something else"} and not data.notes


def test_areas_of_null_are_those_of_the_masks_and_named(tmp_path: Path) -> None:
    path = write(tmp_path, (3,), [track(1, 1, 3, areas=None)])

    _, told = ran(order(path))

    assert "Video v1: track 1 has no areas; those of its masks count." in told
    assert YoutubeVisClips(path, tmp_path).videos[0].tracks[0].states == (PRESENT,) * 3


def test_an_area_of_null_beside_a_mask_is_that_of_the_mask_and_named_by_its_frame(tmp_path: Path) -> None:
    """The published parser compares it with 0, which is a TypeError."""
    path = write(tmp_path, (3,), [track(1, 1, 3, areas=[720, None, 720])])
    source = YoutubeVisClips(path, tmp_path)

    assert labelled_frames(source.videos[0]) == [0, 1, 2]
    assert [(note.kind, note.video, note.frame) for note in source.notes] == [("area missing", "v1", 1)]


def test_boxes_of_zeros_where_a_track_is_absent_are_nothing_to_tell(tmp_path: Path) -> None:
    boxes = [BOX, [0, 0, 0, 0], BOX]
    path = write(tmp_path, (3,), [track(1, 1, 3, segmentations=[rle(), None, rle()], bboxes=boxes)])

    assert YoutubeVisClips(path, tmp_path).notes == ()


def test_a_stated_area_of_nothing_drops_the_frame_as_the_published_parser_does(tmp_path: Path) -> None:
    path = write(tmp_path, (3,), [track(1, 1, 3, areas=[720, 0, 720])])
    source = YoutubeVisClips(path, tmp_path)

    assert labelled_frames(source.videos[0]) == [0, 2]
    assert [(note.kind, note.frame) for note in source.notes] == [("mask without area", 1)]


def test_a_box_without_a_mask_counts_as_absent_and_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, (3,), [track(1, 1, 3, segmentations=[rle(), None, rle()])])
    source = YoutubeVisClips(path, tmp_path)

    assert source.videos[0].tracks[0].states == (PRESENT, ABSENT, PRESENT)
    assert [str(note) for note in source.notes] == [
        "Video v1 frame 1: track 1 has a box but no mask; it counts as absent there."
    ]


def test_categories_out_of_order_keep_their_classes_and_are_named(tmp_path: Path) -> None:
    listed = [{"id": 9, "name": "dog"}, {"id": 1, "name": "cat"}]
    path = write(tmp_path, (3,), [track(1, 1, 3, category_id=9)], categories=listed)

    _, told = ran(order(path))

    source = YoutubeVisClips(path, tmp_path)
    assert source.categories == ("cat", "dog")
    assert source.videos[0].tracks[0].label == 1
    assert any("out of the order of their ids" in line for line in told)


def test_an_id_of_zero_is_a_track_like_any_other_and_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, (3,), [track(0, 1, 3)])
    source = YoutubeVisClips(path, tmp_path)
    scales = ScaleConfig(train=((64, 48),), multiscale="value")

    targets = ClipDataset(source, scales, clip_frames=2, flip=0.0, seed=0, length=1)[0].targets

    assert targets.ids.tolist() == [0] and (targets.states == PRESENT).all()
    assert [note.kind for note in source.notes] == ["track id"]


def test_a_crowd_is_no_truth(tmp_path: Path) -> None:
    path = write(tmp_path, (3, 3), [track(1, 1, 3, iscrowd=1), track(2, 2, 3)])

    _, told = ran(order(path))

    assert "Video v1: no frame has a mask to learn from." in told


def test_many_notes_of_one_kind_are_told_in_few_lines() -> None:
    notes = [DataNote("few frames", f"v{k}", None, "short.") for k in range(9)] + [DataNote("other", None, None, "O.")]

    assert note_lines(notes, rest="; report.json has them all") == (
        *("Video v0: short.", "Video v1: short.", "Video v2: short."),
        "6 more of the kind 'few frames'; report.json has them all.",
        "O.",
    )
    assert note_lines([]) == ()


class CountedVideos(list[ClipVideo]):
    """Videos that count how often one of them is asked for, and how often all are gone through."""

    asked = 0
    passes = 0

    def __getitem__(self, index: Any) -> Any:
        self.asked += 1
        return super().__getitem__(index)

    def __iter__(self) -> Any:
        self.passes += 1
        return super().__iter__()


def test_a_clip_costs_no_look_through_the_whole_set() -> None:
    """The published loader searches the list of all frames for each frame of a clip."""
    made = [
        ClipVideo(f"v{k}", 3, *WIDE, tracks=(box_track(k, 0, (1, 1, 1), (4, 5, 20, 25), WIDE),)) for k in range(300)
    ]
    videos = CountedVideos(made)
    source = MadeSource(videos)  # type: ignore[arg-type]
    data = ClipDataset(source, ScaleConfig(train=((64, 48),)), clip_frames=3, flip=0.0, seed=0, length=50)
    videos.asked = videos.passes = 0
    orders = []

    for index in range(10):
        data[index]
        orders.append(data._order[1])

    assert videos.passes == 0 and videos.asked <= 10 * 4
    assert all(drawn is orders[0] for drawn in orders)  # one order of the frames for the whole epoch


def test_every_labelled_frame_is_key_frame_once_an_epoch() -> None:
    made = [
        ClipVideo(f"v{k}", 4, *WIDE, tracks=(box_track(k, 0, (1, 1, 0, 1), (4, 5, 20, 25), WIDE),)) for k in range(4)
    ]
    data = ClipDataset(MadeSource(tuple(made)), ScaleConfig(), clip_frames=2, flip=0.0, seed=3, length=99)

    first, second = ([data.item(epoch * 12 + k) for k in range(12)] for epoch in range(2))

    assert sorted(first) == sorted(second) == data.items
    assert first != second


def test_notes_of_a_video_name_its_frames() -> None:
    thin = box_track(1, 0, (1, 1, ABSENT), (4, 5, 20, 25), WIDE)
    thin = replace(thin, boxes=((4.0, 5.0, 20.0, 25.0), (4.0, 5.0, 0.2, 25.0), None))
    video = ClipVideo("v", 3, *WIDE, tracks=(thin,))

    notes = notes_of(video, labelled_frames(video), 2)

    assert [(note.kind, note.video, note.frame) for note in notes] == [
        ("frame without truth", "v", 1),
        ("few frames", "v", None),
    ]
    assert notes_of(replace(video, tracks=()), [], 2)[0].kind == "video without truth"


def test_a_start_from_imagenet_is_reported_key_by_key(tmp_path: Path) -> None:
    from model.config import named
    from tests.model.weights.foreign_files import pvt_file

    torch.save(pvt_file(named("tevit_tiny").backbone), tmp_path / "pvt.pth")  # type: ignore[arg-type]
    made = order(write(tmp_path, (3,), [track(1, 1, 3)]), init=tmp_path / "pvt.pth")

    _, told = ran(made)

    start = report_of(made)["start"]
    assert start["kind"] == "PVTv2 of ImageNet" and len(start["sha256"]) == 64
    assert start["unused"] == {
        "head.weight": "the classifier of the pre-training",
        "head.bias": start["unused"]["head.bias"],
    }
    assert start["loaded"]["backbone.layers.0.0.projection.weight"] == ["patch_embed1.proj.weight"]
    assert "backbone.msg_tokens" in start["initial"]
    assert told[0].startswith("pvt.pth (PVTv2 of ImageNet): ")
    assert report_of(made)["recipe"]["learning_rate"] == named("tevit_tiny").training.learning_rate
