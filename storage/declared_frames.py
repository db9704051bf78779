"""What the complete ranges of a project's videos settle, by the categories that they are about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from storage import schema

Runs = tuple[tuple[int, int], ...]
"""Frames as runs that do not meet, in order: first frame and the one after the last."""


@dataclass(frozen=True)
class DeclaredFrames:
    """Of one video.

    ``complete``: frames that are declared complete for every category in use. ``with_row``: those of them with a mask
    row; not counted where all frames are complete. ``settled``: frames times tracks without a row, where everything of
    the track's category is declared to have a track; rejected tracks do not count.
    """

    complete: int = 0
    with_row: int = 0
    settled: int = 0


@dataclass(frozen=True)
class _Ranges:
    """The ranges of a video with ``count`` frames: start, stop and the categories that each is about (none: all)."""

    count: int
    ranges: tuple[tuple[int, int, frozenset[str]], ...]

    def about(self, category: str | None) -> Runs:
        """Frames that are declared complete for a category; None: for any."""
        return union(
            (start, min(stop, self.count))
            for start, stop, named in self.ranges
            if category is None or not named or category in named
        )

    def about_all(self, categories: Sequence[str]) -> Runs:
        """Frames that are declared complete for each of these categories."""
        # No category has an empty id: only a range for all categories holds for it.
        first, *others = [self.about(category) for category in categories or [""]]
        for other in others:
            first = _shared(first, other)
        return first


def declared_frames(tx: Connection, project_id: str) -> dict[str, DeclaredFrames]:
    """By id of the video; videos without complete ranges, and removed ones, are left out.

    At most four queries, whatever the number of videos.
    """
    found = _ranges(tx, project_id)
    if not found:
        return {}
    table = schema.categories
    used = select(table.c.id).where(table.c.project_id == project_id, table.c.retired.is_(False))
    in_use = tuple(tx.execute(used).scalars())
    complete = {video: ranges.about_all(in_use) for video, ranges in found.items()}
    with_row = _with_row(
        tx, {video: runs for video, runs in complete.items() if 0 < covered(runs) < found[video].count}
    )
    settled = _settled(tx, project_id, found)
    return {
        video: DeclaredFrames(covered(runs), with_row.get(video, 0), settled.get(video, 0))
        for video, runs in complete.items()
    }


def union(spans: Iterable[tuple[int, int]]) -> Runs:
    """The frames of at least one of these spans, start to stop (exclusive)."""
    runs: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if runs and start <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(runs[-1][1], stop))
        elif start < stop:
            runs.append((start, stop))
    return tuple(runs)


def covered(runs: Runs) -> int:
    """How many frames they are."""
    return sum(stop - start for start, stop in runs)


def about_category(tx: Connection) -> ColumnElement[bool]:
    """SQL condition: a complete range is about the category of a track."""
    ranges, tracks = schema.complete_ranges, schema.tracks
    texts = func.json_each if tx.dialect.name == "sqlite" else func.json_array_elements_text
    named = texts(ranges.c.categories).table_valued("value")
    of_its_category = exists(select(1).select_from(named).where(named.c.value == tracks.c.category_id))
    everything = or_(func.json_array_length(ranges.c.categories) == 0, tracks.c.category_id.is_(None))
    return or_(everything, of_its_category.correlate(ranges, tracks))


def _ranges(tx: Connection, project_id: str) -> dict[str, _Ranges]:
    videos, ranges = schema.videos, schema.complete_ranges
    query = (
        select(ranges.c.video_id, videos.c.count, ranges.c.start, ranges.c.stop, ranges.c.categories)
        .join(videos, ranges.c.video_id == videos.c.id)
        .where(videos.c.project_id == project_id, videos.c.removed.is_(None))
    )
    found: dict[str, _Ranges] = {}
    for video_id, count, start, stop, named in tx.execute(query):
        earlier = found.get(video_id, _Ranges(count, ()))
        found[video_id] = _Ranges(count, (*earlier.ranges, (start, stop, frozenset(named))))
    return found


def _shared(one: Runs, other: Runs) -> Runs:
    """The frames of both."""
    return union((max(a, c), min(b, d)) for a, b in one for c, d in other if max(a, c) < min(b, d))


def _with_row(tx: Connection, complete: Mapping[str, Runs]) -> dict[str, int]:
    """By id of the video: how many of these frames have a mask row, of any track that is not deleted."""
    if not complete:
        return {}
    tracks, masks = schema.tracks, schema.masks
    query = (
        select(tracks.c.video_id, masks.c.frame)
        .distinct()
        .join(tracks, masks.c.track_id == tracks.c.id)
        .where(tracks.c.video_id.in_(complete), tracks.c.deleted.is_(False))
    )
    frames: dict[str, list[int]] = {}
    for video_id, frame in tx.execute(query):
        frames.setdefault(video_id, []).append(frame)
    return {
        video_id: sum(start <= frame < stop for frame in found for start, stop in complete[video_id])
        for video_id, found in frames.items()
    }


def _settled(tx: Connection, project_id: str, found: Mapping[str, _Ranges]) -> dict[str, int]:
    """By id of the video: what ``DeclaredFrames.settled`` says."""
    tracks, masks, ranges, videos = schema.tracks, schema.masks, schema.complete_ranges, schema.videos
    rows = (
        select(func.count(masks.c.frame.distinct()))
        .select_from(ranges)
        .join(masks, and_(masks.c.frame >= ranges.c.start, masks.c.frame < ranges.c.stop))
        .where(ranges.c.video_id == tracks.c.video_id, masks.c.track_id == tracks.c.id, about_category(tx))
        .correlate(tracks)
        .scalar_subquery()
    )
    query = (
        select(tracks.c.video_id, tracks.c.category_id, rows)
        .join(videos, tracks.c.video_id == videos.c.id)
        .where(
            *(videos.c.project_id == project_id, videos.c.removed.is_(None)),
            *(tracks.c.deleted.is_(False), tracks.c.rejected.is_(False)),
            exists().where(ranges.c.video_id == tracks.c.video_id),
        )
    )
    numbers: dict[str, int] = {}
    frames: dict[tuple[str, str | None], int] = {}
    for video_id, category, with_row in tx.execute(query):
        of_category = (video_id, category)
        if of_category not in frames:
            frames[of_category] = covered(found[video_id].about(category))
        numbers[video_id] = numbers.get(video_id, 0) + frames[of_category] - with_row
    return numbers
