"""A recorded video gives the tracks of a proposal, whatever the thresholds."""

import numpy as np
import pytest
import torch

from model.config import named
from model.network.tevit import TeViT, build
from model.thresholds import Thresholds
from model.tracking.recorded import record
from model.tracking.settings import ProposeSettings
from model.tracking.whole_video import gather
from model.tracking.windows import propose

HW = (48, 64)


@pytest.fixture(scope="module")
def network() -> TeViT:
    """Scores that differ between queries, classes and frames, between 0.2 and 0.7."""
    torch.manual_seed(8)
    made = build(named("tevit_tiny")).eval()
    with torch.no_grad():
        for head in made.roi_head.bbox_head:
            head.fc_cls.bias.fill_(-1.6)
    return made


def pictures(count: int) -> list[np.ndarray]:
    ground = np.random.default_rng(5).integers(0, 255, (HW[0] // 8, HW[1] // 8 + 8, 3), dtype=np.uint8)
    wide = np.kron(ground, np.ones((8, 8, 1), np.uint8))
    return [np.ascontiguousarray(wide[:, k : k + HW[1]]) for k in range(count)]


@pytest.mark.parametrize("count", [6, 14])  # within one window, and three windows
def test_the_tracks_are_those_of_a_proposal(network: TeViT, count: int) -> None:
    frames = pictures(count)
    recorded = record(network, frames)
    numbers = []
    for thresholds in (
        Thresholds(),
        Thresholds(0.6, 0.5, 0.2),
        Thresholds(0.1, 0.05, 0.02),
        Thresholds(0.5, 0.3, 0.45),
    ):
        settings = ProposeSettings(thresholds=thresholds)
        proposed = propose(network, frames, expected=count, config=network.config, settings=settings, keep_state=False)
        tracks = recorded.tracks(thresholds)
        assert tracks.tracks == gather(proposed).tracks
        numbers.append(sum(mask is not None for track in tracks.tracks for mask in track.segmentations))
    assert len(set(numbers)) > 2, "the thresholds make no difference here, so that nothing is tested"


def test_a_recording_keeps_no_pixels_and_can_be_asked_again(network: TeViT) -> None:
    recorded = record(network, pictures(14))
    assert all(frame.size == 0 for window, _ in recorded.windows for frame in window.frames)
    assert recorded.tracks(Thresholds()) == recorded.tracks(Thresholds())
    assert recorded.tracks(Thresholds(begin=1.0, go_on=1.0)).tracks == ()
