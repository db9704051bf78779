import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.conform.checks import ConformReport
from app.conform.evaluation import curve_figures
from app.conform.runner import conform, run
from app.errors import BadInput
from model.evaluation import evaluate
from tests.app.conform.made_figures import write_figures


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write_figures(tmp_path_factory.mktemp("figures") / "sound")
    truth, results = (json.loads((made / f"eval/one_{part}.json").read_text()) for part in ("gt", "dt"))
    np.savez(made / "eval/one_curves.npz", **curve_figures(evaluate(truth, results)))  # type: ignore[arg-type]
    return made


@pytest.fixture()
def figures(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "figures"))


def judged(folder: Path) -> ConformReport:
    return conform(folder, report=lambda line: None)


def failures(folder: Path) -> list[tuple[str, str]]:
    return [(case.name, check.name) for case in judged(folder).cases for check in case.checks if not check.passed]


def change_array(path: Path, key: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    with np.load(path) as file:
        arrays = dict(file)
    arrays[key] = change(arrays[key])
    np.savez(path, **arrays)


def change_json(path: Path, change: Callable[[dict], object]) -> None:  # type: ignore[type-arg]
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def only(folder: Path, part: str) -> Path:
    """Removes the other parts, so that a test of one part is quick."""
    for other in ("eval", "golden"):
        if other != part:
            shutil.rmtree(folder / other)
    return folder


def test_sound_figures_pass_and_absent_parts_are_named(sound: Path) -> None:
    report = judged(sound)
    assert [(case.part, case.name, case.failed) for case in report.cases] == [
        ("eval", "one", 0),
        ("units", "roi_levels", 0),
        ("golden", "some_case", 0),
    ]
    assert report.absent == ("pipeline", "golden/train")
    assert report.lines()[-1] == f"3 cases, {report.checks} checks, 0 failed"


@pytest.mark.parametrize(
    "key",
    [
        "full/stage1_cls_score",
        "full/stage2_boxes",
        "full/msg3",
        "full/det_bboxes",
        "full/mask_prob",
        "full/mask_rois",
        "full/init_rois",
        "sample/fpn2",
        "sample/input",
        "sample/backbone0",
        "sample/stage0_attn_feats",
        "sample/mask_logits_all_classes",
    ],
)
def test_an_altered_figure_fails(figures: Path, key: str) -> None:
    def nudge(values: np.ndarray) -> np.ndarray:
        values = values.copy()
        values.reshape(-1)[values.size // 2] += 0.02
        return values

    change_array(figures / "golden/some_case.npz", key, nudge)
    assert any(case == "some_case" for case, _ in failures(figures))


@pytest.mark.parametrize("key", ["full/det_query", "full/det_labels", "full/det_order"])
def test_an_altered_detection_fails(figures: Path, key: str) -> None:
    change_array(figures / "golden/some_case.npz", key, lambda values: (values + 1) % 5)
    assert failures(figures)


@pytest.mark.parametrize(
    "change",
    [
        lambda about: about["topk_scores"].__setitem__(3, 0.01),
        lambda about: about["level_margin_log2"].__setitem__(0, 0.45),
        lambda about: about["pad_hw"].__setitem__(0, 96),
        lambda about: about["scale_factor"].__setitem__(0, 0.51),
        lambda about: about["mask_area"][0].__setitem__(0, about["mask_area"][0][0] + 1),
        lambda about: about["rle"][0].__setitem__(0, about["rle"][1][1]),
        lambda about: about["results_json"][2].__setitem__("category_id", 9),
        lambda about: about["results_json"][2].__setitem__("score", 0.01),
        lambda about: about["near_threshold_pixels"][0][0].__setitem__(1, 5000),
        lambda about: about["stats"]["fpn1"].__setitem__("mean", 0.7),
        lambda about: about["stats"]["fpn1"].__setitem__("shape", [1, 2, 3]),
        lambda about: about["case"].__setitem__("seed", 6),
        lambda about: about.__setitem__("config", "tevit_huge"),
        lambda about: about.pop("rle"),
    ],
)
def test_altered_facts_of_a_case_fail(figures: Path, change: Callable[[dict], object]) -> None:  # type: ignore[type-arg]
    change_json(figures / "golden/some_case.json", change)
    assert failures(figures)


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


@pytest.mark.parametrize("key", ["roi_levels/levels", "roi_levels/out", "roi_levels/feat1"])
def test_an_altered_unit_fails(figures: Path, key: str) -> None:
    shutil.rmtree(figures / "eval")
    (figures / "golden/some_case.npz").unlink()
    (figures / "golden/some_case.json").unlink()
    change_array(figures / "golden/units/units.npz", key, lambda values: values + 1)
    assert [case for case, _ in failures(figures)] == ["roi_levels"]


def test_an_unknown_and_an_unreadable_unit_fail(figures: Path) -> None:
    shutil.rmtree(figures / "eval")
    (figures / "golden/some_case.npz").unlink()
    (figures / "golden/some_case.json").unlink()
    np.savez(figures / "golden/units/more.npz", **{"somersault/input": np.zeros(3)})
    (figures / "golden/units/zz.npz").write_bytes(b"PK")
    assert [case for case, _ in failures(figures)] == ["somersault", "the file"]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("one_stats.json", lambda stats: stats.__setitem__("AP", stats["AP"] + 1e-4)),
        ("one_stats.json", lambda stats: stats["per_category_AP"].__setitem__(0, None)),
        ("one_stats.json", lambda stats: stats.__setitem__("n_gt", 2)),
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
    assert lines[0].startswith("case") and "tolerance" in lines[0]
    assert lines[-1].startswith("1 cases, ") and lines[-1].endswith(" checks, 0 failed")
    assert "golden: absent" in lines and "eval one" in printed.err


def test_the_command_fails_with_its_figures_and_speaks_json(figures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only(figures, "eval")
    change_json(figures / "eval/one_stats.json", lambda stats: stats.__setitem__("AP", 0.1))
    assert run(figures, True) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["failed"] == 1 and report["absent"]
    wrong = [check for case in report["cases"] for check in case["checks"] if not check["passed"]]
    assert [check["name"] for check in wrong] == ["stats/AP"]
