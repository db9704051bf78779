"""Storing what a model proposed beside what is already there, window by window, never touching a person's work.

The run's tracks are matched to the video's (`app.proposing.ledger`). A matched track keeps its identity and gets the
new masks on its rows that are not human; the rest is added. When the whole video has been seen, tracks that nothing
matches go where no person worked on them. What a person rejected or deleted does not come back. All edits of a run
are signed "run:<id>", and one undo takes them back together.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from app.errors import Busy
from app.proposing.found_tracks import Found, Origin, Stretch, kind
from app.proposing.ledger import Candidate, Ledger, least_overlap, track_id_of
from storage import edits, masks, tracks
from storage.database import Database
from storage.edits import Applied, Change, Edit
from storage.edits.checks import human_tracks
from storage.tracks import MaskRow


def store_proposals(database: Database, origin: Origin, stretch: Stretch, *, whole: bool) -> Ledger:
    """Stores a run that is known from the video's first frame to its end as one edit; none where nothing changes.

    ``whole`` when the stretch is every frame of the video. Returns the ledger with its counts.
    """
    if stretch.stop == 0:
        return Ledger(())
    with database.atomic() as tx:
        writer = Writer(tx, origin, new_ledger(tx, origin.video_id))
        writer.stretch(stretch, at_the_end=True)
        if whole:
            writer.delete_unmatched()
        writer.write()
        return writer.ledger


def new_ledger(tx: Connection, video_id: str) -> Ledger:
    """The ledger of a run that begins now."""
    return Ledger(tuple(track.id for track in tracks.list_tracks(tx, video_id)))


class Writer:
    """Turns proposals into the changes of one edit; lives within one write transaction.

    ``ledger`` is brought up to date on the way: keep it together with the edit, or not at all.
    """

    def __init__(self, tx: Connection, origin: Origin, ledger: Ledger) -> None:
        self.ledger = ledger
        self._tx = tx
        self._origin = origin
        self._tracks = {track.id: track for track in tracks.list_tracks(tx, origin.video_id, deleted=True)}
        self._known_human: dict[str, bool] = {}
        self._own: dict[str, dict[str, Any] | None] = {}
        self._rows: dict[tuple[str, int], Change] = {}

    def stretch(self, stretch: Stretch, *, at_the_end: bool = False) -> None:
        """Adds what a window found; ``at_the_end`` where nothing comes after it."""
        self._look(stretch)
        bound = self._bind(stretch.tracks, at_the_end=at_the_end)
        # Numbers that people see follow the order in which tracks are made: the surest first.
        for found in sorted(stretch.tracks, key=lambda found: (-found.score, found.id)):
            target = self.ledger.bound.get(found.id)
            if target is None and found.masks:
                self._make(found, stretch)
            elif target is not None and found.id not in bound:
                self._rename(found, target)
                self._put(target, found, start=stretch.start, stop=stretch.stop)
            elif target is not None:
                self._put(target, found, start=0, stop=stretch.stop, earlier=bound[found.id])

    def conclude(self, standings: Sequence[Found], *, done: int, whole: bool) -> None:
        """Last words of a run that has seen frames 0..done-1: final scores and, of a whole video, final matches."""
        bound = self._bind(standings, at_the_end=True) if whole else {}
        for found in standings:
            target = self.ledger.bound.get(found.id)
            if target is None:
                continue
            if found.id in bound:
                self._put(target, Found(found.id), start=0, stop=done, earlier=bound[found.id])
            self._judge(found, target)
        if whole:
            self.delete_unmatched()

    def delete_unmatched(self) -> None:
        """Deletes tracks from before the run that it does not propose and on which no person worked."""
        for track_id in self.ledger.free:
            track = self._tracks.get(track_id)
            if track is not None and not track.deleted and not self._human(track_id):
                self._own[track_id] = None
                self.ledger.deleted += 1

    def write(self) -> int | None:
        """Applies the edit; returns its number, or None where there is nothing to change."""
        changes = [
            Change(track_id, None, self._tracks[track_id].version if track_id in self._tracks else 0, after)
            for track_id, after in self._own.items()
        ]
        changes += self._rows.values()
        if not changes:
            return None
        origin = self._origin
        edit = Edit(str(uuid.uuid4()), kind="propose", author=origin.author, video=origin.video_id, changes=changes)
        done = edits.apply_edit(self._tx, edit)
        if not isinstance(done, Applied):
            # The rows were read in this same transaction, so nobody can have changed them in between.
            raise Busy(
                f"The proposals of {origin.run_id} could not be stored: {len(done.rows)} rows changed meanwhile."
            )
        return done.number

    def _look(self, stretch: Stretch) -> None:
        """Adds the stretch to the overlaps with older tracks, before any of their rows is replaced."""
        if not self.ledger.old:
            return
        there = [one for one in self.ledger.old if one in self._tracks and not self._tracks[one].deleted]
        rows = tracks.rows(self._tx, self._origin.video_id, start=stretch.start, stop=stretch.stop, track_ids=there)
        hashes = {row.hash for row in rows if row.hash} | {
            name for one in stretch.tracks for name in one.masks.values()
        }
        blobs = masks.get_blobs(self._tx, hashes)
        old: dict[str, dict[int, Any]] = {track_id: {} for track_id in there}
        for row in rows:
            if row.hash is not None:
                old[row.track_id][row.frame] = blobs[row.hash]
        new = {one.id: {frame: blobs[name] for frame, name in one.masks.items()} for one in stretch.tracks}
        self.ledger.seen(old, new)

    def _bind(self, found: Iterable[Found], *, at_the_end: bool) -> dict[int, str | None]:
        """Matches tracks of the run to free older ones; returns number -> the run's own track that gives way."""
        ledger = self.ledger
        if not ledger.free:
            return {}
        open_numbers = {one.id: self._origin.kind_of(one) for one in found if self._may_become_another(one.id)}
        old = [
            Candidate(track_id, kind(track.category_id, (track.extra or {}).get("class")))
            for track_id in ledger.free
            if (track := self._tracks.get(track_id)) is not None and not track.deleted
        ]
        bound: dict[int, str | None] = {}
        for track_id, number in ledger.matches(old, open_numbers, least=least_overlap(at_the_end=at_the_end)):
            bound[number] = ledger.bound.get(number)
            self._give_way(number)
            ledger.bound[number] = track_id
            if self._tracks[track_id].rejected:
                ledger.dropped += 1
            else:
                ledger.replaced += 1
                self._judge(next(one for one in found if one.id == number), track_id)
        return bound

    def _may_become_another(self, number: int) -> bool:
        own = self.ledger.bound.get(number)
        if own is None:
            return True
        return number in self.ledger.made and not self._human(own) and not self._gone(own)

    def _give_way(self, number: int) -> None:
        """The run's own track of this number goes, because it is another one after all."""
        own = self.ledger.bound.get(number)
        if own is not None:
            self._own[own] = None
            self.ledger.made.discard(number)
            self.ledger.added -= 1

    def _make(self, found: Found, stretch: Stretch) -> None:
        track_id = track_id_of(self._origin.run_id, found.id)
        self.ledger.bound[found.id] = track_id
        self.ledger.made.add(found.id)
        self.ledger.added += 1
        self._own[track_id] = {"category": self._origin.category_of(found), **self._opinion(found, {})}
        for frame in range(stretch.stop):
            self._rows[track_id, frame] = Change(track_id, frame, 0, self._row(found, frame))

    def _put(self, target: str, found: Found, *, start: int, stop: int, earlier: str | None = None) -> None:
        """Writes a track's frames ``start`` to ``stop`` except where a person's row is; ``earlier`` is the track that
        holds those which the run stored before it knew what the track is."""
        if self._gone(target):
            return
        there = self._rows_of(target, start, stop)
        before = {} if earlier is None else self._rows_of(earlier, start, stop)
        for frame in range(start, stop):
            row = there.get(frame)
            if row is not None and row.human:
                continue
            moved = before.get(frame) if frame not in found.masks and frame not in found.scores else None
            after = self._row(found, frame) if moved is None else self._moved(moved)
            self._rows[target, frame] = Change(target, frame, 0 if row is None else row.version, after)

    def _rename(self, found: Found, target: str) -> None:
        """The class of a track that the run made follows its windows, until a person has touched the track."""
        track = self._tracks.get(target)
        if track is not None and (track.extra or {}).get("class") != self._origin.class_of(found):
            self._judge(found, target)

    def _judge(self, found: Found, target: str) -> None:
        """Writes what the run thinks of a track: score and classes, and the category where it is the run's to say."""
        track = self._tracks.get(target)
        if track is None or self._gone(target):
            return
        after = self._opinion(found, track.extra or {})
        if found.id in self.ledger.made and not self._human(target):
            after["category"] = self._origin.category_of(found)
        now = {"score": track.score, "run": track.run_id, "extra": track.extra, "category": track.category_id}
        if any(now[name] != value for name, value in after.items()):
            self._own[target] = after

    def _opinion(self, found: Found, extra: Mapping[str, Any]) -> dict[str, Any]:
        kept = {**extra, **self._origin.extra_of(found)}
        return {"score": found.score, "run": self._origin.run_id, "extra": kept}

    def _human(self, track_id: str) -> bool:
        """Whether a track carries a person's work, so that it is not the run's to delete or to call something else."""
        if track_id not in self._known_human:
            self._known_human[track_id] = track_id in self._tracks and (
                self._tracks[track_id].rejected or bool(human_tracks(self._tx, [track_id]))
            )
        return self._known_human[track_id]

    def _gone(self, track_id: str) -> bool:
        """Whether a person deleted or rejected a track, or it is just about to give way."""
        track = self._tracks.get(track_id)
        leaves = track_id in self._own and self._own[track_id] is None
        return leaves or (track is not None and (track.deleted or track.rejected))

    def _rows_of(self, track_id: str, start: int, stop: int) -> dict[int, MaskRow]:
        found = tracks.rows(self._tx, self._origin.video_id, start=start, stop=stop, track_ids=[track_id])
        return {row.frame: row for row in found}

    def _row(self, found: Found, frame: int) -> dict[str, Any]:
        return self._proposed(found.masks.get(frame), found.scores.get(frame))

    def _moved(self, row: MaskRow) -> dict[str, Any]:
        return self._proposed(row.hash, row.score)

    def _proposed(self, digest: str | None, score: float | None) -> dict[str, Any]:
        return {
            "state": "absent" if digest is None else "present",
            "mask": digest,
            "source": "proposed",
            "review": "unreviewed",
            "score": score,
            "run": self._origin.run_id,
        }
