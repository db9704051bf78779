"""Rebuilding the rows of a video from the log, and comparing them with the tables."""

from sqlalchemy import Connection

from storage.edits import log as edit_log
from storage.edits import row_store
from storage.edits.row_store import StoredRow
from storage.edits.row_values import RANGE_ROW, TRACK_ROW, RowKey
from storage.videos import get_video

_PAGE = 200


def rebuild_state(tx: Connection, video_id: str) -> dict[RowKey, StoredRow]:
    """All rows of a video (tracks, deleted ones included, masks, complete ranges) that follow from the log."""
    state: dict[RowKey, StoredRow] = {}
    number = 0
    while page := list(edit_log.changes_since(tx, number, video=video_id, limit=_PAGE)):
        for number, rows in page:  # the next page begins after the last number
            for key, after in rows:
                if after is None:
                    state.pop(key, None)
                else:
                    state[key] = StoredRow(number, after)
    return state


def check_video(tx: Connection, video_id: str) -> list[str]:
    """One sentence per row of a video that differs from the log; empty if all agree. Raises NotFound."""
    name = get_video(tx, video_id).name
    logged, stored = rebuild_state(tx, video_id), row_store.load_video(tx, video_id)
    problems = []
    for key in sorted({*logged, *stored}):
        if logged.get(key) != stored.get(key):
            known = {True: "differs from", False: "is missing from"}
            where = "the log" if key in stored else "the tables"
            both = key in logged and key in stored
            problems.append(f"{_place(key)} of video {name!r} {known[both]} {where}.")
    return problems


def _place(key: RowKey) -> str:
    if key.frame == RANGE_ROW:
        return f"The complete range {key.owner}"
    return f"Track {key.owner}" if key.frame == TRACK_ROW else f"The mask of track {key.owner} on frame {key.frame}"
