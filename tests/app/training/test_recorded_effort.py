"""The effort on record: seconds and gestures per track-frame, from the log, without idle time."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from app.training.recorded_effort import IDLE_SECONDS, EffortLine, RecordedEffort, recorded_effort, summed
from storage import effort, runs, schema, tracks
from storage.database import Database
from storage.edits import Applied, Change, Edit, apply_edit, undo
from storage.effort import PersonEdit, ProposedBy
from storage.projects import Project
from storage.videos import Video
from tests.app.made import add_checkpoint, project_with, square

ME = "person:me"


class Log:
    """Writes edits at chosen moments, in seconds."""

    def __init__(self, database: Database, video: Video) -> None:
        self.database, self.video = database, video
        self.track = str(uuid.uuid4())

    def edit(self, at: float, kind: str, rows: Mapping[int | None, Mapping[str, Any] | None], author: str = ME) -> str:
        name = str(uuid.uuid4())
        with self.database.atomic() as tx:
            known: dict[int | None, int] = {row.frame: row.version for row in self._rows(tx)}
            known.update((None, one.version) for one in tracks.list_tracks(tx, self.video.id) if one.id == self.track)
            changes = [Change(self.track, frame, known.get(frame, 0), after) for frame, after in rows.items()]
            done = apply_edit(tx, Edit(name, kind, author, self.video.id, changes))
            assert isinstance(done, Applied), done
            self.at(tx, name, at)
        return name

    def at(self, tx: Any, name: str, at: float) -> None:
        tx.execute(update(schema.edits).where(schema.edits.c.id == name).values(created=at))

    def _rows(self, tx: Any) -> Any:
        return tracks.rows(tx, self.video.id, track_ids=[self.track])

    def of(self, project: Project) -> RecordedEffort:
        with self.database.read() as tx:
            return recorded_effort(tx, project.id)


@pytest.fixture
def project(database: Database) -> Project:
    return project_with(database, "dog")[0]


@pytest.fixture
def log(database: Database, video: Video) -> Log:
    return Log(database, video)


def drawn(x: int = 4) -> dict[str, Any]:
    return {"state": "present", "rle": square(x, 5), "source": "drawn", "review": "corrected"}


PROPOSED = {"state": "present", "rle": square(4, 4), "source": "proposed", "review": "unreviewed"}


def test_time_counts_from_edit_to_edit_and_pauses_do_not(log: Log, project: Project) -> None:
    log.edit(100.0, "track", {None: {"category": None}})
    log.edit(110.0, "brush", {0: drawn()})
    log.edit(130.0, "polygon", {1: drawn()})
    log.edit(130.0 + IDLE_SECONDS + 1, "brush", {2: drawn()})
    found = log.of(project)
    assert found.whole == EffortLine("", 30.0, 4, 3)
    assert found.whole.per_frame == 10.0
    assert found.by_tool == (
        EffortLine("polygon", 20.0, 1, 1),
        EffortLine("brush", 10.0, 2, 2),
        EffortLine("track", 0.0, 1, 0),
    )


def test_work_without_a_connection_counts_when_it_was_done(log: Log, project: Project, database: Database) -> None:
    log.edit(time.time() - 70, "track", {None: {"category": None}})
    with database.atomic() as tx:
        for frame, waited in enumerate((60.0, 40.0, 10.0)):
            change = Change(log.track, frame, 0, drawn())
            sent = Edit(str(uuid.uuid4()), "brush", ME, log.video.id, [change], waited=waited)
            assert isinstance(apply_edit(tx, sent), Applied)
    assert log.of(project).whole.seconds == pytest.approx(60, abs=5), "they arrived together"


def test_a_frame_belongs_to_the_last_gesture_and_rejected_ones_to_none(log: Log, project: Project) -> None:
    log.edit(0.0, "track", {None: {"category": None}})
    log.edit(1.0, "brush", {0: drawn(), 1: drawn()})
    log.edit(3.0, "erase", {0: drawn(9)})
    log.edit(4.0, "reject", {1: {"review": "rejected"}})
    lines = {one.name: (one.gestures, one.frames) for one in log.of(project).by_tool}
    assert lines == {"track": (1, 0), "brush": (1, 0), "erase": (1, 1), "reject": (1, 0)}
    log.edit(5.0, "reject", {None: {"rejected": True}})
    assert log.of(project).whole.frames == 0


def test_work_belongs_to_the_proposals_that_stood_then(log: Log, project: Project, database: Database) -> None:
    checkpoint = add_checkpoint(database, "dog", name="round 1")
    with database.atomic() as tx:
        facts: dict[str, Any] = {"kind": "proposal", "project_id": project.id, "video_id": log.video.id}
        first = runs.start_run(tx, **facts, checkpoint_id=checkpoint.id)
        second = runs.start_run(tx, **facts, settings={runs.SOURCE: "DVIS"})
        for run, created in ((first, 10.0), (second, 20.0)):
            tx.execute(update(schema.runs).where(schema.runs.c.id == run.id).values(created=created))
    log.edit(1.0, "track", {None: {"category": None}})
    log.edit(11.0, "propose", {0: PROPOSED, 1: PROPOSED, 2: PROPOSED}, author=first.author)
    log.edit(15.0, "accept", {0: {"review": "accepted"}})
    log.edit(25.0, "accept", {1: {"review": "accepted"}, 2: {"review": "accepted"}})
    found = log.of(project).by_model
    assert found == (EffortLine("", 0.0, 1, 0), EffortLine("round 1", 14.0, 1, 1), EffortLine("DVIS", 10.0, 1, 2))
    assert [one.per_frame for one in found] == [None, 14.0, 5.0]


def test_undone_work_takes_time_and_leaves_nothing(log: Log, project: Project, database: Database) -> None:
    log.edit(0.0, "track", {None: {"category": None}})
    log.edit(5.0, "brush", {0: drawn()})
    name = str(uuid.uuid4())
    with database.atomic() as tx:
        undo(tx, video=log.video.id, author=ME, new_id=name)
        log.at(tx, name, 7.0)
    assert log.of(project).whole == EffortLine("", 7.0, 3, 0)


def test_what_nobody_did_at_a_screen_does_not_count(log: Log, project: Project) -> None:
    log.edit(0.0, "track", {None: {"category": None}}, author="run:1")
    log.edit(1.0, "propose", {0: PROPOSED, 1: PROPOSED}, author="run:1")
    log.edit(2.0, "accept", {0: {"review": "accepted"}}, author="person:import")
    log.edit(3.0, "accept", {1: {"review": "accepted"}}, author="demo")
    assert log.of(project).whole == EffortLine("", 0.0, 0, 0)


def test_two_people_and_two_projects_have_times_of_their_own(log: Log, project: Project, database: Database) -> None:
    other, _ = project_with(database, name="elsewhere")
    log.edit(0.0, "track", {None: {"category": None}})
    log.edit(10.0, "brush", {0: drawn()}, author="person:you")
    log.edit(30.0, "brush", {1: drawn()}, author="person:you")
    log.edit(40.0, "brush", {2: drawn()})
    assert log.of(project).whole == EffortLine("", 60.0, 4, 3)
    assert log.of(other).whole == EffortLine("", 0.0, 0, 0)
    with database.read() as tx:
        assert [one.seconds for one in effort.person_edits(tx, project.id)] == [None, None, 20.0, 40.0]


EDIT = PersonEdit(1, "v", "brush", ME, 0.0, None, 0)
EDITS = st.lists(
    st.builds(
        lambda kind, created, seconds, frames: replace(
            EDIT, kind=kind, created=created, seconds=seconds, frames=frames
        ),
        st.sampled_from(["brush", "accept", "polygon"]),
        st.floats(0, 1000),
        st.one_of(st.none(), st.floats(0, 2 * IDLE_SECONDS)),
        st.integers(0, 50),
    ),
    max_size=30,
)


@given(EDITS, st.lists(st.builds(ProposedBy, st.just("v"), st.floats(0, 1000), st.sampled_from("ab")), max_size=4))
def test_every_edit_counts_once_by_tool_and_once_by_model(edits: list[PersonEdit], proposers: list[ProposedBy]) -> None:
    found = summed(edits, sorted(proposers, key=lambda one: one.created))
    for lines in (found.by_tool, found.by_model):
        assert sum(one.gestures for one in lines) == found.whole.gestures == len(edits)
        assert sum(one.frames for one in lines) == found.whole.frames
        assert sum(one.seconds for one in lines) == pytest.approx(found.whole.seconds, abs=1.0)
    assert found.whole.seconds <= IDLE_SECONDS * len(edits)
