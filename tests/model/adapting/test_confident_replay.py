"""The tracks that a network is sure of teach their own class in their own frames, and nothing else."""

import pytest
import torch

from model.adapting.confident_replay import CONFIDENT, ConfidentClips
from model.adapting.procedural_replay import ProceduralClips
from model.evaluation.mask_overlap import track_iou
from model.training.clips import clip_targets, fit_video
from model.training.supervision import class_truth
from model.training.targets import PRESENT, UNKNOWN
from model.weights import checkpoint
from tests.benchmarks.windows import CHECKPOINT
from tests.model.small import NAMES, made_source, small_network


@pytest.fixture(scope="module")
def clips() -> ConfidentClips:
    demo = checkpoint.load(CHECKPOINT)
    source = ProceduralClips("demo", count=3, frames=10, size=(160, 96), seed=31)
    return ConfidentClips(demo.build(), demo.categories, source, most_frames=12)


def test_only_the_first_window_is_seen_and_no_more_frames_than_allowed(clips: ConfidentClips) -> None:
    assert clips.categories[0] == "fish" and sum(video.count for video in clips.videos) <= 12
    assert clips.videos[0].count == 8 and len(clips.videos) >= 1
    assert clips.read_frames(0, [3, 1]).shape == (2, 96, 160, 3)


def test_the_demo_is_sure_of_true_tracks(clips: ConfidentClips) -> None:
    truth = ProceduralClips("demo", count=1, frames=8, size=(160, 96), seed=31).videos[0]
    found = clips.videos[0]
    masks = [[track.segmentations[k] for k in range(8)] for track in found.tracks]
    overlap = track_iou(masks, [list(track.segmentations[:8]) for track in truth.tracks])
    assert found.tracks and (overlap.max(axis=1) > 0.5).mean() >= 0.5
    assert {state for track in found.tracks for state in track.states} <= {PRESENT, UNKNOWN}


def test_nothing_is_background(clips: ConfidentClips) -> None:
    video = clips.videos[0]
    target = clip_targets(video, (0, 1, 2), fit_video(video, (160, 96)), flip=False, classes=5)
    logits, boxes = torch.zeros(3, 15, 5), torch.rand(3, 15, 4)
    nobody = torch.zeros(0, dtype=torch.int64)
    _, weight = class_truth(logits, boxes, target, (nobody, nobody))
    assert not weight.any()


def test_a_network_that_is_sure_of_nothing_replays_nothing_and_a_check_may_stop_it() -> None:
    assert not ConfidentClips(small_network(), NAMES, made_source(), most_frames=20).videos
    asked: list[int] = []

    def check() -> None:
        asked.append(1)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        ConfidentClips(small_network(), NAMES, made_source(), most_frames=20, check=check)
    assert len(asked) == 1 and CONFIDENT.begin > 0.4
    assert not ConfidentClips(small_network(), NAMES, made_source(), most_frames=0).videos
