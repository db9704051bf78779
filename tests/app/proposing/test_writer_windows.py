"""A run over a video with existing tracks, window by window: when tracks are matched, and which rows stay."""

import itertools
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import Cancelled
from app.proposing.found_tracks import FrameRange, ProposedTrack, RunContext
from app.proposing.ledger import TrackLedger
from app.proposing.writer import ProposalWriter, new_ledger
from app.settings import Settings
from model.tracking.whole_video import TrackStanding
from storage import masks
from storage.database import Database
from storage.runs import start_run
from tests.app.made import FRAMES, project_with, square, video_in
from tests.app.proposing.fake_windows import FakeWindows
from tests.app.proposing.one_video import Desk

Places = dict[int, tuple[int, int]]
STILL: Places = {frame: (20, 20) for frame in range(FRAMES)}


def shifted(by: int, *, first: int = 0, stop: int = FRAMES) -> Places:
    """A square 10 pixels wide that lies ``by`` pixels beside `STILL`: IoU (10 - by) / (10 + by)."""
    return {frame: (20 + by, 20) for frame in range(first, stop)}


@pytest.fixture
def desk(desk: Desk, fake: FakeWindows) -> Desk:
    """A video with one track, a dog that stands `STILL`."""
    propose(desk, fake, {0: STILL})
    return desk


def propose(desk: Desk, fake: FakeWindows, places: dict[int, Places], *, label: int = 0) -> Any:
    fake.places, fake.labels = places, dict.fromkeys(places, label)
    return desk.propose()


def numbers_after_each_window(desk: Desk, fake: FakeWindows) -> list[list[int]]:
    """The numbers of the video's tracks, to be filled in as the next run goes."""
    seen: list[list[int]] = []
    fake.before = lambda start: seen.append([track.number for track in desk.tracks()])
    return seen


def test_a_clear_agreement_is_known_at_once(desk: Desk, fake: FakeWindows) -> None:
    seen = numbers_after_each_window(desk, fake)

    done = propose(desk, fake, {0: shifted(2)})

    assert seen == [[1]] * 4 and (done.replaced, done.added, done.deleted) == (1, 0, 0)
    assert {row.run_id for row in desk.rows().values()} == {done.run_id}


def test_a_weak_agreement_counts_once_the_whole_video_was_seen(desk: Desk, fake: FakeWindows) -> None:
    seen = numbers_after_each_window(desk, fake)

    done = propose(desk, fake, {0: shifted(5)})

    assert seen == [[1], [1, 2], [1, 2], [1, 2]]
    assert (done.replaced, done.added, done.deleted) == (1, 0, 0)
    assert [track.number for track in desk.tracks()] == [1]
    rows = desk.rows()
    assert sorted(frame for _, frame in rows) == list(range(FRAMES))
    assert {row.run_id for row in rows.values()} == {done.run_id}
    assert len({row.hash for row in rows.values()}) == 1
    desk.assert_log_explains_tables()


def test_an_agreement_that_gets_clear_later_moves_what_was_stored_before(desk: Desk, fake: FakeWindows) -> None:
    seen = numbers_after_each_window(desk, fake)

    propose(desk, fake, {0: shifted(6, stop=3) | shifted(0, first=4)})

    assert seen[1] == [1, 2] and seen[-1] == [1]
    rows = desk.rows()
    assert rows[1, 0].hash != rows[1, 4].hash == rows[1, 11].hash
    assert rows[1, 3].state == "absent"
    desk.assert_log_explains_tables()


def test_no_agreement_is_another_track_and_the_old_one_goes(desk: Desk, fake: FakeWindows) -> None:
    done = propose(desk, fake, {0: shifted(8)})

    assert (done.replaced, done.added, done.deleted) == (0, 1, 1)
    assert [track.number for track in desk.tracks()] == [2]


def test_another_category_is_never_the_same_track(desk: Desk, fake: FakeWindows) -> None:
    done = propose(desk, fake, {0: STILL}, label=1)

    assert (done.replaced, done.added, done.deleted) == (0, 1, 1)


def test_of_two_new_tracks_the_better_one_is_the_old_one(desk: Desk, fake: FakeWindows) -> None:
    propose(desk, fake, {4: shifted(3), 6: shifted(1)})

    by_number = {number: row.hash for (number, _), row in desk.rows().items()}
    with desk.database.atomic() as tx:
        assert by_number == {
            1: masks.put_blob(tx, square(*shifted(1)[0])),
            2: masks.put_blob(tx, square(*shifted(3)[0])),
        }


def test_a_new_track_that_a_person_worked_on_stays_itself(desk: Desk, fake: FakeWindows) -> None:
    def meanwhile(start: int) -> None:
        if start == 4:
            row = desk.rows()[2, 0]
            change = {"track": row.track_id, "frame": 0, "before_version": row.version, "after": {"review": "accepted"}}
            desk.person("accept", change)

    fake.before = meanwhile
    done = propose(desk, fake, {0: shifted(5)})

    assert (done.replaced, done.added, done.deleted) == (0, 1, 1), "the old one is nothing any more"
    assert desk.rows()[2, 0].review == "accepted" and desk.rows()[2, 11].run_id == done.run_id


def test_what_a_person_rejected_takes_the_new_track_with_it(desk: Desk, fake: FakeWindows) -> None:
    [old] = desk.tracks()
    before = desk.shown()
    reject = {"track": old.id, "frame": None, "before_version": old.version, "after": {"rejected": True}}
    desk.person("reject", reject)
    seen = numbers_after_each_window(desk, fake)

    done = propose(desk, fake, {0: shifted(5)})

    assert seen[-1] == [1, 2] and [track.number for track in desk.tracks()] == [1]
    assert (done.dropped, done.added, done.replaced) == (1, 0, 0)
    assert desk.shown() == before


def test_a_persons_rows_stay_through_all_windows(desk: Desk, fake: FakeWindows) -> None:
    rows = desk.rows()
    changes = [
        {"track": row.track_id, "frame": frame, "before_version": row.version, "after": {"review": "accepted"}}
        for (_, frame), row in rows.items()
        if frame in (2, 9)
    ]
    desk.person("accept", *changes)

    propose(desk, fake, {0: shifted(5)})

    after = desk.rows()
    assert [frame for (_, frame), row in after.items() if row.hash == rows[1, 0].hash] == [2, 9]
    assert [track.number for track in desk.tracks()] == [1]


def test_a_persons_track_that_nothing_matches_stays(desk: Desk, fake: FakeWindows) -> None:
    [old] = desk.tracks()
    desk.person("rename", {"track": old.id, "frame": None, "before_version": old.version, "after": {"name": "Rex"}})

    done = propose(desk, fake, {})

    assert done.deleted == 0 and [track.name for track in desk.tracks()] == ["Rex"]


def test_a_run_that_is_cut_short_deletes_nothing(desk: Desk, fake: FakeWindows) -> None:
    fake.places = {}
    with pytest.raises(Cancelled):
        desk.propose(cancelled=lambda: len(fake.windows_done) == 5)

    assert [track.number for track in desk.tracks()] == [1]


def test_what_was_made_meanwhile_by_others_is_not_the_runs_to_delete(desk: Desk, fake: FakeWindows) -> None:
    def meanwhile(start: int) -> None:
        if start == 8:
            desk.person("new track", {"track": str(uuid.uuid4()), "frame": None, "before_version": 0, "after": {}})

    fake.before = meanwhile
    done = propose(desk, fake, {0: STILL})

    assert done.deleted == 0 and [track.number for track in desk.tracks()] == [1, 2]


# --- windows against the whole


corners = st.tuples(st.integers(0, 50), st.integers(0, 36))
things = st.lists(st.dictionaries(st.integers(0, FRAMES - 1), corners, max_size=FRAMES), min_size=1, max_size=3)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(things, st.lists(st.integers(1, FRAMES - 1), unique=True, max_size=3))
def test_stored_in_windows_or_at_once_a_first_run_leaves_the_same_rows(
    database: Database, settings: Settings, tmp_path: Path, found: list[Places], borders: list[int]
) -> None:
    folder = tmp_path / str(uuid.uuid4())
    folder.mkdir()
    desks = []
    for name in ("windows", "whole"):
        project, _ = project_with(database, "dog", name=f"{name} {folder.name}")
        desks.append(Desk(database, settings, video_in(database, settings, project, folder, name), None))
    names = ("dog", "star")
    with database.atomic() as tx:
        tracks = [
            ProposedTrack(
                TrackStanding(k, k % 2, 0.9 - k / 10, ()),
                {frame: masks.put_blob(tx, square(*corner)) for frame, corner in places.items()},
            )
            for k, places in enumerate(found)
        ]
        runs = [
            start_run(tx, kind="proposal", project_id=desk.video.project_id, video_id=desk.video.id).id
            for desk in desks
        ]
    cuts = [0, *sorted(borders), FRAMES]
    context = RunContext(desks[0].video.id, runs[0], names, dict.fromkeys(names))
    ledger: TrackLedger | None = None
    for start, stop in itertools.pairwise(cuts):
        with database.atomic() as tx:
            ledger = ledger or new_ledger(tx, desks[0].video.id)
            writer = ProposalWriter(tx, context, ledger)
            writer.add(FrameRange(start, stop, tuple(part(one, start, stop) for one in tracks)))
            writer.write()

    context = RunContext(desks[1].video.id, runs[1], names, dict.fromkeys(names))
    with database.atomic() as tx:
        stored = new_ledger(tx, desks[1].video.id)
        writer = ProposalWriter(tx, context, stored)
        writer.add(FrameRange(0, FRAMES, tuple(tracks)))
        writer.write()

    assert ledger is not None and stored.added == ledger.added
    assert sorted(by_track(desks[0])) == sorted(by_track(desks[1]))
    desks[0].assert_log_explains_tables()


def part(track: ProposedTrack, start: int, stop: int) -> ProposedTrack:
    inside = {frame: digest for frame, digest in track.masks.items() if start <= frame < stop}
    return ProposedTrack(track.standing, inside)


def by_track(desk: Desk) -> list[list[Any]]:
    """Rows of each track without its number, which follows the order in which tracks come."""
    lines: dict[int, list[Any]] = {}
    for (number, frame), row in sorted(desk.rows().items()):
        lines.setdefault(number, []).append((frame, row.state, row.hash or ""))
    return list(lines.values())
