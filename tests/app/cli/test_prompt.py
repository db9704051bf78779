"""The command prompt, from its flags to its file."""

from pathlib import Path

import pytest

from storage.rle import decode
from storage.youtube_vis import parse_results, read_dataset
from tests.app.command_line import Run
from tests.model.prompts.overlap import iou


@pytest.fixture
def scenes(run: Run, tmp_path: Path) -> Path:
    flags = ("--domain", "demo", "--videos", "1", "--frames", "2", "--size", "160x96", "--seed", "3")
    assert run("synthesize", "--out", tmp_path / "set", *flags).code == 0
    return tmp_path / "set"


def test_every_true_mask_gets_an_answer_with_confidence_and_source(scenes: Path, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "results.json"
    files = ("--truth", scenes / "instances.json", "--frames", scenes / "JPEGImages")
    ran = run("prompt", *files, "--boxes", "--out", out, "--json")

    assert ran.code == 0, ran.errors
    results = parse_results(out.read_text(), where="results")
    assert ran.result["tracks"] == len(results) > 0
    assert ran.result["masks"] == sum(entry is not None for result in results for entry in result.extra["source"])
    for result in results:
        assert len(result.segmentations) == len(result.extra["confidence"]) == len(result.extra["source"]) == 2
        assert all(value is None or 0 <= value <= 1 for value in result.extra["confidence"])
        assert "track_id" in result.extra


def test_clicks_and_frames_are_chosen_by_flags(scenes: Path, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "results.json"
    files = ("--truth", scenes / "instances.json", "--frames", scenes / "JPEGImages")
    assert run("prompt", *files, "--clicks", "--frames-at", "1", "--out", out).code == 0

    results = parse_results(out.read_text(), where="results")
    assert {result.extra["source"][0] for result in results} == {None}
    assert any(result.extra["source"][1] for result in results)


def test_without_weights_the_command_works_and_names_the_command_that_brings_them(
    scenes: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEVIT_WEIGHTS", str(tmp_path / "none"))
    files = ("--truth", scenes / "instances.json", "--frames", scenes / "JPEGImages")
    ran = run("prompt", *files, "--frames-at", "0", "--out", tmp_path / "results.json")

    assert ran.code == 0
    assert any("python3 launch.py weights" in line for line in ran.errors)


def test_frames_that_are_not_there_end_with_one_sentence(scenes: Path, run: Run, tmp_path: Path) -> None:
    ran = run(
        "prompt", "--truth", scenes / "instances.json", "--frames", tmp_path / "none", "--out", tmp_path / "out.json"
    )

    assert ran.code == 1 and "There is no folder" in ran.last
    assert not (tmp_path / "out.json").exists()


def test_the_masks_are_those_of_the_things(scenes: Path, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "results.json"
    run("prompt", "--truth", scenes / "instances.json", "--frames", scenes / "JPEGImages", "--out", out)
    truth = {track.id: track for track in read_dataset(scenes / "instances.json").tracks}
    scores = [
        iou(decode(found), decode(true))
        for result in parse_results(out.read_text(), where="results")
        for found, true in zip(result.segmentations, truth[result.extra["track_id"]].segmentations, strict=True)
        if found and true
    ]

    assert len(scores) > 2 and sum(scores) / len(scores) > 0.6
