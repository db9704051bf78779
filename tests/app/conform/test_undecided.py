"""Cells of mask targets that rounding may decide in a golden training case, and those that it may not."""

import pytest
import torch

from app.conform import undecided
from app.conform.undecided import mask_loss_doubt, undecided_cells
from model.network.tevit import Queries, TeViT
from model.training.losses import mask_coverage, stage_losses
from model.training.targets import PRESENT, ClipTargets
from tests.model.small import clip_truth, small_network

CELLS = 28
ZERO = torch.tensor([0])


def truth(edge: int) -> ClipTargets:
    """One clip of one frame, whose mask fills the box 0..56 left of the column ``edge``."""
    clip = clip_truth([[PRESENT]], [0], [(0.0, 0.0, 56.0, 56.0)])
    clip.masks.zero_()
    clip.masks[..., :56, :edge] = 1
    return clip


def boxes(left: float) -> torch.Tensor:
    """The refined box (1, 1, 4), two pixels a cell, ``left`` pixels to the right."""
    return torch.tensor([[[left, 0.0, 56.0 + left, 56.0]]])


def test_cells_far_from_the_threshold_are_decided() -> None:
    clip = truth(28)
    coverage, doubtful = undecided_cells(clip, boxes(0.0), (ZERO, ZERO, ZERO), cells=CELLS)
    assert not doubtful.any()
    assert torch.equal(coverage, mask_coverage(clip, boxes(0.0), (ZERO, ZERO, ZERO), cells=CELLS))


def test_a_cell_cut_in_half_is_undecided() -> None:
    clip = truth(29)  # the middle of column 14 of cells of two pixels
    _, doubtful = undecided_cells(clip, boxes(0.0), (ZERO, ZERO, ZERO), cells=CELLS)
    assert doubtful[0, 5, 14] and doubtful[0].any(dim=0).sum() == 1


@pytest.mark.parametrize("moved", [-0.3, 0.3])
def test_a_box_that_is_clearly_elsewhere_decides(moved: float) -> None:
    clip = truth(29)
    _, doubtful = undecided_cells(clip, boxes(0.5 + moved), (ZERO, ZERO, ZERO), cells=CELLS)
    assert not doubtful[0, 5:20, 14].any()


def forward(network: TeViT) -> tuple[object, Queries, list[ClipTargets], list[tuple[torch.Tensor, torch.Tensor]]]:
    clip = clip_truth([[PRESENT], [PRESENT]], [1], [(8.0, 8.0, 40.0, 40.0)])
    height, width = clip.pad_hw
    features = network.encode(
        torch.randn((1, 2, 3, height, width), generator=torch.Generator().manual_seed(1)),
        torch.tensor([[height, width]], dtype=torch.float32),
    )
    queries = network.stages(features)[-1]
    _, matches = stage_losses(network, features, queries, [clip], stage=1)
    return features, queries, [clip], matches


def only_doubt(monkeypatch: pytest.MonkeyPatch, cells: torch.Tensor) -> None:
    """These cells are taken as undecided, with their own coverage."""
    monkeypatch.setattr(undecided, "undecided_cells", lambda *given, **named: (mask_coverage(*given, **named), cells))


def test_without_undecided_cells_there_is_no_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    network = small_network().train()
    features, queries, clips, matches = forward(network)
    only_doubt(monkeypatch, torch.zeros((2, 28, 28), dtype=torch.bool))
    assert mask_loss_doubt(network, features, queries, clips, matches, stage=1) == 0.0


def test_the_doubt_is_the_change_of_the_loss_when_a_cell_changes_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    network = small_network().train()
    features, queries, clips, matches = forward(network)
    cells = 2 * network.config.head.mask_cells
    one = torch.zeros((2, cells, cells), dtype=torch.bool)
    one[0, 3, 4] = True
    only_doubt(monkeypatch, one)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    single = mask_loss_doubt(network, features, queries, clips, matches, stage=1)
    one[1, 9, 9] = True
    both = mask_loss_doubt(network, features, queries, clips, matches, stage=1)
    assert 0 < single < both < 1
    after = network.state_dict()
    assert all(torch.equal(value, after[key]) for key, value in before.items()), "running statistics moved"
