"""Which tracks and rows one verb would change on many tracks, all in SQL over ``storage.track_summaries``.

The rule of all verbs: what is so already does not change, and what a person has drawn or judged stays unless the person
who asks wants to include it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Case, ColumnElement, Connection, ScalarSelect, and_, case, false, func, or_, select

from storage import schema, summary_tables
from storage.masks import chunks

Verb = Literal["relabel", "accept", "reject", "look"]
VERBS: tuple[Verb, ...] = ("relabel", "accept", "reject", "look")

_tracks, _masks, _videos = schema.tracks.c, schema.masks.c, schema.videos.c
_summary = summary_tables.track_summaries.c


@dataclass(frozen=True)
class BulkVerb:
    """A verb for many tracks. ``category``: the new one of *relabel*, None for no category.

    *look* flags the mask that shows a track best.

    ``judged``: also change tracks that a person drew, judged or rejected, and for *accept* also rejected masks.
    """

    verb: Verb
    category: str | None = None
    judged: bool = False


@dataclass(frozen=True)
class BulkCounts:
    """What a verb would do: ``tracks`` in ``videos`` change, with ``masks`` rows.

    ``locked`` tracks would change but for a person's work on them, ``unchanged`` ones are so already.
    """

    tracks: int
    masks: int
    videos: tuple[str, ...]
    locked: int
    unchanged: int


@dataclass(frozen=True)
class BulkRow:
    """A row to change: a track's own (frame None) or a mask's. ``review`` is the new one of a mask's row."""

    track_id: str
    frame: int | None
    version: int
    review: str | None = None


def counts(tx: Connection, project_id: str, track_ids: Iterable[str], wanted: BulkVerb) -> BulkCounts:
    """What the verb would do to these tracks of a project; others are left out."""
    numbers = {"changes": 0, "locked": 0, "unchanged": 0}
    masks = 0
    found: set[str] = set()
    for part in chunks(track_ids):
        outcome = _outcome(wanted)
        of_tracks = (
            select(outcome.label("outcome"), _touched(wanted).label("masks"), _tracks.video_id)
            .select_from(_joined())
            .where(_videos.project_id == project_id, _tracks.id.in_(part), *_standing())
            .subquery()
        )
        query = select(of_tracks.c.outcome, func.count(), func.sum(of_tracks.c.masks)).group_by(of_tracks.c.outcome)
        for name, tracks, rows in tx.execute(query):
            numbers[name] += tracks
            masks += int(rows) if name == "changes" else 0
        named = select(of_tracks.c.video_id).where(of_tracks.c.outcome == "changes").distinct()
        found.update(tx.execute(named).scalars())
    return BulkCounts(
        tracks=numbers["changes"],
        masks=masks,
        videos=tuple(sorted(found)),
        locked=numbers["locked"],
        unchanged=numbers["unchanged"],
    )


def rows(tx: Connection, video_id: str, track_ids: Sequence[str], wanted: BulkVerb) -> Iterator[BulkRow]:
    """The rows that the verb changes on these tracks of one video."""
    for part in chunks(track_ids):
        within = (_tracks.video_id == video_id, _tracks.id.in_(part), *_standing(), _outcome(wanted) == "changes")
        own = select(_tracks.id, _tracks.version).select_from(_joined()).where(*within, _changes_track(wanted))
        for track_id, version in tx.execute(own):
            yield BulkRow(track_id, None, version)
        if wanted.verb == "relabel":
            continue
        changing = select(_tracks.id).select_from(_joined()).where(*within)
        query = select(_masks.track_id, _masks.frame, _masks.version, _masks.review)
        query = query.where(_masks.track_id.in_(changing), _changes_row(wanted))
        for track_id, frame, version, review in tx.execute(query.order_by(_masks.track_id, _masks.frame)):
            yield BulkRow(track_id, frame, version, None if wanted.verb == "look" else _verdict(wanted, review))


def _verdict(wanted: BulkVerb, review: str) -> str:
    if wanted.verb == "reject":
        return "rejected"
    return "corrected" if review == "corrected" else "accepted"


def _joined() -> Any:
    summaries = summary_tables.track_summaries
    own = schema.tracks.join(summaries, _summary.track_id == _tracks.id)
    return own.join(schema.videos, _videos.id == _tracks.video_id)


def _standing() -> tuple[ColumnElement[bool], ...]:
    return _tracks.deleted.is_(False), _videos.removed.is_(None)


def _changes_row(wanted: BulkVerb) -> ColumnElement[bool]:
    """SQL: a mask row that *accept*, *reject* or *look* changes, on a track that it changes."""
    flagged = _masks.look_reason.is_not(None)
    if wanted.verb == "look":
        best = select(_summary.frame).where(_summary.track_id == _masks.track_id).scalar_subquery()
        return and_(_masks.frame == best, ~flagged)
    if wanted.verb == "reject":
        return and_(_masks.state == "present", or_(_masks.review != "rejected", flagged))
    # Accepting masks does not confirm the frames where a model found none: absence is a verdict of its own.
    judged = or_(_masks.review != "unreviewed", _masks.source == "drawn")
    shown = or_(_masks.state == "present", judged)
    done = and_(_masks.review.in_(("accepted", "corrected")), ~flagged)
    kept = () if wanted.judged else (_masks.review != "rejected",)
    return and_(shown, ~done, *kept)


def _number_of_rows(wanted: BulkVerb) -> ScalarSelect[int]:
    query = select(func.count()).where(_masks.track_id == _tracks.id, _changes_row(wanted))
    return query.correlate(schema.tracks).scalar_subquery()


def _touched(wanted: BulkVerb) -> ColumnElement[int]:
    """SQL: the number of a changing track's masks that the preview counts; *relabel* concerns all of them."""
    return _summary.masks if wanted.verb == "relabel" else _number_of_rows(wanted)


def _changes_track(wanted: BulkVerb) -> ColumnElement[bool]:
    """SQL: the verb changes the track's own row."""
    if wanted.verb == "relabel":
        return _tracks.category_id.is_distinct_from(wanted.category)
    if wanted.verb == "look":
        return false()
    return _tracks.rejected.is_(wanted.verb == "accept")


def _outcome(wanted: BulkVerb) -> Case[str]:
    """SQL: 'changes', 'locked' or 'unchanged' for a row of `_joined`."""
    changes = _changes_track(wanted)
    if wanted.verb != "relabel":
        changes = or_(changes, _number_of_rows(wanted) > 0)
    if wanted.judged:
        return case((changes, "changes"), else_="unchanged")
    if wanted.verb == "accept":
        # Masks that a person rejected stay, one by one; the other masks of their track are accepted.
        rest = case((_summary.rejected > 0, "locked"), else_="unchanged")
        return case((_tracks.rejected, "locked"), (_number_of_rows(wanted) > 0, "changes"), else_=rest)
    persons = or_(_summary.human > 0, _tracks.rejected)
    return case((~changes, "unchanged"), (persons, "locked"), else_="changes")
