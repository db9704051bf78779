"""The network that refines: shapes, what it starts from, and what flows where."""

import torch

from model.pretrained.lite0 import CHANNELS
from model.refining.network import PRIOR, SIDE, STRIDES, RefiningNetwork, features_of, likeness
from tests.model.refining.made import backbone


def test_a_mask_comes_out_at_the_size_of_the_square() -> None:
    pictures, masks = torch.randn(2, 3, SIDE, SIDE), torch.rand(2, 1, SIDE, SIDE)
    own = backbone()
    maps = features_of(own, pictures)

    assert {stride: tuple(one.shape) for stride, one in maps.items()} == {
        stride: (2, CHANNELS[stride], SIDE // stride, SIDE // stride) for stride in STRIDES
    }
    logits = RefiningNetwork()(maps, pictures, masks)
    assert logits.shape == (2, 1, SIDE, SIDE)
    logits.sum().backward()
    assert all(weight.grad is None for weight in own.parameters()), "the backbone does not learn"


def test_where_it_says_nothing_the_coarse_mask_stands() -> None:
    network, masks = RefiningNetwork(), (torch.rand(1, 1, SIDE, SIDE) > 0.5).float()
    torch.nn.init.zeros_(network.out.weight)
    torch.nn.init.zeros_(network.out.bias)  # type: ignore[arg-type]
    pictures = torch.randn(1, 3, SIDE, SIDE)
    logits = network(features_of(backbone(), pictures), pictures, masks)

    assert torch.equal(logits, PRIOR * (2 * masks - 1))


def test_cells_like_the_mean_of_the_mask_are_told_from_those_like_the_others() -> None:
    features = torch.zeros(1, 4, 6, 6)
    features[:, 0, :, :3], features[:, 1, :, 3:] = 1.0, 1.0
    mask = torch.zeros(1, 1, 6, 6)
    mask[..., 2:4, :2] = 1.0  # a part of the left half
    like, unlike = likeness(features, mask)[0]

    assert (like[:, :3] > 0.99).all() and (like[:, 3:] < -0.99).all()
    assert (unlike[:, 3:] > 0).all() and (unlike[:, :3] < 0).all()


def test_an_empty_or_full_mask_gives_numbers() -> None:
    for value in (0.0, 1.0):
        found = likeness(torch.randn(1, 4, 6, 6), torch.full((1, 1, 6, 6), value))
        assert torch.isfinite(found).all() and found.abs().max() <= 1 + 1e-5
