"""What the routes send: the store's records as JSON-ready dicts, in the form that the editor reads."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.checkpoints.choice import Proposer
from storage.checkpoints import Checkpoint
from storage.edits import CompleteRange, HistoryEntry, LoggedEdit
from storage.frames import Gap, stored_span
from storage.jobs import Job
from storage.projects import Category
from storage.tracks import MaskRow, Track
from storage.videos import Video, VideoSummary

Json = dict[str, Any]
ENDED = frozenset({"done", "failed", "cancelled"})
DEMO = "demo"


def category(found: Category) -> Json:
    """One category of a project."""
    return {"id": found.id, "name": found.name, "retired": found.retired}


def checkpoint(found: Checkpoint, known: Iterable[str]) -> Json:
    """The checkpoint that proposes; ``known`` are its classes that have a category in the project."""
    return {
        "id": found.id,
        "name": found.name,
        "config": found.config,
        "categories": list(found.categories),
        "known_here": list(known),
        "builtin_demo": found.name == DEMO,
    }


def job(found: Job) -> Json:
    """One background job; times are unix seconds."""
    return {
        "id": found.id,
        "kind": found.kind,
        "project": found.project_id,
        "video": found.video_id,
        "status": found.status,
        "progress": found.progress,
        "message": found.message,
        "eta_seconds": found.eta_seconds,
        "error": found.error,
        "result": found.result,
        "created": found.created,
        "started": found.started,
        "finished": found.finished,
    }


def listed_video(video: Video, summary: VideoSummary, running: Json | None, *, problem: str | None = None) -> Json:
    """One video in its project's list, with how far the work on it is; ``problem`` says what ails its source."""
    return {
        **added_video(video),
        "state": summary.state,
        "counts": {
            "unreviewed": summary.unreviewed,
            "accepted": summary.accepted,
            "corrected": summary.corrected,
            "rejected": summary.rejected,
            "look": summary.look,
        },
        "tracks": summary.tracks,
        "frames": summary.frames,
        "bare": summary.bare,
        "seconds": seconds(video),
        "job": running,
        "problem": problem,
    }


def added_video(video: Video) -> Json:
    """A video's own facts."""
    return {
        "id": video.id,
        "name": video.name,
        "count": video.count,
        "confirmed": video.confirmed,
        "width": video.width,
        "height": video.height,
        "content_hash": video.content_hash,
    }


def gap(found: Gap) -> Json:
    """A hole between two frames: the frame before it, why, and its first and last moment in ticks where known."""
    return {"after": found.after, "reason": found.reason, "start": found.start_pts, "end": found.end_pts}


def seconds(video: Video) -> float:
    """How long a video lasts, its last frame included as long as the mean of the others."""
    (first, last, count), (numerator, denominator) = stored_span(video.index), video.index["time_base"]
    if count < 2:
        return 0.0
    return (last - first) * numerator / denominator * count / (count - 1)


def complete(found: CompleteRange) -> Json:
    """One complete range, its stop not included."""
    return {
        "id": found.id,
        "start": found.start,
        "stop": found.stop,
        "categories": list(found.categories),
        "version": found.version,
    }


def tracks(found: Sequence[Track], rows: Iterable[MaskRow]) -> list[Json]:
    """Tracks with all their rows, without pixels."""
    by_track: dict[str, list[list[Any]]] = {track.id: [] for track in found}
    for row in rows:
        if row.track_id in by_track:
            by_track[row.track_id].append(mask_row(row))
    return [{**track_facts(track), "rows": by_track[track.id]} for track in found]


def track_facts(track: Track) -> Json:
    """A track's own row."""
    extra = dict(track.extra or {})
    return {
        "id": track.id,
        "number": track.number,
        "category": track.category_id,
        "class": extra.get("class"),
        "name": track.name,
        "deleted": track.deleted,
        "rejected": track.rejected,
        "occluded": track.occluded,
        "iscrowd": track.iscrowd,
        "score": track.score,
        "version": track.version,
        "run": track.run_id,
        "extra": extra,
    }


def mask_row(row: MaskRow) -> list[Any]:
    """``[frame, state, source, review, key, score, look, version, hash, area]``; state 1 present, 0 absent."""
    return [
        row.frame,
        1 if row.state == "present" else 0,
        row.source,
        row.review,
        row.key,
        row.score,
        row.look_reason,
        row.version,
        row.hash,
        row.area,
    ]


def edit_event(edit: LoggedEdit) -> Json:
    """An entry of the log as the WebSocket tells it."""
    return {
        "type": "edit",
        "number": edit.number,
        "id": edit.id,
        "author": edit.author,
        "project": edit.project_id,
        "video": edit.video_id,
        "kind": edit.kind,
        "undoes": edit.undoes,
        "rows": edit.rows,
    }


def history_entry(entry: HistoryEntry) -> Json:
    """One line of a video's history."""
    return {
        "number": entry.number,
        "id": entry.id,
        "kind": entry.kind,
        "author": entry.author,
        "created": entry.created,
        "undoes": entry.undoes,
        "undone": entry.undone,
        "frames": None if entry.frames is None else list(entry.frames),
        "tracks": list(entry.tracks),
        "count": entry.count,
    }


def series(points: Mapping[str, Sequence[tuple[int, float]]]) -> Json:
    """Live curves by name: lists of ``[step, value]``."""
    return {name: [[step, value] for step, value in line] for name, line in points.items()}


def proposer(found: Proposer) -> Json:
    """Who would propose in a project, what it knows there, and the ways out."""
    chosen = found.checkpoint
    return {
        "checkpoint": None
        if chosen is None
        else {
            **checkpoint(chosen, found.known_classes),
            "classes": list(chosen.categories),
        },
        "known": list(found.known),
        "unknown": list(found.unknown),
        "unmapped": list(found.unmapped_classes),
        "warning": found.warning,
        "device": found.device,
        "downloads": [
            {"name": release.name, "size_bytes": release.size_bytes, "classes": release.classes}
            for release in found.downloads
        ],
    }
