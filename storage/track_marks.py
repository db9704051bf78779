"""What people set on tracks beside masks and verdicts, as filters and counts in SQL: flags, attributes and comments.

A flag or a value holds for a track if its own row has it or any of its rows by frame.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, and_, case, distinct, exists, func, or_, select

from storage import schema
from storage.attributes import Attribute, list_attributes

Flag = Literal["occluded", "truncated", "crowd"]
FLAGS: tuple[Flag, ...] = ("occluded", "truncated", "crowd")
CommentKind = Literal["open", "any"]
COMMENTS: tuple[CommentKind, ...] = ("open", "any")

_tracks, _masks, _videos, _comments = schema.tracks.c, schema.masks.c, schema.videos.c, schema.comments.c


@dataclass(frozen=True)
class AttributeCount:
    """How many tracks have each value of an attribute, and how many have none. A track may have several, by frame."""

    attribute: Attribute
    values: dict[str, int]
    without: int


@dataclass(frozen=True)
class MarkCounts:
    """Numbers of tracks: by flag, by attribute in the order of the menu, by kind of comment, and by its author."""

    flags: dict[str, int]
    attributes: tuple[AttributeCount, ...]
    comments: dict[str, int]
    commenters: dict[str, int]


def with_flag(names: Iterable[str]) -> ColumnElement[bool]:
    """SQL: a row of tracks that has one of these `FLAGS`."""
    columns = [_column(name) for name in names]
    own = [_tracks[name] for name in columns]
    return or_(*own, _has_row(or_(*(_masks[name] for name in columns))))


def with_value(attribute_id: str, values: Iterable[str]) -> ColumnElement[bool]:
    """SQL: a row of tracks that has one of these values; "" stands for tracks without any value of the attribute."""
    own, by_frame = _value(_tracks.attributes, attribute_id), _value(_masks.attributes, attribute_id)
    wanted = [value for value in values if value]
    found = [own.in_(wanted), _has_row(by_frame.in_(wanted))] if wanted else []
    if len(wanted) < len([*values]):
        found.append(and_(own.is_(None), ~_has_row(by_frame.is_not(None))))
    return or_(*found)


def with_comment(kinds: Iterable[str], authors: Iterable[str]) -> ColumnElement[bool]:
    """SQL: a row of tracks with a comment of one of these `COMMENTS` by one of these authors; empty: of any, by any."""
    kinds, authors = set(kinds), tuple(authors)
    of_track = [_comments.video_id == _tracks.video_id, _comments.track_id == _tracks.id, _comments.deleted.is_(False)]
    if kinds == {"open"}:
        of_track.append(_comments.resolved.is_(False))
    if authors:
        of_track.append(_comments.author.in_(authors))
    return exists().where(*of_track).correlate(schema.tracks)


def count(tx: Connection, project_id: str) -> MarkCounts:
    """The numbers of a project, of tracks that are not deleted."""
    within = (_videos.project_id == project_id, _videos.removed.is_(None), _tracks.deleted.is_(False))
    tracks = schema.tracks.join(schema.videos, _videos.id == _tracks.video_id)
    attributes = list_attributes(tx, project_id)
    flags = select(*(func.count(case((with_flag([name]), 1))).label(name) for name in FLAGS))
    comments = select(*(func.count(case((with_comment([kind], []), 1))).label(kind) for kind in COMMENTS))
    written = (
        select(_comments.author, func.count(distinct(_tracks.id)))
        .select_from(tracks.join(schema.comments, _comments.track_id == _tracks.id))
        .where(*within, _comments.deleted.is_(False))
    )
    return MarkCounts(
        flags=dict(tx.execute(flags.select_from(tracks).where(*within)).one()._mapping),
        attributes=tuple(_counted(tx, one, within) for one in attributes),
        comments=dict(tx.execute(comments.select_from(tracks).where(*within)).one()._mapping),
        commenters={author: number for author, number in tx.execute(written.group_by(_comments.author))},
    )


def _counted(tx: Connection, attribute: Attribute, within: tuple[ColumnElement[bool], ...]) -> AttributeCount:
    tracks = schema.tracks.join(schema.videos, _videos.id == _tracks.video_id)
    column, joined = _tracks.attributes, tracks
    if attribute.per == "frame":
        column, joined = _masks.attributes, tracks.join(schema.masks, _masks.track_id == _tracks.id)
    value = _value(column, attribute.id)
    having = select(value.label("value"), _tracks.id.label("track")).select_from(joined).where(*within)
    found = having.where(column.is_not(None), value.is_not(None)).subquery()
    by_value = select(found.c.value, func.count(distinct(found.c.track))).group_by(found.c.value)
    all_tracks: Select[Any] = select(func.count()).select_from(tracks).where(*within)
    having_any = select(func.count(distinct(found.c.track)))
    return AttributeCount(
        attribute,
        values={text: number for text, number in tx.execute(by_value)},
        without=tx.execute(all_tracks).scalar_one() - tx.execute(having_any).scalar_one(),
    )


def _column(flag: str) -> str:
    return "iscrowd" if flag == "crowd" else flag


def _value(column: ColumnElement[Any], attribute_id: str) -> ColumnElement[str | None]:
    return column[attribute_id].as_string()


def _has_row(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_masks.track_id == _tracks.id, condition).correlate(schema.tracks)
