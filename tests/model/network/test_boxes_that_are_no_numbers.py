"""Boxes that are no numbers sample nothing, instead of an index outside of its table; others are as they were."""

import pytest
import torch

from model.network.roi_align import adaptive_roi_align, roi_align

SOUND = [2.0, 3.0, 20.0, 18.0]
ODD = ([torch.nan] * 4, [torch.nan, 3.0, 20.0, 18.0], [torch.inf] * 4, [-torch.inf, -torch.inf, torch.inf, torch.inf])


def sampled(boxes: list[list[float]]) -> torch.Tensor:
    torch.manual_seed(0)
    features = [torch.rand(1, 5, 16, 16), torch.rand(1, 5, 8, 8)]
    given = torch.tensor(boxes)
    zeros = torch.zeros(len(boxes), dtype=torch.int64)
    return roi_align(features, given, zeros, zeros, strides=(4.0, 8.0), cells=3)


@pytest.mark.parametrize("box", ODD)
def test_a_box_that_is_no_number_gives_nothing_and_leaves_the_others_alone(box: list[float]) -> None:
    alone = sampled([SOUND])
    both = sampled([SOUND, box])
    assert torch.equal(both[:1], alone) and not both[1].any()


@pytest.mark.parametrize("box", ODD[:2])
def test_masks_of_such_boxes_are_empty(box: list[float]) -> None:
    torch.manual_seed(0)
    maps = torch.rand(2, 24, 24)
    found = adaptive_roi_align(maps, torch.tensor([SOUND, box]), cells=4)
    assert torch.equal(found[:1], adaptive_roi_align(maps[:1], torch.tensor([SOUND]), cells=4))
    assert not found[1].any()
