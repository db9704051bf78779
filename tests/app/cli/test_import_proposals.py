"""The command import --as proposals: results come in, are named, and go back."""

import json
from pathlib import Path
from typing import Any

import pytest

from storage import projects, tracks, videos
from storage.database import Database
from tests.app.command_line import Run


@pytest.fixture
def results(dataset: Path) -> Path:
    """Results for the video of the data set: two tracks, one with a low score."""
    [track] = json.loads((dataset / "a.json").read_text())["annotations"]
    entry = {name: track[name] for name in ("video_id", "category_id", "segmentations")}
    path = dataset / "results.json"
    path.write_text(json.dumps([{**entry, "score": 0.75}, {**entry, "score": 0.02}]))
    return path


def scores(database: Database) -> list[float | None]:
    with database.read() as tx:
        sea = projects.find_project(tx, "sea")
        assert sea is not None
        return [track.score for one in videos.list_videos(tx, sea.id) for track in tracks.list_tracks(tx, one.id)]


def test_results_and_their_videos_come_into_a_new_project(
    data_run: Run, dataset: Path, results: Path, database: Database
) -> None:
    named = ("--annotations", dataset / "a.json", "--frames", dataset / "frames", "--project", "sea")
    ran = data_run("import", results, "--as", "proposals", *named, "--min-score", "0.1", "--source", "VidEoMT")
    assert ran.code == 0, "\n".join(ran.errors)
    assert ran.out.startswith("1 track and 2 masks of VidEoMT are proposals in 1 video of sea: 1 added, 0 replaced")
    assert "1 track below the score 0.1 left out." in "\n".join(ran.errors)
    assert scores(database) == [0.75]
    again = data_run("import", results, "--as", "proposals", "--project", "sea", "--json")
    assert again.result["added"] == 1 and again.result["replaced"] == 1 and again.result["source"] == "results"


def test_proposals_are_taken_back_by_their_file(
    data_run: Run, dataset: Path, results: Path, database: Database
) -> None:
    data_run("import", dataset / "a.json", "--frames", dataset / "frames", "--project", "sea")
    data_run("import", results, "--as", "proposals", "--project", "sea")
    assert len(scores(database)) == 2
    taken = data_run("import", results, "--as", "proposals", "--take-back", "--project", "sea")
    assert taken.code == 0 and taken.out == "the proposals of 1 video of sea were taken back\n"
    assert scores(database) == [None]  # the unreviewed track of the data set, which the results had replaced
    twice = data_run("import", results, "--as", "proposals", "--take-back", "--project", "sea")
    assert twice.code == 1 and "No video of this project has proposals of this file" in twice.last


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (("--as", "proposals", "--accept"), "--accept and --complete are for truth"),
        (("--min-score", "0.5"), "add --as proposals"),
        (("--video", "dog"), "add --as proposals"),
    ],
)
def test_flags_of_the_other_kind_are_wrong_usage(
    data_run: Run, results: Path, flags: tuple[str, ...], reason: str
) -> None:
    ran = data_run("import", results, *flags, "--project", "sea")
    assert ran.code == 2 and reason in "\n".join(ran.errors)


def test_results_as_truth_name_the_flag(data_run: Run, results: Path) -> None:
    ran = data_run("import", results, "--project", "sea")
    assert ran.code == 1 and ran.last.endswith("import them as proposals (--as proposals).")


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "video": ({"video_id": 99}, "results.json: [0].video_id: 99 is not the id of a video of a.json."),
    "category": ({"category_id": 9}, "results.json: [0].category_id: 9 is not the id of a category of a.json."),
    "length": ({"segmentations": [None]}, "results.json: [0].segmentations: has 1 entry, but video 10 (x)"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_error_names_element_and_file(data_run: Run, dataset: Path, results: Path, name: str) -> None:
    other, reason = WRONG[name]
    [first, _] = json.loads(results.read_text())
    results.write_text(json.dumps([{**first, **other}]))
    ran = data_run("import", results, "--as", "proposals", "--annotations", dataset / "a.json", "--project", "sea")
    assert ran.code == 1 and reason in ran.last


def test_a_least_score_is_a_number_from_0_to_1(
    data_run: Run, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        data_run("import", results, "--as", "proposals", "--min-score", "5")
    assert "5 is not a number from 0 to 1" in capsys.readouterr().err
