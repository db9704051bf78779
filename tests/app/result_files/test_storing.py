"""Storing of results: a run that is broken off anywhere goes on as one run, and no transaction grows with the video."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, select

from app.errors import Cancelled
from app.exchange.turns import Turns
from app.result_files import storing
from app.result_files.choices import ProposalChoices
from app.result_files.importing import import_proposals
from app.result_files.source import SourceTrack
from app.result_files.storing import RunSettings, store_tracks
from app.result_files.taking_back import take_back_proposals
from storage import edits, jobs, runs, schema, tracks, videos
from storage.database import Database
from storage.edits import undoing
from storage.projects import Project
from storage.runs import Run
from storage.videos import Video
from tests.app.made import PERSON, new_track, square
from tests.app.result_files.results_scene import ResultsScene, result

Content = dict[tuple[str | None, int], tuple[str, str | None, float | None]]
FRAMES = 60


class Killed(BaseException):
    """Stands for the end of the process."""


def kill_at(monkeypatch: pytest.MonkeyPatch, last: int) -> None:
    """From its ``last`` write on, the import writes nothing more."""
    atomic, count = Turns.atomic, [0]

    @contextmanager
    def counted(self: Turns) -> Iterator[Connection]:
        count[0] += 1
        if count[0] >= last:
            raise Killed
        with atomic(self) as tx:
            yield tx

    monkeypatch.setattr(Turns, "atomic", counted)


@pytest.fixture
def long_video(database: Database, project: Project) -> Video:
    """A video of `FRAMES` frames, as the database knows it."""
    facts: dict[str, Any] = {"path": "/long.mp4", "copied": False, "content_hash": "long", "index_json": {}}
    with database.atomic() as tx:
        return videos.add_video(
            tx,
            project_id=project.id,
            name="long",
            kind="video",
            count=FRAMES,
            width=64,
            height=48,
            confirmed=FRAMES,
            **facts,
        )


def track(at: int, first: int = 0, stop: int = FRAMES) -> SourceTrack:
    """A square that moves down, in these frames."""
    masks = tuple(square(at, k % 30) if first <= k < stop else None for k in range(FRAMES))
    return SourceTrack(1, "dog", 0.5, masks, "here")


def bring(database: Database, video: Video, found: list[SourceTrack], name: str = "a", **more: Any) -> None:
    assert store_tracks(database, video, found, range(FRAMES), RunSettings("model", name, f"{name}.json"), **more)


def content(database: Database, video: Video) -> Content:
    """The rows by the place of their track, which is their order, and by frame."""
    with database.read() as tx:
        standing = {one.id: number for number, one in enumerate(tracks.list_tracks(tx, video.id))}
        found = tracks.rows(tx, video.id)
    return {(str(standing[row.track_id]), row.frame): (row.state, row.hash, row.score) for row in found}


def writing_runs(database: Database, video: Video) -> list[Run]:
    """The runs that have stored something, newest first."""
    with database.read() as tx:
        return [run for run in runs.runs_of(tx, video.id) if undoing.last_edit_of(tx, video.id, run.author)]


def test_a_run_that_is_killed_anywhere_goes_on_as_one_run_with_one_undo(
    database: Database, long_video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "ROWS_AT_ONCE", 30)
    # The first two are matched in the midst of the video and at its end, and the last one begins late.
    bring(database, long_video, [track(4, 10), track(24, 35, 60)], name="before")
    before = content(database, long_video)
    file = [track(5, 12), track(24, 0, 60), track(50, 40)]
    bring(database, long_video, file)
    whole, [run, older] = content(database, long_video), writing_runs(database, long_video)
    for last in range(1, 1000):
        take_back_all(database, long_video, run)
        assert content(database, long_video) == before
        with monkeypatch.context() as patch:
            kill_at(patch, last)
            try:
                bring(database, long_video, file)
                break
            except Killed:
                pass
        bring(database, long_video, file)
        assert content(database, long_video) == whole, last
        [run, *others] = writing_runs(database, long_video)
        assert others == [older] and run.state == "done"
    assert last > 10, "it was killed at every one of its steps"


def take_back_all(database: Database, video: Video, run: Run) -> None:
    """One undo of a run."""
    with database.atomic() as tx:
        edit = undoing.last_edit_of(tx, video.id, run.author)
        done = edits.undo(tx, video=video.id, author=PERSON, new_id=f"undo {run.id}", edit=edit)
        assert isinstance(done, edits.Applied)


def test_other_tracks_under_the_same_settings_begin_a_run_of_their_own(
    database: Database, long_video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "ROWS_AT_ONCE", 10)
    with monkeypatch.context() as patch:
        kill_at(patch, 4)
        with pytest.raises(Killed):
            bring(database, long_video, [track(4)])
    bring(database, long_video, [track(4), track(30)])
    assert len(writing_runs(database, long_video)) == 2


def test_a_job_whose_proposals_were_undone_while_it_was_killed_stores_nothing_more(
    database: Database, long_video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "ROWS_AT_ONCE", 10)
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="import", project_id=long_video.project_id).id
    with monkeypatch.context() as patch:
        kill_at(patch, 4)
        with pytest.raises(Killed):
            bring(database, long_video, [track(4)], job_id=job)
    [run] = writing_runs(database, long_video)
    take_back_all(database, long_video, run)
    settings = RunSettings("model", "a", "a.json")
    assert store_tracks(database, long_video, [track(4)], range(FRAMES), settings, job_id=job) is None
    assert content(database, long_video) == {}


def test_no_transaction_grows_with_the_video_or_with_late_tracks(
    database: Database, long_video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "ROWS_AT_ONCE", 200)
    bring(database, long_video, [track(at, 50) for at in range(0, 50, 5)], name="before")
    bring(database, long_video, [track(at, 50 if at % 2 else 2) for at in range(0, 50, 5)])
    with database.read() as tx:
        sizes = [row.number for row in tx.execute(select(schema.edit_rows.c.number))]
        rows = len(tracks.rows(tx, long_video.id))
    most = max(sizes.count(number) for number in set(sizes))
    # The own rows of the ten tracks come beside those of their masks.
    assert most <= 210 and rows == 10 * FRAMES
    assert len(set(sizes)) < 30, "few tracks make large parts"


def test_a_killed_job_tells_of_the_videos_that_it_had_stored_before(scene: ResultsScene) -> None:
    exchange = scene.exchange
    file = scene.results(result(1, 1, 4), result(2, 1, 4))
    with exchange.database.atomic() as tx:
        job = jobs.enqueue(tx, kind="import", project_id=exchange.project.id).id
    facts: dict[str, Any] = {"project_id": exchange.project.id, "file": file, "job_id": job}
    for choices in (ProposalChoices(), ProposalChoices(again=True)):
        with pytest.raises(Cancelled):
            import_proposals(
                exchange.database,
                exchange.settings,
                **facts,
                choices=choices,
                cancelled=lambda: len(scene.tracks("va")) == 1,
            )
        done = import_proposals(exchange.database, exchange.settings, **facts, choices=choices)
        assert (done.videos, done.added, done.tracks, done.notes) == (["va", "vb"], 2, 2, [])
        back = take_back_proposals(exchange.database, project_id=exchange.project.id, digest=done.digest, author=PERSON)
        assert back.videos == ("va", "vb") and scene.tracks("va") == scene.tracks("vb") == []
        with exchange.database.atomic() as tx:
            facts["job_id"] = jobs.enqueue(tx, kind="import", project_id=exchange.project.id).id


def test_a_killed_job_counts_the_tracks_that_it_had_made_without_those_that_stay_rejected(scene: ResultsScene) -> None:
    exchange = scene.exchange
    scene.bring(scene.results(result(1, 1, 4), name="one.json"))
    [track] = scene.tracks("va")
    reject = {"track": track.id, "frame": None, "before_version": track.version, "after": {"rejected": True}}
    exchange.change(scene.video("va"), [reject])
    file = scene.results(result(1, 1, 4), result(1, 1, 30), result(2, 1, 4))
    with exchange.database.atomic() as tx:
        job = jobs.enqueue(tx, kind="import", project_id=exchange.project.id).id
    facts: dict[str, Any] = {"project_id": exchange.project.id, "file": file, "job_id": job}

    def stored_in_va() -> bool:
        run = scene.run("va")
        return run is not None and run.job_id == job and run.state == "done"

    with pytest.raises(Cancelled):
        import_proposals(exchange.database, exchange.settings, **facts, cancelled=stored_in_va)
    done = import_proposals(exchange.database, exchange.settings, **facts)
    assert (done.videos, done.added, done.replaced) == (["va", "vb"], 2, 0)


def test_a_run_can_be_cancelled_at_every_one_of_its_steps(
    database: Database, long_video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "ROWS_AT_ONCE", 30)
    bring(database, long_video, [track(4, 10), track(24, 35, 60)], name="before")
    writes, masks, atomic = [0], list[int](), Turns.atomic

    @contextmanager
    def counted(self: Turns) -> Iterator[Connection]:
        writes[0] += 1
        with atomic(self) as tx:
            yield tx

    monkeypatch.setattr(Turns, "atomic", counted)
    file = [track(5, 12), track(24, 0, 60), track(50, 40)]
    bring(database, long_video, file, stored=masks.append)
    assert len(masks) == writes[0] - 2, "all but its begin and its end"
    assert masks == sorted(masks) and masks[-1] == sum(one.masks for one in file)


def test_a_file_that_came_in_twice_is_taken_back_whole(scene: ResultsScene) -> None:
    exchange = scene.exchange
    own, changes = new_track(next(iter(scene.categories())), {0: square(40, 30)})
    exchange.change(scene.video("va"), changes)
    file = scene.results(result(1, 1, 4))
    scene.bring(scene.results(result(1, 1, 4, score=0.4), name="other.json"))
    done = scene.bring(file)
    scene.bring(file, again=True)
    back = take_back_proposals(exchange.database, project_id=exchange.project.id, digest=done.digest, author=PERSON)
    assert back.videos == ("va",)
    assert [one.score for one in scene.tracks("va") if one.id != own] == [0.4], "what stood before is back"
