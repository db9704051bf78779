"""Complete ranges: frames of which a person said that every thing of some categories has a track there.

A new track in such a range, or a machine's suggestion, shows that something was missing or is not looked at yet, so
the edit that brings it takes the declaration back on its frames.
"""

import math
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from storage import schema
from storage.authors import is_machine
from storage.edits import log as edit_log
from storage.edits import row_store
from storage.edits.row_store import StoredRow
from storage.edits.row_values import RANGE_ROW, TRACK_ROW, RowKey, Value


@dataclass(frozen=True)
class CompleteRange:
    """Frames start..stop-1 of a video, complete for these categories (ids; empty: for all of the project)."""

    id: str
    video_id: str
    start: int
    stop: int
    categories: tuple[str, ...]
    version: int


@dataclass(frozen=True)
class Planned:
    """A row that an edit is about to change: as it is, as it will be, and the edit the new content is from.

    ``origin`` None means the edit itself.
    """

    before: StoredRow
    after: Value | None
    origin: int | None = None


def list_complete(tx: Connection, video_id: str) -> tuple[CompleteRange, ...]:
    """The complete ranges of a video, by their first frame."""
    table = schema.complete_ranges
    rows = tx.execute(select(table).where(table.c.video_id == video_id).order_by(table.c.start, table.c.id)).mappings()
    return tuple(
        CompleteRange(
            id=row["id"],
            video_id=video_id,
            start=row["start"],
            stop=row["stop"],
            categories=tuple(row["categories"]),
            version=row["version"],
        )
        for row in rows
    )


def withdrawals(
    tx: Connection, video_id: str, *, author: str, planned: Mapping[RowKey, Planned]
) -> dict[RowKey, Planned]:
    """What an edit has to change in the video's complete ranges besides what it says itself."""
    ranges = {key: row for key, row in row_store.load_ranges(tx, video_id).items() if key not in planned}
    if not ranges:
        return {}
    arrivals = _Arrivals.of(tx, author=author, planned=planned)
    extra: dict[RowKey, Planned] = {}
    for key, row in ranges.items():
        assert row.value is not None
        frames = arrivals.frames_in(row.value)
        if frames:
            extra.update(_split(key, row, row.value, frames))
    return extra


@dataclass(frozen=True)
class _Arrivals:
    """Present masks that an edit brings: (track, frame), and each track's category.

    ``made`` is the number of the edit that made a track (none: this one does), ``deleted`` the one that deleted a
    track that comes back now.
    """

    machine: bool
    present: tuple[RowKey, ...]
    categories: Mapping[str, str | None]
    made: Mapping[str, int]
    deleted: Mapping[str, int]

    @staticmethod
    def of(tx: Connection, *, author: str, planned: Mapping[RowKey, Planned]) -> "_Arrivals":
        present = {key for key, plan in planned.items() if key.frame >= 0 and _is_present(plan.after)}
        back = [key.owner for key, plan in planned.items() if key.frame == TRACK_ROW and _comes_back(plan)]
        if back:
            masks = schema.masks
            stored = select(masks.c.track_id, masks.c.frame).where(masks.c.track_id.in_(back))
            keys = (RowKey(*row) for row in tx.execute(stored.where(masks.c.state == "present")))
            present.update(key for key in keys if key not in planned)
        tracks = {key.owner for key in present}
        categories: dict[str, str | None] = {}
        for key, row in row_store.load_tracks(tx, tracks).items():
            categories[key.owner] = row.value["category"] if row.value else None
        for key, plan in planned.items():
            if key.frame == TRACK_ROW and plan.after is not None:
                categories[key.owner] = plan.after["category"]
        return _Arrivals(
            machine=is_machine(author),
            present=tuple(present),
            categories=categories,
            made=edit_log.first_numbers(tx, tracks),
            deleted={owner: planned[RowKey(owner, TRACK_ROW)].before.version for owner in back},
        )

    def frames_in(self, value: Value) -> set[int]:
        """Frames of a complete range on which something arrives that the person who declared it cannot have meant."""
        frames = set()
        for owner, frame in self.present:
            category = self.categories.get(owner)
            concerned = not value["categories"] or category is None or category in value["categories"]
            # A person who declared before the track was made, or while it was deleted, did not count on it.
            unmade = self.made.get(owner, math.inf) > value["declared"]
            deleted = self.deleted.get(owner, math.inf) < value["declared"]
            if concerned and (self.machine or unmade or deleted) and value["start"] <= frame < value["stop"]:
                frames.add(frame)
        return frames


def _is_present(value: Value | None) -> bool:
    return value is not None and value["state"] == "present" and value["review"] != "rejected"


def _comes_back(plan: Planned) -> bool:
    before = plan.before.value
    return before is not None and before["deleted"] and plan.after is not None and not plan.after["deleted"]


def _split(key: RowKey, row: StoredRow, value: Value, frames: Iterable[int]) -> dict[RowKey, Planned]:
    pieces = []
    start = value["start"]
    for frame in sorted(frames):
        if start < frame:
            pieces.append({**value, "start": start, "stop": frame})
        start = frame + 1
    if start < value["stop"]:
        pieces.append({**value, "start": start})
    planned = {key: Planned(before=row, after=pieces[0] if pieces else None)}
    for piece in pieces[1:]:
        planned[RowKey(str(uuid.uuid4()), RANGE_ROW)] = Planned(before=row_store.NO_ROW, after=piece)
    return planned
