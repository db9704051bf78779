import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from app.cli.train import evaluation_table
from model.evaluation import evaluate
from tests.app.command_line import CATEGORIES, Run, annotation_file, pictures, runner, tiny_checkpoint


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_checkpoint(tmp_path_factory.mktemp("model") / "tiny.safetensors")


def names(folder: str, count: int = 3) -> list[str]:
    return [f"{folder}/{k:05d}.png" for k in range(count)]


# --- synthesize


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def synthesize(run: Run, out: Path, *, seed: int = 3) -> None:
    flags = ["--domain", "demo", "--videos", "1", "--frames", "2", "--size", "64x48", "--seed", str(seed)]
    assert run("synthesize", "--out", out, *flags).code == 0


def test_the_same_seed_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        synthesize(run, tmp_path / name, seed=seed)

    assert digests(tmp_path / "a") == digests(tmp_path / "b") != digests(tmp_path / "c")
    assert {"instances.json", "JPEGImages/00000/00001.png"} <= set(digests(tmp_path / "a"))


@pytest.mark.parametrize(("domain", "size", "words"), [("moon", "64x48", "moon"), ("demo", "8x8", "8 x 8")])
def test_impossible_videos_are_refused_and_leave_nothing(
    run: Run, tmp_path: Path, domain: str, size: str, words: str
) -> None:
    flags = ["--domain", domain, "--videos", "1", "--frames", "1", "--size", size, "--seed", "0"]

    ran = run("synthesize", "--out", tmp_path / "out", *flags)

    assert ran.code == 1
    assert words in ran.last
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    synthesize(run, tmp_path / "out")
    before = digests(tmp_path / "out")

    flags = ["--domain", "demo", "--videos", "1", "--frames", "1", "--size", "64x48", "--seed", "9"]
    assert run("synthesize", "--out", tmp_path / "out", *flags).code == 1

    assert digests(tmp_path / "out") == before


# --- propose


def test_videos_get_ids_from_1_in_the_order_given(run: Run, tmp_path: Path, checkpoint: Path) -> None:
    first, second = pictures(tmp_path / "b", count=2), pictures(tmp_path / "a", count=3)
    out = tmp_path / "results.json"

    ran = run("propose", first, second, "--model", checkpoint, "--out", out, "--rule", "published", "--json")

    assert ran.code == 0
    meta = json.loads((tmp_path / "results.json.meta.json").read_text())
    assert [(video["id"], video["path"], video["length"]) for video in meta["videos"]] == [
        (1, str(first), 2),
        (2, str(second), 3),
    ]
    results = json.loads(out.read_text())
    assert ran.result["tracks"] == len(results) == 20
    lengths = {video["id"]: video["length"] for video in meta["videos"]}
    assert all(len(entry["segmentations"]) == lengths[entry["video_id"]] for entry in results)
    assert all(set(entry) == {"video_id", "category_id", "segmentations", "score"} for entry in results)


def test_the_meta_file_says_which_model_and_which_settings(run: Run, tmp_path: Path, checkpoint: Path) -> None:
    run("propose", pictures(tmp_path / "a"), "--model", checkpoint, "--out", tmp_path / "r.json", "--window", "2")

    meta = json.loads((tmp_path / "r.json.meta.json").read_text())

    assert meta["model"]["sha256"] == hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    assert (meta["model"]["config"], meta["model"]["categories"]) == ("tevit_tiny", list(CATEGORIES))
    assert (meta["settings"]["rule"], meta["settings"]["window"]) == ("review", 2)
    assert [category["name"] for category in meta["categories"]] == list(CATEGORIES)


def test_annotations_give_names_order_and_ids_but_their_truth_is_not_read(
    run: Run, tmp_path: Path, checkpoint: Path
) -> None:
    for name in ("x", "y"):
        pictures(tmp_path / "frames" / name)
    file = annotation_file(
        tmp_path / "a.json", [list(reversed(names("y"))), names("x")], annotations="nothing that could be read"
    )

    ran = run(
        *("propose", "--annotations", file, "--frames", tmp_path / "frames"),
        *("--model", checkpoint, "--out", tmp_path / "r.json"),
    )

    assert ran.code == 0, ran.errors
    results = json.loads((tmp_path / "r.json").read_text())
    assert {entry["video_id"] for entry in results} == {10, 20}
    assert {entry["category_id"] for entry in results} <= {101, 102, 103, 104, 105}
    settings = json.loads((tmp_path / "r.json.meta.json").read_text())["settings"]
    assert (settings["rule"], settings["precision"]) == ("published", "float32")


def test_a_class_that_the_file_lacks_is_dropped_and_counted(run: Run, tmp_path: Path, checkpoint: Path) -> None:
    pictures(tmp_path / "frames" / "x")
    common = ["--frames", tmp_path / "frames", "--model", checkpoint, "--json"]
    all_of_them = annotation_file(tmp_path / "all.json", [names("x")])
    some = annotation_file(tmp_path / "some.json", [names("x")], categories=("Star", "unicorn"))

    whole = run("propose", "--annotations", all_of_them, "--out", tmp_path / "all.r.json", *common).result
    ran = run("propose", "--annotations", some, "--out", tmp_path / "some.r.json", *common)

    assert sum(ran.result["dropped"].values()) == whole["tracks"] - ran.result["tracks"] > 0
    assert "star" not in ran.result["dropped"]
    assert any("dropped" in line for line in ran.errors)


def test_a_bad_video_does_not_stop_the_others(run: Run, tmp_path: Path, checkpoint: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(b"no video at all")
    good, out = pictures(tmp_path / "good"), tmp_path / "r.json"

    ran = run("propose", tmp_path / "bad.mp4", good, "--model", checkpoint, "--out", out, "--rule", "published")

    assert ran.code == 1
    assert ran.last.startswith("1 of 2 videos failed") and "bad.mp4" in ran.last
    assert {entry["video_id"] for entry in json.loads(out.read_text())} == {2}


def test_when_no_video_could_be_looked_at_nothing_is_written(run: Run, tmp_path: Path, checkpoint: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(b"no video at all")

    ran = run("propose", tmp_path / "bad.mp4", "--model", checkpoint, "--out", tmp_path / "r.json")

    assert ran.code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["bad.mp4"]


@pytest.mark.parametrize(
    "missing",
    [
        ["v"],
        ["v", "--model", "m"],
        ["v", "--out", "o"],
        ["--model", "m", "--out", "o"],
        ["--annotations", "a", "--model", "m", "--out", "o"],
        ["--frames", "f", "--model", "m", "--out", "o"],
        ["v", "--annotations", "a", "--frames", "f", "--model", "m", "--out", "o"],
        ["v", "--into-project", "--out", "o"],
        ["--into-project", "--annotations", "a"],
        ["v", "--into-project", "--window", "5", "--overlap", "6"],
    ],
)
def test_a_request_that_says_too_little_or_too_much_is_wrong_usage(
    run: Run, tmp_path: Path, missing: list[str]
) -> None:
    ran = run("propose", *missing, "--data", tmp_path / "data")

    assert (ran.code, ran.out, len(ran.errors)) == (2, "", 1)
    assert "--" in ran.last and ran.last.endswith(".")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("model", ["nobody", "tevit_msgshift"])
def test_a_model_that_is_not_here_is_told(run: Run, tmp_path: Path, model: str) -> None:
    ran = run("propose", pictures(tmp_path / "a"), "--model", model, "--out", tmp_path / "r.json", "--data", tmp_path)

    assert ran.code == 1
    assert model in ran.last
    assert not (tmp_path / "r.json").exists()


def test_a_file_that_is_no_checkpoint_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "odd.safetensors").write_bytes(b"12345678 nothing")

    ran = run("propose", pictures(tmp_path / "a"), "--model", tmp_path / "odd.safetensors", "--out", tmp_path / "r")

    assert ran.code == 1
    assert "odd.safetensors" in ran.last


def test_windows_that_share_all_their_frames_are_refused(run: Run, tmp_path: Path, checkpoint: Path) -> None:
    shots = pictures(tmp_path / "a")

    ran = run("propose", shots, "--model", checkpoint, "--out", tmp_path / "r", "--window", "2", "--overlap", "2")
    # Whether this fits depends on the windows of the model: no matter of the flags alone.
    too_much = run("propose", shots, "--model", checkpoint, "--out", tmp_path / "r", "--overlap", "500")

    assert (ran.code, too_much.code) == (2, 1)
    assert "--overlap" in ran.last and "--overlap" in too_much.last


# --- train


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data set of one video, and ``run``: two steps of training with an evaluation."""
    from app import commands

    folder = tmp_path_factory.mktemp("trained")
    flags = ["--domain", "demo", "--videos", "1", "--frames", "3", "--size", "64x48", "--seed", "3"]
    assert commands.main(["synthesize", "--out", str(folder / "set"), *flags]) == 0
    assert commands.main(train_flags(folder, "--val", str(folder / "set" / "instances.json"))) == 0
    return folder


def train_flags(folder: Path, *more: str, out: str = "run") -> list[str]:
    return [
        *("train", "--annotations", str(folder / "set" / "instances.json")),
        *("--frames", str(folder / "set" / "JPEGImages"), "--config", "tevit_tiny", "--out", str(folder / out)),
        *("--steps", "2", "--batch", "1", "--seed", "1", "--device", "cpu"),
        *more,
    ]


def test_training_leaves_a_checkpoint_that_can_propose(run: Run, tmp_path: Path, trained: Path) -> None:
    checkpoint = trained / "run" / "checkpoint.safetensors"

    ran = run("propose", pictures(tmp_path / "a"), "--model", checkpoint, "--out", tmp_path / "r.json")

    assert ran.code == 0


def test_training_writes_its_losses_and_what_the_held_out_videos_said(trained: Path) -> None:
    losses = [json.loads(line) for line in (trained / "run" / "losses.jsonl").read_text().splitlines()]
    stats = json.loads((trained / "run" / "val_stats.json").read_text())

    assert [entry["step"] for entry in losses] == [1, 2]
    assert {"AP", "AP50", "per_category_AP"} <= set(stats)


def test_a_finished_run_can_be_resumed(run: Run, trained: Path) -> None:
    ran = run(*train_flags(trained, "--resume", "--json"))

    assert ran.code == 0, ran.errors
    assert Path(ran.result["checkpoint"]).is_file()


@pytest.mark.parametrize("bad", ["annotations", "frames", "config", "init", "val"])
def test_bad_input_of_training_is_told_before_anything_is_trained(
    run: Run, tmp_path: Path, trained: Path, bad: str
) -> None:
    (tmp_path / "odd.json").write_text('{"nothing": "here"}')
    flags = train_flags(trained, out="refused")
    if bad in {"init", "val"}:
        flags += [f"--{bad}", str(tmp_path / "odd.json")]
    else:
        value = {"annotations": tmp_path / "odd.json", "frames": tmp_path, "config": "tevit_huge"}[bad]
        flags[flags.index(f"--{bad}") + 1] = str(value)

    ran = run(*flags)

    assert ran.code == 1
    assert "mistake of the program" not in ran.last and ran.last
    assert not (trained / "refused" / "checkpoint.safetensors").exists()


# --- the table


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
