"""How far the annotation of each video of a project is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Case, ColumnElement, Connection, Select, and_, case, exists, func, select

from storage import schema


@dataclass(frozen=True)
class VideoSummary:
    """Progress of one video: its tracks that are not deleted, and their mask rows counted by review.

    Rows where a model alone saw nothing count in ``frames`` only; all other rows of a rejected track count as rejected.
    ``look``: rows flagged *needs a look*. ``frames``: frames with at least one mask row. ``bare``: frames to be
    annotated that have no mask row and lie in no complete range. ``complete``: frames in complete ranges.

    ``asked``: frames times tracks, without the rows where a model alone saw nothing. ``done``: those of them that have
    a verdict, belong to a rejected track, or have no row and lie in a complete range. The editor shows the same share.
    """

    video_id: str
    tracks: int = 0
    frames: int = 0
    unreviewed: int = 0
    accepted: int = 0
    corrected: int = 0
    rejected: int = 0
    look: int = 0
    bare: int = 0
    complete: int = 0
    asked: int = 0
    done: int = 0

    @property
    def state(self) -> Literal["new", "proposed", "review", "done"]:
        """No row at all; no row judged; some judged; or all judged, no frame bare and no row flagged *needs a look*."""
        judged = self.accepted + self.corrected + self.rejected
        if self.frames + self.unreviewed + judged == 0:
            return "new"
        if judged == 0:
            return "proposed"
        return "review" if self.unreviewed or self.look or self.bare else "done"


def video_summaries(tx: Connection, project_id: str) -> dict[str, VideoSummary]:
    """Video id -> progress, for all videos of the project that are not removed; at most four queries."""
    tracks, masks, videos = schema.tracks, schema.masks, schema.videos
    in_project = (videos.c.project_id == project_id, videos.c.removed.is_(None))
    kept = tracks.c.deleted.is_(False)
    counted = (
        select(
            videos.c.id,
            videos.c.count,
            videos.c.stride,
            videos.c.file_names,
            func.count(tracks.c.id).label("tracks"),
            func.count(case((tracks.c.rejected, 1))).label("rejected"),
        )
        .outerjoin(tracks, (tracks.c.video_id == videos.c.id) & kept)
        .where(*in_project)
        .group_by(videos.c.id)
    )
    by_review = [func.sum(case((_verdict() == review, 1), else_=0)).label(review) for review in schema.REVIEWS]
    rows = (
        select(
            tracks.c.video_id,
            func.count(masks.c.frame.distinct()).label("frames"),
            func.count(case((tracks.c.rejected.is_(False), masks.c.look_reason))).label("look"),
            func.count(case((_assumed(), 1))).label("assumed"),
            func.count(case((tracks.c.rejected, 1))).label("of_rejected"),
            *by_review,
        )
        .join(tracks, masks.c.track_id == tracks.c.id)
        .join(videos, tracks.c.video_id == videos.c.id)
        .where(*in_project, kept)
        .group_by(tracks.c.video_id)
    )
    judged = {row.video_id: dict(row._mapping) for row in tx.execute(rows)}
    declared = _declared(tx, in_project, kept)
    found = {}
    for video in tx.execute(counted).all():
        values = judged.get(video.id, {})
        complete, with_row, rows_of_standing = declared.get(video.id, (0, 0, 0))
        numbers: dict[str, int] = {name: values[name] for name in ("frames", "look", *schema.REVIEWS) if values}
        annotated = len(video.file_names) if video.file_names and video.stride > 1 else video.count
        bare = max(0, annotated - values["frames"] - (complete - with_row)) if values else 0
        without_row = complete * (video.tracks - video.rejected) - rows_of_standing
        unasked_of_rejected = video.count * video.rejected - values.get("of_rejected", 0)
        verdicts = sum(numbers.get(name, 0) for name in ("accepted", "corrected", "rejected"))
        found[video.id] = VideoSummary(
            video_id=video.id,
            tracks=video.tracks,
            bare=bare,
            complete=complete,
            asked=video.count * video.tracks - values.get("assumed", 0),
            done=verdicts + without_row + unasked_of_rejected,
            **numbers,
        )
    return found


def _assumed() -> ColumnElement[bool]:
    """Whether a model alone saw nothing: nothing is asked of such a row."""
    masks = schema.masks
    return and_(masks.c.review == "unreviewed", masks.c.state == "absent", masks.c.source != "drawn")


def _verdict() -> Case[str]:
    """What a row counts as; empty where nothing is asked."""
    tracks, masks = schema.tracks, schema.masks
    return case((_assumed(), ""), (tracks.c.rejected, "rejected"), else_=masks.c.review)


def _declared(
    tx: Connection, in_project: Sequence[ColumnElement[bool]], kept: ColumnElement[bool]
) -> dict[str, tuple[int, int, int]]:
    """Video id -> frames in complete ranges, those of them with a row, and the rows there of tracks not rejected.

    Videos without complete ranges are left out.
    """
    tracks, masks, videos, ranges = schema.tracks, schema.masks, schema.videos, schema.complete_ranges
    in_ranges = (
        select(ranges.c.video_id, ranges.c.start, ranges.c.stop)
        .join(videos, ranges.c.video_id == videos.c.id)
        .where(*in_project)
        .order_by(ranges.c.start)
    )
    inside: dict[str, int] = {}
    reached: dict[str, int] = {}
    for video_id, start, stop in tx.execute(in_ranges):
        end = reached.get(video_id, 0)
        # Ranges of several categories may overlap.
        inside[video_id] = inside.get(video_id, 0) + max(0, stop - max(start, end))
        reached[video_id] = max(end, stop)
    if not inside:
        return {}
    covered = exists().where(
        ranges.c.video_id == tracks.c.video_id, masks.c.frame >= ranges.c.start, masks.c.frame < ranges.c.stop
    )
    with_rows: Select[Any] = (
        select(
            tracks.c.video_id,
            func.count(masks.c.frame.distinct()).label("frames"),
            func.count(case((tracks.c.rejected.is_(False), 1))).label("standing"),
        )
        .join(tracks, masks.c.track_id == tracks.c.id)
        .join(videos, tracks.c.video_id == videos.c.id)
        .where(*in_project, kept, covered)
        .group_by(tracks.c.video_id)
    )
    counts = {row.video_id: (row.frames, row.standing) for row in tx.execute(with_rows)}
    return {video_id: (frames, *counts.get(video_id, (0, 0))) for video_id, frames in inside.items()}
