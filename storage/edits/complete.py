"""Complete ranges: frames in which, as a person declared, every thing of some categories has a track.

A new track in such a range shows that something was missing, and a machine's suggestion there is not reviewed yet. The
edit that adds one therefore withdraws the declaration on these frames.
"""

import math
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from storage import schema
from storage.authors import is_machine
from storage.edits import log as edit_log
from storage.edits import row_store
from storage.edits.row_store import StoredRow
from storage.edits.row_values import RANGE_ROW, TRACK_ROW, RowKey, Value


@dataclass(frozen=True)
class CompleteRange:
    """Frames start..stop-1 of a video, complete for these category ids (empty: for all categories of the project)."""

    id: str
    video_id: str
    start: int
    stop: int
    categories: tuple[str, ...]
    version: int


@dataclass(frozen=True)
class Planned:
    """A row that an edit will change: the stored row, the new value, and the edit that first wrote that value.

    ``origin`` None: this edit itself.
    """

    before: StoredRow
    after: Value | None
    origin: int | None = None


def list_complete(tx: Connection, video_id: str) -> tuple[CompleteRange, ...]:
    """The complete ranges of a video, ordered by first frame."""
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


def as_declared_before(planned: Mapping[RowKey, Planned]) -> dict[RowKey, Planned]:
    """An edit's rows, where new ranges that are left of a range that it removes keep the declaration of that one.

    Whoever withdraws some frames of a range says nothing new about the others.
    """
    ranges = {key: plan for key, plan in planned.items() if key.frame == RANGE_ROW}
    removed = [plan.before.value for plan in ranges.values() if plan.before.value is not None and plan.after is None]
    kept: dict[RowKey, Planned] = {}
    for key, plan in ranges.items():
        new = plan.after
        if new is None or plan.before.value is not None:
            continue
        declared = [old["declared"] for old in removed if _is_part(new, old)]
        if declared:
            kept[key] = replace(plan, after={**new, "declared": max(declared)})
    return {**planned, **kept}


def _is_part(new: Value, old: Value) -> bool:
    same = set(new["categories"]) == set(old["categories"])
    return same and old["start"] <= new["start"] and new["stop"] <= old["stop"]


def withdrawals(
    tx: Connection, video_id: str, *, author: str, planned: Mapping[RowKey, Planned]
) -> dict[RowKey, Planned]:
    """Additional changes of complete ranges: those that this edit withdraws, or splits into the frames left."""
    ranges = {key: row for key, row in row_store.load_ranges(tx, video_id).items() if key not in planned}
    if not ranges:
        return {}
    new_masks = _NewMasks.of(tx, author=author, planned=planned)
    extra: dict[RowKey, Planned] = {}
    for key, row in ranges.items():
        assert row.value is not None
        frames = new_masks.frames_in(row.value)
        if frames:
            extra.update(_split(key, row, row.value, frames))
    return extra


@dataclass(frozen=True)
class _NewMasks:
    """The masks that an edit adds: (track, frame) of each, and the category of each track.

    ``suggested``: those that no person has seen yet, see `_suggested`.
    ``made``: track id -> number of the edit that made it (missing: this edit). ``deleted``: id of a track that this
    edit restores -> number of the edit that had deleted it.
    """

    suggested: frozenset[RowKey]
    present: tuple[RowKey, ...]
    categories: Mapping[str, str | None]
    made: Mapping[str, int]
    deleted: Mapping[str, int]

    @staticmethod
    def of(tx: Connection, *, author: str, planned: Mapping[RowKey, Planned]) -> "_NewMasks":
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
        return _NewMasks(
            suggested=frozenset(present if is_machine(author) else _suggested(planned)),
            present=tuple(present),
            categories=categories,
            made=edit_log.first_numbers(tx, tracks),
            deleted={owner: planned[RowKey(owner, TRACK_ROW)].before.version for owner in back},
        )

    def frames_in(self, value: Value) -> set[int]:
        """Frames of a complete range with a new mask that was not there when a person declared the range."""
        frames = set()
        for owner, frame in self.present:
            category = self.categories.get(owner)
            concerned = not value["categories"] or category is None or category in value["categories"]
            # The declaration did not cover the track if it was made later, or was deleted at the time.
            unmade = self.made.get(owner, math.inf) > value["declared"]
            deleted = self.deleted.get(owner, math.inf) < value["declared"]
            suggested = RowKey(owner, frame) in self.suggested
            if concerned and (suggested or unmade or deleted) and value["start"] <= frame < value["stop"]:
                frames.add(frame)
        return frames


def _suggested(planned: Mapping[RowKey, Planned]) -> set[RowKey]:
    """Masks that a person had computed for review: not those that were on the same frame before, in another track."""
    moved = {
        (key.frame, plan.before.value["mask"]) for key, plan in planned.items() if key.frame >= 0 and plan.before.value
    }
    return {
        key
        for key, plan in planned.items()
        if key.frame >= 0
        and plan.after is not None
        and plan.after["source"] in ("propagated", "interpolated")
        and plan.after["review"] == "unreviewed"
        and (key.frame, plan.after["mask"]) not in moved
    }


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
