"""The reference figures themselves; the whole table is what `conform` prints, here are cases of every kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.conform.checks import Case
from app.conform.evaluation import eval_case
from app.conform.forward import forward_case
from app.conform.pipeline import pipeline_test_case, pipeline_train_case
from app.conform.runner import _Runner
from app.conform.training import groups_case, training_case
from app.conform.units import unit_case, unit_names
from tests.material import material


@pytest.fixture(scope="module")
def runner() -> Iterator[_Runner]:
    """One runner, so that cases of one configuration share its network."""
    made = _Runner(material("reference"), "cpu", lambda line: None)
    yield made
    made.networks.forget()


def require(case: Case) -> None:
    wrong = [f"{c.name}: {c.error} > {c.tolerance} {c.note}" for c in case.checks if not c.passed]
    assert not wrong and case.checks, wrong


@pytest.mark.parametrize(
    "name",
    [
        "msgshift_a",
        "msgshift_c_portrait_upscale",
        "msgshift_e_single_frame_nopad",
        "msgshift_f_norescale",
        "r50_c_portrait",
        "swinl_b_portrait",
    ],
)
def test_forward_equals_the_reference(runner: _Runner, name: str) -> None:
    case = Case("golden", name)
    forward_case(case, runner.folder / "golden", runner.recipe, runner.networks)
    require(case)


@pytest.mark.parametrize("name", ["tevit_msgshift__train_one_clip_empty", "tevit_r50__train_one_clip_empty"])
def test_training_equals_the_reference(runner: _Runner, name: str) -> None:
    case = Case("train", name)
    training_case(case, runner.folder / "golden/train", runner.recipe, runner.networks)
    require(case)


def test_learning_rates_of_every_parameter_equal_the_reference(runner: _Runner) -> None:
    case = Case("train", "tevit_swin-l_mstrain__param_groups")
    groups_case(case, runner.folder / "golden/train")
    require(case)


def test_units_equal_the_reference() -> None:
    path: Path = material("reference/golden/units/units.npz")
    for name in unit_names(path):
        case = Case("units", name)
        unit_case(case, path, "cpu")
        require(case)


def test_the_pipeline_equals_the_reference(runner: _Runner) -> None:
    for name, body in (("test_pipeline", pipeline_test_case), ("train_dataset_seed0", pipeline_train_case)):
        case = Case("pipeline", name)
        body(case, material("reference/pipeline"), runner.recipe)
        require(case)


@pytest.mark.parametrize("name", ["basic", "ties", "mismatch"])
def test_evaluations_equal_the_reference(name: str) -> None:
    case = Case("eval", name)
    eval_case(case, material("reference/eval"))
    require(case)
