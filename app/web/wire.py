"""The records of the store as JSON-ready dicts, in the form that the page reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from app.checkpoints.choice import CheckpointChoice
from app.checkpoints.releases import BUILT_IN
from app.proposing.resuming import KeptFrames
from app.training.corrections import KIND as CHECK
from storage.attributes import Attribute
from storage.checkpoints import Checkpoint
from storage.comments import Comment
from storage.drafts import Draft, Removal
from storage.edits import CompleteRange, HistoryEntry, LoggedEdit
from storage.edits.row_values import RowKey, pack
from storage.edits.versions import TrackVersion, VersionLine
from storage.frames import Gap, stored_span
from storage.identity_candidates import IdentitySearch
from storage.jobs import Job
from storage.likely_errors import Search
from storage.projects import Category
from storage.rle import Rle
from storage.runs import Run
from storage.schema import REVIEWS
from storage.track_marks import AttributeCount, MarkCounts
from storage.track_search import Facets, TrackLine
from storage.tracks import MaskRow, Track
from storage.video_progress import VideoSummary
from storage.videos import Video

Json = dict[str, Any]

PERSON = "person"
"""Who a page names as the author of *needs a look*."""


def category(found: Category) -> Json:
    """One category of a project."""
    return _fields(found, "id", "name", "retired")


def attribute(found: Attribute) -> Json:
    """One of a project's own attributes."""
    return _fields(found, "id", "name", "choices", "per", "key", "retired")


def checkpoint(found: Checkpoint, known: Iterable[str]) -> Json:
    """The checkpoint that proposes; ``known`` are its classes that have a category in the project."""
    facts = _fields(found, "id", "name", "config", "categories")
    return {**facts, "known_here": list(known), "builtin_demo": found.name in BUILT_IN}


def comment(found: Comment) -> Json:
    """One comment on a video; ``created`` is in unix seconds, ``point`` in pixels of the frame."""
    facts = _fields(found, "id", "frame", "point", "text", "author", "created", "resolved", "resolved_by", "deleted")
    return {**facts, "track": found.track_id, "change": found.change}


def job(found: Job) -> Json:
    """One background job; times are unix seconds.

    Without the masks that a check of corrections has named, of which there may be thousands: the page of retrainings
    is told the first of them.
    """
    facts = _fields(found, "id", "kind", "status", "progress", "message", "eta_seconds", "error", "result")
    if found.kind == CHECK:
        facts["result"] = {name: value for name, value in (found.result or {}).items() if name != "named"} or None
    times = _fields(found, "created", "started", "finished")
    return {**facts, **times, "project": found.project_id, "video": found.video_id}


def likely_errors(found: Search | None) -> Json:
    """The likely errors of a video, strongest first; ``edit`` is null if there was no search."""
    if found is None:
        return {"edit": None, "errors": []}
    return {"edit": found.edit, "created": found.created, "errors": [asdict(error) for error in found.errors]}


def identity_search(found: IdentitySearch | None) -> Json:
    """Suggested changes of identities, strongest first; ``edit`` is null if there was no search."""
    if found is None:
        return {"edit": None, "candidates": []}
    lines = [asdict(one) | {"dismissed": found.is_dismissed(one)} for one in found.candidates]
    return {"edit": found.edit, "created": found.created, "candidates": lines}


def listed_video(
    video: Video,
    summary: VideoSummary,
    running: Json | None,
    *,
    problem: str | None = None,
    proposed: int | None = None,
) -> Json:
    """One video of a project's list, and how far the work on it is.

    ``problem``: a sentence if its source is gone. ``proposed``: how far its last proposal came, if that broke off.
    """
    return {
        **added_video(video),
        **_fields(summary, "state", "tracks", "frames", "bare", "complete", "asked", "done"),
        "counts": _fields(summary, *REVIEWS, "look"),
        "seconds": seconds(video),
        "job": running,
        "problem": problem,
        "proposed": proposed,
    }


def added_video(video: Video) -> Json:
    """A video's own facts."""
    return _fields(video, "id", "name", "count", "confirmed", "width", "height", "content_hash")


def gap(found: Gap) -> Json:
    """A gap between two frames: the frame before it, the reason, and its first and last time in ticks where known."""
    return {"after": found.after, "reason": found.reason, "start": found.start_pts, "end": found.end_pts}


def seconds(video: Video) -> float:
    """Duration in seconds; the last frame lasts as long as the others do on average."""
    (first, last, count), (numerator, denominator) = stored_span(video.index), video.index["time_base"]
    if count < 2:
        return 0.0
    return (last - first) * numerator / denominator * count / (count - 1)


def complete(found: CompleteRange) -> Json:
    """One complete range, frames ``start`` to ``stop`` (exclusive)."""
    return _fields(found, "id", "start", "stop", "categories", "version")


def tracks(found: Sequence[Track], rows: Iterable[MaskRow]) -> list[Json]:
    """Tracks with all their rows, without pixels."""
    by_track: dict[str, list[list[Any]]] = {track.id: [] for track in found}
    runs = {track.id: track.run_id for track in found}
    for row in rows:
        if row.track_id in by_track:
            by_track[row.track_id].append(mask_row(row, track_run=runs[row.track_id]))
    return [{**track_facts(track), "rows": by_track[track.id]} for track in found]


def track_facts(track: Track) -> Json:
    """A track's own row."""
    extra = dict(track.extra or {})
    facts = _fields(
        track, "id", "number", "name", "score", "version", "deleted", "rejected", "occluded", "iscrowd", "truncated"
    )
    named = {"category": track.category_id, "run": track.run_id, "class": extra.get("class")}
    return {**facts, **named, "attributes": dict(track.attributes or {}), "extra": extra}


def mask_row(row: MaskRow, *, track_run: str | None = None) -> list[Any]:
    """``[frame, state, source, review, key, score, look, version, hash, area]``; state 1 present, 0 absent.

    An object with what a row seldom has may follow: ``parent``, ``other_parent``, ``occluded``, ``iscrowd``,
    ``truncated``, ``attributes``, ``extra``, ``lookAuthor``, and ``run`` where it is not ``track_run`` of a proposed
    row or null of another one.
    """
    line = [
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
    more = _more(row, track_run)
    return [*line, more] if more else line


def _more(row: MaskRow, track_run: str | None) -> Json:
    more: Json = {}
    if row.run_id != (track_run if row.source == "proposed" else None):
        more["run"] = row.run_id
    if row.parent_edit is not None:
        more["parent"] = row.parent_edit
    if row.other_parent_edit is not None:
        more["other_parent"] = row.other_parent_edit
    if row.look_author not in (None, PERSON):
        more["lookAuthor"] = row.look_author
    more |= {name: True for name in ("occluded", "iscrowd", "truncated") if getattr(row, name)}
    if row.attributes:
        more["attributes"] = dict(row.attributes)
    if row.extra is not None:
        more["extra"] = dict(row.extra)
    return more


def track_line(found: TrackLine) -> Json:
    """One track of the page of tracks; ``mask`` is the hash of its best one, on ``frame``."""
    own = _fields(found, "id", "number", "name", "state", "score", "masks", "first", "last", "frame", "area", "human")
    places = {"category": found.category_id, "video": {"id": found.video_id, "name": found.video}}
    return {**own, **places, "mask": found.blob_hash, "sources": list(found.sources), "author": found.author}


def track_facets(
    found: Facets, marks: MarkCounts, categories: Iterable[Category], named: Iterable[tuple[str, str]]
) -> Json:
    """Numbers of tracks by value; ``named`` are id and name of the project's videos."""
    numbers = found.categories
    used = [one for one in categories if not one.retired or one.id in numbers]
    return {
        "categories": [{**category(one), "tracks": numbers.get(one.id, 0)} for one in used],
        "uncategorised": numbers.get(None, 0),
        **_fields(found, "states", "sources", "authors"),
        **_fields(marks, "flags", "comments", "commenters"),
        "attributes": [_attribute_count(one) for one in marks.attributes],
        "videos": [{"id": video_id, "name": name} for video_id, name in named],
    }


def _attribute_count(found: AttributeCount) -> Json:
    """The values of an attribute in the order of its menu, then those of tracks that the menu no longer offers."""
    values = dict.fromkeys((*found.attribute.choices, *sorted(found.values)))
    numbers = [{"value": value, "tracks": found.values.get(value, 0)} for value in values]
    return {**_fields(found.attribute, "id", "name", "per"), "values": numbers, "without": found.without}


def edit_event(edit: LoggedEdit) -> Json:
    """An entry of the log as the WebSocket sends it."""
    facts = _fields(edit, "number", "id", "author", "kind", "undoes", "rows")
    return {"type": "edit", **facts, "project": edit.project_id, "video": edit.video_id}


def comment_event(found: Comment, project_id: str) -> Json:
    """A new or changed comment as the WebSocket sends it."""
    return {"type": "comment", "video": found.video_id, "project": project_id, "comment": comment(found)}


def draft(found: Draft) -> Json:
    """One suggested row; ``mask`` is the hash of its mask, null where the track is believed absent."""
    facts = _fields(found, "state", "frame", "confidence", "doubt")
    return {"run": found.run_id, "track": found.track_id, "mask": found.blob_hash, **facts}


def drafts(made: Iterable[Run], found: Iterable[Draft], blobs: Mapping[str, Rle]) -> Json:
    """Drafts with their runs, and their masks as compressed run lengths by hash."""
    counts = {name: rle["counts"] for name, rle in blobs.items()}
    return {"runs": [draft_run(run) for run in made], "drafts": [draft(one) for one in found], "blobs": counts}


def drafts_event(video_id: str, project_id: str, sent: Json) -> Json:
    """New drafts of a video as the WebSocket sends them."""
    return {"type": "drafts", "video": video_id, "project": project_id, **sent}


def drafts_removed_event(project_id: str, found: Removal) -> Json:
    """Drafts of a video that went, as the WebSocket sends them: null for any run or track, and for no bound."""
    part = {"run": found.run_id, "track": found.track_id, **_fields(found, "start", "stop")}
    return {"type": "drafts_removed", "video": found.video_id, "project": project_id, **part}


def draft_run(found: Run) -> Json:
    """A spreading run: its job, how it stands, and the frames that it fills, ``{track: [start, stop]}``."""
    stored = found.settings or {}
    return {**_fields(found, "id", "state"), "job": found.job_id, "stretches": dict(stored.get("stretches", {}))}


def history_entry(entry: HistoryEntry) -> Json:
    """One line of a video's history."""
    return asdict(entry)


def version_line(line: VersionLine, blobs: Mapping[str, Rle]) -> Json:
    """One earlier version of a track: the edit, and as its picture a mask that it wrote or took away, compressed."""
    facts = _fields(line.edit, "number", "id", "kind", "author", "created", "undone", "count")
    mask = blobs.get(line.mask) if line.mask is not None else None
    return {**facts, "frame": line.frame, "mask": mask and mask["counts"], "gone": line.gone}


_RESTORED = ("category", "name", "rejected", "occluded", "iscrowd", "truncated", "attributes", "score", "run", "extra")


def track_version(found: TrackVersion, blobs: Mapping[str, Rle]) -> Json:
    """A track as it was: its own row, ``[frame, values]`` of its masks without empty values, and these blobs."""
    own = {name: found.own[name] for name in _RESTORED}
    rows = [[frame, pack(RowKey("", frame), value)] for frame, value in found.rows.items()]
    return {
        "number": found.number,
        "own": own,
        "rows": rows,
        "blobs": {name: rle["counts"] for name, rle in blobs.items()},
    }


def machine_row(found: Mapping[str, Any], blobs: Mapping[str, Rle]) -> Json:
    """A row as a machine wrote it, and its mask as compressed run lengths, null if the track was absent."""
    mask = blobs.get(found["mask"])
    return {"source": found["source"], "score": found["score"], "hash": found["mask"], "mask": mask and mask["counts"]}


def series(points: Mapping[str, Sequence[tuple[int, float]]]) -> Json:
    """Live curves by name: lists of ``[step, value]``."""
    return {name: [[step, value] for step, value in line] for name, line in points.items()}


def checkpoint_choice(found: CheckpointChoice, kept: KeptFrames | None, unsteady: str | None) -> Json:
    """The checkpoint that would propose, the classes that it knows, the alternatives; ``kept``: of its last run.

    ``unsteady``: why masks cannot be made steady, a sentence; None where they can.
    """
    chosen = found.checkpoint
    facts = None if chosen is None else {**checkpoint(chosen, found.known_classes), "classes": chosen.categories}
    return {
        **_fields(found, "known", "unknown", "warning", "device"),
        "checkpoint": facts,
        "unmapped": found.unmapped_classes,
        "kept": None if kept is None else asdict(kept),
        "unsteady": unsteady,
        "downloads": [asdict(release) for release in found.downloads],
    }


def _fields(record: object, *names: str) -> Json:
    """The named fields of a record, under their own names; other fields are not sent."""
    return {name: getattr(record, name) for name in names}
