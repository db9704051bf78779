import json
from dataclasses import FrozenInstanceError

import pytest

from model.config import CONFIGURATIONS, UnknownConfiguration, from_dict, named
from model.network.tevit import shell

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
    network = shell(named(name))
    assert sum(p.numel() for p in network.parameters()) == PARAMETERS[name]
    learning = sum(p.numel() for p in network.parameters() if p.requires_grad)
    assert learning == PARAMETERS[name] - FROZEN.get(name, 0)


def test_the_published_names_are_all_there() -> None:
    assert {*PARAMETERS, "tevit_tiny", "tevit_lite"} == set(CONFIGURATIONS)
    assert all(config.name == name for name, config in CONFIGURATIONS.items())


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownConfiguration, match=r"'tevit_huge'.*tevit_msgshift.*tevit_tiny"):
        named("tevit_huge")


def test_configurations_cannot_be_changed_by_accident() -> None:
    with pytest.raises(FrozenInstanceError):
        named("tevit_tiny").queries = 3  # type: ignore[misc]


# --- the official recipe


@pytest.mark.parametrize("name", list(PARAMETERS))
def test_the_recipe_of_a_published_configuration_is_the_official_one(name: str) -> None:
    training = named(name).training
    assert (training.steps, training.decay_steps, training.schedule) == (9200, (6100, 8500), "step")
    assert (training.warmup_steps, training.warmup_ratio) == (770, 0.001)
    assert (training.learning_rate, training.weight_decay, training.backbone_rate) == (2.5e-4, 1e-4, 0.1)
    assert (training.gradient_clip, training.clip_frames, training.batch, training.flip) == (0.1, 5, 16, 0.5)
    assert training.ema == 0


@pytest.mark.parametrize("name", ["tevit_msgshift", "tevit_r50"])
def test_plain_configurations_draw_both_sides_and_multi_scale_ones_pick_a_scale(name: str) -> None:
    plain, several = named(name).scales, named(f"{name}_mstrain").scales
    assert plain.train == several.train == ((640, 360), (960, 480)) and plain.test == several.test == (640, 360)
    assert (plain.multiscale, several.multiscale) == ("range", "value")


def test_swin_trains_on_sixteen_scales_with_more_queries_and_its_own_depth_of_dropping() -> None:
    config = named("tevit_swin-l_mstrain")
    assert config.scales.train == tuple((1333, 320 + 32 * k) for k in range(16))
    assert (config.scales.test, config.scales.multiscale, config.queries) == ((1333, 480), "value", 300)
    assert config.backbone.drop_path == 0.2
    assert named("tevit_msgshift").backbone.drop_path == 0.1  # type: ignore[union-attr]


@pytest.mark.parametrize("damage", ["backbone", "head", "scales", "training"])
def test_a_description_without_a_part_is_refused(damage: str) -> None:
    values = named("tevit_tiny").to_dict()
    del values[damage]
    with pytest.raises(UnknownConfiguration, match="cannot be read"):
        from_dict(values)


@pytest.mark.parametrize(
    ("part", "key", "value", "told"),
    [
        ("head", "wheels", 4, "wheels"),
        ("backbone", "kind", "vgg", "vgg"),
        ("head", "stages", 10**9, "description"),
        ("head", "channels", 10**12, "description"),
        ("head", "mask_convs", 10**400, "description"),
        ("head", "channels", float("nan"), "description"),
        ("backbone", "depths", [10**9], "description"),
        ("backbone", "dims", [64] * 10_000, "description"),
        ("head", "ffn", {"a": 1}, "description"),
        ("head", "ffn", None, "description"),
    ],
)
def test_a_description_of_which_no_network_can_be_built_is_refused(
    part: str, key: str, value: object, told: str
) -> None:
    values = named("tevit_tiny").to_dict()
    values[part] = {**values[part], key: value}
    with pytest.raises(UnknownConfiguration, match=told):
        from_dict(values)
