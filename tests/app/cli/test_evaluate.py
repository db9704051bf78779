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


def changed(path: Path, place: tuple[str | int, ...], value: object) -> Path:
    """The file with another value at a place of its content."""
    top = json.loads(path.read_text())
    at = top
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    path.write_text(json.dumps(top))
    return path


@pytest.mark.parametrize(
    ("which", "place", "value", "sentence"),
    [
        (1, (0, "segmentations"), [None, None], "results[0] has 2 masks, but video 1 has 1 frame"),
        (1, (0, "category_id"), 6, "1 of 1 result is of a category that the truth lacks: 6 (1)"),
        (1, (0, "video_id"), 3, "1 of 1 result is of a video that the truth lacks: 3 (1)"),
        (0, ("annotations", 0, "id"), 0, "truth.annotations[0] has the id 0"),
        (0, ("annotations", 0, "id"), "1", "annotations[0].id: is '1' instead of a whole number"),
        (0, ("annotations", 0, "iscrowd"), False, "annotations[0].iscrowd: is false instead of a whole number"),
        (0, ("annotations", 0, "areas"), [float("nan")], "annotations[0].areas[0]: holds NaN; it is ignored"),
        (1, (0, "video_id"), "1", "[0].video_id: is '1' instead of a whole number"),
    ],
)
def test_doubtful_input_is_a_line_on_stderr_and_a_warning_in_the_json(
    run: Run, tmp_path: Path, which: int, place: tuple[str | int, ...], value: object, sentence: str
) -> None:
    files = truth_and_results(tmp_path)
    changed(files[which], place, value)

    ran = run("evaluate", *files, "--json")

    assert ran.code == 0
    [warning] = ran.result["warnings"]
    assert sentence in warning and ran.errors == [warning]


def test_sound_files_have_no_warnings(run: Run, tmp_path: Path) -> None:
    ran = run("evaluate", *truth_and_results(tmp_path), "--json")

    assert ran.result["warnings"] == [] and ran.errors == []


def test_truth_in_utf_16_is_read_and_named(run: Run, tmp_path: Path) -> None:
    truth, results = truth_and_results(tmp_path)
    truth.write_bytes(truth.read_text().encode("utf-16"))

    ran = run("evaluate", truth, results, "--json")

    assert ran.result["AP"] == pytest.approx(1.0) and "UTF-16" in ran.last


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ({"videos": {"va": {"objects": {}}}}, "a meta.json of YouTube-VOS"),
        ({"images": [], "annotations": []}, "COCO for single images"),
        ([], "this is a list, as a results file is"),
    ],
)
def test_truth_of_another_format_is_called_by_its_name(run: Run, tmp_path: Path, content: object, name: str) -> None:
    truth, results = truth_and_results(tmp_path)
    truth.write_text(json.dumps(content))

    ran = run("evaluate", truth, results)

    assert ran.code == 1 and name in ran.last and str(truth) in ran.last


def test_nan_where_it_counts_is_refused_with_its_place(run: Run, tmp_path: Path) -> None:
    truth, results = truth_and_results(tmp_path)
    changed(results, (0, "score"), float("nan"))

    ran = run("evaluate", truth, results)

    assert ran.code == 1 and "[0].score: is NaN" in ran.last


def test_a_category_whose_name_no_terminal_takes_is_printed_all_the_same(run: Run, tmp_path: Path) -> None:
    truth, results = truth_and_results(tmp_path)
    changed(truth, ("categories", 0, "name"), "\ud800 fish\n")

    ran = run("evaluate", truth, results)

    assert ran.code == 0 and "? fish" in ran.out


@pytest.mark.parametrize("which", ["truth", "results"])
def test_a_broken_mask_is_named_as_import_and_check_name_it(run: Run, tmp_path: Path, which: str) -> None:
    truth, results = truth_and_results(tmp_path)
    file = truth if which == "truth" else results
    top = json.loads(file.read_text())
    entries = top["annotations"] if which == "truth" else top
    entries[0]["segmentations"] = [{"size": [2, 2], "counts": [1, 2]}]
    file.write_text(json.dumps(top))

    ran = run("evaluate", truth, results)

    place = "annotations[0].segmentations[0]" if which == "truth" else "[0].segmentations[0]"
    assert ran.code == 1
    assert ran.last == f"{file}: {place}: counts must be 0 or more and add up to 2 x 2 = 4 pixels."
    assert run("check", file).last.endswith(ran.last)


@pytest.mark.parametrize("counts", ["11", "3", "oooooooooooo0"])
@pytest.mark.parametrize("which", ["truth", "results"])
def test_a_text_of_run_lengths_that_do_not_fill_the_picture_is_refused_as_import_does(
    run: Run, tmp_path: Path, which: str, counts: str
) -> None:
    truth, results = truth_and_results(tmp_path)
    for file in (truth, results):
        file.write_text(file.read_text().replace("[1, 3]", '"112"'))
    file = truth if which == "truth" else results
    file.write_text(file.read_text().replace('"112"', json.dumps(counts)))

    ran = run("evaluate", truth, results)  # some of these kept the mask library counting for ever

    assert ran.code == 1 and ran.last.startswith(f"{file}: ") and "[0].segmentations[0]: counts " in ran.last
    assert run("check", file).last.endswith(ran.last)


def test_stated_areas_of_something_else_are_a_warning(run: Run, tmp_path: Path) -> None:
    truth, results = truth_and_results(tmp_path)
    truth.write_text(truth.read_text().replace('"areas": [3]', '"areas": [30000]'))

    ran = run("evaluate", truth, results, "--json")

    assert ran.result["APm"] == pytest.approx(1.0)
    assert any("state areas that are not those of the masks" in line for line in ran.result["warnings"])
