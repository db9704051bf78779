"""The tables. Identifiers are UUIDs as text, times are unix seconds, frames are numbered from 0.

``migrations/versions`` creates exactly these tables; a test compares both. The rows of ``tracks``, ``masks`` and
``complete_ranges`` are the current state that follows from the log in ``edits``; only ``storage.edits`` writes them.
"""

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from storage.columns import flag, identifier, json, metadata, name_in_use, one_of, parents, refers, time

__all__ = ["metadata"]

STATES = ("present", "absent")
SOURCES = ("proposed", "propagated", "interpolated", "drawn", "imported")
REVIEWS = ("unreviewed", "accepted", "corrected", "rejected")
PER = ("track", "frame")
ROLES = ("trained", "held out", "golden")
JOB_STATUSES = ("queued", "running", "cancelling", "done", "failed", "cancelled")


projects = Table(
    "projects",
    metadata,
    identifier(),
    Column("name", Text, nullable=False, unique=True),
    time("created"),
    flag("archived"),
    json("extra"),
)

categories = Table(
    "categories",
    metadata,
    identifier(),
    refers("project_id", "projects.id"),
    Column("name", Text, nullable=False),
    Column("supercategory", Text),
    Column("position", Integer, nullable=False),
    flag("retired"),
    Column("source_id", Text),
    json("extra"),
    # A new category may take the name of a retired one, so names are unique only among those in use.
    name_in_use("categories"),
)

attributes = Table(
    "attributes",
    metadata,
    identifier(),
    refers("project_id", "projects.id"),
    Column("name", Text, nullable=False),
    Column("choices", JSON, nullable=False),  # the values to choose from, as texts
    Column("per", Text, nullable=False),
    Column("key", Text),  # one of storage.attributes.KEYS; null: no key
    Column("position", Integer, nullable=False),
    flag("retired"),
    one_of("per", PER),
    name_in_use("attributes"),
)

guides = Table(
    "guides",
    metadata,
    Column("project_id", Text, ForeignKey("projects.id"), primary_key=True),
    Column("text", Text, nullable=False),  # Markdown
    time("changed"),
)

imports = Table(
    "imports",
    metadata,
    identifier(),
    refers("project_id", "projects.id"),
    Column("path", Text, nullable=False),
    Column("content_hash", Text),
    json("info"),
    json("extra"),
    time("created"),
    Column("owner", Text),  # the process that works on it
    time("heartbeat", nullable=True),
    time("finished", nullable=True),
    json("settings"),
    json("made"),
)

videos = Table(
    "videos",
    metadata,
    identifier(),
    refers("project_id", "projects.id"),
    refers("import_id", "imports.id", nullable=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("path", Text, nullable=False),
    flag("copied"),
    json("index"),  # storage.frames.FrameIndex.to_dict()
    Column("count", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("confirmed", Integer, nullable=False),  # frames 0..confirmed-1 have their final number
    Column("content_hash", Text),
    json("file_names"),
    Column("stride", Integer, nullable=False, server_default="1"),
    Column("source_id", Text),
    json("extra"),
    time("created"),
    time("removed", nullable=True),
    json("cuts"),  # first frames of scenes, found by the latest proposal run; null: there was none
    flag("staged"),  # an import is still writing it; `removed` is set too
    one_of("kind", ("video", "images")),
    Index(None, "project_id"),
)

tracks = Table(
    "tracks",
    metadata,
    identifier(),
    refers("video_id", "videos.id"),
    Column("number", Integer, nullable=False),
    refers("category_id", "categories.id", nullable=True),
    Column("name", Text),
    flag("deleted"),
    flag("rejected"),
    flag("occluded"),
    flag("iscrowd"),
    flag("truncated"),
    json("attributes"),  # values of the project's attributes per track, by attribute id
    Column("score", Float),
    Column("run_id", Text),  # no foreign key: a run may have been made in another database than the track's
    Column("source_id", Text),
    json("extra"),
    Column("version", Integer, nullable=False),
    UniqueConstraint("video_id", "number"),
)

blobs = Table(
    "blobs",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("height", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("counts", LargeBinary, nullable=False),  # COCO's compressed runs, column by column
    Column("area", Integer, nullable=False),
    Column("x", Integer, nullable=False),
    Column("y", Integer, nullable=False),
    Column("w", Integer, nullable=False),
    Column("h", Integer, nullable=False),
)

masks = Table(
    "masks",
    metadata,
    Column("track_id", Text, ForeignKey("tracks.id"), primary_key=True),
    Column("frame", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    refers("blob_hash", "blobs.hash", nullable=True),
    Column("source", Text, nullable=False),
    Column("review", Text, nullable=False),
    flag("key"),
    Column("score", Float),
    Column("run_id", Text),
    *parents(),
    flag("occluded"),
    flag("iscrowd"),
    flag("truncated"),
    json("attributes"),  # values of the project's attributes per frame, by attribute id
    Column("look_reason", Text),
    Column("look_author", Text),
    json("extra"),
    Column("version", Integer, nullable=False),
    one_of("state", STATES),
    one_of("source", SOURCES),
    one_of("review", REVIEWS),
    CheckConstraint("(state = 'present') = (blob_hash IS NOT NULL)", name="present_has_mask"),
)

edits = Table(
    "edits",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    refers("project_id", "projects.id"),
    refers("video_id", "videos.id"),
    Column("kind", Text, nullable=False),
    Column("author", Text, nullable=False),
    refers("undoes", "edits.id", nullable=True),
    Column("base_edit", Text),
    time("created"),
    flag("undone"),  # derived from later edits; stored so that undo finds its target without a scan
    Column("changes", JSON, nullable=False),
    Index(None, "video_id", "number"),
    Index(None, "video_id", "author", "undone", "number"),
    Index(None, "project_id"),
    Index(None, "author", "created", "number"),
    sqlite_autoincrement=True,  # a number is never used twice, even after the newest rows were deleted
)

edit_rows = Table(
    "edit_rows",
    metadata,
    Column("owner", Text, primary_key=True),  # a track's id, or a complete range's
    Column("frame", Integer, primary_key=True, autoincrement=False),  # -1: the track's own row, -2: a complete range
    Column("number", Integer, ForeignKey("edits.number"), primary_key=True, autoincrement=False),
    Column("origin", Integer, nullable=False),  # the edit that first wrote this content: after an undo, an older edit
    Index(None, "number"),
)

complete_ranges = Table(
    "complete_ranges",
    metadata,
    identifier(),
    refers("video_id", "videos.id"),
    Column("start", Integer, nullable=False),
    Column("stop", Integer, nullable=False),  # exclusive
    Column("categories", JSON, nullable=False),
    Column("declared", Integer, nullable=False),  # the edit of the declaration; stays when a range is split
    Column("version", Integer, nullable=False),
    CheckConstraint('"start" >= 0 AND "stop" > "start"', name="not_empty"),
    Index(None, "video_id"),
)

comments = Table(
    "comments",
    metadata,
    identifier(),
    refers("video_id", "videos.id"),
    refers("track_id", "tracks.id", nullable=True),
    Column("frame", Integer, nullable=False),
    Column("x", Float),  # with y: the point that it is about, in pixels of the frame
    Column("y", Float),
    Column("text", Text, nullable=False),
    Column("author", Text, nullable=False),
    time("created"),
    flag("resolved"),
    Column("resolved_by", Text),
    flag("deleted"),
    Column("change", Integer, nullable=False),  # see storage.comments
    Index(None, "video_id"),
    Index(None, "change"),
)

runs = Table(
    "runs",
    metadata,
    identifier(),
    Column("kind", Text, nullable=False),
    refers("project_id", "projects.id"),
    refers("video_id", "videos.id", nullable=True),
    refers("checkpoint_id", "checkpoints.id", nullable=True),
    refers("job_id", "jobs.id", nullable=True),
    Column("state", Text, nullable=False),
    json("settings"),
    json("unmapped"),  # proposed classes without a category in the project, with their counts
    time("created"),
    time("finished", nullable=True),
)

run_progress = Table(
    "run_progress",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id"), primary_key=True),
    Column("done", Integer, nullable=False),  # frames 0..done-1 are stored
    Column("next_frame", Integer, nullable=False),  # the first frame to read when the run is resumed
    Column("state", LargeBinary, nullable=False),  # written and read by model.tracking.windows only
    Column("ledger", JSON, nullable=False),  # matches the run's tracks to the video's; see app.proposing.ledger
    time("updated"),
)

drafts = Table(
    "drafts",
    metadata,
    identifier(),
    refers("run_id", "runs.id"),
    refers("video_id", "videos.id"),
    Column("track_id", Text, nullable=False),  # may be a track that does not exist yet
    Column("frame", Integer, nullable=False),
    refers("blob_hash", "blobs.hash", nullable=True),
    Column("state", Text, nullable=False),
    Column("confidence", Float),
    Column("doubt", Text),
    Column("change", Integer, nullable=False, server_default="0"),  # see storage.drafts
    one_of("state", STATES),
    UniqueConstraint("run_id", "track_id", "frame"),
    Index(None, "video_id", "frame"),
    Index(None, "change"),
)

likely_errors = Table(
    "likely_errors",
    metadata,
    Column("video_id", Text, ForeignKey("videos.id"), primary_key=True),
    Column("edit", Integer, nullable=False),  # the last edit that the search saw
    Column("errors", JSON, nullable=False),  # storage.likely_errors.StoredError, strongest first
    time("created"),
)

jobs = Table(
    "jobs",
    metadata,
    identifier(),
    Column("kind", Text, nullable=False),
    refers("project_id", "projects.id", nullable=True),
    refers("video_id", "videos.id", nullable=True),
    Column("parameters", JSON, nullable=False),
    Column("status", Text, nullable=False),
    Column("progress", Float, nullable=False),
    Column("message", Text, nullable=False),
    Column("eta_seconds", Float),
    Column("log", Text, nullable=False),
    json("result"),
    Column("error", Text),
    Column("worker", Text),
    time("heartbeat", nullable=True),
    time("created"),
    time("started", nullable=True),
    time("finished", nullable=True),
    Column("attempts", Integer, nullable=False, server_default="0"),  # starts since the job last stored progress
    one_of("status", JOB_STATUSES),
    Index(None, "status", "created"),
)

job_points = Table(
    "job_points",
    metadata,
    Column("job_id", Text, ForeignKey("jobs.id"), primary_key=True),
    Column("series", Text, primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("value", Float, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    identifier(),
    refers("project_id", "projects.id", nullable=True),  # null: every project may use it
    Column("name", Text, nullable=False, unique=True),
    Column("path", Text, nullable=False),  # relative to the data folder, or absolute if it lies outside
    Column("sha256", Text, nullable=False),
    Column("config", Text, nullable=False),
    Column("categories", JSON, nullable=False),
    Column("parent_sha256", Text),
    json("provenance"),
    json("metrics"),
    Column("size_bytes", Integer, nullable=False),
    time("created"),
    time("removed", nullable=True),
)

active_checkpoints = Table(
    "active_checkpoints",
    metadata,
    Column("project_id", Text, ForeignKey("projects.id"), primary_key=True),
    refers("checkpoint_id", "checkpoints.id"),
)

class_maps = Table(
    "class_maps",
    metadata,
    Column("checkpoint_id", Text, ForeignKey("checkpoints.id"), primary_key=True),
    Column("project_id", Text, ForeignKey("projects.id"), primary_key=True),
    Column("class_name", Text, primary_key=True),
    refers("category_id", "categories.id", nullable=True),
)

snapshots = Table(
    "snapshots",
    metadata,
    identifier(),
    refers("project_id", "projects.id"),
    Column("hash", Text, nullable=False),
    Column("masks", JSON, nullable=False),
    Column("videos", JSON, nullable=False),
    time("created"),
    UniqueConstraint("project_id", "hash"),
)

video_roles = Table(
    "video_roles",
    metadata,
    Column("project_id", Text, ForeignKey("projects.id"), primary_key=True),
    Column("content", Text, primary_key=True),  # the content hash of the video: copies have one role
    Column("role", Text, nullable=False),
    time("created"),
    one_of("role", ROLES),
)

settings = Table("settings", metadata, Column("key", Text, primary_key=True), json("value"))
