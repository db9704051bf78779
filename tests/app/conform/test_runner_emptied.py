"""Missing figures, files that belong to no case, recipes that exit: none of them may pass for agreement."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.conform.checks import Case, UnreadableCase, read_arrays, read_json, run_case, stems, strays
from app.conform.pipeline import _complete, pipeline_test_case, pipeline_train_case, seed_of
from app.conform.recipe import Recipe
from app.conform.runner import run
from app.conform.training import groups_case
from app.conform.units import Unit, unit_case
from tests.app.conform.altered import Figure, removals, remove
from tests.app.conform.folders import failures, judged, only, wrong
from tests.material import material

ENTRIES: list[dict[str, Any]] = [
    {"config": "a", "dataset": {}},
    {"config": "a", "n": 0, "filenames": ["x", "y"]},
    {"config": "a", "n": 1, "filenames": ["x"]},
    {"config": "b", "dataset": {}},
    {"config": "b", "n": 0, "filenames": ["z"]},
]
DRAWN = ["a/0/img_sample", "a/0/masks0", "a/0/masks1", "a/1/img_sample", "a/1/masks0", "b/0/img_sample", "b/0/masks0"]


@pytest.fixture
def figures(figures: Path) -> Path:
    """An evaluation and a unit that pass."""
    return only(figures, "eval", "golden/units")


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    """The reference figures of the data pipeline and their recipe."""
    for part in ("pipeline", "recipe"):
        (tmp_path / "figures" / part).mkdir(parents=True)
        for path in material(f"reference/{part}").iterdir():
            if path.is_file():
                (tmp_path / "figures" / part / path.name).write_bytes(path.read_bytes())
    return tmp_path / "figures"


def test_the_sound_figures_pass(figures: Path) -> None:
    assert failures(figures) == [] and run(figures) == 0


@pytest.mark.parametrize("whole", [False, True], ids=["one by one", "all at once"])
def test_statistics_and_curves_of_an_evaluation_that_are_gone_fail_by_their_names(figures: Path, whole: bool) -> None:
    only(figures, "eval")
    for path in (figures / "eval/one_stats.json", figures / "eval/one_curves.npz"):
        before, title = path.read_bytes(), path.stem.removeprefix("one_")
        keys = [str(one.place[0]) for one in removals(path) if len(one.place) == 1]
        assert len(keys) >= 3
        for some in [keys] if whole else [[key] for key in keys]:
            for key in some:
                remove(Figure(path, (key,)))
            assert failures(figures) == [("one", f"{title}/{key}") for key in some]
            path.write_bytes(before)


@pytest.mark.parametrize(
    "name",
    [
        "eval/stray.json",
        "eval/stray.npz",
        "eval/one_curves.json",
        "eval/one_gt.npz",
        "golden/stray.json",
        "golden/units/stray.json",
        "golden/units/stray.npz",
        "golden/index.json",
        "golden/train/stray.json",
        "recipe/checksums.json",
    ],
)
def test_a_stray_file_of_figures_is_a_failure_that_names_it(figures: Path, name: str) -> None:
    path = figures / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("{")
    found = [f"{case.name} {check.note}" for case in judged(figures).cases for check in case.checks if not check.passed]
    assert len(found) == 1 and path.name in found[0]


def test_words_beside_the_figures_are_no_figures(figures: Path) -> None:
    for part in ("recipe", "golden", "golden/units", "eval"):
        (figures / part / "README.md").write_text("About these figures.")
    assert failures(figures) == []


def test_names_of_cases_and_of_what_belongs_to_none(tmp_path: Path) -> None:
    for name in ("a_gt.json", "a_curves.npz", "b_gt.json", "b_curves.json", "c.npz", "README.md"):
        (tmp_path / name).touch()
    assert stems(tmp_path, "_gt.json", "_curves.npz") == ["a", "b"]
    assert strays(tmp_path, "_gt.json", "_curves.npz") == ["b_curves.json", "c.npz"]


@pytest.mark.parametrize("part", ["recipe", "eval", "golden", "golden/units", "golden/train", "pipeline"])
def test_a_part_that_is_no_folder_fails(figures: Path, part: str) -> None:
    shutil.rmtree(figures / part, ignore_errors=True)
    (figures / part).write_text("not a folder")
    assert ("the folder", "readable") in failures(figures)
    (figures / part).unlink()
    (figures / part).symlink_to(figures / "nowhere")
    assert ("the folder", "readable") in failures(figures)


@pytest.mark.parametrize("part", ["recipe", "eval", "golden/units", "golden/train", "pipeline"])
def test_an_empty_part_is_told_as_absent(figures: Path, part: str) -> None:
    shutil.rmtree(figures / part, ignore_errors=True)
    (figures / part).mkdir()
    report = judged(figures)
    assert part in report.absent and report.failed == 0


def test_units_without_an_array_fail_and_so_do_arrays_that_no_operation_uses(figures: Path) -> None:
    path = figures / "golden/units/units.npz"
    arrays = read_arrays(path)
    np.savez(path, **arrays, **{"roi_levels/wheels": np.zeros(3)})  # type: ignore[arg-type]
    assert failures(figures) == [("roi_levels", "wheels")]
    np.savez(path)
    assert failures(figures) == [("the file", "readable")]


def test_a_unit_remembers_what_was_asked_for(tmp_path: Path) -> None:
    unit = Unit({"a": torch.zeros(1), "b": torch.zeros(1)})
    assert unit["a"].tolist() == [0.0] and unit.used == {"a"}
    np.savez(tmp_path / "u.npz")
    with pytest.raises(UnreadableCase, match=r"u\.npz holds no operation"):
        unit_case(Case("units", "x"), tmp_path / "u.npz", "cpu")


@pytest.mark.parametrize("status", ["0", "1", "", "'why'"])
def test_a_case_or_a_recipe_that_leaves_is_a_failure(tmp_path: Path, status: str) -> None:
    def leaves(case: Case) -> None:
        case.equal("so far", 1, 1)
        sys.exit()

    assert wrong(run_case(Case("part", "name"), leaves)) == ["readable"]
    before = sys.modules.get("fill")
    (tmp_path / "fill.py").write_text(f"raise SystemExit({status})")
    with pytest.raises(UnreadableCase, match=r"fill\.py does not run: SystemExit"):
        Recipe(tmp_path).fill  # noqa: B018  # asking for it loads it
    assert sys.modules.get("fill") is before


def test_a_recipe_leaves_its_folder_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "fill.py").write_text("HUE = 3")
    (tmp_path / "make_ytvis.py").write_text("from fill import HUE")
    recipe = Recipe(tmp_path)
    assert (recipe.fill.HUE, recipe.make_ytvis.HUE) == (3, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fill.py", "make_ytvis.py"]


def drawn(entries: list[dict[str, Any]], arrays: list[str]) -> list[str]:
    case = Case("pipeline", "x")
    _complete(case, entries, {key: np.zeros(1) for key in arrays})
    return wrong(case)


def test_a_training_set_is_complete_with_its_data_sets_items_and_arrays() -> None:
    assert drawn(ENTRIES, DRAWN) == []
    assert drawn([], []) == ["configurations with a data set"]
    assert drawn(ENTRIES[:1], []) == ["configurations with items"]
    assert drawn(ENTRIES[1:], DRAWN) == ["configurations with items"]
    assert drawn([*ENTRIES, ENTRIES[0]], DRAWN)[0] == "configurations with a data set"
    assert drawn([ENTRIES[0], *ENTRIES[2:]], DRAWN) == ["a items", *DRAWN[:3]]
    assert drawn(ENTRIES, [*DRAWN, "b/0/masks1", "wheels"]) == ["b/0/masks1", "wheels"]


def test_a_name_may_say_its_seed() -> None:
    assert [seed_of(name) for name in ("train_seed0", "seed12_x", "seedling", "q")] == [0, 12, None, None]


@pytest.mark.parametrize("keep", [0, 1, 13])
def test_training_items_that_are_gone_fail(pipeline: Path, keep: int) -> None:
    path = pipeline / "pipeline/train_dataset_seed0.json"
    path.write_text(json.dumps(json.loads(path.read_text())[:keep]))
    case = Case("pipeline", path.stem)
    run_case(case, lambda case: pipeline_train_case(case, path.parent, Recipe(pipeline / "recipe")))
    assert "tevit_msgshift_mstrain/5/masks4" in wrong(case)


@pytest.mark.parametrize("keep", [0, 1, 11])
def test_prepared_frames_that_are_gone_fail(pipeline: Path, keep: int) -> None:
    path = pipeline / "pipeline/test_pipeline.json"
    path.write_text(json.dumps(dict([*json.loads(path.read_text()).items()][:keep])))
    case = Case("pipeline", path.stem)
    run_case(case, lambda case: pipeline_test_case(case, path.parent, Recipe(pipeline / "recipe")))
    assert "odd_333x517/tevit_swin-l_mstrain/rows" in wrong(case)


def without(*names: str) -> Callable[[Path], None]:
    def remove(part: Path) -> None:
        for name in names:
            (part / name).unlink()

    return remove


@pytest.mark.parametrize(
    ("change", "name", "check"),
    [
        (lambda part: (part / "test_pipeline.json").write_text('{"videos": []}'), "test_pipeline", "known"),
        (
            lambda part: (part / "ytvis_seed0_annotations.npz").touch(),
            "ytvis_seed0_annotations",
            "ytvis_seed0_annotations.npz",
        ),
        (lambda part: (part / "seedling.json").write_text("[]"), "seedling", "readable"),
    ],
)
def test_files_of_the_pipeline_need_each_other(pipeline: Path, change: Any, name: str, check: str) -> None:
    change(pipeline / "pipeline")
    assert failures(pipeline) == [(name, check)]


def test_annotations_and_training_set_may_come_without_each_other(pipeline: Path) -> None:
    part = pipeline / "pipeline"
    stored = (part / "ytvis_seed0_annotations.json").read_text()
    (part / "ytvis_seed0_annotations.json").unlink()
    assert failures(pipeline) == []
    (part / "ytvis_seed0_annotations.json").write_text(stored)
    without("train_dataset_seed0.json", "train_dataset_seed0.npz")(part)
    assert failures(pipeline) == []
    (part / "ytvis_seed0_annotations.json").write_text(json.dumps(json.loads(stored) | {"more": 1}))
    assert failures(pipeline) == [("ytvis_seed0_annotations", "annotations")]


def test_a_recipe_that_leaves_while_it_makes_a_data_set_fails(pipeline: Path) -> None:
    path = pipeline / "recipe/make_ytvis.py"
    path.write_text(f"{path.read_text()}\nimport sys\nsys.exit(0)\n")
    assert run(pipeline) == 1
    assert failures(pipeline) == [("train_dataset_seed0", "readable")]


def test_learning_rates_come_without_arrays(tmp_path: Path) -> None:
    (tmp_path / "rates.json").write_text('{"config": "tevit_tiny", "param_groups": {}}')
    np.savez(tmp_path / "rates.npz", wheels=np.zeros(3))
    case = Case("train", "rates")
    groups_case(case, tmp_path)
    assert wrong(case)[:2] == ["rates.npz", "param_groups by name"]


def test_damaged_files_are_unreadable_wherever_the_damage_is(tmp_path: Path) -> None:
    path, deep = tmp_path / "a.npz", tmp_path / "a.json"
    np.savez_compressed(path, x=np.random.default_rng(0).random(400), y=np.arange(300))
    sound, unreadable = path.read_bytes(), 0
    for place in range(0, len(sound), 7):
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 0x5A]) + sound[place + 1 :])
        try:
            read_arrays(path)
        except UnreadableCase:
            unreadable += 1
    assert unreadable > len(sound) // 14
    deep.write_text("[" * 200_000)
    with pytest.raises(UnreadableCase, match=r"a\.json cannot be read"):
        read_json(deep)
