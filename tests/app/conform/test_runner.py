"""A folder of figures as a whole: altered, damaged, missing and unknown figures fail and are reported."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.conform.runner import run
from app.errors import BadInput
from tests.app.conform.folders import change_array, change_json, failures, judged, only


def test_sound_figures_pass_and_absent_parts_are_named(sound: Path) -> None:
    report = judged(sound)
    assert [(case.part, case.name, case.failed) for case in report.cases] == [
        ("eval", "one", 0),
        ("units", "roi_levels", 0),
        ("golden", "some_case", 0),
    ]
    assert report.absent == ("pipeline", "golden/train")
    assert report.summary == f"3 cases, {report.checks} checks, 0 failed"


def test_altered_figures_fail_in_the_report_of_their_folder(figures: Path) -> None:
    only(figures, "golden/forward")
    change_array(figures / "golden/some_case.npz", "full/stage1_cls_score", lambda values: values + 0.02)
    assert failures(figures) == [("some_case", "stage1_cls_score")]


def test_pixels_near_the_threshold_that_cannot_be_so_many_fail(figures: Path) -> None:
    def claim(about: dict[str, Any]) -> None:
        about["near_threshold_pixels"][0][0][1] = 5000

    only(figures, "golden/forward")
    change_json(figures / "golden/some_case.json", claim)
    assert failures(figures) == [("some_case", "near_threshold_pixels that do not fit")]


def test_a_figure_that_is_no_number_fails(figures: Path) -> None:
    change_array(figures / "golden/some_case.npz", "full/stage0_boxes", lambda values: values * np.nan)
    assert ("some_case", "stage0_boxes") in failures(figures)


def test_a_missing_figure_and_an_unknown_one_fail(figures: Path) -> None:
    with np.load(figures / "golden/some_case.npz") as file:
        arrays = dict(file)
    arrays["full/wheels"] = arrays.pop("full/stage1_boxes")
    np.savez(figures / "golden/some_case.npz", **arrays)
    found = failures(figures)
    assert ("some_case", "stage1_boxes") in found and ("some_case", "full/wheels") in found


@pytest.mark.parametrize("name", ["some_case.npz", "some_case.json"])
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_truncated_file_is_a_failure_not_a_skip(figures: Path, name: str, share: float) -> None:
    path = figures / "golden" / name
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert [case for case, _ in failures(figures)] == ["some_case"]


@pytest.mark.parametrize("name", ["some_case.npz", "some_case.json"])
def test_half_a_case_is_a_failure(figures: Path, name: str) -> None:
    (figures / "golden" / name).unlink()
    assert [case for case, _ in failures(figures)] == ["some_case"]


def test_without_its_recipe_a_case_cannot_pass(figures: Path) -> None:
    shutil.rmtree(figures / "recipe")
    report = judged(figures)
    assert "recipe" in report.absent
    assert [case.name for case in report.cases if case.failed] == ["some_case"]


@pytest.mark.parametrize("end", ["raise RuntimeError('no')", "raise SystemExit(0)", "import sys\nsys.exit()"])
def test_a_recipe_that_does_not_run_fails_what_needs_it(figures: Path, end: str) -> None:
    path = figures / "recipe/fill.py"
    path.write_text(f"{path.read_text()}\n{end}\n")
    assert run(figures) == 1
    assert [case for case, _ in failures(figures)] == ["some_case"]


def test_an_altered_unit_fails(figures: Path) -> None:
    only(figures, "golden/units")
    change_array(figures / "golden/units/units.npz", "roi_levels/feat1", lambda values: values + 1)
    assert [case for case, _ in failures(figures)] == ["roi_levels"]


def test_an_unknown_and_an_unreadable_unit_fail(figures: Path) -> None:
    only(figures, "golden/units")
    np.savez(figures / "golden/units/more.npz", **{"somersault/input": np.zeros(3)})
    (figures / "golden/units/zz.npz").write_bytes(b"PK")
    assert [case for case, _ in failures(figures)] == ["somersault", "the file"]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("one_stats.json", lambda stats: stats.__setitem__("AP", stats["AP"] + 1e-4)),
        ("one_stats.json", lambda stats: stats["per_category_AP"].__setitem__(0, None)),
        ("one_stats.json", lambda stats: stats.__setitem__("wheels", 4)),
        ("one_gt.json", lambda truth: truth["annotations"][0].__setitem__("category_id", 7)),
    ],
)
def test_altered_evaluations_fail(figures: Path, name: str, change: Callable[[dict], object]) -> None:  # type: ignore[type-arg]
    change_json(only(figures, "eval") / "eval" / name, change)
    assert {case for case, _ in failures(figures)} == {"one"}


def test_altered_curves_and_missing_files_fail(figures: Path) -> None:
    only(figures, "eval")
    change_array(figures / "eval/one_curves.npz", "recall", lambda values: values * 0.9)
    assert failures(figures) == [("one", "curves/recall")]
    (figures / "eval/one_dt.json").unlink()
    assert failures(figures) == [("one", "readable")]


def test_lists_of_cases_are_no_cases_but_must_be_readable(figures: Path) -> None:
    only(figures, "eval")
    (figures / "recipe/cases.json").write_text('{"configs": {}}')
    assert [case.part for case in judged(figures).cases] == ["eval"]
    (figures / "recipe/cases.json").write_text("{")
    assert failures(figures) == [("cases", "readable")]


@pytest.mark.parametrize("part", ["pipeline", "golden/train"])
def test_unreadable_figures_of_any_part_fail(figures: Path, part: str) -> None:
    only(figures, "eval")
    (figures / part).mkdir(parents=True)
    (figures / part / "odd.json").write_text("{")
    (figures / part / "other.npz").write_bytes(b"nothing")
    assert failures(figures) == [("odd", "readable"), ("other", "readable")]


def test_a_folder_without_a_case_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no case"):
        judged(tmp_path)
    with pytest.raises(BadInput, match="not a folder"):
        judged(tmp_path / "none")


def test_the_command_prints_a_table_and_its_summary(figures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only(figures, "eval")
    assert run(figures) == 0
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert lines[:3] == ["**Evaluation**", "", "| case | worst figure | checks | failed |"]
    assert any(line.startswith("| one | ") and line.endswith(" | 0 |") for line in lines)
    assert lines[-1].startswith("1 cases, ") and lines[-1].endswith(" checks, 0 failed")
    assert any(line.startswith("Absent: ") and "golden" in line for line in lines) and "eval one" in printed.err


def test_the_command_fails_with_its_figures_and_speaks_json(figures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only(figures, "eval")
    change_json(figures / "eval/one_stats.json", lambda stats: stats.__setitem__("AP", 0.1))
    assert run(figures, True) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["failed"] == 1 and report["absent"]
    wrong = [check for case in report["cases"] for check in case["checks"] if not check["passed"]]
    assert [check["name"] for check in wrong] == ["stats/AP"]
