"""Finding tracks of a project: filters, order and counts, all in SQL over ``storage.track_summaries``."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Case, ColumnElement, Connection, FromClause, Row, case, false, func, or_, select

from storage import schema, summary_tables, track_marks
from storage.authors import MACHINE_PREFIX
from storage.masks import chunks

TrackState = Literal["accepted", "corrected", "look", "rejected", "unreviewed"]
STATES: tuple[TrackState, ...] = ("look", "unreviewed", "corrected", "accepted", "rejected")
SORTS = ("video", "score", "length", "area", "name")
MACHINE = MACHINE_PREFIX
"""As the author of a filter and of the counts: every job and import."""

_tracks, _videos, _categories = schema.tracks.c, schema.videos.c, schema.categories.c
_summary, _edits, _runs = summary_tables.track_summaries.c, schema.edits.c, schema.runs.c


@dataclass(frozen=True)
class TrackFilter:
    """Which tracks of a project; an empty tuple, None or "" leaves the criterion out.

    ``categories``: ids, None for tracks without a category. ``sources``: a track with a mask of one of these.
    ``authors``: who wrote the newest edit that the track shows, `MACHINE` for any job or import. ``score``: lowest and
    highest, 0 to 1, both included. ``length``: fewest and most masks. ``text``: a part of the name of the track, its
    category or its video, or the track's number. ``flags``: one of `track_marks.FLAGS`. ``attributes``: pairs of an
    attribute's id and a value of it, "" for no value; of each attribute one of its values must hold. ``comments`` (of
    `track_marks.COMMENTS`) and ``commenters``: a comment on the track of one of these kinds by one of these authors.
    ``run_of``: the id of a track; only tracks that were proposed in its run, or in another run of its checkpoint.
    ``untouched``: only tracks that no person drew, judged or rejected. ``track_ids`` restricts all to these tracks.
    """

    project_id: str
    categories: tuple[str | None, ...] = ()
    states: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    score: tuple[float | None, float | None] = (None, None)
    length: tuple[int | None, int | None] = (None, None)
    text: str = ""
    flags: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    comments: tuple[str, ...] = ()
    commenters: tuple[str, ...] = ()
    run_of: str = ""
    untouched: bool = False
    track_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrackLine:
    """One found track. ``frame`` and ``blob_hash`` are the mask to show (None: it has none), ``area`` its pixels.

    ``masks`` is the number of frames with a mask, from ``first`` to ``last``. ``score``: 0 to 1, the track's own, else
    the mean of its masks'. ``author`` wrote the newest edit of the track. ``human``: rows that a person drew or judged.
    """

    id: str
    number: int
    name: str | None
    category_id: str | None
    video_id: str
    video: str
    state: TrackState
    score: float | None
    masks: int
    first: int | None
    last: int | None
    frame: int | None
    blob_hash: str | None
    area: int
    human: int
    sources: tuple[str, ...]
    author: str | None


@dataclass(frozen=True)
class Facets:
    """Numbers of tracks by value, of a whole project: categories by id (None: without), states, sources, authors."""

    categories: dict[str | None, int]
    states: dict[str, int]
    sources: dict[str, int]
    authors: dict[str, int]


def state_of() -> Case[str]:
    """SQL: the state of a track as one word; *needs a look* and open masks come before what is done."""
    return case(
        (_tracks.rejected, "rejected"),
        (_summary.look > 0, "look"),
        (_summary.unreviewed > 0, "unreviewed"),
        (_summary.corrected > 0, "corrected"),
        (_summary.accepted > 0, "accepted"),
        (_summary.rejected > 0, "rejected"),
        else_="unreviewed",
    )


def joined() -> FromClause:
    """SQL: tracks with their summary, video, category and the newest edit."""
    return (
        schema.tracks.join(summary_tables.track_summaries, _summary.track_id == _tracks.id)
        .join(schema.videos, _videos.id == _tracks.video_id)
        .outerjoin(schema.categories, _categories.id == _tracks.category_id)
        .outerjoin(schema.edits, _edits.number == _summary.version)
    )


def search(
    tx: Connection, wanted: TrackFilter, *, sort: str = "video", descending: bool = False, start: int = 0, stop: int
) -> tuple[TrackLine, ...]:
    """The found tracks ``start`` to ``stop`` - 1 in this order (one of `SORTS`); those without the value come last."""
    columns = (
        *(_tracks[name] for name in ("id", "number", "name", "category_id", "video_id")),
        _videos.name.label("video"),
        state_of().label("state"),
        _score().label("score"),
        *(_summary[name] for name in ("masks", "first", "last", "frame", "blob_hash", "area", "human")),
        *(_summary[name].label(f"of_{name}") for name in schema.SOURCES),
        _edits.author,
    )
    query = select(*columns).select_from(joined()).where(*conditions(wanted)).order_by(*_order(sort, descending))
    return tuple(_line(row) for row in tx.execute(query.offset(start).limit(max(0, stop - start))))


def count(tx: Connection, wanted: TrackFilter) -> tuple[int, int]:
    """The number of found tracks, and of their masks."""
    query = select(func.count(), func.coalesce(func.sum(_summary.masks), 0))
    tracks, masks = tx.execute(query.select_from(joined()).where(*conditions(wanted))).one()
    return tracks, int(masks)


def ids(tx: Connection, wanted: TrackFilter, *, sort: str = "video", descending: bool = False) -> tuple[str, ...]:
    """The ids of all found tracks, in the order of `search`."""
    query = select(_tracks.id).select_from(joined()).where(*conditions(wanted)).order_by(*_order(sort, descending))
    return tuple(tx.execute(query).scalars())


def facets(tx: Connection, project_id: str) -> Facets:
    """How many tracks of a project have each category, state, source and author."""
    within = conditions(TrackFilter(project_id))

    def numbers(column: ColumnElement[Any]) -> dict[Any, int]:
        found = select(column.label("value")).select_from(joined()).where(*within).subquery()
        query = select(found.c.value, func.count()).group_by(found.c.value)
        return {value: number for value, number in tx.execute(query)}

    sources = select(*(func.count(case((_summary[name] > 0, 1))).label(name) for name in schema.SOURCES))
    of_sources = tx.execute(sources.select_from(joined()).where(*within)).one()._mapping
    return Facets(
        categories=numbers(_tracks.category_id),
        states=numbers(state_of()),
        sources={name: of_sources[name] for name in schema.SOURCES},
        authors=numbers(_author()),
    )


def conditions(wanted: TrackFilter) -> list[ColumnElement[bool]]:
    """SQL: what a row of `joined` must fulfil to be found."""
    found = [_videos.project_id == wanted.project_id, _videos.removed.is_(None), _tracks.deleted.is_(False)]
    if wanted.categories:
        named = [name for name in wanted.categories if name is not None]
        without = _tracks.category_id.is_(None) if None in wanted.categories else false()
        found.append(or_(_tracks.category_id.in_(named), without))
    if wanted.states:
        found.append(state_of().in_(wanted.states))
    if wanted.sources:
        found.append(or_(*(_summary[name] > 0 for name in wanted.sources)))
    if wanted.authors:
        found.append(_author().in_(wanted.authors))
    if wanted.videos:
        found.append(_videos.id.in_(wanted.videos))
    found += _between(_score(), wanted.score) + _between(_summary.masks, wanted.length)
    if wanted.text:
        found.append(_with_text(wanted.text))
    found += _with_marks(wanted)
    if wanted.run_of:
        found.append(_of_the_run(wanted.run_of))
    if wanted.untouched:
        found += [_summary.human == 0, _tracks.rejected.is_(False)]
    if wanted.track_ids:
        found.append(or_(*(_tracks.id.in_(part) for part in chunks(wanted.track_ids))))
    return found


def _of_the_run(track_id: str) -> ColumnElement[bool]:
    run = select(_tracks.run_id).where(_tracks.id == track_id).scalar_subquery()
    checkpoint = select(_runs.checkpoint_id).where(_runs.id == run).scalar_subquery()
    return or_(_tracks.run_id == run, _tracks.run_id.in_(select(_runs.id).where(_runs.checkpoint_id == checkpoint)))


def _with_marks(wanted: TrackFilter) -> list[ColumnElement[bool]]:
    found = [track_marks.with_flag(wanted.flags)] if wanted.flags else []
    for attribute in dict.fromkeys(attribute for attribute, _ in wanted.attributes):
        values = [value for other, value in wanted.attributes if other == attribute]
        found.append(track_marks.with_value(attribute, values))
    if wanted.comments or wanted.commenters:
        found.append(track_marks.with_comment(wanted.comments, wanted.commenters))
    return found


def _between(column: ColumnElement[Any], bounds: Iterable[float | None]) -> list[ColumnElement[bool]]:
    low, high = bounds
    return [*([] if low is None else [column >= low]), *([] if high is None else [column <= high])]


def _with_text(text: str) -> ColumnElement[bool]:
    names = (_tracks.name, _categories.name, _videos.name)
    found = [name.icontains(text, autoescape=True) for name in names]
    digits = text.removeprefix("#")
    # Longer numbers do not fit the column of some databases, and no video has so many tracks.
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        found.append(_tracks.number == int(digits))
    return or_(*found)


def _author() -> Case[str]:
    return case((_edits.author.like(f"{MACHINE_PREFIX}%"), MACHINE), else_=_edits.author)


def _score() -> ColumnElement[float]:
    return func.coalesce(_tracks.score, _summary.score)


def _order(sort: str, descending: bool) -> list[ColumnElement[Any]]:
    column: ColumnElement[Any] = {
        "video": func.lower(_videos.name),
        "score": _score(),
        "length": _summary.masks,
        "area": _summary.area,
        "name": func.lower(_tracks.name),
    }[sort]
    # Not every database sorts missing values to the same end.
    first = [column.is_(None), column.desc() if descending else column]
    return [*first, func.lower(_videos.name), _videos.id, _tracks.number]


def _line(row: Row[Any]) -> TrackLine:
    values = dict(row._mapping)
    counts = {name: values.pop(f"of_{name}") for name in schema.SOURCES}
    return TrackLine(**values, sources=tuple(name for name, number in counts.items() if number))
