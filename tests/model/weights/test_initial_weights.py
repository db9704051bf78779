"""Initial weights equal those of the official code: mean and spread of every weight, and the order of keys."""

import json
import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from model.config import named
from model.network.backbones.messenger_shift import MessengerShift
from model.network.backbones.resnet import ResNet
from model.network.backbones.swin import Swin
from model.network.tevit import build
from model.weights.initial_weights import initialise, initialise_backbone
from tests.material import material
from tests.model.small import CONFIG
from tests.model.weights.foreign_files import RESNET, SWIN, config_of

PUBLISHED = ("tevit_msgshift", "tevit_r50", "tevit_swin-l_mstrain")
_ERRORS = 6  # standard errors between two draws of the same distribution, times sqrt 2 for both being draws


def differing(state: dict[str, Tensor], official: dict[str, list[float]]) -> list[str]:
    """Keys whose mean or standard deviation is not that of ``official`` within what chance explains."""
    found = []
    for key, (mean, std, low, high) in official.items():
        values = state[key].double()
        bound = _ERRORS * math.sqrt(2) * std / math.sqrt(values.numel()) + 1e-6
        spread = float(values.std(unbiased=False)) if values.numel() > 1 else 0.0
        # The spread of a few numbers has a wide distribution of its own.
        wide = bound + (0.05 * std if values.numel() < 1000 else 0.0)
        constant = low == high and not bool((values == low).all())
        if abs(float(values.mean()) - mean) > bound or abs(spread - std) > wide or constant:
            found.append(key)
    return found


def official_stats(config: str) -> dict[str, list[float]]:
    return json.loads(material(f"reference/state_dicts/{config}_init_stats.json").read_text())


def test_every_weight_of_the_messenger_network_starts_as_the_official_one() -> None:
    official = official_stats("tevit_msgshift")
    torch.manual_seed(1)
    network = build(named("tevit_msgshift"))
    initialise(network)
    assert official.keys() == network.state_dict().keys()
    assert differing(network.state_dict(), official) == []


def test_the_residual_network_starts_as_the_official_one() -> None:
    official = {k.removeprefix("backbone."): v for k, v in official_stats("tevit_r50").items() if "backbone." in k}
    torch.manual_seed(1)
    backbone = ResNet(named("tevit_r50").backbone)  # type: ignore[arg-type]
    initialise_backbone(backbone)
    assert differing(backbone.state_dict(), official) == []


def test_the_first_stages_of_swin_start_as_the_official_ones() -> None:
    """Stages 0 and 1 and the norms: what the other stages repeat at up to eight times the width."""
    stats = official_stats("tevit_swin-l_mstrain")
    config = replace(named("tevit_swin-l_mstrain").backbone, depths=(2, 2), heads=(6, 12))  # type: ignore[type-var]
    torch.manual_seed(1)
    backbone = Swin(config)  # type: ignore[arg-type]
    initialise_backbone(backbone)
    state = backbone.state_dict()
    official = {k.removeprefix("backbone."): v for k, v in stats.items() if k.removeprefix("backbone.") in state}
    assert official.keys() == state.keys()
    assert differing(state, official) == []


def test_another_spread_would_be_seen() -> None:
    official = {"weight": [0.0, 0.02, -0.1, 0.1], "bias": [0.0, 0.0, 0.0, 0.0]}
    torch.manual_seed(0)
    good = {"weight": torch.randn(200, 200) * 0.02, "bias": torch.zeros(8)}
    assert differing(good, official) == []
    assert differing({**good, "weight": good["weight"] * 1.05}, official) == ["weight"]
    assert differing({**good, "bias": torch.full((8,), 1e-7)}, official) == ["bias"]


@pytest.mark.parametrize("config", PUBLISHED)
def test_the_keys_stand_in_the_official_order_with_their_shapes(config: str) -> None:
    official = json.loads(material(f"reference/state_dicts/{config}.json").read_text())
    with torch.device("meta"):
        state = build(named(config)).state_dict()
    assert [(key, list(value.shape)) for key, value in state.items()] == [(key, shape) for key, shape, *_ in official]


def test_messenger_tokens_differ_and_blocks_of_a_residual_network_start_as_their_shortcut() -> None:
    torch.manual_seed(0)
    tokens = build(CONFIG).backbone
    assert isinstance(tokens, MessengerShift)
    initialise_backbone(tokens)
    assert 0.01 < float(tokens.msg_tokens.detach().std()) < 0.03
    residual = build(config_of(RESNET)).backbone
    initialise_backbone(residual)
    weights = [value for key, value in residual.state_dict().items() if key.endswith("bn3.weight")]
    assert weights and not any(value.any() for value in weights)
    swin = build(config_of(SWIN)).backbone
    initialise_backbone(swin)
    tables = [value for key, value in swin.state_dict().items() if key.endswith("bias_table")]
    assert tables and not any(value.any() for value in tables)


def test_the_same_seed_draws_the_same_weights() -> None:
    states = []
    for _ in range(2):
        torch.manual_seed(7)
        network = build(CONFIG)
        initialise(network)
        states.append(network.state_dict())
    assert all(torch.equal(value, states[1][key]) for key, value in states[0].items())
