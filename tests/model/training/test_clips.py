import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco

from model.config import ScaleConfig
from model.network.input import fit
from model.training.clips import (
    ClipDataset,
    ClipVideo,
    NoTrainingFrames,
    clip_batches,
    clip_targets,
    collate,
    draw_scale,
    labelled_frames,
    resize_box,
    resize_mask,
    usable,
)
from model.training.targets import ABSENT, PRESENT, UNKNOWN
from tests.model.small import CONFIG, MadeSource, box_rle, box_track, made_source

HW = (48, 64)


def dataset(source: MadeSource | None = None, *, clip_frames: int = 2, seed: int = 0, flip: float = 0.5) -> ClipDataset:
    return ClipDataset(source or made_source(), CONFIG.scales, clip_frames=clip_frames, flip=flip, seed=seed, length=40)


def test_frames_without_any_usable_mask_are_never_drawn() -> None:
    tracks = (
        box_track(1, 0, (UNKNOWN, PRESENT, ABSENT, PRESENT), (4, 4, 9, 9), HW),
        box_track(2, 0, (PRESENT, ABSENT, ABSENT, ABSENT), (4, 4, 9, 9), HW, iscrowd=True),
    )
    assert labelled_frames(ClipVideo("v", 4, *HW, tracks=tracks)) == [1, 3]


def test_a_box_thinner_than_a_pixel_is_no_truth() -> None:
    track = box_track(1, 0, (PRESENT,), (4, 4, 9, 9), HW)
    assert usable(track, 0)
    assert not usable(replace(track, boxes=((4.0, 4.0, 9.0, 0.5),)), 0)


def test_every_labelled_frame_is_key_once_per_epoch() -> None:
    data = dataset()
    assert sorted(data.items) == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1)]
    for epoch in range(2):
        keys = [int(data[index].frames.shape[0]) for index in range(epoch * 6, epoch * 6 + 6)]
        assert len(keys) == 6


def test_a_clip_depends_on_seed_and_number_alone() -> None:
    first, again, other = dataset(seed=1), dataset(seed=1), dataset(seed=2)
    assert all(torch.equal(first[i].frames, again[i].frames) for i in (5, 0, 17))
    assert any(
        first[i].frames.shape != other[i].frames.shape or not torch.equal(first[i].frames, other[i].frames)
        for i in range(4)
    )


def test_a_video_with_too_few_frames_repeats_some_and_is_counted() -> None:
    data = dataset(clip_frames=4)
    assert [note.video for note in data.notes if note.kind == "few frames"] == ["b"]  # it has two labelled frames
    assert all(len(data[index].frames) == 4 for index in range(6))


def test_a_video_with_one_labelled_frame_repeats_it() -> None:
    video = ClipVideo("v", 3, *HW, tracks=(box_track(1, 0, (ABSENT, 1, ABSENT), (4, 4, 9, 9), HW),))
    data = dataset(MadeSource((video,)), clip_frames=3, flip=0.0)
    clip = data[0]
    assert torch.equal(clip.frames[0], clip.frames[1]) and torch.equal(clip.frames[0], clip.frames[2])


def test_other_frames_are_drawn_without_repetition_where_there_are_enough() -> None:
    data = dataset(clip_frames=3)
    for index in range(30):
        frames = data._frames(0, 2, random.Random(index))
        assert frames[0] == 2 and len(set(frames)) == 3
    assert len({tuple(data._frames(0, 2, random.Random(index))) for index in range(30)}) > 3  # in any order


def test_a_source_without_truth_is_refused() -> None:
    video = ClipVideo("v", 2, *HW, tracks=())
    with pytest.raises(NoTrainingFrames, match="no frame"):
        dataset(MadeSource((video,)))


def test_scales_are_picked_or_drawn_between() -> None:
    rng = np.random.RandomState(0)
    pairs = ((640, 360), (960, 480))
    picked = {draw_scale(ScaleConfig(train=pairs, multiscale="value"), rng) for _ in range(30)}
    assert picked == set(pairs)
    drawn = [draw_scale(ScaleConfig(train=pairs, multiscale="range"), rng) for _ in range(60)]
    assert all(640 <= long <= 960 and 360 <= short <= 480 for long, short in drawn)
    assert len(set(drawn)) > 30


def test_the_official_order_of_draws_gives_the_long_side_first() -> None:
    one, other = np.random.RandomState(3), np.random.RandomState(3)
    expected = (int(one.randint(640, 961)), int(one.randint(360, 481)))
    assert draw_scale(ScaleConfig(multiscale="range"), other) == expected


def test_boxes_and_masks_follow_resizing_and_mirroring() -> None:
    size = fit(HW, (128, 96))
    box = (4.0, 5.0, 20.0, 25.0)
    np.testing.assert_allclose(resize_box(box, size, flip=False), [8, 10, 48, 60])
    np.testing.assert_allclose(resize_box(box, size, flip=True), [80, 10, 120, 60])
    mask = resize_mask(box_rle(HW, (4, 5, 20, 25)), size, flip=True)
    ys, xs = np.nonzero(mask)
    assert (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1) == (80, 10, 120, 60)


def test_boxes_are_clipped_to_the_picture() -> None:
    size = fit(HW, (64, 48))
    np.testing.assert_allclose(resize_box((-5.0, 40.0, 90.0, 30.0), size, flip=False), [0, 40, 64, 48])


def test_targets_hold_states_boxes_and_masks_of_the_chosen_frames() -> None:
    video = made_source().videos[0]
    size = fit(HW, (64, 48))
    targets = clip_targets(video, [1, 0], size, flip=False, classes=3)
    assert targets.ids.tolist() == [1, 2] and targets.labels.tolist() == [0, 2]
    assert targets.states.tolist() == [[PRESENT, PRESENT], [PRESENT, ABSENT]]
    assert targets.boxes[0, 1].tolist() == [30, 10, 50, 30] and not targets.boxes[1, 1].any()
    assert targets.masks.shape == (2, 2, 64, 64) and targets.masks[0, 1].sum() == 400
    assert targets.pad_hw == (64, 64) and targets.img_hw == HW


def test_complete_classes_and_rejected_masks_come_along() -> None:
    video = ClipVideo(
        "v",
        2,
        *HW,
        tracks=(box_track(1, 0, (1, 1), (4, 5, 20, 25), HW),),
        complete=(frozenset({0, 2}), frozenset()),
        rejected=((1, 2, box_rle(HW, (30, 10, 10, 8))),),
    )
    targets = clip_targets(video, [1, 0], fit(HW, (128, 96)), flip=False, classes=3)
    assert targets.complete is not None
    assert targets.complete.tolist() == [[False] * 3, [True, False, True]]
    assert targets.rejected == ((0, 2, (60.0, 20.0, 80.0, 36.0)),)


def test_unjudged_masks_and_weights_come_along_in_every_place_of_their_frame() -> None:
    tracks = (
        box_track(1, 0, (1, 1), (4, 5, 20, 25), HW, weights=(0.5, 2.0)),
        box_track(2, 1, (ABSENT, 1), (4, 5, 20, 25), HW),
    )
    unknown = ((1, box_rle(HW, (30, 10, 10, 8)), False), (0, box_rle(HW, (0, 0, 64, 48)), True))
    video = ClipVideo("v", 2, *HW, tracks=tracks, unknown=unknown)
    targets = clip_targets(video, [1, 0, 1], fit(HW, (128, 96)), flip=True, classes=3)
    mirrored = (48.0, 20.0, 68.0, 36.0)
    assert targets.unknown == ((0, mirrored, False), (2, mirrored, False), (1, (0.0, 0.0, 128.0, 96.0), True))
    assert targets.weights is not None and targets.weights.tolist() == [[2.0, 1.0], [0.5, 1.0], [2.0, 1.0]]
    assert clip_targets(made_source().videos[0], [0], fit(HW, (64, 48)), flip=False, classes=3).weights is None


def test_clips_of_different_sizes_share_a_padded_batch() -> None:
    data = dataset()
    clips = [data[index] for index in range(6)]
    batch, targets = collate(clips)
    assert batch.shape[0] == 6 and len(targets) == 6
    for row, clip in zip(batch, clips, strict=True):
        height, width = clip.frames.shape[-2:]
        assert torch.equal(row[..., :height, :width], clip.frames)
        assert not row[..., height:, :].any() and not row[..., width:].any()


def test_a_mask_survives_its_way_at_the_frame_size() -> None:
    rle = box_rle(HW, (4, 5, 20, 25))
    np.testing.assert_array_equal(resize_mask(rle, fit(HW, (64, 48)), flip=False), coco.decode(rle))


# --- batches


def shapes_apart() -> ClipDataset:
    """Five wide and three high videos of three labelled frames."""
    videos = []
    for number in range(8):
        hw = HW if number < 5 else (HW[1], HW[0])
        videos.append(ClipVideo(f"v{number}", 3, *hw, tracks=(box_track(1, 0, (1, 1, 1), (4, 4, 9, 9), hw),)))
    return dataset(MadeSource(tuple(videos)))


def test_a_batch_holds_pictures_of_one_orientation_and_no_clip_is_lost() -> None:
    data = shapes_apart()
    batches = clip_batches(data, count=30, size=4)
    assert [len(batch) for batch in batches] == [4] * 30
    assert all(len({data.is_wide(index) for index in batch}) == 1 for batch in batches)
    assert {data.is_wide(batch[0]) for batch in batches} == {True, False}
    seen = sorted(index for batch in batches for index in batch)
    assert len(set(seen)) == len(seen)
    assert set(range(max(seen) + 1)) - set(seen) <= set(range(max(seen) - 40, max(seen) + 1))  # some still wait


def test_batches_are_the_same_each_time_and_longer_runs_begin_with_shorter_ones() -> None:
    data = shapes_apart()
    batches = clip_batches(data, count=9, size=2)
    assert batches == clip_batches(shapes_apart(), count=9, size=2)
    assert clip_batches(data, count=4, size=2) == batches[:4]


@given(ranks=st.integers(1, 5), size=st.integers(1, 3))
@settings(max_examples=15, deadline=None)
def test_processes_share_no_clip(ranks: int, size: int) -> None:
    data = shapes_apart()
    every = [
        index
        for rank in range(ranks)
        for batch in clip_batches(data, count=6, size=size, rank=rank, ranks=ranks)
        for index in batch
    ]
    assert len(set(every)) == len(every) == ranks * size * 6


def test_one_video_of_the_other_orientation_does_not_hold_up_the_rest() -> None:
    videos = [ClipVideo("w", 3, *HW, tracks=(box_track(1, 0, (1, 1, 1), (4, 4, 9, 9), HW),))] * 3
    high = ClipVideo("h", 3, HW[1], HW[0], tracks=(box_track(1, 0, (1, 0, 0), (4, 4, 9, 9), (HW[1], HW[0])),))
    data = dataset(MadeSource((*videos, high)))
    batches = clip_batches(data, count=40, size=5)
    assert any(not data.is_wide(batch[0]) for batch in batches)


def test_a_clip_says_where_it_comes_from() -> None:
    targets = dataset(clip_frames=2)[0].targets
    assert targets.video in {"a", "b"} and len(targets.frames) == 2
    assert targets.to("cpu").video == targets.video and targets.to("cpu").frames == targets.frames
