"""One clip through the network: the two rules, duplicates, sizes."""

from typing import Any

import numpy as np
import pytest
import torch

from model.config import named
from model.evaluation.mask_overlap import track_iou
from model.network.tevit import TeViT, build
from model.thresholds import Thresholds
from model.tracking.clip_inference import ClipTrack, UnknownRule, infer_clip, one_each, resize_frame
from model.tracking.settings import ProposeSettings
from model.tracking.whole_video import WholeVideo, gather
from model.tracking.windows import propose


@pytest.fixture(scope="module")
def network() -> TeViT:
    torch.manual_seed(4)
    return build(named("tevit_tiny")).eval()


def pictures(count: int, hw: tuple[int, int]) -> list[np.ndarray]:
    return list(np.random.default_rng(6).integers(0, 255, (count, *hw, 3), dtype=np.uint8))


def whole_clip(network: TeViT, frames: list[np.ndarray], *, rule: str, max_tracks: int) -> WholeVideo:
    """The tracks of a video that is one clip."""
    results = propose(
        network,
        frames,
        expected=len(frames),
        config=network.config,
        settings=ProposeSettings(rule, max_tracks=max_tracks),
        keep_state=False,
    )
    return gather(results)


def one_clip(network: TeViT, frames: list[np.ndarray], **more: Any) -> list[ClipTrack]:
    """The tracks of a clip whose frames have the size of the pictures."""
    options = {
        "rule": "review",
        "precision": "float32",
        "max_tracks": 5,
        "minimum": 0.2,
        "thresholds": Thresholds(),
        **more,
    }
    return infer_clip(network, frames, frame_hw=frames[0].shape[:2], config=network.config, **options)


def speaking(network: TeViT) -> TeViT:
    with torch.no_grad():
        for head in network.roi_head.bbox_head:
            head.fc_cls.bias.fill_(0.0)
    return network


@pytest.mark.parametrize("hw", [(48, 64), (90, 50), (121, 161)])
def test_masks_have_the_size_of_the_frame_and_every_frame_has_one(network: TeViT, hw: tuple[int, int]) -> None:
    found = whole_clip(network, pictures(3, hw), rule="published", max_tracks=10)
    assert len(found.tracks) == 10
    for track in found.tracks:
        assert len(track.segmentations) == 3
        assert all(mask is not None and mask["size"] == list(hw) for mask in track.segmentations)


def test_the_published_rule_ranks_by_the_mean_score_over_frames(network: TeViT) -> None:
    found = whole_clip(network, pictures(4, (48, 64)), rule="published", max_tracks=6)
    scores = [track.score for track in found.tracks]
    assert len(scores) == 6 and scores == sorted(scores, reverse=True)
    for track in found.tracks:
        assert track.score == pytest.approx(np.mean(track.frame_scores), abs=1e-6)


def test_the_review_rule_gives_no_mask_where_a_track_is_absent(network: TeViT) -> None:
    frames = pictures(4, (48, 64))
    found = one_clip(speaking(network), frames)
    whole = whole_clip(network, frames, rule="review", max_tracks=5)
    assert 0 < len(whole.tracks) <= len(found) <= 5
    presence = {one.selected.frame_scores: one.selected.present for one in found}
    for track in whole.tracks:
        for present, mask in zip(presence[track.frame_scores], track.segmentations, strict=True):
            assert present or mask is None
    overlaps = track_iou([track.segmentations for track in whole.tracks]) - np.eye(len(whole.tracks))
    assert overlaps.max() <= 0.6 + 1e-9


def test_an_unknown_rule_is_refused(network: TeViT) -> None:
    with pytest.raises(UnknownRule, match="published and review"):
        one_clip(network, pictures(1, (48, 64)), rule="best")


def test_clip_tracks_hold_what_stitching_needs(network: TeViT) -> None:
    frames = pictures(4, (48, 64))
    found = one_clip(speaking(network), frames)
    assert 0 < len(found) <= 5
    for one in found:
        assert one.probabilities.shape == (4, 28, 28) and one.boxes.shape == (4, 4)
        assert np.linalg.norm(one.embedding) == pytest.approx(1.0, abs=1e-5)
        assert one.class_scores[one.selected.label] == one.selected.score == one.class_scores.max()
        for present, probability in zip(one.selected.present, one.probabilities, strict=True):
            assert probability.any() == present
        soft = one.on_grid([0, 3], frame_hw=(48, 64), grid_hw=(24, 32))
        assert soft.shape == (2, 24, 32)
        assert all(present or not mask.any() for present, mask in zip(one.selected.present[::3], soft, strict=True))


def test_a_lower_minimum_gives_weaker_tracks(network: TeViT) -> None:
    frames = pictures(3, (48, 64))
    all_tracks, strong = (
        one_clip(speaking(network), frames, max_tracks=20, minimum=minimum) for minimum in (0.0, 0.99)
    )
    assert len(all_tracks) > len(strong) == 0


def test_frames_that_were_resized_before_give_the_same_tracks(network: TeViT) -> None:
    frames = pictures(3, (200, 300))
    options = {"config": network.config, "rule": "published", "precision": "float32", "max_tracks": 3}
    options |= {"minimum": 0.2, "thresholds": Thresholds()}
    whole = infer_clip(network, frames, frame_hw=(200, 300), **options)
    small = infer_clip(network, [resize_frame(f, network.config) for f in frames], frame_hw=(200, 300), **options)
    for first, second in zip(whole, small, strict=True):
        assert first.selected == second.selected
        np.testing.assert_array_equal(first.boxes, second.boxes)
        np.testing.assert_array_equal(first.probabilities, second.probabilities)


def test_a_shrunk_frame_is_an_array_of_its_own(network: TeViT) -> None:
    frame = pictures(1, (96, 160))[0]
    small = resize_frame(frame, network.config)
    assert small.shape == frame.shape and small is not frame
    frame[:] = 0
    assert small.any()


def test_of_two_tracks_on_one_thing_the_better_one_shows_it_in_that_frame() -> None:
    masks = np.zeros((3, 2, 10, 10), bool)
    masks[0, :, :5] = masks[1, 0, :5] = masks[1, 1, 5:] = True  # together in the first frame only
    masks[2, :, 2:8] = True  # shares less than the limit with either
    scores = np.array([[0.5, 0.5], [0.9, 0.9], [0.7, 0.7]])
    assert one_each(masks, scores).tolist() == [[False, True], [True, True], [True, True]]
    assert one_each(masks, scores, limit=0.3).tolist() == [[False, True], [True, True], [False, False]]
    assert one_each(np.zeros((2, 1, 4), bool), np.ones((2, 1))).all()  # what is empty is no double
