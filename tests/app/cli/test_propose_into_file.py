"""The command propose --out: videos or an annotation file in, results and a meta file out."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.app.command_line import CATEGORIES, Run, annotation_file, pictures


def names(folder: str, count: int = 3) -> list[str]:
    return [f"{folder}/{k:05d}.png" for k in range(count)]


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
