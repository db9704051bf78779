"""Stores the proposals of a run beside a video's existing tracks, window by window, without changing a person's work.

The run's tracks are matched to the existing ones (`app.proposing.ledger`). A matched track keeps its identity and gets
the new masks on its rows that are not human; tracks without a match are added. After the whole video, existing tracks
without a match are deleted if no person worked on them. Tracks that a person rejected or deleted do not come back. All
edits of a run have the author "run:<id>", and one undo takes them back together.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from app.errors import Busy
from app.proposing.found_tracks import FrameRange, ProposedTrack, RunContext, kind
from app.proposing.ledger import ExistingTrack, TrackLedger, least_overlap, track_id_of
from model.tracking.whole_video import TrackStanding
from storage import edits, masks, tracks
from storage.edits import Applied, Change, Edit
from storage.edits.checks import human_tracks
from storage.likely_errors import AGREEMENT
from storage.tracks import MaskRow, Track

# Below it the agreement of the windows that cover a frame is stored with the row.
_AGREE = 0.6


def _extra(row: MaskRow | None, agreement: float | None) -> dict[str, Any]:
    """The value ``extra`` of a row that replaces ``row``: what other programs and people put there stays."""
    before = dict((row.extra if row is not None else None) or {})
    after = {name: value for name, value in before.items() if name != AGREEMENT}
    if agreement is not None and agreement < _AGREE:
        after[AGREEMENT] = round(agreement, 3)
    return {"extra": after or None} if after != before else {}


def _known(proposed: ProposedTrack, start: int, stop: int) -> Iterator[int]:
    """The frames ``start`` to ``stop`` (exclusive) about which the run says something."""
    return (frame for frame in range(start, stop) if frame not in proposed.unknown)


def new_ledger(tx: Connection, video_id: str) -> TrackLedger:
    """The ledger of a run that begins now."""
    return TrackLedger(tuple(track.id for track in tracks.list_tracks(tx, video_id)))


class ProposalWriter:
    """Turns proposals into the changes of one edit; lives within one write transaction.

    ``ledger`` is updated on the way: store it together with the edit, or not at all.
    """

    def __init__(self, tx: Connection, context: RunContext, ledger: TrackLedger) -> None:
        self.ledger = ledger
        self._tx = tx
        self._context = context
        self._tracks = {track.id: track for track in tracks.list_tracks(tx, context.video_id, deleted=True)}
        self._known_human: dict[str, bool] = {}
        # Changes of the edit: of tracks (None: it is deleted) and of their rows.
        self._track_changes: dict[str, dict[str, Any] | None] = {}
        self._row_changes: dict[tuple[str, int], Change] = {}
        self._range_rows: dict[str, dict[int, MaskRow]] = {}
        self._range = range(0)

    def add(self, part: FrameRange, *, whole: bool = True) -> tuple[int, ...]:
        """Adds the tracks of a range of frames that follows those before; returns the numbers of those that began.

        These were made or matched now, and their rows in the frames before the range are due: they are written at once,
        or with ``whole`` false by the caller, with `fill`.
        """
        self._add_overlaps(part)
        matched = self._match([one.standing for one in part.tracks], at_the_end=False)
        self._read_rows(part)
        begun = list(matched)
        # People see numbers in the order in which tracks are made: highest score first.
        for proposed in sorted(part.tracks, key=lambda one: (-one.standing.score, one.number)):
            target = self.ledger.bound.get(proposed.number)
            if target is None and proposed.masks:
                self._make_track(proposed, 0 if whole else part.start, part.stop)
                begun.append(proposed.number)
            elif target is not None and proposed.number not in matched:
                self._update_class(proposed.standing, target)
                self._write_rows(target, proposed, start=part.start, stop=part.stop)
            elif target is not None and whole:
                self._write_rows(target, proposed, start=0, stop=part.stop, earlier=matched[proposed.number])
            elif target is not None:
                self._write_rows(target, proposed, start=part.start, stop=part.stop)
        return tuple(begun)

    def fill(self, part: FrameRange) -> None:
        """Writes the rows of tracks that began later, in a range of frames before."""
        self._read_rows(part)
        for proposed in part.tracks:
            self._write_rows(self.ledger.bound[proposed.number], proposed, start=part.start, stop=part.stop)

    def conclude(
        self,
        standings: Sequence[TrackStanding],
        *,
        done: int,
        whole: bool,
        move: bool = True,
        partial: bool = False,
    ) -> tuple[int, ...]:
        """Ends a run that has processed frames 0 to ``done`` - 1: final scores and, of a whole video, final matches.

        Returns the numbers of the tracks that were matched now. Their rows are written at once, or with ``move`` false
        by the caller, with `fill`. ``partial``: there are frames about which the run says nothing at all; existing
        tracks that are only there stay.
        """
        matched = self._match(standings, at_the_end=True) if whole else {}
        self._read_human(self.ledger.bound[number] for number in self.ledger.made)
        for standing in standings:
            target = self.ledger.bound.get(standing.track)
            if target is None:
                continue
            if standing.track in matched and move:
                moved = ProposedTrack(standing)
                self._write_rows(target, moved, start=0, stop=done, earlier=matched[standing.track])
            self._update_track(standing, target)
        if whole:
            self._delete_unmatched(partial=partial)
        return tuple(matched)

    def _delete_unmatched(self, *, partial: bool) -> None:
        """Deletes existing tracks that the run does not propose and on which no person worked."""
        free = self.ledger.free
        self._read_human(free)
        for track_id in free:
            track = self._tracks.get(track_id)
            if partial and not self.ledger.old_pixels.get(track_id):
                continue
            if track is not None and not track.deleted and not self._human(track_id):
                self._track_changes[track_id] = None
                self.ledger.deleted += 1

    def write(self) -> int | None:
        """Applies the edit; returns its number, or None if there is nothing to change."""
        changes = [
            Change(track_id, None, self._tracks[track_id].version if track_id in self._tracks else 0, after)
            for track_id, after in self._track_changes.items()
        ]
        changes += self._row_changes.values()
        if not changes:
            return None
        run = self._context
        edit = Edit(str(uuid.uuid4()), kind="propose", author=run.author, video=run.video_id, changes=changes)
        done = edits.apply_edit(self._tx, edit)
        if not isinstance(done, Applied):
            # The rows were read in this transaction, so no other edit can have changed them since.
            raise Busy(f"The proposals of {run.run_id} could not be stored: {len(done.rows)} rows changed meanwhile.")
        return done.number

    def _add_overlaps(self, part: FrameRange) -> None:
        """Adds the overlaps with existing tracks to the ledger, before any of their rows is replaced."""
        if not self.ledger.old:
            return
        existing = [one for one in self.ledger.old if one in self._tracks and not self._tracks[one].deleted]
        stored = tracks.rows(self._tx, self._context.video_id, start=part.start, stop=part.stop, track_ids=existing)
        rows = [row for row in stored if row.frame not in part.silent]
        hashes = {row.hash for row in rows if row.hash} | {name for one in part.tracks for name in one.masks.values()}
        blobs = masks.get_blobs(self._tx, hashes)
        old: dict[str, dict[int, Any]] = {track_id: {} for track_id in existing}
        for row in rows:
            if row.hash is not None:
                old[row.track_id][row.frame] = blobs[row.hash]
        new = {one.number: {frame: blobs[name] for frame, name in one.masks.items()} for one in part.tracks}
        self.ledger.add_overlaps(old, new)

    def _match(self, standings: Sequence[TrackStanding], *, at_the_end: bool) -> dict[int, str | None]:
        """Matches tracks of the run to free existing ones.

        Returns number -> id of the track that the run had made for it before and that is deleted now, or None.
        """
        ledger = self.ledger
        if not ledger.free:
            return {}
        # The work of people is looked for only on tracks that overlap: they have as many rows as the video has frames.
        overlaps = ledger.overlapping
        near = [one for one in standings if one.track in overlaps]
        self._read_human(ledger.bound[one.track] for one in near if one.track in ledger.bound)
        kinds = {one.track: self._context.kind_of(one) for one in near if self._may_be_matched(one.track)}
        old = [
            ExistingTrack(track_id, kind(track.category_id, (track.extra or {}).get("class")))
            for track_id in ledger.free
            if (track := self._tracks.get(track_id)) is not None and not track.deleted
        ]
        by_number = {one.track: one for one in standings}
        matched: dict[int, str | None] = {}
        for track_id, number in ledger.matches(old, kinds, least=least_overlap(at_the_end=at_the_end)):
            matched[number] = ledger.bound.get(number)
            self._delete_own(number)
            ledger.bound[number] = track_id
            if self._tracks[track_id].rejected:
                ledger.dropped += 1
            else:
                ledger.replaced += 1
                self._update_track(by_number[number], track_id)
        return matched

    def _may_be_matched(self, number: int) -> bool:
        own = self.ledger.bound.get(number)
        if own is None:
            return True
        return number in self.ledger.made and not self._human(own) and not self._gone(own)

    def _delete_own(self, number: int) -> None:
        """Deletes the track that the run made for this number, since it is matched to an existing one."""
        own = self.ledger.bound.get(number)
        if own is not None:
            self._track_changes[own] = None
            self.ledger.made.discard(number)
            self.ledger.added -= 1

    def _make_track(self, proposed: ProposedTrack, start: int, stop: int) -> None:
        track_id = track_id_of(self._context.run_id, proposed.number)
        self.ledger.bound[proposed.number] = track_id
        self.ledger.made.add(proposed.number)
        self.ledger.added += 1
        category = self._context.category_of(proposed.standing)
        self._track_changes[track_id] = {"category": category, **self._run_values(proposed.standing, None)}
        for frame in _known(proposed, start, stop):
            after = self._row(proposed, frame) | _extra(None, proposed.agreements.get(frame))
            self._row_changes[track_id, frame] = Change(track_id, frame, 0, after)

    def _write_rows(
        self, target: str, proposed: ProposedTrack, *, start: int, stop: int, earlier: str | None = None
    ) -> None:
        """Writes a track's rows in frames ``start`` to ``stop`` (exclusive) except where a person's row is.

        ``earlier``: the track under which the run stored the rows before it was matched; they move to ``target``.
        """
        if self._gone(target):
            return
        now = self._rows_of(target, start, stop)
        before = {} if earlier is None else self._rows_of(earlier, start, stop)
        for frame in _known(proposed, start, stop):
            row = now.get(frame)
            if row is not None and row.human:
                continue
            moved = before.get(frame) if frame not in proposed.masks and frame not in proposed.scores else None
            after = self._row(proposed, frame) if moved is None else self._row_values(moved.hash, moved.score)
            agreement = proposed.agreements.get(frame) if moved is None else (moved.extra or {}).get(AGREEMENT)
            after |= _extra(row, agreement)
            self._row_changes[target, frame] = Change(target, frame, 0 if row is None else row.version, after)

    def _update_class(self, standing: TrackStanding, target: str) -> None:
        """Updates a track to which the latest window gives another class."""
        track = self._tracks.get(target)
        if track is not None and (track.extra or {}).get("class") != self._context.class_of(standing):
            self._update_track(standing, target)

    def _update_track(self, standing: TrackStanding, target: str) -> None:
        """Writes score and classes of a track, and the category if the run may set it."""
        track = self._tracks.get(target)
        if track is None or self._gone(target):
            return
        after = self._run_values(standing, track)
        if standing.track in self.ledger.made and not self._human(target):
            after["category"] = self._context.category_of(standing)
        now = {"score": track.score, "run": track.run_id, "extra": track.extra, "category": track.category_id}
        if any(now[name] != value for name, value in after.items()):
            self._track_changes[target] = after

    def _run_values(self, standing: TrackStanding, track: Track | None) -> dict[str, Any]:
        """The values of a track that the run sets, beside what the ``extra`` of the stored one has already."""
        own, extra = self._context.extra_of(standing), {} if track is None else track.extra or {}
        stood = None if standing.track in self.ledger.made else track  # before the run
        stays = stood is not None and self._context.says_less(standing, stood.category_id)
        kept = {**own, **extra} if stays else {**extra, **own}
        return {"score": self._context.score_of(standing), "run": self._context.run_id, "extra": kept}

    def _human(self, track_id: str) -> bool:
        """Whether a person worked on a track, so that the run must neither delete it nor change its category."""
        self._read_human([track_id])
        return self._known_human[track_id]

    def _read_human(self, track_ids: Iterable[str]) -> None:
        """Look up `_human` of several tracks at once."""
        asked = [one for one in track_ids if one not in self._known_human]
        known = [one for one in asked if one in self._tracks]
        worked = human_tracks(self._tx, known) | {one for one in known if self._tracks[one].rejected}
        self._known_human |= {one: one in worked for one in asked}

    def _gone(self, track_id: str) -> bool:
        """Whether a person deleted or rejected a track, or this edit deletes it."""
        track = self._tracks.get(track_id)
        deleted_now = track_id in self._track_changes and self._track_changes[track_id] is None
        return deleted_now or (track is not None and (track.deleted or track.rejected))

    def _read_rows(self, part: FrameRange) -> None:
        """Read what stands in a range of frames for all its tracks at once."""
        targets = [target for one in part.tracks if (target := self.ledger.bound.get(one.number)) is not None]
        self._range, self._range_rows = range(part.start, part.stop), {target: {} for target in targets}
        for row in tracks.rows(self._tx, self._context.video_id, start=part.start, stop=part.stop, track_ids=targets):
            self._range_rows[row.track_id][row.frame] = row

    def _rows_of(self, track_id: str, start: int, stop: int) -> dict[int, MaskRow]:
        if range(start, stop) == self._range and track_id in self._range_rows:
            return self._range_rows[track_id]
        found = tracks.rows(self._tx, self._context.video_id, start=start, stop=stop, track_ids=[track_id])
        return {row.frame: row for row in found}

    def _row(self, proposed: ProposedTrack, frame: int) -> dict[str, Any]:
        return self._row_values(proposed.masks.get(frame), proposed.scores.get(frame))

    def _row_values(self, digest: str | None, score: float | None) -> dict[str, Any]:
        return {
            "state": "absent" if digest is None else "present",
            "mask": digest,
            "source": "proposed",
            "review": "unreviewed",
            "score": score,
            "run": self._context.run_id,
        }
