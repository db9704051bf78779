"""Storing what a model proposed beside what is already there: one edit that never touches a person's work.

New proposals are matched to the video's tracks by mask overlap and category. A matched track keeps its identity and
gets the new masks on its rows that are not human; a track that nothing matches goes when no person worked on it; the
rest is added. What a person rejected does not come back.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from app.errors import Busy
from app.matching import Masks, match
from storage import edit_log, edits, masks, tracks
from storage.database import Database
from storage.edits import Applied, Change, Edit
from storage.row_values import TRACK_ROW, RowKey, is_machine
from storage.tracks import MaskRow, Track


@dataclass
class Found:
    """One proposed track: its label and score, its masks (frame -> blob hash) and its score on each frame."""

    id: int
    label: int = -1
    score: float = 0.0
    runners_up: tuple[tuple[int, float], ...] = ()
    masks: dict[int, str] = field(default_factory=dict)
    scores: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposals:
    """All proposals of one run over frames 0..done-1 of a video; ``whole`` when that is every frame.

    ``category_ids`` maps class names to the project's categories (``None``: the project has none for it).
    """

    video_id: str
    run_id: str
    done: int
    whole: bool
    tracks: tuple[Found, ...]
    class_names: tuple[str, ...]
    category_ids: Mapping[str, str | None]

    def class_of(self, found: Found) -> str:
        """Name of the class that the model gave."""
        return self.class_names[found.label]

    def category_of(self, found: Found) -> str | None:
        """Id of the project's category for it, or ``None``."""
        return self.category_ids.get(self.class_of(found))

    def extra_of(self, found: Found) -> dict[str, Any]:
        """What the track remembers of the model's opinion: its class and the runners-up."""
        others = [[self.class_names[label], score] for label, score in found.runners_up]
        return {"class": self.class_of(found), "runners_up": others}


@dataclass(frozen=True)
class Stored:
    """How many tracks were added, replaced in part or whole, deleted, and dropped because a person rejected them."""

    added: int
    replaced: int
    deleted: int
    dropped: int
    edit: int | None


@dataclass(frozen=True)
class _Present:
    """The video's tracks as they are: own rows, mask rows by frame, and which of them a person worked on."""

    tracks: tuple[Track, ...]
    rows: Mapping[str, Mapping[int, MaskRow]]
    human: frozenset[str]


def store_proposals(database: Database, proposals: Proposals) -> Stored:
    """Stores a run's proposals as one edit signed "run:<id>"; no edit when there is nothing to change."""
    if proposals.done == 0:
        return Stored(0, 0, 0, 0, None)
    # Comparing masks takes seconds on a long video; the write lock is taken only afterwards.
    with database.read() as tx:
        matched = _match(tx, _present(tx, proposals.video_id), proposals)
    with database.atomic() as tx:
        return _write(tx, _present(tx, proposals.video_id), proposals, matched)


def _present(tx: Connection, video_id: str) -> _Present:
    found = tracks.list_tracks(tx, video_id)
    rows: dict[str, dict[int, MaskRow]] = {track.id: {} for track in found}
    for row in tracks.rows(tx, video_id):
        if row.track_id in rows:
            rows[row.track_id][row.frame] = row
    human = {track_id for track_id, by_frame in rows.items() if any(row.human for row in by_frame.values())}
    human |= {track.id for track in found if track.rejected}
    human |= _own_row_by_person(tx, [track.id for track in found if track.id not in human])
    return _Present(found, rows, frozenset(human))


def _own_row_by_person(tx: Connection, track_ids: list[str]) -> set[str]:
    """Tracks that a person made, named, relabelled or rejected, seen by who signed what their own row says now."""
    entries = edit_log.row_entries(tx, [RowKey(track_id, TRACK_ROW) for track_id in track_ids])
    authors: dict[int, str] = {}
    people = set()
    for key, line in entries.items():
        number = line[-1].origin
        if number not in authors:
            entry = edit_log.edit_by_number(tx, number)
            authors[number] = "" if entry is None else entry.author
        if not is_machine(authors[number]):
            people.add(key.owner)
    return people


def _match(tx: Connection, present: _Present, proposals: Proposals) -> dict[str, str]:
    """Number of a proposal (as text) -> id of the track that it is."""
    hashes = {row.hash for by_frame in present.rows.values() for row in by_frame.values() if row.hash}
    hashes |= {digest for found in proposals.tracks for digest in found.masks.values()}
    rles = masks.get_blobs(tx, hashes)
    old = [
        Masks(
            track.id,
            _kind(track.category_id, (track.extra or {}).get("class")),
            {
                frame: dict(rles[row.hash])
                for frame, row in present.rows[track.id].items()
                if row.hash is not None and frame < proposals.done
            },
        )
        for track in present.tracks
    ]
    new = [
        Masks(
            str(found.id),
            _kind(proposals.category_of(found), proposals.class_of(found)),
            {frame: dict(rles[digest]) for frame, digest in found.masks.items()},
        )
        for found in proposals.tracks
    ]
    return match(old, new)


def _kind(category_id: str | None, class_name: str | None) -> str:
    return f"category {category_id}" if category_id is not None else f"class {class_name}"


def _write(tx: Connection, present: _Present, proposals: Proposals, matched: Mapping[str, str]) -> Stored:
    by_id = {track.id: track for track in present.tracks}
    changes: list[Change] = []
    added = replaced = deleted = dropped = 0
    for found in proposals.tracks:
        track = by_id.get(matched.get(str(found.id), ""))
        if track is None:
            changes += _added(proposals, found)
            added += 1
        elif track.rejected:
            dropped += 1
        else:
            changes += _replaced(proposals, found, track, present)
            replaced += 1
    gone = set(by_id) - set(matched.values()) - present.human if proposals.whole else set()
    for track_id in sorted(gone):
        changes.append(Change(track_id, None, by_id[track_id].version, None))
        deleted += 1
    if not changes:
        return Stored(added, replaced, deleted, dropped, None)
    edit = Edit(
        id=str(uuid.uuid4()),
        kind="propose",
        author=f"run:{proposals.run_id}",
        video=proposals.video_id,
        changes=tuple(changes),
    )
    done = edits.apply_edit(tx, edit)
    if not isinstance(done, Applied):
        # The rows were read in this same transaction, so nobody can have changed them in between.
        raise Busy(f"The proposals of {proposals.run_id} could not be stored: {len(done.rows)} rows changed meanwhile.")
    return Stored(added, replaced, deleted, dropped, done.number)


def _added(proposals: Proposals, found: Found) -> list[Change]:
    track_id = str(uuid.uuid4())
    own = {
        "category": proposals.category_of(found),
        "score": found.score,
        "run": proposals.run_id,
        "extra": proposals.extra_of(found),
    }
    rows = [Change(track_id, frame, 0, _row(proposals, found, frame)) for frame in range(proposals.done)]
    return [Change(track_id, None, 0, own), *rows]


def _replaced(proposals: Proposals, found: Found, track: Track, present: _Present) -> list[Change]:
    own = {"score": found.score, "run": proposals.run_id, "extra": {**(track.extra or {}), **proposals.extra_of(found)}}
    changes = [Change(track.id, None, track.version, own)]
    rows = present.rows[track.id]
    for frame in range(proposals.done):
        row = rows.get(frame)
        if row is None or not row.human:
            version = 0 if row is None else row.version
            changes.append(Change(track.id, frame, version, _row(proposals, found, frame)))
    return changes


def _row(proposals: Proposals, found: Found, frame: int) -> dict[str, Any]:
    digest = found.masks.get(frame)
    return {
        "state": "absent" if digest is None else "present",
        "mask": digest,
        "source": "proposed",
        "review": "unreviewed",
        "score": found.scores.get(frame),
        "run": proposals.run_id,
    }
