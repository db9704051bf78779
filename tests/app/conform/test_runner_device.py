"""Tolerances on another device, tried on this one: five times as wide, losses 1e-4, and what counts as undecided."""

import itertools
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from app.conform import training
from app.conform.checks import Case, deterministic, run_case
from app.conform.forward import Golden, _selection, forward_case
from app.conform.recipe import Networks, Recipe
from app.conform.runner import _DEVICE_FACTOR, _Runner
from app.conform.training import training_case
from tests.app.conform import made_training
from tests.app.conform.made_figures import CASE, RECIPE, write_forward
from tests.app.conform.made_training import write_training


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("figures")
    for part in ("recipe", "golden"):
        (made / part).mkdir()
    (made / "recipe/fill.py").write_text(RECIPE)
    write_forward(made, "one", CASE)
    write_training(made, "steps", made_training.CASE, positions=())
    return made


def judged(folder: Path, name: str, *, factor: float) -> list[str]:
    """Names of the checks that fail."""
    recipe = Recipe(folder / "recipe")
    networks = Networks(recipe, "cpu")
    run, place = (training_case, "golden/train") if name == "steps" else (forward_case, "golden")
    case = run_case(Case("part", name, factor), lambda case: run(case, folder / place, recipe, networks))
    return [check.name for check in case.checks if not check.passed]


def test_another_device_gets_the_factor_of_the_reference(tmp_path: Path) -> None:
    assert _DEVICE_FACTOR == 5.0
    assert [_Runner(tmp_path, device, print).factor for device in ("cpu", "cuda", "cuda:1")] == [1.0, 5.0, 5.0]


def test_a_graphics_card_computes_in_plain_float32() -> None:
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32, torch.backends.cudnn.deterministic
    try:
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
        deterministic("cuda:0")
        assert not torch.backends.cuda.matmul.allow_tf32 and not torch.backends.cudnn.allow_tf32
        assert torch.backends.cudnn.deterministic
    finally:
        torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = before[:2]
        torch.backends.cudnn.deterministic = before[2]


def test_figures_may_differ_five_times_as_much(folder: Path) -> None:
    path = folder / "golden/one.npz"
    before = path.read_bytes()
    with np.load(path) as file:
        arrays = dict(file)
    arrays["sample/fpn1"] = arrays["sample/fpn1"] + 1.5e-4  # three times its tolerance
    np.savez(path, **arrays)
    assert "fpn1" in judged(folder, "one", factor=1.0)
    assert judged(folder, "one", factor=_DEVICE_FACTOR) == []
    path.write_bytes(before)


@pytest.mark.parametrize(
    ("off", "factor", "passes"),
    [(0.0, 1.0, True), (5e-5, 1.0, False), (5e-5, _DEVICE_FACTOR, True), (3e-4, _DEVICE_FACTOR, False)],
)
def test_losses_may_differ_by_a_ten_thousandth(folder: Path, off: float, factor: float, passes: bool) -> None:
    path = folder / "golden/train/steps.json"
    before = path.read_text()
    content = json.loads(before)
    content["losses"]["stage0_loss_cls"] *= 1 + off
    path.write_text(json.dumps(content))
    wrong = judged(folder, "steps", factor=factor)
    path.write_text(before)
    assert wrong == ([] if passes else ["losses/stage0_loss_cls"])


def test_the_doubt_about_mask_losses_is_asked_for_once_a_case(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each costs several passes of the mask head, and the steps of the optimizer have no use for it."""
    stages: list[int] = []

    def none(*_: object, stage: int) -> float:
        stages.append(stage)
        return 0.0

    monkeypatch.setattr(training, "mask_loss_doubt", none)
    assert judged(folder, "steps", factor=1.0) == []
    assert stages == list(range(len(stages))) and len(stages) > 1


@pytest.mark.parametrize(
    ("doubt", "factor", "passes"), [(0.0, 1.0, False), (1.0, 1.0, True), (1.0, _DEVICE_FACTOR, True)]
)
def test_a_mask_loss_and_the_sum_may_be_off_by_the_doubt_on_any_device(
    folder: Path, monkeypatch: pytest.MonkeyPatch, doubt: float, factor: float, passes: bool
) -> None:
    monkeypatch.setattr(training, "mask_loss_doubt", lambda *_, **__: doubt)
    path = folder / "golden/train/steps.json"
    before = path.read_text()
    content = json.loads(before)
    for figures in (content, content["float64_twin"]):
        figures["losses"]["stage0_loss_mask"] += 0.9
        figures["total_loss"] += 0.9
    path.write_text(json.dumps(content))
    wrong = judged(folder, "steps", factor=factor)
    path.write_text(before)
    assert (wrong == []) == passes, wrong


def chosen(*, gap: float, listed: int, factor: float) -> tuple[bool, list[str]]:
    """A selection of 10 of 12 queries of one class; query 9 leads query 10 by ``gap``; ``listed`` is last."""
    scores = torch.linspace(0.9, 0.5, 12)
    scores[10] = scores[9] - gap
    logits = torch.logit(scores.double())[None, None, :, None]
    values = scores.tolist()
    about: dict[str, Any] = {"topk_scores": values, "topk_gap_10_11": gap}
    about["topk_min_gap"] = min(a - b for a, b in itertools.pairwise(values[:11]))
    query = np.array([*range(9), listed])
    boxes = np.zeros((1, 10, 5))
    boxes[0, :, 4] = scores[query]
    arrays = {"full/det_query": query, "full/det_labels": np.zeros((1, 10), np.int64), "full/det_bboxes": boxes}
    arrays["full/det_order"] = np.argsort(-boxes[0, :, 4], kind="stable")
    case = Case("part", "name", factor)
    agreed = _selection(case, Golden(about, arrays), SimpleNamespace(logits=logits))  # type: ignore[arg-type]
    return agreed, [check.name for check in case.checks if not check.passed]


def test_a_selection_is_exact_unless_the_next_score_is_as_good() -> None:
    assert chosen(gap=0.02, listed=9, factor=1.0) == (True, [])
    assert chosen(gap=0.02, listed=10, factor=1.0)[1] == ["detections"]
    assert chosen(gap=0.02, listed=10, factor=_DEVICE_FACTOR)[1] == ["detections"]
    # As good as equal: neither choice is wrong, and nothing after it can be compared.
    assert chosen(gap=1e-5, listed=10, factor=1.0) == (False, [])
    # What is a difference on the processor can be noise on a graphics card.
    assert chosen(gap=1e-4, listed=10, factor=1.0)[1] == ["detections"]
    assert chosen(gap=1e-4, listed=10, factor=_DEVICE_FACTOR) == (False, [])
