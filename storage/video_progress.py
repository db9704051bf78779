"""How far the annotation of each video of a project is."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from storage import schema
from storage.declared_frames import DeclaredFrames, declared_frames
from storage.likely_errors import ASSUMED, tracks_with_doubted_absences


@dataclass(frozen=True)
class VideoSummary:
    """Progress of one video: its tracks that are not deleted, and their mask rows counted by review.

    Each row counts once: as flagged *needs a look* (``look``), else by its review. Rows where a model alone saw nothing
    count in ``frames`` only; all other rows of a rejected track count as rejected. ``frames``: frames with at least one
    mask row. ``bare``: frames to be annotated that have no mask row and are not complete. ``complete``: frames that are
    declared complete for every category in use.

    ``asked``: frames times tracks. ``done``: those of them about which nothing is left to ask. They have a verdict and
    no flag, belong to a rejected track, or have no row and are declared complete for the track's category; where a
    model alone saw nothing, nothing else of the track is left to ask either. The editor shows the same share.
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
    """Video id -> progress, for all videos of the project that are not removed; at most eight queries."""
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
    with_row = (
        select(tracks.c.video_id, func.count(masks.c.frame.distinct()))
        .join(tracks, masks.c.track_id == tracks.c.id)
        .join(videos, tracks.c.video_id == videos.c.id)
        .where(*in_project, kept)
        .group_by(tracks.c.video_id)
    )
    frames = {video_id: number for video_id, number in tx.execute(with_row)}
    judged = _judged(tx, project_id, in_project, kept)
    declared = declared_frames(tx, project_id)
    found = {}
    for video in tx.execute(counted).all():
        values = judged.get(video.id, Counter())
        ranges = declared.get(video.id, DeclaredFrames())
        annotated = len(video.file_names) if video.file_names and video.stride > 1 else video.count
        bare = annotated - frames[video.id] - (ranges.complete - ranges.with_row) if video.id in frames else 0
        found[video.id] = VideoSummary(
            video_id=video.id,
            tracks=video.tracks,
            frames=frames.get(video.id, 0),
            bare=max(0, bare),
            complete=ranges.complete,
            asked=video.count * video.tracks,
            done=values["done"] + ranges.settled + video.count * video.rejected,
            **{name: values[name] for name in ("look", *schema.REVIEWS)},
        )
    return found


def _judged(
    tx: Connection, project_id: str, in_project: Sequence[ColumnElement[bool]], kept: ColumnElement[bool]
) -> dict[str, Counter[str]]:
    """Video id -> rows by review and flag, and as ``done`` those of tracks that stand that leave nothing to ask."""
    tracks, masks, videos = schema.tracks, schema.masks, schema.videos
    plain = masks.c.look_reason.is_(None)
    assumed = and_(ASSUMED, plain)  # of which nothing is asked by itself
    judged = {review: and_(masks.c.review == review, plain) for review in schema.REVIEWS if review != "unreviewed"}
    rows = (
        select(
            tracks.c.video_id,
            tracks.c.id,
            tracks.c.rejected.label("of_rejected"),
            func.count().label("all"),
            func.count(masks.c.look_reason).label("look"),
            *(func.count(case((of, 1))).label(name) for name, of in [("assumed", assumed), *judged.items()]),
        )
        .join(tracks, masks.c.track_id == tracks.c.id)
        .join(videos, tracks.c.video_id == videos.c.id)
        .where(*in_project, kept)
        .group_by(tracks.c.id)
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    doubted = tracks_with_doubted_absences(tx, project_id)
    for row in tx.execute(rows):
        sums = found[row.video_id]
        if row.of_rejected:
            sums["rejected"] += row.all - row.assumed
            continue
        verdicts = {review: row._mapping[review] for review in judged}
        done = sum(verdicts.values())
        unreviewed = row.all - row.look - row.assumed - done
        settled = 0 if row.look or unreviewed or row.id in doubted else row.assumed
        sums.update({**verdicts, "look": row.look, "unreviewed": unreviewed, "done": done + settled})
    return found
