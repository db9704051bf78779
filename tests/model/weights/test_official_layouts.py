"""Converted weights compute what the published layout computes."""

import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from model.network.backbones.messenger_shift import MessengerShift
from model.network.backbones.resnet import ResNet
from model.network.backbones.swin import PatchMerging, Swin, relative_positions
from model.network.layers import to_map
from model.weights.official_layouts import (
    CLASSIFIER,
    LAST_NORM,
    MADE_ANEW,
    NO_PLACE,
    MissingPart,
    named_alike,
    pvt,
    pvt_key,
    resnet,
    swin,
    swin_key,
    unfolded,
)
from tests.model.small import BACKBONE, randomise
from tests.model.weights.foreign_files import RESNET, SWIN, PlainPvt, as_published, pvt_file, resnet_file, swin_file


def converted_pvt() -> tuple[PlainPvt, MessengerShift]:
    plain, ours = PlainPvt(BACKBONE), MessengerShift(BACKBONE)
    randomise(plain, 1)
    ours.load_state_dict({**pvt(plain.state_dict()).tensors, "msg_tokens": torch.zeros(1, BACKBONE.messengers, 3)})
    return plain.eval(), ours.eval()


@pytest.mark.parametrize("stage", range(4))
def test_converted_attention_and_feed_forward_compute_what_plain_pvt_computes(stage: int) -> None:
    plain, ours = converted_pvt()
    hw = (8, 16)
    x = torch.randn(2, hw[0] * hw[1], BACKBONE.dims[stage], generator=torch.Generator().manual_seed(3))
    block = ours.layers[stage][1][1]  # type: ignore[index]
    with torch.inference_mode():
        torch.testing.assert_close(block.attn(x, hw, 0), plain.attend(stage, 1, x, hw), atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(block.ffn(x, hw, 0), plain.mix(stage, 1, x, hw), atol=1e-5, rtol=1e-4)


def test_swapped_keys_and_values_would_be_seen() -> None:
    plain, ours = converted_pvt()
    x = torch.randn(1, 128, BACKBONE.dims[3], generator=torch.Generator().manual_seed(3))
    attention = ours.layers[3][1][0].attn  # type: ignore[index]
    dim = BACKBONE.dims[3]
    weight = attention.attn.in_proj_weight.data
    weight[dim:] = weight[dim:].roll(dim, dims=0)
    with torch.inference_mode():
        assert (attention(x, (8, 16), 0) - plain.attend(3, 0, x, (8, 16))).abs().max() > 0.01


def test_every_key_of_a_pvt_file_goes_to_a_part_of_the_backbone_but_the_classifier() -> None:
    state = pvt_file()
    found = pvt(state)
    wanted = MessengerShift(BACKBONE).state_dict()
    assert found.tensors.keys() == wanted.keys() - {"msg_tokens"}
    assert all(value.shape == wanted[key].shape for key, value in found.tensors.items())
    assert found.unused == {"head.weight": CLASSIFIER, "head.bias": CLASSIFIER}
    used = {key for keys in found.origin.values() for key in keys}
    assert used | found.unused.keys() == state.keys()


@pytest.mark.parametrize("part", ["q", "kv"])
def test_half_of_a_projection_is_an_error_that_names_the_other_half(part: str) -> None:
    state = pvt_file()
    key = f"block3.1.attn.{part}.weight"
    del state[key]
    with pytest.raises(MissingPart, match=rf"{re.escape(key)} is missing"):
        pvt(state)


def test_foreign_keys_are_told_and_not_used() -> None:
    state = {**pvt_file(), "block1.0.wheels.weight": torch.zeros(1), "cls_token": torch.zeros(1)}
    found = pvt(state)
    assert found.unused["block1.0.wheels.weight"] == found.unused["cls_token"] == NO_PLACE


def test_a_resnet_file_is_used_whole_with_its_statistics() -> None:
    state = resnet_file()
    found = resnet({**state, "wheels": torch.zeros(1)})
    network = ResNet(RESNET)
    network.load_state_dict(found.tensors)
    assert all(torch.equal(value, state[key]) for key, value in network.state_dict().items())
    assert found.unused == {"fc.weight": CLASSIFIER, "fc.bias": CLASSIFIER, "wheels": NO_PLACE}


@given(channels=st.integers(1, 6), rows=st.integers(1, 5))
def test_unfolding_undoes_the_published_order(channels: int, rows: int) -> None:
    value = torch.arange(rows * channels * 4, dtype=torch.float32).view(rows, -1)
    assert torch.equal(unfolded(as_published(value)), value)
    assert torch.equal(unfolded(as_published(value[0])), value[0])


@pytest.mark.parametrize("hw", [(6, 8), (5, 7)])
def test_a_reordered_patch_merging_computes_what_the_published_slicing_computes(hw: tuple[int, int]) -> None:
    dim = 5
    merging = randomise(PatchMerging(dim), 2)
    published = {key: as_published(value) for key, value in merging.state_dict().items()}
    x = torch.randn(2, hw[0] * hw[1], dim, generator=torch.Generator().manual_seed(1))
    grid = F.pad(x.view(2, *hw, dim), (0, 0, 0, hw[1] % 2, 0, hw[0] % 2))
    parts = [grid[:, row::2, column::2] for row, column in ((0, 0), (1, 0), (0, 1), (1, 1))]
    merged = torch.cat(parts, dim=-1).flatten(1, 2)
    norm = F.layer_norm(merged, (4 * dim,), published["norm.weight"], published["norm.bias"])
    expected = F.linear(norm, published["reduction.weight"])
    merging.load_state_dict({key: unfolded(value) for key, value in published.items()})
    with torch.inference_mode():
        torch.testing.assert_close(merging(x, hw)[0], expected, atol=1e-5, rtol=1e-4)


def test_a_swin_file_gives_back_the_backbone_it_was_made_of() -> None:
    found = swin(swin_file())
    ours = randomise(Swin(SWIN), 1)
    wanted = {key: value for key, value in ours.state_dict().items() if not key.startswith("norm")}
    assert found.tensors.keys() == wanted.keys()
    assert all(torch.equal(found.tensors[key], value) for key, value in wanted.items())
    assert found.unused == {
        "layers.0.blocks.1.attn_mask": MADE_ANEW,
        **dict.fromkeys(("norm.weight", "norm.bias"), LAST_NORM),
        **dict.fromkeys(("head.weight", "head.bias"), CLASSIFIER),
    }


def test_places_of_a_window_are_numbered_as_the_paper_s_code_numbers_them() -> None:
    side = 4
    grid = torch.stack(torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")).flatten(1)
    offset = (grid[:, :, None] - grid[:, None, :]).permute(1, 2, 0) + side - 1
    assert torch.equal(relative_positions(side), offset[..., 0] * (2 * side - 1) + offset[..., 1])


@pytest.mark.parametrize("prefix", ["", "backbone."])
def test_files_with_our_names_are_taken_with_and_without_prefix(prefix: str) -> None:
    wanted = Swin(SWIN).state_dict()
    state = {f"{prefix}{key}": value for key, value in wanted.items()}
    state |= {f"{prefix}norm.weight": torch.ones(1)}
    if prefix:
        state |= {"head.fc.weight": torch.zeros(1), "neck.scale": torch.zeros(1)}
    found = named_alike(state)
    assert found.tensors.keys() == wanted.keys()
    assert found.unused[f"{prefix}norm.weight"] == LAST_NORM
    if prefix:
        assert found.unused["head.fc.weight"] == CLASSIFIER and found.unused["neck.scale"] == NO_PLACE


def test_our_keys_are_told_by_the_file_s_own_names() -> None:
    for found, name in ((pvt(pvt_file()), pvt_key), (swin(swin_file()), swin_key)):
        for key, origin in found.origin.items():
            assert name(key) == origin[0]
    assert pvt_key("msg_tokens") == "msg_tokens"


def test_the_whole_converted_pvt_sees_pictures_as_the_plain_one_does_without_tokens() -> None:
    """Without tokens among keys and values the backbone is PVTv2: stage 4, whose keys are pixels only, shows it."""
    plain, ours = converted_pvt()
    x = torch.randn(1, 2 * 3, BACKBONE.dims[3], generator=torch.Generator().manual_seed(5))
    expected = x
    with torch.inference_mode():
        for block, parts in enumerate(plain.block4):  # type: ignore[arg-type]
            expected = expected + plain.attend(3, block, parts.norm1(expected), (2, 3))
            expected = expected + plain.mix(3, block, parts.norm2(expected), (2, 3))
        expected = to_map(plain.norm4(expected), (2, 3))
        got = x
        for layer in ours.layers[3][1]:  # type: ignore[index]
            got = layer(got, (2, 3), 0)
        got = to_map(ours.layers[3][2](got), (2, 3))  # type: ignore[index]
    torch.testing.assert_close(got, expected, atol=1e-5, rtol=1e-4)
