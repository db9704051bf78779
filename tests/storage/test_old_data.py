"""A data folder that an earlier version wrote (commit a536b9d) is read back as it was, and work goes on in it.

``old_data`` holds that folder: a video, the pictures of an imported one, the database as SQL, and in ``read_back.json``
what that version itself read from it. ``DATA_FOLDER`` stands for where the folder lay.
"""

import dataclasses
import json
import shutil
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from storage import checkpoints, drafts, edits, frames, imports, jobs, masks, projects, runs, tracks, videos
from storage.database import Database
from storage.edits import Applied, Change, Conflict, Edit, MachineOnHumanRow, apply_edit
from storage.edits.rebuild import check_video
from storage.frames import FrameIndex
from storage.runs import RunProgress
from storage.video_progress import video_summaries
from tests.storage.scenes import new_id

OLD = Path(__file__).parent / "old_data"
PLACE = "DATA_FOLDER"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data folder as the earlier version left it."""
    folder = tmp_path / "data"
    shutil.copytree(OLD, folder)
    raw = sqlite3.connect(folder / "annotations.sqlite3")
    raw.executescript((OLD / "annotations.sql").read_text(encoding="utf-8").replace(PLACE, str(folder)))
    raw.close()
    return folder


@pytest.fixture
def old(folder: Path) -> Iterator[Database]:
    """Its database, opened and brought up to date."""
    with Database.open(f"sqlite:///{folder / 'annotations.sqlite3'}") as database:
        yield database


@pytest.fixture
def known(folder: Path) -> dict[str, Any]:
    """What the earlier version read."""
    return json.loads((OLD / "read_back.json").read_text(encoding="utf-8").replace(PLACE, str(folder)))


def plain(record: Any) -> dict[str, Any]:
    """A dataclass or a named tuple as the JSON that its fields make."""
    values = record._asdict() if isinstance(record, tuple) else dataclasses.asdict(record)  # type: ignore[attr-defined]
    return json.loads(json.dumps(values, default=dict))


def assert_agree(found: Iterable[Any], expected: list[dict[str, Any]]) -> None:
    """Each record says what it said then; it may say more today."""
    today = [plain(record) for record in found]
    assert [{name: one.get(name) for name in then} for one, then in zip(today, expected, strict=True)] == expected


def video_named(tx: Connection, known: Mapping[str, Any], name: str) -> videos.Video:
    return videos.get_video(tx, next(video["id"] for video in known["videos"] if video["name"] == name))


def row(database: Database, video: videos.Video, track: str, frame: int) -> tracks.MaskRow:
    with database.read() as tx:
        (found,) = tracks.rows(tx, video.id, start=frame, stop=frame + 1, track_ids=[track])
    return found


def send(database: Database, video: videos.Video, *changes: Change, author: str = "ann") -> Applied | Conflict:
    with database.atomic() as tx:
        return apply_edit(tx, Edit(id=new_id(), kind="draw", author=author, video=video.id, changes=changes))


def test_the_old_folder_holds_something_of_everything(folder: Path) -> None:
    with sqlite3.connect(folder / "annotations.sqlite3") as raw:
        names = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        empty = [name for name in names if raw.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] == 0]
    raw.close()
    assert len(names) > 15 and empty == []


def test_projects_videos_and_what_came_from_elsewhere_are_read_back(old: Database, known: dict[str, Any]) -> None:
    with old.read() as tx:
        last = projects.last_project(tx)
        assert last is not None and last.id == known["last_project"]
        assert_agree(projects.list_projects(tx, archived=True), known["projects"])
        assert_agree(projects.list_categories(tx, last.id, retired=True), known["categories"])
        assert_agree(videos.list_videos(tx, last.id, removed=True), known["videos"])
        # What counts as unreviewed is no fact of the data: today a model's own absence asks for no verdict.
        summaries = video_summaries(tx, last.id)
        assert set(summaries) == set(known["summaries"])
        for name, then in known["summaries"].items():
            del then["unreviewed"]
            assert_agree([summaries[name]], [then])
        assert_agree(imports.list_imports(tx, last.id), known["imports"])
    assert old.check() == []


def test_tracks_masks_and_the_history_are_read_back(old: Database, known: dict[str, Any]) -> None:
    assert len(known["of_video"]) == 2
    with old.read() as tx:
        for video_id, then in known["of_video"].items():
            assert_agree(tracks.list_tracks(tx, video_id, deleted=True), then["tracks"])
            assert_agree(tracks.rows(tx, video_id), then["rows"])
            assert masks.get_blobs(tx, then["masks"]) == then["masks"]
            assert_agree(edits.list_complete(tx, video_id), then["complete"])
            assert_agree(edits.history(tx, video=video_id), then["history"])
            assert check_video(tx, video_id) == [], "the log still adds up to the tables"


def test_checkpoints_runs_jobs_and_drafts_are_read_back(old: Database, known: dict[str, Any]) -> None:
    with old.read() as tx:
        project = known["last_project"]
        assert_agree(checkpoints.list_checkpoints(tx), known["checkpoints"])
        active = checkpoints.active_checkpoint(tx, project)
        assert active is not None and active.id == known["active"]
        assert checkpoints.class_map(tx, active.id, project) == known["class_map"]
        assert_agree((runs.get_run(tx, run["id"]) for run in known["runs"]), known["runs"])
        assert_agree(jobs.list_jobs(tx), known["jobs"])
        walk = video_named(tx, known, "walk")
        run = runs.latest_run(tx, walk.id)
        assert run is not None and run.job_id is not None
        points = {name: [list(point) for point in line] for name, line in jobs.points(tx, run.job_id).items()}
        assert points == known["points"]
        progress = runs.progress_of(tx, run.id)
        assert progress is not None
        assert {**plain_progress(progress), "state": progress.state.hex()} == known["progress"]
        assert_agree(drafts.list_drafts(tx, walk.id), known["drafts"])


def plain_progress(progress: RunProgress) -> dict[str, Any]:
    return {"done": progress.done, "next_frame": progress.next_frame, "ledger": dict(progress.ledger)}


@pytest.mark.parametrize("name", ["walk", "clip"])
def test_frames_have_the_numbers_and_pixels_that_they_had(old: Database, known: dict[str, Any], name: str) -> None:
    with old.read() as tx:
        video = video_named(tx, known, name)
    index = FrameIndex.from_dict(video.index)
    frames.verify(index)
    counted = frames.index(Path(video.path)) if name == "walk" else frames.index_files(index.path, index.names)
    assert counted == index and video.confirmed == index.count
    with frames.open_reader(index) as reader:
        pixels = dict(reader.read_range(0, index.count))
    assert sorted(pixels) == list(range(index.count))
    sums = {k: zlib.crc32(pixels[k].data) for k in index.keyframes}
    assert sums == dict(zip(index.keyframes, index.keyframe_sums, strict=True))


def test_undo_and_redo_go_on_where_they_stood(old: Database, known: dict[str, Any]) -> None:
    with old.read() as tx:
        walk = video_named(tx, known, "walk")
    third, second = row(old, walk, "track-a", 3), row(old, walk, "track-a", 2)
    with old.atomic() as tx:
        again = edits.redo(tx, video=walk.id, author="ann", new_id=new_id())
    assert isinstance(again, Applied) and again.of_kind == "draw"
    assert row(old, walk, "track-a", 2).hash != second.hash, "the stroke that had been undone is back"
    for _ in range(2):
        with old.atomic() as tx:
            back = edits.undo(tx, video=walk.id, author="ann", new_id=new_id())
        assert isinstance(back, Applied)
    assert row(old, walk, "track-a", 2).hash == second.hash
    assert row(old, walk, "track-a", 3).hash != third.hash
    with old.atomic() as tx:
        bob = edits.undo(tx, video=walk.id, author="bob", new_id=new_id())
        assert isinstance(bob, Applied) and bob.of_kind == "delete track"
        assert "track-c" in {track.id for track in tracks.list_tracks(tx, walk.id)}
        assert check_video(tx, walk.id) == []


def test_a_run_of_that_time_is_not_taken_back_over_what_people_did_since(old: Database, known: dict[str, Any]) -> None:
    with old.read() as tx:
        walk = video_named(tx, known, "walk")
        run = runs.latest_run(tx, walk.id)
        assert run is not None
    with old.atomic() as tx:
        refused = edits.undo(tx, video=walk.id, author="ann", new_id=new_id(), edit="edit-07")
        assert isinstance(refused, Conflict) and refused.by is not None and refused.by.author in {"ann", "bob"}
    with pytest.raises(MachineOnHumanRow):
        judged = row(old, walk, "track-b", 0)
        send(old, walk, Change("track-b", 0, judged.version, None), author=f"run:{run.id}")


def test_editing_goes_on(old: Database, known: dict[str, Any]) -> None:
    with old.read() as tx:
        walk = video_named(tx, known, "walk")
        before = edits.last_number(tx)
    stale = row(old, walk, "track-a", 3)
    mask = known["of_video"][walk.id]["masks"][stale.hash]
    first = send(old, walk, Change("track-a", 3, stale.version, {"rle": mask, "occluded": True}))
    assert isinstance(first, Applied) and first.number == before + 1
    assert isinstance(send(old, walk, Change("track-a", 3, stale.version, None)), Conflict)
    added = send(old, walk, Change("track-d", None, 0, {"category": known["categories"][1]["id"]}))
    assert isinstance(added, Applied) and added.rows[0]["after"]["number"] == 4, (
        "numbers of tracks are never used again"
    )
    with old.read() as tx:
        assert check_video(tx, walk.id) == []
        assert [edit.number for edit in edits.edits_since(tx, before)] == [before + 1, before + 2]


def test_jobs_and_runs_go_on(old: Database, known: dict[str, Any]) -> None:
    with old.atomic() as tx:
        waiting = jobs.claim(tx, worker="w:2", kinds=["retrain"])
        assert waiting is not None and waiting.parameters == {"steps": 3}
        walk = video_named(tx, known, "walk")
        run = runs.latest_run(tx, walk.id)
        assert run is not None
        runs.resume_run(tx, run.id, job_id=None)
        runs.save_progress(tx, run.id, RunProgress(9, 7, b"", {}), after=known["progress"]["done"])
        assert runs.finish_run(tx, run.id).state == "done"
    assert old.check() == []
