"""Use case: a person applies a part of a draft, as one edit with one undo, or discards it.

Rows that people have drawn or judged since stay. A frame is left out if what its draft grew from was changed or undone
since: a new spread mends it. Marks that people set on those masks meanwhile change nothing.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.errors import BadInput, Busy
from app.sentences import counted
from app.spreading.run import DISCARDED
from storage import drafts, runs, tracks
from storage.authors import is_machine
from storage.drafts import Draft
from storage.edits import Applied, Change, Edit, apply_edit, find_edit
from storage.edits.contents import Contents
from storage.edits.row_values import RowKey
from storage.edits.write import applied_again
from storage.errors import NotFound
from storage.runs import Run
from storage.tracks import MaskRow

EDIT_KIND = "spread"
FLAGS = ("key", "occluded", "iscrowd", "truncated")


@dataclass(frozen=True)
class DraftPart:
    """A part of a run's drafts: these tracks (None: all) on frames ``start`` to ``stop`` - 1 (None: no bound)."""

    run_id: str
    tracks: tuple[str, ...] | None = None
    start: int | None = None
    stop: int | None = None

    def drafts(self, tx: Connection, video_id: str) -> list[Draft]:
        """The drafts of the part, by frame."""
        found = drafts.list_drafts(tx, video_id, run_id=self.run_id, start=self.start, stop=self.stop)
        return [one for one in found if self.tracks is None or one.track_id in self.tracks]


@dataclass(frozen=True)
class AppliedPart:
    """The edit that applied a part, and how many drafts it left out: frames of people, and outdated ones."""

    edit: Applied
    human: int = 0
    outdated: int = 0


def apply_part(tx: Connection, video_id: str, part: DraftPart, *, author: str, edit_id: str) -> AppliedPart:
    """Apply a part of a draft as the edit ``edit_id`` of a person; repeating the id changes nothing.

    The drafts of the part are gone afterwards, also those that were left out.

    Raises `BadInput` if nothing of the part can be applied, `storage.errors.NotFound`.
    """
    earlier = find_edit(tx, edit_id)
    if earlier is not None:
        if (earlier.video_id, earlier.kind) != (video_id, EDIT_KIND):
            raise BadInput(f"The id {edit_id} is taken by another edit; make a new one for every edit.")
        return AppliedPart(applied_again(earlier))
    run = _run(tx, video_id, part)
    found = part.drafts(tx, video_id)
    now = _rows(tx, video_id, found)
    parents = _Parents(tx, run)
    standing = {track.id for track in tracks.list_tracks(tx, video_id) if not track.rejected}
    changes, human, outdated = [], 0, 0
    for draft in found:
        row = now.get((draft.track_id, draft.frame))
        grown_from = parents.of(draft.track_id, draft.frame)
        if row is not None and row.human:
            human += 1
        elif not grown_from or draft.track_id not in standing:
            outdated += 1
        else:
            changes.append(_change(run, draft, row, grown_from))
    if not changes:
        raise BadInput(_nothing(human, outdated))
    done = apply_edit(tx, Edit(edit_id, EDIT_KIND, author, video_id, changes))
    if not isinstance(done, Applied):
        # The rows were read in this transaction, so no other edit can have changed them since.
        raise Busy(f"The draft could not be applied: {counted(len(done.rows), 'row')} changed meanwhile.")
    _delete(tx, video_id, part)
    return AppliedPart(done, human, outdated)


def discard_part(tx: Connection, video_id: str, part: DraftPart) -> int:
    """Discard a part of a draft; returns the number of its rows. A run that is discarded whole stores nothing more.

    Raises `storage.errors.NotFound`.
    """
    run = _run(tx, video_id, part)
    if (part.tracks, part.start, part.stop) == (None, None, None):
        runs.finish_run(tx, run.id, state=DISCARDED)
    return _delete(tx, video_id, part)


def _run(tx: Connection, video_id: str, part: DraftPart) -> Run:
    run = runs.get_run(tx, part.run_id)
    if run.video_id != video_id:
        raise NotFound("run", part.run_id)
    return run


def _delete(tx: Connection, video_id: str, part: DraftPart) -> int:
    chosen: Iterable[str | None] = (None,) if part.tracks is None else part.tracks
    return sum(
        drafts.discard_drafts(tx, video_id, run_id=part.run_id, track_id=track, start=part.start, stop=part.stop)
        for track in chosen
    )


def _rows(tx: Connection, video_id: str, found: list[Draft]) -> dict[tuple[str, int], MaskRow]:
    if not found:
        return {}
    names = list(dict.fromkeys(draft.track_id for draft in found))
    rows = tracks.rows(tx, video_id, start=found[0].frame, stop=found[-1].frame + 1, track_ids=names)
    return {(row.track_id, row.frame): row for row in rows}


class _Parents:
    """The corrections that a draft grew from: its neighbours among the given rows."""

    def __init__(self, tx: Connection, run: Run) -> None:
        given: Mapping[str, Mapping[str, str]] = (run.settings or {}).get("given", {})
        keys = {RowKey(track, int(frame)): edit for track, rows in given.items() for frame, edit in rows.items()}
        contents = Contents(tx, keys)
        self._sources = {key: contents.first_edit(key) if contents.is_as(key, keys[key]) else None for key in keys}
        self._frames = {track: sorted(int(frame) for frame in rows) for track, rows in given.items()}

    def of(self, track: str, frame: int) -> tuple[str, ...]:
        """The ids of the corrections, the later one first; empty if a neighbour was changed or undone since."""
        frames = self._frames.get(track, [])
        at = bisect_left(frames, frame)
        sources = [self._sources[RowKey(track, k)] for k in (*frames[max(at - 1, 0) : at], *frames[at : at + 1])]
        known = [edit for edit in sources if edit is not None]
        if len(known) < len(sources):
            return ()
        return tuple(dict.fromkeys(edit.id for edit in sorted(known, key=lambda edit: -edit.number)))


def _change(run: Run, draft: Draft, row: MaskRow | None, grown_from: tuple[str, ...]) -> Change:
    parent, other_parent = (*grown_from, None)[:2]
    after: dict[str, Any] = {
        "state": draft.state,
        "mask": draft.blob_hash,
        "source": "propagated",
        "review": "unreviewed",
        "score": draft.confidence,
        "run": run.id,
        "parent": parent,
        "other_parent": other_parent,
        **_marks(row),
    }
    if draft.doubt is not None and "look" not in after:
        after["look"] = {"reason": draft.doubt, "author": run.author}
    return Change(draft.track_id, draft.frame, 0 if row is None else row.version, after)


def _marks(row: MaskRow | None) -> dict[str, Any]:
    """What a person set on the row that the draft replaces."""
    if row is None:
        return {}
    marks: dict[str, Any] = {name: True for name in FLAGS if getattr(row, name)}
    if row.attributes:
        marks["attributes"] = dict(row.attributes)
    if row.look_author is not None and not is_machine(row.look_author):
        marks["look"] = {"reason": row.look_reason, "author": row.look_author}
    return marks


def _nothing(human: int, outdated: int) -> str:
    if human:
        return "Nothing was applied: people have drawn or judged these frames meanwhile."
    if outdated:
        return "Nothing was applied: the masks that this draft grew from were changed meanwhile; spread again."
    return "Nothing was applied: there is no draft on these frames any more."
