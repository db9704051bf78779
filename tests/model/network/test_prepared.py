"""A prepared network computes what the network computes, up to rounding."""

import copy
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from model.config import ResNetConfig, SwinConfig, TeViTConfig
from model.network import prepared
from model.network.mask_head import MaskHead
from model.network.packed import PackedLinear, can_pack, packs_bfloat16
from model.network.prepared import prepare
from model.network.tevit import TeViT
from tests.model.small import CONFIG, normal_clips, randomise, small_network

pytestmark = pytest.mark.skipif(not can_pack(), reason="PyTorch cannot pack layers here")

HW = (64, 96)
KINDS = {
    "messenger shift": CONFIG,
    "resnet": replace(CONFIG, backbone=ResNetConfig(blocks=(1, 2, 1, 1), width=8)),
    "swin": replace(CONFIG, backbone=SwinConfig(dim=8, depths=(2, 2, 2, 2), heads=(1, 2, 2, 4), window=3)),
}


def with_statistics(config: TeViTConfig) -> TeViT:
    """A network whose batch norms have statistics and weights of their own, as after training."""
    network = small_network(config=config)
    randomise(network.roi_head.mask_head, seed=3)
    generator = torch.Generator().manual_seed(5)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None and module.running_var is not None
            module.running_mean.copy_(torch.randn(module.num_features, generator=generator) * 0.2)
            module.running_var.copy_(torch.rand(module.num_features, generator=generator) + 0.5)
            module.weight.data.copy_(torch.rand(module.num_features, generator=generator) + 0.5)
    return network


def outputs(network: TeViT) -> dict[str, Tensor]:
    with torch.inference_mode():
        features = network.encode(normal_clips(1, 3, HW), torch.tensor([list(map(float, HW))]))
        queries = network.decode(features)
        frame, query = torch.arange(3).repeat_interleave(2), torch.tensor([0, 4]).repeat(3)
        masks = network.masks(features, queries, frame, query, torch.tensor([0, 2]).repeat(3))
    levels = {f"level {number}": level for number, level in enumerate(features.levels)}
    return {**levels, **queries._asdict(), "masks": masks}


@pytest.mark.parametrize("kind", KINDS)
def test_it_computes_what_the_network_does(kind: str) -> None:
    network = with_statistics(KINDS[kind])
    expected = outputs(network)
    found = outputs(prepare(network))
    for name, values in expected.items():
        torch.testing.assert_close(found[name], values, atol=2e-4, rtol=2e-4, msg=lambda m, name=name: f"{name}: {m}")


@pytest.mark.skipif(not packs_bfloat16(), reason="no weights are packed as bfloat16 here")
@pytest.mark.parametrize("kind", KINDS)
def test_bfloat16_rounds_and_keeps_boxes_and_classes_in_float32(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "computes_bfloat16", lambda: True)
    network = with_statistics(KINDS[kind])
    expected = outputs(network)
    found = outputs(prepare(network, fast=True))
    assert found["level 0"].dtype == torch.bfloat16
    assert found["boxes"].dtype == found["logits"].dtype == torch.float32
    for name, values in expected.items():  # later stages amplify the rounding of random weights
        error, bound = (found[name].float() - values).abs().mean(), 0.02 if name.startswith("level") else 0.2
        assert 0 < error < bound * values.abs().mean(), name


def test_without_instructions_for_bfloat16_fast_is_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "computes_bfloat16", lambda: False)
    network = with_statistics(CONFIG)
    plain, fast = outputs(prepare(copy.deepcopy(network))), outputs(prepare(network, fast=True))
    assert all(torch.equal(plain[name], fast[name]) for name in plain)


def test_only_what_inference_needs_is_left() -> None:
    network = prepare(small_network())
    heads = network.roi_head.mask_head
    assert [isinstance(head, MaskHead) for head in heads] == [False] * (CONFIG.head.stages - 1) + [True]
    kinds = {type(module) for module in network.modules()}
    assert PackedLinear in kinds
    assert not kinds & {nn.Linear, nn.BatchNorm2d, nn.MultiheadAttention, nn.ConvTranspose2d}


def test_where_nothing_can_be_packed_the_network_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "can_pack", lambda: False)
    network = small_network()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    assert prepare(network, fast=True) is network
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())
