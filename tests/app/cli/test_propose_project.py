"""Proposing many videos into a project: added once, what is done passed over, several processes, bad videos."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.errors import Cancelled
from app.library import videos as library_videos
from app.proposing import into_project, project_batch
from app.settings import Settings
from storage import checkpoints, jobs, tracks, videos
from storage.database import Database
from storage.videos import Video
from tests.app.command_line import CATEGORIES, Ran, Run, pictures
from tests.app.made import project_with
from tests.storage.made_videos import make_video


@pytest.fixture
def run(data_run: Run) -> Run:
    def into_sea(*arguments: str | Path) -> Ran:
        return data_run("propose", *arguments, "--into-project", "--rule", "published", "--project", "sea")

    return into_sea


@pytest.fixture
def checkpoint(checkpoint: Path, database: Database) -> Path:
    """The checkpoint, and a project ``sea`` with its categories."""
    project_with(database, *CATEGORIES, name="sea")
    return checkpoint


def stored(database: Database) -> dict[str, tuple[int, int]]:
    """Of each video by name: its tracks and rows."""
    with database.read() as tx:
        [project_id] = {video.project_id for video in every(database)}
        return {
            video.name: (len(tracks.list_tracks(tx, video.id)), len(tracks.rows(tx, video.id)))
            for video in videos.list_videos(tx, project_id)
        }


def every(database: Database) -> list[Video]:
    from storage import projects

    with database.read() as tx:
        return [one for project in projects.list_projects(tx) for one in videos.list_videos(tx, project.id)]


def test_videos_are_added_once_and_what_is_done_is_passed_over(
    run: Run, database: Database, checkpoint: Path, shots: list[Path]
) -> None:
    first = run(*shots[:2], "--model", checkpoint, "--json")
    assert first.code == 0, first.errors
    added = [line["added"] for line in first.result["videos"]]
    assert all(0 < count <= 10 for count in added), "tracks that have a mask somewhere"

    second = run(*shots, "--model", checkpoint, "--json")

    assert second.code == 0, second.errors
    assert [line.get("skipped") for line in second.result["videos"]] == [True, True, None]
    assert [line["video"] for line in second.result["videos"][:2]] == [line["video"] for line in first.result["videos"]]
    assert any("1 video looked at, 2 done before" in line for line in second.errors)
    found = stored(database)
    assert [found[name] for name in ("a", "b")] == [(added[0], 2 * added[0]), (added[1], 3 * added[1])]
    assert found["c"][0] > 0
    with database.read() as tx:
        assert len(checkpoints.list_checkpoints(tx)) == 1, "the same file is taken in only once"


def test_again_and_other_settings_propose_again(
    run: Run, database: Database, checkpoint: Path, shots: list[Path]
) -> None:
    first = run(shots[0], "--model", checkpoint, "--json").result["videos"][0]

    again = run(shots[0], "--model", checkpoint, "--again", "--json").result["videos"][0]
    other = run(shots[0], "--model", checkpoint, "--max-tracks", "4", "--json").result["videos"][0]

    assert (again["added"], again["replaced"], again["deleted"]) == (0, first["added"], 0)
    assert 0 < other["added"] + other["replaced"] <= 4
    assert stored(database)["a"][0] == other["added"] + other["replaced"]


def test_what_is_deleted_and_what_has_no_class_here_is_told_in_words(
    run: Run, database: Database, checkpoint: Path, shots: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(shots[0], "--model", checkpoint)
    again = run(shots[0], "--model", checkpoint, "--again")
    propose_video = project_batch.propose_video

    def less(*given: Any, **more: Any) -> Any:
        return replace(propose_video(*given, **more), deleted=3, unmapped={"star": 1, "fish": 2})

    monkeypatch.setattr(project_batch, "propose_video", less)
    worse = run(shots[0], "--model", checkpoint, "--again")

    assert not {"deleted", "lacks"} & set(f"{first.out} {again.out}".split()), "nothing is said of nothing"
    assert "3 deleted, 3 of classes that the project lacks (2 fish, 1 star)" in worse.out


def test_without_paths_all_videos_of_the_project_are_meant(run: Run, checkpoint: Path, shots: list[Path]) -> None:
    run(*shots[:2], "--model", checkpoint)

    ran = run("--model", "tiny", "--again", "--json")

    assert [Path(line["path"]).name for line in ran.result["videos"]] == ["a", "b"]
    assert all("skipped" not in line for line in ran.result["videos"])


def test_a_bad_video_stops_nobody(run: Run, database: Database, checkpoint: Path, shots: list[Path]) -> None:
    bad = shots[0].parent / "bad.mp4"
    bad.write_bytes(b"no video at all")
    (shots[2] / "00002.png").write_bytes(b"no picture")

    ran = run(shots[0], bad, shots[2], shots[1], "--model", checkpoint)

    assert ran.code == 1 and ran.last.startswith("2 of 4 videos failed")
    assert [line.split(" (")[0] for line in ran.errors if line.startswith("Left out")] == [
        f"Left out: {bad}",
        f"Left out: {shots[2]}",
    ]
    found = stored(database)
    assert found["a"][0] > 0 and found["b"][0] > 0


def test_a_run_that_was_broken_off_goes_on(
    run: Run, database: Database, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = pictures(tmp_path / "videos" / "long", count=14)
    flags = ("--model", checkpoint, "--window", "4", "--overlap", "1")
    store, windows = into_project.ProposalRun.store, []

    def twice(run_: into_project.ProposalRun, window: object) -> None:
        if len(windows) == 2:
            raise KeyboardInterrupt
        windows.append(window)
        store(run_, window)

    with monkeypatch.context() as patch:
        patch.setattr(into_project.ProposalRun, "store", twice)
        assert run(long, *flags).code == 130
    rows = stored(database)["long"][1]
    assert rows > 0

    ran = run(long, *flags)

    assert ran.code == 0 and ", from frame " in ran.out
    assert stored(database)["long"][1] > rows


def test_processes_share_the_videos_and_the_first_one_tells_of_all(
    run: Run, database: Database, checkpoint: Path, shots: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(shots[0], "--model", checkpoint).code == 0
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "1")
    second = run(*shots, "--model", checkpoint)
    assert (second.code, second.out) == (0, "")
    assert set(stored(database)) == {"a", "b"}

    monkeypatch.setenv("RANK", "0")
    first = run(*shots, "--model", checkpoint, "--json")

    assert first.code == 0
    assert [Path(line["path"]).name for line in first.result["videos"]] == ["a", "b", "c"]
    assert set(stored(database)) == {"a", "b", "c"}


def test_a_first_process_that_never_takes_the_model_in_is_told(
    run: Run, checkpoint: Path, shots: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "1")

    ran = run(*shots, "--model", checkpoint, "--wait", "1")

    assert ran.code == 1 and "first process" in ran.last


def test_a_project_without_videos_has_nothing_to_propose_for(run: Run, database: Database) -> None:
    project_with(database, "fish", name="sea")

    ran = run()

    assert ran.code == 1 and "sea" in ran.last


def test_a_run_that_a_person_takes_back_meanwhile_does_not_stop_the_others(
    run: Run, database: Database, checkpoint: Path, shots: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = into_project.ProposalRun.store

    def taken_back(run_: into_project.ProposalRun, window: object) -> None:
        if not stored(database)["a"][0]:
            store(run_, window)
        raise Cancelled

    with monkeypatch.context() as patch:
        patch.setattr(into_project.ProposalRun, "store", taken_back)
        ran = run(shots[0], "--model", checkpoint)

    assert ran.code == 1 and "took its proposals back" in ran.last


def test_a_path_that_is_given_twice_is_one_video(
    run: Run, database: Database, checkpoint: Path, shots: list[Path]
) -> None:
    again = shots[0].parent / "b" / ".." / "a"

    ran = run(shots[0], shots[1], shots[0], again, "--model", checkpoint, "--again", "--json")

    assert ran.code == 0, ran.errors
    assert [Path(line["path"]).name for line in ran.result["videos"]] == ["a", "b"]
    assert [video.path for video in every(database)] == [str(shots[0]), str(shots[1])]


def index_jobs(database: Database) -> list[str]:
    """Names of the videos that a job counts or is going to count."""
    with database.read() as tx:
        active = {job.video_id for job in jobs.list_jobs(tx, active=True) if job.kind == "index"}
    return [video.name for video in every(database) if video.id in active]


def test_a_new_video_is_counted_by_the_run_and_by_a_job_only_where_the_run_fails(
    run: Run,
    database: Database,
    checkpoint: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    started_workers: list[Settings],
) -> None:
    monkeypatch.setattr(library_videos, "COUNT_AT_ONCE_PIXELS", 1)
    good, bad = (make_video(tmp_path / f"{name}.mp4", frames=6) for name in ("good", "bad"))
    store = into_project.ProposalRun.store

    def breaking(run_: into_project.ProposalRun, window: object) -> None:
        if not any(video.name == "bad" for video in every(database)):
            store(run_, window)
            return
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(into_project.ProposalRun, "store", breaking)
    assert run(good, "--model", checkpoint).code == 0
    assert (index_jobs(database), started_workers) == ([], [])
    assert [video.confirmed for video in every(database)] == [6]

    ran = run(good, bad, "--model", checkpoint)

    assert ran.code == 1 and "bad.mp4" in ran.out + "".join(ran.errors)
    uncounted = [video.name for video in every(database) if video.confirmed < video.count]
    assert index_jobs(database) == uncounted


@pytest.mark.parametrize("step", ["is_proposed", "propose_video"])
@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), KeyboardInterrupt()])
def test_whatever_stops_a_new_video_its_frames_are_counted(
    run: Run,
    database: Database,
    checkpoint: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    started_workers: list[Settings],
    step: str,
    error: BaseException,
) -> None:
    monkeypatch.setattr(library_videos, "COUNT_AT_ONCE_PIXELS", 1)

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(project_batch, step, fail)

    assert run(make_video(tmp_path / "new.mp4", frames=6), "--model", checkpoint).code != 0

    assert index_jobs(database) == ["new"] and len(started_workers) == 1
    assert run(tmp_path / "new.mp4", "--model", checkpoint).code != 0
    assert index_jobs(database) == ["new"] and len(started_workers) == 1, "one job is enough"
