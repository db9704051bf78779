"""Every figure that is altered makes its case fail: tried on figures of every kind, in made cases of other shapes."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.conform import forward as conform_forward
from app.conform.checks import Case, run_case
from app.conform.evaluation import eval_case
from app.conform.forward import forward_case, index_case
from app.conform.recipe import Networks, Recipe
from app.conform.training import training_case
from app.conform.units import unit_case
from tests.app.conform import made_training
from tests.app.conform.altered import Figure, alter, array_figures, json_figures, kinds, moved, removals, remove
from tests.app.conform.folders import judged
from tests.app.conform.made_figures import write_forward
from tests.app.conform.made_training import write_training

PORTRAIT = {"T": 3, "img_hw": [70, 40], "ori_hw": [60, 34], "seed": 77, "rescale": False}
SINGLE = {"T": 1, "img_hw": [64, 96], "ori_hw": [128, 192], "seed": 3, "rescale": True}
# Bounds and noise, not outcomes: they are compared loosely or not at all.
LOOSE = ("near_threshold_pixels",)


@pytest.fixture(scope="module")
def folder(sound: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Path(shutil.copytree(sound, tmp_path_factory.mktemp("figures") / "made"))
    write_forward(made, "portrait", PORTRAIT, salt="another salt")
    write_forward(made, "single", SINGLE)
    write_training(made, "steps", made_training.CASE, positions=(0, 400))
    return made


@pytest.fixture(scope="module")
def networks(folder: Path) -> Iterator[Networks]:
    made = Networks(Recipe(folder / "recipe"), "cpu")
    yield made
    made.forget()


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network runs once for cases with the same input."""
    known: dict[str, Any] = {}
    run = conform_forward._figures

    def figures(network: Any, recipe: Any, golden: Any, device: str) -> Any:
        key = json.dumps([golden.about["salt"], golden.case, sorted(golden.arrays)])
        if key not in known:
            known[key] = run(network, recipe, golden, device)
        return known[key]

    monkeypatch.setattr(conform_forward, "_figures", figures)


def missed(
    figures: list[Figure], body: Callable[[Case], None], *, change: Callable[[Figure], None] = alter
) -> list[str]:
    """Figures whose change no check notices; every file is put back."""
    found = []
    for figure in figures:
        before = figure.path.read_bytes()
        change(figure)
        case = run_case(Case("part", figure.path.stem), body)
        figure.path.write_bytes(before)
        if not case.failed:
            found.append(str(figure))
    return found


def forward(folder: Path, networks: Networks) -> Callable[[Case], None]:
    """The body of a forward case."""
    return lambda case: forward_case(case, folder / "golden", Recipe(folder / "recipe"), networks)


def of_few_stages(figures: list[Figure]) -> list[Figure]:
    """The same statistics are kept of every stage of the network; two of them, and all other figures."""
    return [one for one in figures if one.place[0] != "stats" or {"fpn1", "mask_roi_feats"} & set(one.place)]


def some(figures: list[Figure], count: int, seed: int) -> list[Figure]:
    return np.random.default_rng(seed).permutation(np.array(figures, object))[:count].tolist()


def test_cases_of_other_names_salts_sizes_and_lengths_pass(folder: Path) -> None:
    report = judged(folder)
    assert report.failed == 0, [
        (case.name, check.name) for case in report.cases for check in case.checks if not check.passed
    ]
    assert [case.name for case in report.cases] == ["one", "roi_levels", "single", "some_case", "portrait", "steps"]


@pytest.mark.parametrize("name", ["some_case", "portrait"])
def test_every_array_of_a_forward_case_counts(folder: Path, networks: Networks, once: None, name: str) -> None:
    figures = array_figures(folder / f"golden/{name}.npz", np.random.default_rng(1))
    assert missed(figures, forward(folder, networks)) == []
    assert missed(figures, forward(folder, networks), change=remove) == []


def test_every_kind_of_number_of_a_forward_case_counts(folder: Path, networks: Networks, once: None) -> None:
    path = folder / "golden/portrait.json"
    altered = [one for one in kinds(json_figures(path), np.random.default_rng(2)) if one.place[0] not in LOOSE]
    assert missed(of_few_stages(altered), forward(folder, networks)) == []
    assert missed(of_few_stages(removals(path)), forward(folder, networks), change=remove) == []


def test_every_kind_of_figure_of_an_evaluation_counts(folder: Path) -> None:
    rng, part = np.random.default_rng(3), folder / "eval"
    figures = kinds(json_figures(part / "one_stats.json"), rng) + array_figures(part / "one_curves.npz", rng, each=4)

    def body(case: Case) -> None:
        case.name = "one"
        eval_case(case, part)

    assert missed(figures, body) == []


def test_every_array_of_a_unit_counts(folder: Path) -> None:
    path = folder / "golden/units/units.npz"
    figures = array_figures(path, np.random.default_rng(4), each=2)

    def body(case: Case) -> None:
        case.name = "roi_levels"
        unit_case(case, path, "cpu")

    # Only what lies under the three boxes of the case matters of its features.
    assert [one for one in missed(figures, body) if "/feat" not in one] == []


def test_figures_of_a_training_case_count(folder: Path, networks: Networks) -> None:
    rng, part = np.random.default_rng(5), folder / "golden/train"
    figures = [one for one in json_figures(part / "steps.json") if "pos_acc" not in str(one.place)]
    by_part = {str(one.place[0]): one for one in rng.permutation(np.array(figures, object))}
    wanted = ("losses", "assignment", "grad_norms", "param_groups", "optimizer_steps")
    figures = [by_part[key] for key in wanted] + some(array_figures(part / "steps.npz", rng), 2, seed=1)
    assert missed(figures, lambda case: training_case(case, part, Recipe(folder / "recipe"), networks)) == []


@pytest.mark.parametrize("name", ["portrait.json", "portrait.npz", "train/steps.json", "train/steps.npz"])
@pytest.mark.parametrize("damage", ["truncated", "not a number"])
def test_damaged_files_of_any_part_fail(folder: Path, networks: Networks, once: None, name: str, damage: str) -> None:
    path = folder / "golden" / name
    before = path.read_bytes()
    if damage == "truncated":
        path.write_bytes(before[: len(before) // 2])
    elif path.suffix == ".json":
        path.write_text(_with_nan(path))
    else:
        with np.load(path) as file:
            arrays = dict(file)
        key = next(key for key, value in arrays.items() if value.dtype == np.float32 and value.size)
        arrays[key] = arrays[key] * np.nan
        np.savez(path, **arrays)
    training = name.startswith("train")
    run = training_case if training else forward_case
    case = run_case(Case("part", path.stem), lambda case: run(case, path.parent, Recipe(folder / "recipe"), networks))
    path.write_bytes(before)
    assert case.failed and all(check.name for check in case.checks if not check.passed)


def _with_nan(path: Path) -> str:
    """The JSON file with one of its figures no number."""
    content = json.loads(path.read_text())
    if "total_loss" in content:
        content["total_loss"] = float("nan")
    else:
        content["topk_scores"][0] = float("nan")
    return json.dumps(content)


def test_an_index_that_contradicts_a_case_fails_and_one_that_lists_more_does_not(folder: Path) -> None:
    about = json.loads((folder / "golden/single.json").read_text())
    entry = {"config": about["config"], "pad_hw": about["pad_hw"], **SINGLE}
    index = folder / "golden/index.json"

    def judged(content: object) -> Case:
        index.write_text(json.dumps(content))
        case = run_case(Case("golden", "index"), lambda case: index_case(case, folder / "golden", "index"))
        index.unlink()
        return case

    assert judged({"single": entry, "elsewhere": entry}).failed == 0
    assert judged({"single": {**entry, "T": 9}}).failed == 1
    assert judged([1]).failed


def test_altering_changes_one_figure_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"x": [1, {"y": 0.5}], "z": "12", "w": null, "v": true, "empty": []}')
    figures = json_figures(path)
    assert [one.place for one in figures] == [("x", 0), ("x", 1, "y"), ("z",), ("w",), ("v",)]
    alter(figures[1])
    assert json.loads(path.read_text())["x"] == [1, {"y": moved(0.5)}] and moved(0.5) != 0.5
    assert str(figures[1]) == "a.json: x/1/y"
    assert [moved(value) for value in (3, None, True, "a4b")] == [4, 1, False, "a5b"]
    np.savez(tmp_path / "a.npz", f=np.zeros((2, 2), np.float32), i=np.zeros(3, np.int64))
    for figure in array_figures(tmp_path / "a.npz", np.random.default_rng(0)):
        alter(figure)
    with np.load(tmp_path / "a.npz") as file:
        assert [np.count_nonzero(file[key]) for key in ("f", "i")] == [1, 1]
