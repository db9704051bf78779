from contextlib import nullcontext

import pytest
import torch
from torch import nn

from model.config import SwinConfig
from model.network.backbones.swin import (
    PatchMerging,
    ShiftedWindows,
    Swin,
    WindowAttention,
    from_windows,
    relative_positions,
    shifted_mask,
    windows,
)
from model.network.packed import can_pack
from model.network.trained_products import OneDnnLinear
from tests.model.small import assert_frames_apart, normal_clips, randomise

SMALL = SwinConfig(dim=8, depths=(2, 1, 1, 1), heads=(1, 2, 2, 4), window=4, mlp_ratio=2, drop_path=0.0)


@pytest.fixture(scope="module")
def backbone() -> Swin:
    torch.manual_seed(0)
    return Swin(SMALL).eval()


@pytest.mark.parametrize("hw", [(64, 96), (72, 56)])
def test_maps_have_the_strides_and_channels_of_a_pyramid(backbone: Swin, hw: tuple[int, int]) -> None:
    with torch.inference_mode():
        maps, tokens = backbone(normal_clips(1, 2, hw))
    sizes = [-(-hw[0] // stride) * 1000 + -(-hw[1] // stride) for stride in (4, 8, 16, 32)]
    assert [m.shape[2] * 1000 + m.shape[3] for m in maps] == sizes
    assert [m.shape[1] for m in maps] == [8, 16, 32, 64] == list(backbone.channels)
    assert tokens == [] and all(m.is_contiguous(memory_format=torch.channels_last) for m in maps)


def test_frames_do_not_see_each_other(backbone: Swin) -> None:
    assert_frames_apart(backbone, normal_clips(1, 3, (64, 64)), [2, 0, 1])


def test_windows_and_back() -> None:
    x = torch.randn(2, 8, 12, 3)
    cut = windows(x, 4)
    assert cut.shape == (2 * 2 * 3, 16, 3)
    assert torch.equal(cut[1, :4], x[0, 0, 4:8])
    assert torch.equal(from_windows(cut, (8, 12), 4), x)


def test_relative_positions_name_offsets_not_places() -> None:
    index = relative_positions(3)
    assert index.shape == (9, 9) and index.min() == 0 and index.max() == 24
    assert index.diagonal().unique().tolist() == [12]
    assert index[0, 1] == index[4, 5] == index[7, 8]  # one step to the right, anywhere
    assert index[0, 1] != index[1, 0]
    assert len(index.unique()) == 25


def test_the_shift_separates_what_it_made_neighbours() -> None:
    mask = shifted_mask((8, 8), 4, 2, torch.device("cpu"))
    assert mask.shape == (4, 16, 16)
    assert not mask[0].any()  # a window of true neighbours
    assert (mask[3] == mask[3].T).all() and set(mask[3].unique().tolist()) == {-100.0, 0.0}
    assert (mask[3] == 0).sum() == 4 * 16  # four quarters that see themselves only


def moved_by_the_first_token(shift: int) -> torch.Tensor:
    """How much attention in windows of 4 x 4 moves each of 8 x 8 tokens when the first of them changes."""
    torch.manual_seed(1 + shift)
    layer = ShiftedWindows(8, 2, 4, shift).eval()
    x = torch.randn(1, 64, 8)
    changed = x.clone()
    changed[0, 0] += 1.0
    with torch.inference_mode():
        return (layer(x, (8, 8)) - layer(changed, (8, 8))).abs().sum(dim=2).view(8, 8)


def test_attention_stays_inside_its_window() -> None:
    moved = moved_by_the_first_token(shift=0)
    assert (moved[:4, :4] > 0).all() and moved[4:].sum() == 0 and moved[:, 4:].sum() == 0


def test_shifted_attention_does_not_cross_the_border() -> None:
    # The first token is rolled beside the opposite corner, but is not its neighbour.
    moved = moved_by_the_first_token(shift=2)
    assert (moved[:2, :2] > 0).all() and moved[2:].sum() < 1e-6 and moved[:, 2:].sum() < 1e-6


def test_attention_equals_its_definition() -> None:
    torch.manual_seed(3)
    layer = WindowAttention(8, 2, 2).eval()
    nn.init.normal_(layer.relative_position_bias_table)
    x = torch.randn(3, 4, 8)
    q, k, v = layer.qkv(x).view(3, 4, 3, 2, 4).permute(2, 0, 3, 1, 4)
    bias = layer.relative_position_bias_table[layer.relative_position_index].permute(2, 0, 1)
    weights = (q @ k.transpose(-1, -2) / 2 + bias).softmax(dim=-1)
    expected = layer.proj((weights @ v).transpose(1, 2).reshape(3, 4, 8))
    torch.testing.assert_close(layer(x, None), expected)


@pytest.mark.parametrize("hw", [(4, 6), (5, 7)])
def test_merging_halves_the_map_and_pads_odd_sides(hw: tuple[int, int]) -> None:
    merged, size = PatchMerging(3)(torch.randn(2, hw[0] * hw[1], 3), hw)
    assert size == ((hw[0] + 1) // 2, (hw[1] + 1) // 2)
    assert merged.shape == (2, size[0] * size[1], 6)


def test_training_with_recomputation_has_the_same_gradients() -> None:
    torch.manual_seed(4)
    network = Swin(SMALL)
    randomise(network)
    clips = normal_clips(1, 1, (32, 32))
    gradients = []
    for mode in (True, False):
        network.train(mode)  # evaluation does not recompute
        network.zero_grad()
        network(clips)[0][3].square().sum().backward()
        gradients.append([p.grad.clone() for p in network.parameters() if p.grad is not None])
    for a, b in zip(*gradients, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.skipif(not can_pack(), reason="oneDNN has no linear layers here")
def test_recomputation_takes_the_products_of_the_forward_pass() -> None:
    # `training_losses` leaves its block before the gradients are computed.
    torch.manual_seed(5)
    stage = Swin(SMALL).stages[0].train()
    randomise(stage)
    x = torch.randn(2, 64, 8)
    gradients = []
    for block in (OneDnnLinear(), nullcontext()):
        stage.zero_grad()
        own = x.clone().requires_grad_()
        with block:
            loss = stage(own, (8, 8)).square().mean()
        loss.backward()
        gradients.append([own.grad, *(p.grad for p in stage.blocks.parameters())])
    assert len(gradients[0]) > 20
    for a, b in zip(*gradients, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


def test_the_position_table_is_stored_and_the_index_too(backbone: Swin) -> None:
    state = backbone.state_dict()
    assert state["stages.0.blocks.1.attn.w_msa.relative_position_index"].dtype == torch.int64
    assert {f"norm{stage}.weight" for stage in range(4)} <= set(state)
