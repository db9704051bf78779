"""Checks of an edit besides versions: all references must exist, and no machine may overrule a person."""

from collections.abc import Iterable, Mapping, Set

from sqlalchemy import Connection, or_, select

from storage import schema
from storage.authors import MACHINE_PREFIX, is_machine
from storage.edits import log as edit_log
from storage.edits.complete import Planned
from storage.edits.row_store import StoredRow
from storage.edits.row_values import RANGE_ROW, TRACK_ROW, EditError, RowKey, is_human
from storage.masks import PreparedBlobs, blob_infos, chunks
from storage.videos import EditedVideo

IMPORT = "import"
"""The kind of edit of an import, which may bring verdicts that a person gave elsewhere."""

HUMAN_MASK = (schema.masks.c.review != "unreviewed") | (schema.masks.c.source == "drawn")
"""SQL form of `storage.authors.is_persons_work`: mask rows that a person drew or judged."""

_MARKED = or_(
    schema.masks.c.key,
    schema.masks.c.look_author.not_like(f"{MACHINE_PREFIX}%"),
    *(schema.masks.c[name] for name in ("occluded", "iscrowd", "truncated")),
    schema.masks.c.attributes.is_not(None),
)
"""SQL condition: mask rows on which a person set a mark: *key*, *needs a look* or an attribute."""

_MACHINE_MAY_CHANGE = {"score", "run", "extra", "source_id"}


class MachineOnHumanRow(EditError):
    """A machine's edit would change a row that a person drew or judged."""


def check_frames(video: EditedVideo, keys: Iterable[RowKey]) -> None:
    """Check that masks are only on confirmed frames. Raises EditError."""
    for key in keys:
        if key.frame >= video.confirmed:
            raise EditError(_beyond(video, key.frame))


def check_references(
    tx: Connection,
    video: EditedVideo,
    planned: Mapping[RowKey, Planned],
    rows: Mapping[RowKey, StoredRow],
    strangers: Set[str],
    blobs: PreparedBlobs,
) -> None:
    """Check that tracks, ranges, masks and categories exist and belong to this video. Raises EditError.

    ``strangers``: the edit's tracks that belong to other videos. ``blobs``: masks that were stored in this transaction.
    """
    _check_tracks(video, planned, rows, strangers)
    _check_ranges(tx, video, planned)
    named = {key: plan.after["mask"] for key, plan in planned.items() if key.frame >= 0 and plan.after}
    _check_blobs(tx, video, {key: name for key, name in named.items() if name is not None}, blobs)
    check_values(tx, video, planned)


def check_values(tx: Connection, video: EditedVideo, planned: Mapping[RowKey, Planned]) -> None:
    """Check that categories and attributes belong to the project of the video. Raises EditError."""
    categories = {plan.after["category"] for key, plan in planned.items() if key.frame == TRACK_ROW and plan.after}
    _check_categories(tx, video, categories - {None})
    _check_attributes(tx, video, planned)


def check_machine(tx: Connection, author: str, *, kind: str, planned: Mapping[RowKey, Planned]) -> None:
    """Check that a machine's edit changes no human row and, imports aside, creates none.

    A track counts as human if a person made or last changed its own row, or if one of its masks is human. A machine may
    then change its score, but not rename, reject or delete it.

    Raises:
        MachineOnHumanRow: a row is human.
        EditError: the edit creates a row with a person's verdict.
    """
    if not is_machine(author):
        return
    tracks = []
    for key, plan in planned.items():
        if key.frame >= 0 and is_human(plan.before.value):
            raise MachineOnHumanRow(
                f"Track {key.owner} on frame {key.frame} is a person's work; {author} must not change it."
            )
        if key.frame >= 0 and kind != IMPORT and is_human(plan.after):
            raise EditError(
                f"{author} cannot draw or judge track {key.owner} on frame {key.frame}; only a person does."
            )
        if key.frame == TRACK_ROW and _decides(plan):
            tracks.append(key.owner)
    for owner in sorted(human_tracks(tx, tracks)):
        raise MachineOnHumanRow(f"Track {owner} carries a person's work; {author} must not change what it is.")


def human_tracks(tx: Connection, track_ids: Iterable[str]) -> set[str]:
    """The subset of tracks with a human or marked mask row, or whose own row was last changed by a person."""
    masks, edits = schema.masks, schema.edits
    track_ids = list(track_ids)
    found: set[str] = set()
    for part in chunks(track_ids):
        judged = select(masks.c.track_id).where(masks.c.track_id.in_(part), HUMAN_MASK | _MARKED).distinct()
        found.update(tx.execute(judged).scalars())
    entries = edit_log.row_entries(tx, (RowKey(owner, TRACK_ROW) for owner in track_ids))
    origins = {key.owner: line[-1].origin for key, line in entries.items()}
    for numbers in chunks(origins.values()):
        query = select(edits.c.number, edits.c.author).where(edits.c.number.in_(numbers))
        authors = {number: author for number, author in tx.execute(query)}
        found.update(
            owner for owner, number in origins.items() if number in authors and not is_machine(authors[number])
        )
    return found


def _decides(plan: Planned) -> bool:
    before, after = plan.before.value, plan.after
    if before is None or after is None:
        return False
    return any(before[name] != after[name] for name in before if name not in _MACHINE_MAY_CHANGE)


def _check_tracks(
    video: EditedVideo, planned: Mapping[RowKey, Planned], rows: Mapping[RowKey, StoredRow], strangers: Set[str]
) -> None:
    for owner in sorted(strangers):
        raise EditError(f"Track {owner} belongs to another video than {video.name!r}.")
    for key in planned:
        own = RowKey(key.owner, TRACK_ROW)
        if key.frame >= 0 and own not in planned and rows[own].value is None:
            raise EditError(f"Video {video.name!r} has no track {key.owner}; make the track in this edit or before it.")


def _check_ranges(tx: Connection, video: EditedVideo, planned: Mapping[RowKey, Planned]) -> None:
    ranges = schema.complete_ranges
    for part in chunks(key.owner for key in planned if key.frame == RANGE_ROW):
        elsewhere = select(ranges.c.id).where(ranges.c.id.in_(part), ranges.c.video_id != video.id)
        for owner in tx.execute(elsewhere.limit(1)).scalars():
            raise EditError(f"The complete range {owner} belongs to another video than {video.name!r}.")


def _check_blobs(tx: Connection, video: EditedVideo, named: Mapping[RowKey, str], blobs: PreparedBlobs) -> None:
    sizes = {str(row["hash"]): (row["height"], row["width"]) for row in blobs.rows}
    earlier = blob_infos(tx, (name for name in named.values() if name not in sizes))
    sizes |= {name: (info.height, info.width) for name, info in earlier.items()}
    for key, name in named.items():
        if name not in sizes:
            raise EditError(f"The mask {name} is not stored; send its rle instead.")
        height, width = sizes[name]
        if (height, width) != (video.height, video.width):
            raise EditError(
                f"Track {key.owner} on frame {key.frame}: a mask of {width} x {height} pixels does not fit "
                f"the frames of {video.name!r}, whose size is {video.width} x {video.height}."
            )


def _check_categories(tx: Connection, video: EditedVideo, categories: set[str]) -> None:
    table = schema.categories
    known = (
        set(tx.execute(select(table.c.id).where(table.c.project_id == video.project_id)).scalars())
        if categories
        else set()
    )
    for name in sorted(categories - known):
        raise EditError(f"The project of {video.name!r} has no category {name}; add it to the project first.")


def _check_attributes(tx: Connection, video: EditedVideo, planned: Mapping[RowKey, Planned]) -> None:
    table = schema.attributes
    used: dict[str, set[str]] = {"track": set(), "frame": set()}
    for key, plan in planned.items():
        if key.frame != RANGE_ROW and plan.after and plan.after["attributes"]:
            used["track" if key.frame == TRACK_ROW else "frame"].update(plan.after["attributes"])
    if not any(used.values()):
        return
    query = select(table.c.id, table.c.per).where(table.c.project_id == video.project_id)
    known = {name: per for name, per in tx.execute(query)}
    for per, names in used.items():
        for name in sorted(names):
            if name not in known:
                raise EditError(f"The project of {video.name!r} has no attribute {name}; add it to the project first.")
            if known[name] != per:
                raise EditError(f"The attribute {name} holds per {known[name]}, so no {per} can have it.")


def _beyond(video: EditedVideo, frame: int) -> str:
    if frame < video.count:
        return (
            f"Frame {frame} of {video.name!r} is not confirmed yet: only the first {video.confirmed} frames are "
            "counted so far, and masks can be stored only there."
        )
    return f"Video {video.name!r} has frames 0 to {video.count - 1}, so nothing can be stored on frame {frame}."
