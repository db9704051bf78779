"""Edits that only add rows to a staged video, thousands at a time: those of an import.

Nobody else edits a staged video, so that no row has to be compared with a stored one. All values are checked before
the transaction, which inserts rows and does little else; writers wait for it.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from storage import schema
from storage.database import insert_many
from storage.edits import log as edit_log
from storage.edits import row_store
from storage.edits.checks import check_frames, check_values
from storage.edits.complete import Planned
from storage.edits.row_store import NO_ROW
from storage.edits.row_values import TRACK_ROW, EditError, RowKey, Value, mask_value, track_value
from storage.edits.write import next_number
from storage.masks import PreparedBlobs, chunks, put_prepared
from storage.videos import Video

_PLAIN = ("track_id", "frame", "blob_hash", "state", "source", "review", "version")
"""The columns of a mask row without marks; the others have their default."""
_INDEX = ("owner", "frame", "number", "origin")


@dataclass(frozen=True)
class NewTrack:
    """A track to add; ``values`` are keys of `storage.edits.row_values.track_value`."""

    id: str
    values: Mapping[str, Any]


class NewMask(NamedTuple):
    """A mask row to add: ``mask`` is the hash of a blob, None for *absent*; ``marks`` are its flags and attributes."""

    track: str
    frame: int
    mask: str | None
    marks: Mapping[str, Any]


@dataclass(frozen=True)
class Addition:
    """One edit whose rows are checked and only have to be inserted.

    plain: (track, frame, hash or None, state, source, review) of the mask rows without marks; marked: the others.
    """

    author: str
    kind: str
    video: Video
    blobs: PreparedBlobs
    tracks: Mapping[RowKey, Value]
    plain: tuple[tuple[str, int, str | None, str, str, str], ...]
    marked: Mapping[RowKey, Value]
    keys: tuple[RowKey, ...]
    changes: tuple[dict[str, Any], ...]


def prepare_addition(
    video: Video,
    *,
    author: str,
    kind: str,
    source: str,
    review: str,
    tracks: Sequence[NewTrack],
    masks: Sequence[NewMask],
    blobs: PreparedBlobs,
) -> Addition:
    """The slow part of adding rows, without a transaction. ``blobs`` holds all masks that ``masks`` names.

    Raises EditError: a value is invalid, or a mask has another size or frame than the video.
    """
    keys = tuple([*(RowKey(one.id, TRACK_ROW) for one in tracks), *(RowKey(one.track, one.frame) for one in masks)])
    if len(set(keys)) != len(keys):
        raise EditError("An edit may change each row only once.")
    check_frames(video, keys)
    _check_blobs(video, masks, blobs)
    states = {"absent": None, "present": next((one.mask for one in masks if one.mask is not None), "")}
    given = {"source": source, "review": review}
    templates = {
        state: mask_value({**given, "state": state, "mask": mask}, current=None, author=author, place=video.name)
        for state, mask in states.items()
    }
    short = {state: edit_log.new_row(RowKey("", 0), template) for state, template in templates.items()}
    plain, marked = [], {}
    log = []
    own = {}
    for track in tracks:
        key, place = RowKey(track.id, TRACK_ROW), f"Track {track.id}"
        own[key] = track_value(track.values, current=None, number=0, place=place)
    for one in masks:
        state = "absent" if one.mask is None else "present"
        if one.marks:
            place = f"Track {one.track} on frame {one.frame}"
            after = {**given, "state": state, "mask": one.mask, **one.marks}
            key = RowKey(one.track, one.frame)
            marked[key] = mask_value(after, current=None, author=author, place=place)
            log.append(edit_log.new_row(key, marked[key]))
        else:
            plain.append((one.track, one.frame, one.mask, state, source, review))
            row = short[state]
            after = row["after"] if one.mask is None else {**row["after"], "mask": one.mask}
            log.append({**row, "owner": one.track, "frame": one.frame, "after": after})
    return Addition(author, kind, video, blobs, own, tuple(plain), marked, keys, tuple(log))


def add_rows(tx: Connection, addition: Addition) -> int:
    """Log an edit and insert its rows and masks; returns its number.

    Raises EditError: the video is not staged, or a track, category or attribute does not belong to it or its project.
    """
    video = addition.video
    _check_owners(tx, addition)
    first = next_number(tx, video.id) if addition.tracks else 0
    numbered = enumerate(addition.tracks.items(), start=first)
    tracks = {key: {**value, "number": number} for number, (key, value) in numbered}
    new = {**tracks, **addition.marked}
    check_values(tx, video, {key: Planned(NO_ROW, value) for key, value in new.items()})
    number = edit_log.append(
        tx,
        edit_id=str(uuid.uuid4()),
        kind=addition.kind,
        author=addition.author,
        video_id=video.id,
        project_id=video.project_id,
        undoes=None,
        base=None,
        changes=[*(edit_log.new_row(key, value) for key, value in tracks.items()), *addition.changes],
    )
    put_prepared(tx, addition.blobs)
    row_store.write_rows(tx, video.id, version=number, before=dict.fromkeys(new), after=new)
    insert_many(tx, schema.masks, _PLAIN, [(*row, number) for row in addition.plain])
    insert_many(tx, schema.edit_rows, _INDEX, [(*key, number, number) for key in addition.keys])
    return number


def _check_blobs(video: Video, masks: Sequence[NewMask], blobs: PreparedBlobs) -> None:
    known = set(blobs.hashes)
    for one in masks:
        if one.mask is not None and one.mask not in known:
            raise EditError(f"Track {one.track} on frame {one.frame}: its mask is not among those to store.")
    for row in blobs.rows:
        if (row["height"], row["width"]) != (video.height, video.width):
            raise EditError(
                f"A mask of {row['width']} x {row['height']} pixels does not fit the frames of {video.name!r}, whose "
                f"size is {video.width} x {video.height}."
            )


def _check_owners(tx: Connection, addition: Addition) -> None:
    """Check that the video is staged, and that each track is new or one of the video."""
    video, table = addition.video, schema.tracks
    staged = select(schema.videos.c.staged).where(schema.videos.c.id == video.id).with_for_update()
    if not tx.execute(staged).scalar():
        raise EditError(
            f"{video.name!r} is not staged, so that others may have changed it; rows are not added blindly."
        )
    wanted = {key.owner for key in addition.keys} - {key.owner for key in addition.tracks}
    for part in chunks(sorted(wanted)):
        query = select(table.c.id).where(table.c.id.in_(part), table.c.video_id == video.id)
        for missing in sorted(set(part) - set(tx.execute(query).scalars())):
            raise EditError(f"Video {video.name!r} has no track {missing}; add the track before its masks.")
