"""The command evaluate: figures as JSON and as a table, and bad files as one sentence."""

import json
from pathlib import Path

import numpy as np
import pytest

from app.cli.train import evaluation_table
from model.evaluation import evaluate
from tests.app.command_line import Run
from tests.material import material


def test_the_table_has_a_line_for_each_category_and_size() -> None:
    full = {"size": [2, 2], "counts": [0, 4]}
    truth = {
        "videos": [{"id": 1, "width": 2, "height": 2, "length": 1, "file_names": ["a.png"]}],
        "categories": [{"id": 1, "name": "a" * 40}, {"id": 2, "name": "b"}],
        "annotations": [{"id": 1, "video_id": 1, "category_id": 1, "segmentations": [full], "iscrowd": 0}],
    }

    table = evaluation_table(evaluate(truth, [])).splitlines()

    assert table[0].split() == ["AP", "AP50", "AP75", "AR1", "AR10"]
    assert len({len(line) for line in table[:4]}) == 1
    assert table[2].startswith("a" * 23) and table[2].split()[1:] == ["0.0"] * 5
    assert table[3].split() == ["b", *["-"] * 5]
    assert [line.split()[0] for line in table[-3:]] == ["small", "medium", "large"]


def test_figures_per_category_average_to_those_over_all() -> None:
    rng = np.random.default_rng(0)
    masks = [{"size": [4, 4], "counts": [int(k), 16 - int(k)]} for k in rng.integers(1, 15, 8)]
    truth = {
        "videos": [{"id": k, "width": 4, "height": 4, "length": 1, "file_names": [f"{k}.png"]} for k in range(1, 5)],
        "categories": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
        "annotations": [
            {"id": k + 1, "video_id": k % 4 + 1, "category_id": k % 2 + 1, "segmentations": [masks[k]], "iscrowd": 0}
            for k in range(8)
        ],
    }
    results = [
        {"video_id": k % 4 + 1, "category_id": k % 2 + 1, "score": 0.1 * (k + 1), "segmentations": [masks[(k * 3) % 8]]}
        for k in range(8)
    ]

    lines = evaluation_table(evaluate(truth, results)).splitlines()
    rows = [[float(cell) for cell in line.split()[1:]] for line in lines[1:4]]

    assert rows[0] == pytest.approx(
        [(first + second) / 2 for first, second in zip(rows[1], rows[2], strict=True)], abs=0.11
    )


def truth_and_results(folder: Path) -> tuple[Path, Path]:
    """One video of one frame; its only track is found exactly."""
    mask = {"size": [2, 2], "counts": [1, 3]}
    truth = {
        "videos": [{"id": 1, "width": 2, "height": 2, "length": 1, "file_names": ["a.png"]}],
        "categories": [{"id": 7, "name": "fish"}, {"id": 8, "name": "star"}],
        "annotations": [
            {"id": 1, "video_id": 1, "category_id": 7, "segmentations": [mask], "iscrowd": 0, "areas": [3]}
        ],
    }
    results = [{"video_id": 1, "category_id": 7, "score": 0.9, "segmentations": [mask]}]
    (folder / "truth.json").write_text(json.dumps(truth))
    (folder / "results.json").write_text(json.dumps(results))
    return folder / "truth.json", folder / "results.json"


def test_a_perfect_result_is_1_in_json_and_100_in_the_table(run: Run, tmp_path: Path) -> None:
    truth, results = truth_and_results(tmp_path)

    assert run("evaluate", truth, results, "--json").result["AP"] == pytest.approx(1.0)
    table = run("evaluate", truth, results).out.splitlines()
    assert table[1].split() == ["all", *["100.0"] * 5]
    assert table[2].split() == ["fish", *["100.0"] * 5]
    assert table[3].split() == ["star", *["-"] * 5]


def test_json_has_the_keys_and_figures_of_the_reference(run: Run) -> None:
    folder = material("reference/eval")
    expected = json.loads((folder / "basic_stats.json").read_text())

    found = run("evaluate", folder / "basic_gt.json", folder / "basic_dt.json", "--json").result

    assert set(found) == set(expected)
    assert found["stats"] == pytest.approx(expected["stats"], abs=1e-9)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"videos": 3}', b"[]"])
def test_truth_that_cannot_be_read_is_bad_input(run: Run, tmp_path: Path, content: bytes) -> None:
    _, results = truth_and_results(tmp_path)
    (tmp_path / "odd.json").write_bytes(content)

    ran = run("evaluate", tmp_path / "odd.json", results)

    assert (ran.code, ran.out) == (1, "")
    assert "odd.json" in ran.last and "mistake of the program" not in ran.last


def test_swapped_files_are_bad_input(run: Run, tmp_path: Path) -> None:
    truth, results = truth_and_results(tmp_path)

    assert run("evaluate", results, truth).code == 1
    assert run("evaluate", truth, tmp_path / "none.json").code == 1
