"""The command train: a checkpoint, its losses, and its figures on held-out videos."""

import json
import shutil
from pathlib import Path

import pytest

from tests.app.command_line import Run, pictures


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


def test_the_best_checkpoint_of_a_run_is_kept(run: Run, trained: Path) -> None:
    truth = trained / "set" / "instances.json"
    assert run(*train_flags(trained, "--val-every", "1", out="refused")).code == 1

    ran = run(*train_flags(trained, "--val", truth, "--val-every", "1", "--json", out="best"))

    assert ran.code == 0 and any("Step 1: AP" in line for line in ran.errors)
    kept = json.loads((trained / "best" / "best.json").read_text())
    assert kept["step"] in (1, 2) and kept["AP"] >= ran.result["evaluation"]["AP"]
    assert (trained / "best" / "best.safetensors").is_file()


def test_a_finished_run_can_be_resumed(run: Run, trained: Path) -> None:
    ran = run(*train_flags(trained, "--resume", "--json"))

    assert ran.code == 0, ran.errors
    assert Path(ran.result["checkpoint"]).is_file()


@pytest.mark.parametrize("annotations", [None, "missing", "damaged"])
def test_held_out_truth_that_nothing_can_be_compared_with_is_told_before_training(
    run: Run, tmp_path: Path, trained: Path, annotations: str | None
) -> None:
    content = json.loads((trained / "set" / "instances.json").read_text())
    if annotations == "missing":
        del content["annotations"]
    elif annotations is None:
        content["annotations"] = None
    else:
        content["annotations"][0]["segmentations"][0] = {"size": [48, 64], "counts": "44"}
    (tmp_path / "val.json").write_text(json.dumps(content))

    ran = run(*train_flags(trained, "--val", tmp_path / "val.json", "--val-every", "1", out="refused"))

    assert ran.code == 1 and "annotations" in ran.last and "val.json" in ran.last
    assert not (trained / "refused").exists()


def test_where_nothing_is_there_to_find_no_step_is_the_best(run: Run, tmp_path: Path, trained: Path) -> None:
    content = json.loads((trained / "set" / "instances.json").read_text())
    (tmp_path / "val.json").write_text(json.dumps({**content, "annotations": []}))

    ran = run(*train_flags(trained, "--val", tmp_path / "val.json", "--val-every", "1", out=str(tmp_path / "empty")))

    assert ran.code == 0, ran.errors
    assert not any("the best so far" in line for line in ran.errors)
    assert not (tmp_path / "empty" / "best.safetensors").exists()


def test_a_run_is_not_resumed_as_another_one(run: Run, trained: Path) -> None:
    flags = train_flags(trained, "--resume")
    flags[flags.index("--seed") + 1] = "2"

    ran = run(*flags)

    assert ran.code == 1 and "resume.pt is of a run with --seed 1, and this one has 2;" in ran.last


def test_a_picture_that_breaks_off_is_named_also_by_other_processes(run: Run, tmp_path: Path, trained: Path) -> None:
    shutil.copytree(trained / "set", tmp_path / "set")
    broken = next((tmp_path / "set" / "JPEGImages").glob("*/*.png"))
    broken.write_bytes(broken.read_bytes()[:-200])

    alone, others = (run(*train_flags(tmp_path, "--workers", number)) for number in ("0", "1"))

    assert alone.code == others.code == 1
    assert str(broken) in alone.last and others.last == alone.last


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
