"""What of a project teaches a network, counted by the database: the work of people, video by video.

Only tracks of categories in use count; a retired category is not trained. The meaning of every row is that of
`app.training.project_clips`, which reads the masks themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, case, func, not_, or_, select

from storage import schema
from storage.declared_frames import covered, union


@dataclass(frozen=True)
class Teaching:
    """Numbers of one video.

    Attributes:
        tracks: tracks with at least one human mask.
        drawn: human masks that were drawn or corrected; ``imported``: accepted ones of an import; ``accepted``: all
            other accepted ones.
        unreviewed: masks without a verdict, which teach nothing.
        uncategorised: human masks of tracks without a category in use, which teach nothing.
        absent: frames of tracks that a person marked as absent.
        rejected: masks of rejected proposals; ``rejected_tracks``: the tracks that they belong to.
        complete: frames that a person declared complete for at least one category in use.
        labelled: frames with at least one human mask that is no crowd: these a training draws from.
        frames: of the video, as far as they are counted.
        content: the hash of its content, its id where that is not known.
        categories: ids of the categories of its human masks.
    """

    video_id: str
    name: str
    tracks: int = 0
    drawn: int = 0
    accepted: int = 0
    imported: int = 0
    unreviewed: int = 0
    uncategorised: int = 0
    absent: int = 0
    rejected: int = 0
    rejected_tracks: int = 0
    complete: int = 0
    labelled: int = 0
    frames: int = 0
    content: str = ""
    categories: frozenset[str] = frozenset()

    @property
    def masks(self) -> int:
        """Human masks: without one, nothing of the video is trained."""
        return self.drawn + self.accepted + self.imported

    @property
    def has_background(self) -> bool:
        """Whether anything of it teaches background."""
        return bool(self.absent or self.rejected or self.complete)


def teaching(tx: Connection, project_id: str) -> tuple[Teaching, ...]:
    """The numbers of every video of the project that is not removed, in the order of the project.

    The database counts the rows of each track; six queries, whatever the number of masks.
    """
    table = schema.videos
    names = select(table.c.id, table.c.name, table.c.count, table.c.content_hash).where(
        table.c.project_id == project_id, table.c.removed.is_(None)
    )
    found = tx.execute(names.order_by(table.c.created, table.c.id)).all()
    in_use = _in_use(tx, project_id)
    numbers: dict[str, dict[str, int]] = {}
    categories: dict[str, set[str]] = {}
    for track in _tracks(tx, project_id):
        sums = numbers.setdefault(track.video_id, {})
        added = track.numbers(in_use)
        for name, number in added.items():
            sums[name] = sums.get(name, 0) + number
        if added.get("tracks"):
            categories.setdefault(track.video_id, set()).add(str(track.category_id))
    labelled = _labelled(tx, project_id)
    complete = _complete(tx, project_id, in_use, {video_id: count for video_id, _, count, _ in found})
    return tuple(
        Teaching(
            video_id=video_id,
            name=name,
            complete=complete.get(video_id, 0),
            labelled=labelled.get(video_id, 0),
            frames=count,
            content=content or video_id,
            categories=frozenset(categories.get(video_id, ())),
            **numbers.get(video_id, {}),
        )
        for video_id, name, count, content in found
    )


@dataclass(frozen=True)
class _Counted:
    """The rows of one track: ``rows`` has the numbers of `_rows`."""

    video_id: str
    category_id: str | None
    rejected: bool
    rows: dict[str, int]

    def numbers(self, in_use: frozenset[str]) -> dict[str, int]:
        """What the track adds to the numbers of its video."""
        rows, used = self.rows, self.category_id in in_use
        if self.rejected:
            return _of_rejected(rows["present"]) if used else {}
        masks = {name: rows[name] for name in ("drawn", "imported", "accepted")}
        human = sum(masks.values())
        if not used:
            return {"unreviewed": rows["unreviewed"], "uncategorised": human}
        kept = {"unreviewed": rows["unreviewed"], "absent": rows["absent"], "tracks": int(human > 0)}
        return {**masks, **kept, **_of_rejected(rows["rejected"])}


def _of_rejected(masks: int) -> dict[str, int]:
    return {"rejected": masks, "rejected_tracks": int(masks > 0)}


def _rows() -> dict[str, ColumnElement[bool]]:
    """The kinds of rows that are counted for each track, by name."""
    masks = schema.masks
    present, absent = masks.c.state == "present", masks.c.state == "absent"
    drawn, imported = masks.c.source == "drawn", masks.c.source == "imported"
    verdict = masks.c.review
    is_human = _is_human()
    is_drawn = and_(is_human, or_(drawn, verdict == "corrected"))
    single = masks.c.iscrowd.is_(False)  # a crowd is neither a thing nor background
    accepted = and_(present, single, verdict == "accepted", not_(drawn))
    return {
        "drawn": and_(present, single, is_drawn),
        "imported": and_(accepted, imported),
        "accepted": and_(accepted, not_(imported)),
        "unreviewed": and_(present, single, verdict == "unreviewed", not_(drawn)),
        "absent": and_(absent, single, is_human),
        "rejected": and_(present, verdict == "rejected"),
        "present": present,
    }


def _is_human() -> ColumnElement[bool]:
    """Whether a person drew or judged the row, and did not reject it."""
    source, verdict = schema.masks.c.source, schema.masks.c.review
    return or_(verdict.in_(("accepted", "corrected")), and_(source == "drawn", verdict == "unreviewed"))


def _labelled(tx: Connection, project_id: str) -> dict[str, int]:
    """Video id -> number of its frames with a human mask of a category in use, crowds left out."""
    videos, tracks, masks, blobs = schema.videos, schema.tracks, schema.masks, schema.blobs
    categories = schema.categories
    query = (
        select(tracks.c.video_id, func.count(masks.c.frame.distinct()))
        .join(tracks, masks.c.track_id == tracks.c.id)
        .join(videos, tracks.c.video_id == videos.c.id)
        .join(categories, tracks.c.category_id == categories.c.id)
        .where(videos.c.project_id == project_id, videos.c.removed.is_(None), categories.c.retired.is_(False))
        .where(tracks.c.deleted.is_(False), tracks.c.rejected.is_(False), tracks.c.iscrowd.is_(False))
        .where(masks.c.state == "present", masks.c.iscrowd.is_(False), _is_human())
        .where(masks.c.blob_hash.not_in(select(blobs.c.hash).where(blobs.c.area == 0)))
    )
    return {video_id: frames for video_id, frames in tx.execute(query.group_by(tracks.c.video_id))}


def _tracks(tx: Connection, project_id: str) -> Iterator[_Counted]:
    """The tracks of the project with the numbers of their rows, masks without a pixel left out."""
    videos, tracks, masks, blobs = schema.videos, schema.tracks, schema.masks, schema.blobs
    kept = (
        select(tracks.c.id, tracks.c.video_id, tracks.c.category_id, tracks.c.rejected)
        .join(videos, tracks.c.video_id == videos.c.id)
        .where(videos.c.project_id == project_id, videos.c.removed.is_(None), tracks.c.deleted.is_(False))
    )
    kinds = _rows()
    sums = [func.sum(case((condition, 1), else_=0)).label(name) for name, condition in kinds.items()]
    # Grouped by the first column of the primary key alone, the rows are read in their order and nothing is sorted.
    counting = select(masks.c.track_id, *sums).where(masks.c.track_id.in_(kept.with_only_columns(tracks.c.id)))
    counting = counting.group_by(masks.c.track_id)
    # There are few empty masks, so they are counted apart: asking each mask for its area would be slower.
    is_empty = masks.c.blob_hash.in_(select(blobs.c.hash).where(blobs.c.area == 0))
    empty = {row["track_id"]: row for row in tx.execute(counting.where(is_empty)).mappings()}
    about = {track_id: facts for track_id, *facts in tx.execute(kept)}
    for row in tx.execute(counting).mappings():
        without = empty.get(row["track_id"], {})
        numbers = {name: int(row[name]) - int(without.get(name, 0)) for name in kinds}
        video_id, category_id, rejected = about[row["track_id"]]
        yield _Counted(video_id, category_id, rejected, numbers)


def _in_use(tx: Connection, project_id: str) -> frozenset[str]:
    table = schema.categories
    used = select(table.c.id).where(table.c.project_id == project_id, table.c.retired.is_(False))
    return frozenset(tx.execute(used).scalars())


def _complete(tx: Connection, project_id: str, in_use: frozenset[str], counts: dict[str, int]) -> dict[str, int]:
    """Video id -> number of its frames that lie in a complete range of a category in use."""
    videos, ranges = schema.videos, schema.complete_ranges
    query = (
        select(ranges.c.video_id, ranges.c.start, ranges.c.stop, ranges.c.categories)
        .join(videos, ranges.c.video_id == videos.c.id)
        .where(videos.c.project_id == project_id, videos.c.removed.is_(None))
    )
    spans: dict[str, list[tuple[int, int]]] = {}
    for video_id, start, stop, named in tx.execute(query):
        # A range without categories is complete for all of the project.
        if in_use and (not named or in_use.intersection(named)):
            spans.setdefault(video_id, []).append((start, min(stop, counts[video_id])))
    return {video_id: covered(union(found)) for video_id, found in spans.items()}
