"""Proposals beside existing tracks: one edit, one undo, and never a person's work."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from app.proposing.found_tracks import FrameRange, ProposedTrack, RunContext
from app.proposing.ledger import TrackLedger
from app.proposing.writer import ProposalWriter, new_ledger
from app.settings import Settings
from app.web.edit_batches import take_back
from model.tracking.whole_video import TrackStanding
from storage import edits, masks, tracks
from storage.database import Database
from storage.projects import Category
from storage.tracks import MaskRow, Track
from storage.videos import Video
from tests.app.made import FRAMES, PERSON, new_track, project_with, send, square, video_in


class Street:
    """A project with one video, and short ways to propose and to correct."""

    def __init__(self, database: Database, settings: Settings, folder: Path) -> None:
        self.database = database
        self.project, self.categories = project_with(database, "dog", "cat")
        self.video: Video = video_in(database, settings, self.project, folder)

    def propose(
        self,
        *found: tuple[str, dict[int, tuple[int, int]]],
        done: int = FRAMES,
        agree: dict[int, float] | None = None,
        names: tuple[str, ...] = ("dog", "cat", "star"),
    ) -> TrackLedger:
        """Stores one run; a track is its class and the corner of its square by frame, ``agree`` what windows agree.

        ``names``: the classes of the checkpoint.
        """
        proposed = []
        for number, (name, places) in enumerate(found):
            with self.database.atomic() as tx:
                hashes = masks.put_blobs(tx, [square(*corner) for corner in places.values()])
            scores = {frame: 0.8 for frame in places}
            standing = TrackStanding(number, names.index(name), 0.9, ((1, 0.05),))
            proposed.append(ProposedTrack(standing, dict(zip(places, hashes, strict=True)), scores, agree or {}))
        ids = {name: self.categories[name].id if name in self.categories else None for name in names}
        run = str(uuid.uuid4())
        context = RunContext(self.video.id, run, names, ids)
        with self.database.atomic() as tx:
            ledger = new_ledger(tx, self.video.id)
            writer = ProposalWriter(tx, context, ledger)
            writer.add(FrameRange(0, done, tuple(proposed)))
            writer.write()
        with self.database.atomic() as tx:
            writer = ProposalWriter(tx, context, ledger)
            writer.conclude([one.standing for one in proposed], done=done, whole=done == FRAMES)
            writer.write()
        return ledger

    def last_edit(self) -> int:
        with self.database.read() as tx:
            return edits.last_number(tx, video=self.video.id)

    def person(self, changes: list[dict[str, Any]]) -> None:
        result = send(self.database, self.video, changes)
        assert result["status"] == "applied", result

    def tracks(self) -> list[Track]:
        with self.database.read() as tx:
            return list(tracks.list_tracks(tx, self.video.id))

    def rows(self, track: Track) -> dict[int, MaskRow]:
        with self.database.read() as tx:
            return {row.frame: row for row in tracks.rows(tx, self.video.id, track_ids=[track.id])}

    def category(self, name: str) -> Category:
        return self.categories[name]


@pytest.fixture
def street(database: Database, settings: Settings, tmp_path: Path) -> Street:
    return Street(database, settings, tmp_path)


WALK = {frame: (frame, 5) for frame in range(6)}
OTHER = {frame: (40, 30) for frame in range(FRAMES)}


def test_every_frame_gets_a_row_and_absence_is_explicit(street: Street) -> None:
    assert street.propose(("dog", WALK)).added == 1
    [track] = street.tracks()
    rows = street.rows(track)
    assert sorted(rows) == list(range(FRAMES))
    assert [rows[frame].state for frame in (0, 5, 6)] == ["present", "present", "absent"]
    assert {(row.source, row.review) for row in rows.values()} == {("proposed", "unreviewed")}
    assert (track.category_id, track.score) == (street.category("dog").id, 0.9)
    assert rows[0].score == 0.8 and rows[0].run_id == track.run_id


def test_a_class_without_a_category_stays_a_suggestion_with_its_name(street: Street) -> None:
    street.propose(("star", WALK))
    [track] = street.tracks()
    assert track.category_id is None
    assert dict(track.extra or {}) == {"class": "star", "runners_up": [["cat", 0.05]]}


def test_proposing_the_same_again_keeps_the_tracks(street: Street) -> None:
    street.propose(("dog", WALK), ("star", OTHER))
    before = {track.id: track.number for track in street.tracks()}
    again = street.propose(("star", OTHER), ("dog", WALK))
    assert (again.added, again.replaced, again.deleted) == (0, 2, 0)
    assert {track.id: track.number for track in street.tracks()} == before


def test_a_checkpoint_that_names_nothing_finds_the_tracks_that_people_named(street: Street) -> None:
    shapes = ("lump", "walker")
    street.propose(("lump", WALK), ("walker", OTHER), names=shapes)
    walk, other = street.tracks()
    named = {"category": street.category("dog").id}
    street.person([{"track": walk.id, "frame": None, "before_version": walk.version, "after": named}])
    again = street.propose(("walker", WALK), ("walker", OTHER), names=shapes)
    assert (again.added, again.replaced, again.deleted) == (0, 2, 0)
    assert {track.id: track.category_id for track in street.tracks()} == {walk.id: named["category"], other.id: None}


def test_a_later_checkpoint_that_names_nothing_gives_its_class_to_tracks_without_a_category(street: Street) -> None:
    street.propose(("lump", WALK), ("walker", OTHER), names=("lump", "walker"))
    walk, other = street.tracks()
    named = {"category": street.category("dog").id}
    street.person([{"track": walk.id, "frame": None, "before_version": walk.version, "after": named}])
    street.propose(("swimmer", WALK), ("swimmer", OTHER), names=("swimmer", "flier"))
    found = {track.id: (track.extra or {}) for track in street.tracks()}
    assert {one: extra["class"] for one, extra in found.items()} == {walk.id: "lump", other.id: "swimmer"}
    assert found[other.id]["runners_up"] == [["flier", 0.05]]


def test_another_class_of_a_checkpoint_that_names_things_is_another_thing(street: Street) -> None:
    street.propose(("dog", WALK))
    assert street.propose(("star", WALK)).added == 1


def test_what_is_not_proposed_any_more_goes_and_what_is_new_comes(street: Street) -> None:
    street.propose(("dog", WALK))
    done = street.propose(("cat", OTHER))
    assert (done.added, done.deleted) == (1, 1)
    [track] = street.tracks()
    assert (track.category_id, track.number) == (street.category("cat").id, 2)


def test_a_persons_rows_stay_and_only_the_others_are_replaced(street: Street) -> None:
    street.propose(("dog", WALK))
    [track] = street.tracks()
    rows = street.rows(track)
    mine = {"track": track.id, "frame": 0, "before_version": rows[0].version, "after": {"rle": square(0, 6)}}
    accepted = {"track": track.id, "frame": 1, "before_version": rows[1].version, "after": {"review": "accepted"}}
    absent = {"track": track.id, "frame": 9, "before_version": rows[9].version, "after": {"review": "accepted"}}
    street.person([mine, accepted, absent])
    kept = {frame: street.rows(track)[frame].hash for frame in (0, 1, 9)}
    street.propose(("dog", {frame: (frame + 1, 5) for frame in range(FRAMES)}))
    [again] = street.tracks()
    assert again.id == track.id
    after = street.rows(again)
    assert {frame: after[frame].hash for frame in (0, 1, 9)} == kept
    assert (after[0].source, after[1].review, after[9].state) == ("drawn", "accepted", "absent")
    assert after[2].hash != rows[2].hash
    assert after[8].state == "present"


def test_marks_that_a_person_set_stay_when_their_rows_are_proposed_again(street: Street) -> None:
    look = {"reason": "Marked by hand", "author": "person"}
    street.propose(("dog", {frame: (5, 5) for frame in range(4)}))
    [track] = street.tracks()
    version = street.last_edit()
    marks = [{"key": True}, {"look": look}, {"occluded": True, "truncated": True}]
    street.person(
        [
            {"track": track.id, "frame": frame, "before_version": version, "after": after}
            for frame, after in enumerate(marks)
        ]
    )
    again = street.propose(("dog", {frame: (6, 5) for frame in range(4)}))
    assert again.replaced == 1
    rows = street.rows(track)
    assert (rows[0].key, rows[1].look_reason, rows[1].look_author, rows[2].occluded, rows[2].truncated) == (
        True,
        "Marked by hand",
        "person",
        True,
        True,
    )
    assert {row.run_id for row in rows.values()} == {rows[3].run_id}
    assert (rows[3].key, rows[3].look_reason) == (False, None)


def test_a_track_that_a_person_only_marked_is_not_deleted(street: Street) -> None:
    street.propose(("dog", {0: (5, 5)}))
    [track] = street.tracks()
    mark = {"track": track.id, "frame": 0, "before_version": street.last_edit(), "after": {"key": True}}
    street.person([mark])
    assert street.propose(("dog", {0: (40, 30)})).deleted == 0
    assert track.id in {one.id for one in street.tracks()}


def test_a_persons_track_stays_when_nothing_matches_it(street: Street) -> None:
    track, changes = new_track(street.category("cat").id, {0: square(40, 30)})
    street.person(changes)
    street.propose(("dog", WALK))
    assert {found.id for found in street.tracks()} > {track}
    done = street.propose()
    assert done.deleted == 1
    assert [found.id for found in street.tracks()] == [track]


def test_a_track_that_a_person_relabelled_is_not_deleted(street: Street) -> None:
    street.propose(("dog", WALK))
    [track] = street.tracks()
    own = {"track": track.id, "frame": None, "before_version": track.version}
    street.person([{**own, "after": {"category": street.category("cat").id}}])
    assert street.propose(("dog", OTHER)).deleted == 0
    assert track.id in {found.id for found in street.tracks()}


def test_what_a_person_rejected_does_not_come_back(street: Street) -> None:
    street.propose(("dog", WALK))
    [track] = street.tracks()
    street.person([{"track": track.id, "frame": None, "before_version": track.version, "after": {"rejected": True}}])
    before = street.last_edit()
    done = street.propose(("dog", WALK))
    assert (done.dropped, done.added) == (1, 0)
    assert street.last_edit() == before
    [left] = street.tracks()
    assert left.rejected


def test_one_undo_takes_a_whole_run_back(street: Street, database: Database) -> None:
    street.propose(("dog", WALK))
    before = [street.rows(track) for track in street.tracks()]
    street.propose(("dog", {frame: (frame + 2, 5) for frame in range(6)}), ("cat", OTHER))
    with database.read() as tx:
        [entry, _] = edits.history(tx, video=street.video.id)
    answer = take_back(
        database, video=street.video.id, author=PERSON, new_id=str(uuid.uuid4()), redo=False, edit=entry.id
    )
    assert answer["status"] == "applied"
    assert [{f: row.hash for f, row in street.rows(track).items()} for track in street.tracks()] == [
        {f: row.hash for f, row in rows.items()} for rows in before
    ]


def test_a_run_that_was_cut_short_touches_only_what_it_saw(street: Street) -> None:
    street.propose(("dog", WALK), ("cat", OTHER))
    done = street.propose(("dog", {0: (0, 5), 1: (1, 5)}), done=2)
    assert done.deleted == 0
    dog, cat = street.tracks()
    assert street.rows(dog)[5].state == "present"
    assert street.rows(cat)[0].state == "present"


def test_a_run_that_saw_nothing_writes_nothing(street: Street) -> None:
    street.propose(("dog", WALK))
    before = street.last_edit()
    done = street.propose(done=0)
    assert (done.added, done.replaced, done.deleted, done.dropped) == (0, 0, 0, 0)
    assert len(street.tracks()) == 1 and street.last_edit() == before


def test_only_doubtful_agreement_of_windows_is_stored_and_the_next_run_replaces_it(street: Street) -> None:
    street.propose(("dog", WALK), agree={1: 0.95, 2: 0.31})
    [track] = street.tracks()
    assert [street.rows(track)[frame].extra for frame in (0, 1, 2)] == [None, None, {"agreement": 0.31}]
    street.propose(("dog", WALK), agree={3: 0.2})
    assert [street.rows(track)[frame].extra for frame in (2, 3)] == [None, {"agreement": 0.2}]


def test_what_else_a_row_carries_stays_beside_the_agreement(street: Street) -> None:
    street.propose(("dog", WALK))
    [track] = street.tracks()
    row = street.rows(track)[2]
    street.person([{"track": track.id, "frame": 2, "before_version": row.version, "after": {"extra": {"note": "wet"}}}])
    street.propose(("dog", WALK), agree={2: 0.4})
    assert street.rows(track)[2].extra == {"note": "wet", "agreement": 0.4}
