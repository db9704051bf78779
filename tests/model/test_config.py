import json
from dataclasses import FrozenInstanceError

import pytest
import torch

from model.config import CONFIGURATIONS, UnknownConfiguration, from_dict, named
from model.tevit import build

PARAMETERS = {
    "tevit_msgshift": 161_832_616,
    "tevit_msgshift_mstrain": 161_832_616,
    "tevit_r50": 172_565_448,
    "tevit_r50_mstrain": 172_565_448,
    "tevit_swin-l_mstrain": 343_861_820,
}
FROZEN = {"tevit_r50": 225_344, "tevit_r50_mstrain": 225_344}


@pytest.mark.parametrize("name", list(CONFIGURATIONS))
def test_a_configuration_survives_json(name: str) -> None:
    assert from_dict(json.loads(json.dumps(named(name).to_dict()))) == named(name)


@pytest.mark.parametrize("name", list(PARAMETERS))
def test_parameter_counts_are_the_published_ones(name: str) -> None:
    with torch.device("meta"):
        network = build(named(name))
    assert sum(p.numel() for p in network.parameters()) == PARAMETERS[name]
    learning = sum(p.numel() for p in network.parameters() if p.requires_grad)
    assert learning == PARAMETERS[name] - FROZEN.get(name, 0)


def test_the_published_names_are_all_there() -> None:
    assert {*PARAMETERS, "tevit_tiny"} == set(CONFIGURATIONS)
    assert all(config.name == name for name, config in CONFIGURATIONS.items())


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownConfiguration, match=r"'tevit_huge'.*tevit_msgshift.*tevit_tiny"):
        named("tevit_huge")


@pytest.mark.parametrize("damage", ["backbone", "head", "scales", "training"])
def test_a_description_without_a_part_is_refused(damage: str) -> None:
    values = named("tevit_tiny").to_dict()
    del values[damage]
    with pytest.raises(UnknownConfiguration, match="cannot be read"):
        from_dict(values)


def test_a_description_with_an_unknown_number_is_refused() -> None:
    values = named("tevit_tiny").to_dict()
    values["head"]["wheels"] = 4
    with pytest.raises(UnknownConfiguration, match="wheels"):
        from_dict(values)


def test_an_unknown_backbone_is_refused() -> None:
    values = named("tevit_tiny").to_dict()
    values["backbone"]["kind"] = "vgg"
    with pytest.raises(UnknownConfiguration, match="vgg"):
        from_dict(values)


def test_configurations_cannot_be_changed_by_accident() -> None:
    with pytest.raises(FrozenInstanceError):
        named("tevit_tiny").queries = 3  # type: ignore[misc]
