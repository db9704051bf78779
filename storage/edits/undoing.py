"""Undo and redo: new entries of the log that swap before and after of an older one.

Undo without an id takes the author's own latest edit of the video that is not undone. Redo undoes the author's latest
undo, until the author's next edit. A row is unchanged since an edit if its *origin*, the edit that first wrote its
content, is still that edit: a later edit that was undone again does not count.

A machine's run may have written many edits, one per window. They are undone together, by one entry of the log whose
``undoes`` is the id of the run's last edit.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from storage import schema
from storage.authors import is_machine
from storage.edits import log as edit_log
from storage.edits import row_store
from storage.edits.checks import HUMAN_MASK
from storage.edits.complete import Planned
from storage.edits.contents import origin_before
from storage.edits.log import LoggedChange, LoggedEdit, RowEntry
from storage.edits.row_values import TRACK_ROW, EditError, RowKey, Value, is_human, wire_row
from storage.edits.write import Applied, Conflict, applied_again, write_edit
from storage.masks import chunks
from storage.videos import EditedVideo, lock_video

_PARENT_COLUMNS = ("parent_edit", "other_parent_edit")

UNDO = "undo"
REDO = "redo"


@dataclass(frozen=True)
class NothingToUndo:
    """The author has no edit in this video to undo (or redo)."""

    video: str
    author: str


def undo(
    tx: Connection, *, video: str, author: str, new_id: str, edit: str | None = None
) -> Applied | Conflict | NothingToUndo:
    """Undo the author's own latest edit of a video, or a given edit of any author; needs a write transaction.

    Undoing a correction also undoes the rows that were spread from it, except those that a person has accepted or
    changed since. Tracks that the edit made stay as deleted rows.

    Args:
        new_id: the id of the undo itself; repeating it changes nothing and returns the same result.
        edit: the id of the edit to undo, by any author; None: the author's own latest. An edit of a machine's run
            stands for all edits of the run in this video.

    Returns:
        Applied; Conflict if a later edit (``by``) changed the same rows; or NothingToUndo.

    Raises:
        EditError: ``edit`` belongs to another video, is undone already, or is itself an undo.
        NotFound: the video does not exist.
    """
    return _take_back(tx, video=video, author=author, new_id=new_id, kind=UNDO, edit=edit)


def redo(tx: Connection, *, video: str, author: str, new_id: str) -> Applied | Conflict | NothingToUndo:
    """Undo the author's latest undo in a video, unless the author has edited the video since; see ``undo``."""
    return _take_back(tx, video=video, author=author, new_id=new_id, kind=REDO, edit=None)


def _take_back(
    tx: Connection, *, video: str, author: str, new_id: str, kind: str, edit: str | None
) -> Applied | Conflict | NothingToUndo:
    earlier = edit_log.find_edit(tx, new_id)
    if earlier is not None:
        return _again(tx, earlier, video)
    locked = lock_video(tx, video)
    found: LoggedEdit | None
    if edit is not None:
        found = _named_target(tx, video, edit)
        if is_machine(author) and found.author != author:
            raise EditError(f"{author} may take back its own edits only, not edit {found.number} of {found.author}.")
    else:
        found = _undo_target(tx, video, author) if kind == UNDO else _redo_target(tx, video, author)
    if found is None:
        return NothingToUndo(video=video, author=author)
    target = _whole(tx, found)
    entries = edit_log.row_entries(tx, target.rows)
    target = _without_rows_that_are_back(target, entries)
    blocked = _blocked(tx, target, entries)
    if blocked:
        latest = max(blocked.values())
        rows = row_store.load_rows(tx, video, blocked)
        shown = [wire_row(key, version=row.version, value=row.value) for key, row in rows.items()]
        return Conflict(id=new_id, rows=shown, by=edit_log.edit_by_number(tx, latest))
    rows = row_store.load_rows(tx, video, target.rows)
    planned = {key: _swap(changes[0], rows[key], entries[key]) for key, changes in target.rows.items()}
    if kind == REDO:
        planned = _still_founded(tx, target, planned)
    spread = _spread_from(tx, locked, target, planned) if kind == UNDO else {}
    applied = _write(tx, locked, target, planned={**planned, **spread}, author=author, new_id=new_id, kind=kind)
    _mark_spread_edits(tx, spread if kind == UNDO else planned, undone=kind == UNDO)
    return applied


@dataclass(frozen=True)
class _NumberedChange:
    """One change of a row, and the number of the edit that made it."""

    number: int
    change: LoggedChange


@dataclass(frozen=True)
class _Target:
    """The edits to undo: one, or all of a machine's run in this video, oldest first.

    ``rows``: row -> its changes by these edits, in order.
    """

    edits: tuple[LoggedEdit, ...]
    rows: dict[RowKey, list[_NumberedChange]]

    @property
    def last(self) -> LoggedEdit:
        """The edit whose id becomes ``undoes`` of the new entry."""
        return self.edits[-1]


def _whole(tx: Connection, edit: LoggedEdit) -> _Target:
    edits = edit_log.run_edits(tx, edit, undone=False)
    rows: dict[RowKey, list[_NumberedChange]] = {}
    for one in edits:
        for change in one.changes:
            rows.setdefault(change.key, []).append(_NumberedChange(one.number, change))
    return _Target(edits, rows)


def is_taken_back(tx: Connection, video: str, author: str) -> bool:
    """Whether an edit of this author in a video is undone at present; an undone run must not be resumed."""
    edits = schema.edits
    query = select(edits.c.number).where(edits.c.video_id == video, edits.c.author == author, edits.c.undone.is_(True))
    return tx.execute(query.limit(1)).first() is not None


def last_edit_of(tx: Connection, video: str, author: str) -> str | None:
    """The id of the latest edit of an author in a video that is no undo and is not undone; None if there is none."""
    edits = schema.edits
    query = select(edits.c.id).where(
        edits.c.video_id == video, edits.c.author == author, edits.c.undone.is_(False), edits.c.undoes.is_(None)
    )
    return tx.execute(query.order_by(edits.c.number.desc()).limit(1)).scalar()


def _write(
    tx: Connection,
    video: EditedVideo,
    target: _Target,
    *,
    planned: dict[RowKey, Planned],
    author: str,
    new_id: str,
    kind: str,
) -> Applied:
    last = target.last
    edit_log.set_undone(tx, (edit.id for edit in target.edits), undone=True)
    undone = None if last.undoes is None else edit_log.find_edit(tx, last.undoes)
    if undone is not None:
        edit_log.set_undone(tx, edit_log.run_ids(tx, undone, undone=True), undone=False)
    applied = write_edit(tx, edit_id=new_id, kind=kind, author=author, video=video, planned=planned, undoes=last.id)
    return _named(tx, applied)


def _again(tx: Connection, earlier: LoggedEdit, video: str) -> Applied:
    if earlier.video_id != video or earlier.undoes is None:
        raise EditError(f"The id {earlier.id} is taken by another edit; make a new one for every edit.")
    return _named(tx, applied_again(earlier))


def _named_target(tx: Connection, video: str, edit: str) -> LoggedEdit:
    target = edit_log.find_edit(tx, edit)
    if target is None or target.video_id != video:
        raise EditError(f"This video has no edit {edit}.")
    if target.undone:
        raise EditError(f"Edit {target.number} ({target.kind}) is undone already.")
    if target.undoes is not None:
        raise EditError(f"Edit {target.number} is an {target.kind} itself; undo or redo the edit that it is about.")
    return target


def _undo_target(tx: Connection, video: str, author: str) -> LoggedEdit | None:
    edits = schema.edits
    own = (edits.c.video_id == video, edits.c.author == author, edits.c.undone.is_(False), edits.c.undoes.is_(None))
    number = tx.execute(select(edits.c.number).where(*own).order_by(edits.c.number.desc()).limit(1)).scalar()
    return None if number is None else edit_log.edit_by_number(tx, number)


def _redo_target(tx: Connection, video: str, author: str) -> LoggedEdit | None:
    edits = schema.edits
    own = (edits.c.video_id == video, edits.c.author == author)
    newest = select(edits.c.number).where(*own, edits.c.undoes.is_(None)).order_by(edits.c.number.desc()).limit(1)
    undos = select(edits.c.number).where(*own, edits.c.undone.is_(False), edits.c.kind == UNDO)
    undos = undos.where(edits.c.undoes.is_not(None), edits.c.number > (tx.execute(newest).scalar() or 0))
    number = tx.execute(undos.order_by(edits.c.number.desc()).limit(1)).scalar()
    return None if number is None else edit_log.edit_by_number(tx, number)


def _blocked(tx: Connection, target: _Target, entries: dict[RowKey, list[RowEntry]]) -> dict[RowKey, int]:
    """Rows changed since the target -> number of the last edit that changed them."""
    blocked: dict[RowKey, int] = {}
    for key, changes in target.rows.items():
        overwriting = _overwritten_by(changes, entries[key])
        if overwriting is not None:
            blocked[key] = overwriting
    # Undoing a new track would also hide masks that other edits have drawn on it since.
    own = {key: changes[0].change for key, changes in target.rows.items() if key.frame == TRACK_ROW}
    made = [key.owner for key, change in own.items() if change.before is None]
    masks, edits = schema.masks, {edit.id for edit in target.edits}
    places = masks.c.track_id, masks.c.frame, masks.c.version
    drawn = select(*places, *(masks.c[name] for name in _PARENT_COLUMNS), HUMAN_MASK.label("human"))
    for part in chunks(made):
        for owner, frame, version, *parents, human in tx.execute(drawn.where(masks.c.track_id.in_(part))).all():
            # Rows that machines spread from the target are undone with it, see `_spread_from`.
            spread = not edits.isdisjoint(parents) and not human
            if not spread and RowKey(owner, frame) not in target.rows:
                blocked[RowKey(owner, frame)] = version
    return blocked


def _without_rows_that_are_back(target: _Target, entries: dict[RowKey, list[RowEntry]]) -> _Target:
    """The target without rows that are again what they were before it: they went with a correction that was undone.

    A spread has rows of several corrections. After one of them was undone, the rest of the spread can be.
    """
    rows = {
        key: changes
        for key, changes in target.rows.items()
        if entries[key][-1].number == changes[-1].number
        or entries[key][-1].origin != origin_before(entries[key], changes[0].number)
    }
    return replace(target, rows=rows)


def _overwritten_by(changes: list[_NumberedChange], entries: list[RowEntry]) -> int | None:
    """Number of another edit that overwrote this row after one of `changes`; None if there is none."""
    for one, after in zip(changes, [*changes[1:], None], strict=True):
        until = [entry for entry in entries if after is None or entry.number < after.number]
        if until[-1].origin != one.change.origin:
            return until[-1].number
    return None


def _swap(first: _NumberedChange, row: row_store.StoredRow, entries: list[RowEntry]) -> Planned:
    key, after = first.change.key, first.change.before
    if after is None and key.frame == TRACK_ROW and row.value is not None:
        after = {**row.value, "deleted": True}
    return Planned(before=row, after=after, origin=origin_before(entries, first.number))


def _spread_from(
    tx: Connection, video: EditedVideo, target: _Target, planned: dict[RowKey, Planned]
) -> dict[RowKey, Planned]:
    """Rows that machines spread from the target and that no person has judged since, back to their earlier values."""
    masks, tracks = schema.masks, schema.tracks
    query = select(masks.c.track_id, masks.c.frame).join(tracks, masks.c.track_id == tracks.c.id)
    query = query.where(tracks.c.video_id == video.id)
    corrections = {edit.id for edit in target.edits}
    # A run over hours of video has more edits than one statement can take as parameters.
    parts = [query.where(masks.c[name].in_(part)) for name in _PARENT_COLUMNS for part in chunks(corrections)]
    found = dict.fromkeys(RowKey(*row) for part in parts for row in tx.execute(part))
    keys = [key for key in found if key not in planned]
    rows = row_store.load_rows(tx, video.id, keys)
    entries = edit_log.row_entries(tx, keys)
    changes: dict[int, dict[RowKey, LoggedChange]] = {}
    taken: dict[RowKey, Planned] = {}
    for key in keys:
        value = rows[key].value
        if value is not None and not is_human(value):
            after, origin = _before_spreading(tx, key, entries[key], corrections, changes)
            taken[key] = Planned(before=rows[key], after=after, origin=origin)
    return taken


def _mark_spread_edits(tx: Connection, rows: dict[RowKey, Planned], *, undone: bool) -> None:
    """Mark edits by which people applied a spread: undone if all their rows went with the correction, or came back.

    Without the mark, the next undo of the author would name such an edit, and be refused. ``rows`` are written already.
    """
    numbers: set[int] = set()
    for key, entries in edit_log.row_entries(tx, rows).items():
        origin = rows[key].origin or 0
        numbers |= {entry.origin for entry in entries if entry.origin > origin} if undone else {origin}
    for edit in edit_log.edits_of_persons(tx, numbers, undone=not undone):
        now = edit_log.row_entries(tx, (change.key for change in edit.changes))
        standing = [now[change.key][-1].origin == edit.number for change in edit.changes]
        if not any(standing) if undone else all(standing):
            edit_log.set_undone(tx, [edit.id], undone=undone)


def _before_spreading(
    tx: Connection,
    key: RowKey,
    entries: list[RowEntry],
    corrections: set[str],
    changes: dict[int, dict[RowKey, LoggedChange]],
) -> tuple[Value | None, int]:
    """The row's value before the corrections were first spread to it, and the edit that first wrote that value.

    Values that machines spread from corrections that are undone by now do not come back either.
    """
    origin = entries[-1].origin
    while True:
        if origin not in changes:
            edit = edit_log.edit_by_number(tx, origin)
            changes[origin] = {change.key: change for change in edit.changes} if edit else {}
        before = changes[origin][key].before
        origin = origin_before(entries, origin)
        if before is None or (corrections.isdisjoint(_parents(before)) and not _grew_from_undone(tx, before)):
            return before, origin


def _parents(value: Value) -> list[str]:
    """The edits from which a value was spread: none, one, or those of the given masks before and after it."""
    return [value[name] for name in ("parent", "other_parent") if value[name] is not None]


def _grew_from_undone(tx: Connection, value: Value) -> bool:
    """Whether a machine spread a value from a correction that is undone."""
    edits, parents = schema.edits, _parents(value)
    if not parents or is_human(value):
        return False
    undone = select(edits.c.id).where(edits.c.id.in_(parents), edits.c.undone)
    return tx.execute(undone.limit(1)).first() is not None


def _still_founded(tx: Connection, target: _Target, planned: dict[RowKey, Planned]) -> dict[RowKey, Planned]:
    """What a redo brings back, without rows that machines spread from a correction that was undone meanwhile."""
    edits, last = schema.edits, target.last
    later = select(edits.c.undoes).where(edits.c.video_id == last.video_id, edits.c.number > last.number)
    gone = set(tx.execute(later.where(edits.c.undoes.is_not(None), edits.c.undone.is_(False))).scalars())

    def stands(key: RowKey, after: Value | None) -> bool:
        return key.frame < 0 or after is None or is_human(after) or gone.isdisjoint(_parents(after))

    return {key: plan for key, plan in planned.items() if stands(key, plan.after)}


def _named(tx: Connection, applied: Applied) -> Applied:
    """The result with ``of_kind``: the kind of the edit at the end of the chain of undos."""
    edits = schema.edits
    kind, undoes = applied.kind, applied.undoes
    while undoes is not None:
        kind, undoes = tx.execute(select(edits.c.kind, edits.c.undoes).where(edits.c.id == undoes)).one()
    return replace(applied, of_kind=kind)
