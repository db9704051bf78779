import json

import pytest

from model.config import SwinConfig, TrainingConfig, named
from model.network.tevit import shell
from model.training.schedule import parameter_groups, parameter_settings, rate_factor
from tests.material import material
from tests.model.small import RECIPE, small_network

OFFICIAL = TrainingConfig()


def test_warm_up_is_linear_from_its_ratio() -> None:
    assert rate_factor(0, OFFICIAL) == pytest.approx(0.001)
    assert rate_factor(385, OFFICIAL) == pytest.approx(0.5005)
    assert rate_factor(770, OFFICIAL) == 1.0


@pytest.mark.parametrize(("step", "factor"), [(6099, 1.0), (6100, 0.1), (8499, 0.1), (8500, 0.01), (9199, 0.01)])
def test_the_rate_falls_at_the_published_steps(step: int, factor: float) -> None:
    assert rate_factor(step, OFFICIAL) == pytest.approx(factor)


def test_a_cosine_falls_to_nothing() -> None:
    recipe = TrainingConfig(steps=100, schedule="cosine", warmup_steps=0, decay_steps=())
    factors = [rate_factor(step, recipe) for step in range(101)]
    assert factors[0] == 1.0 and factors[50] == pytest.approx(0.5) and factors[100] == pytest.approx(0)
    assert factors == sorted(factors, reverse=True)


def test_no_warm_up_starts_at_the_full_rate() -> None:
    assert rate_factor(0, TrainingConfig(warmup_steps=0)) == 1.0


def test_every_learning_parameter_is_in_one_group() -> None:
    network = small_network()
    frozen = next(network.neck.parameters())
    frozen.requires_grad_(False)
    groups = parameter_groups(network, RECIPE, swin=False)
    seen = [id(p) for group in groups for p in group["params"]]  # type: ignore[union-attr]
    assert len(seen) == len(set(seen)) == sum(p.requires_grad for p in network.parameters())
    assert id(frozen) not in seen
    assert {group["lr"] for group in groups} == {RECIPE.learning_rate, RECIPE.learning_rate * RECIPE.backbone_rate}


def test_norms_of_swin_keep_their_decay_in_the_backbone_only() -> None:
    def settings(name: str) -> tuple[float, float]:
        return parameter_settings(name, OFFICIAL, swin=True)

    assert settings("backbone.stages.0.blocks.0.attn.w_msa.relative_position_bias_table") == (2.5e-4, 0.0)
    assert settings("backbone.norm3.weight") == (pytest.approx(2.5e-5), 1e-4)
    assert settings("roi_head.bbox_head.0.ffn_norm.weight") == (2.5e-4, 0.0)
    assert settings("roi_head.mask_head.0.convs.0.bn.weight") == (2.5e-4, 1e-4)


@pytest.mark.parametrize(
    ("config", "file"),
    [
        ("tevit_msgshift", "tevit_msgshift__train_two_clips"),
        ("tevit_r50", "tevit_r50__train_two_clips"),
        ("tevit_swin-l_mstrain", "tevit_swin-l_mstrain__param_groups"),
    ],
)
def test_rate_and_decay_of_every_parameter_equal_the_reference(config: str, file: str) -> None:
    official = json.loads(material(f"reference/golden/train/{file}.json").read_text())["param_groups"]
    network = shell(named(config))
    swin = isinstance(network.config.backbone, SwinConfig)
    own = {
        name: parameter_settings(name, network.config.training, swin=swin)
        for name, parameter in network.named_parameters()
        if parameter.requires_grad  # what never learns is listed with the plain rate there
    }
    assert own.keys() <= official.keys()
    for name, settings in own.items():
        rate, decay = official[name]
        assert settings == (pytest.approx(rate, rel=1e-6), pytest.approx(decay)), name
