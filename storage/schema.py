"""The tables. Identifiers are UUIDs as text, times are unix seconds, frames are numbered from 0.

``migrations/versions`` creates exactly these tables; a test compares both. The rows of ``tracks``, ``masks`` and
``complete_ranges`` are the current state that follows from the log in ``edits``; only ``storage.edits`` writes them.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

STATES = ("present", "absent")
SOURCES = ("proposed", "propagated", "interpolated", "drawn", "imported")
REVIEWS = ("unreviewed", "accepted", "corrected", "rejected")
JOB_STATUSES = ("queued", "running", "cancelling", "done", "failed", "cancelled")


def _id() -> Column[str]:
    return Column("id", Text, primary_key=True)


def _json(name: str) -> Column[object]:
    # Python's None is stored as SQL NULL, never as JSON null.
    return Column(name, JSON(none_as_null=True))


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=false())


def _time(name: str, *, nullable: bool = False) -> Column[float]:
    return Column(name, Float, nullable=nullable)


def _refers(name: str, target: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, ForeignKey(target), nullable=nullable)


def _one_of(name: str, values: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{name} IN ({', '.join(repr(value) for value in values)})", name=name)


projects = Table(
    "projects",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    _time("created"),
    _flag("archived"),
    _json("extra"),
)

categories = Table(
    "categories",
    metadata,
    _id(),
    _refers("project_id", "projects.id"),
    Column("name", Text, nullable=False),
    Column("supercategory", Text),
    Column("position", Integer, nullable=False),
    _flag("retired"),
    Column("source_id", Text),
    _json("extra"),
    # A new category may take the name of a retired one, so names are unique only among those in use.
    Index(
        "uq_categories_name_in_use",
        "project_id",
        "name",
        unique=True,
        sqlite_where=text("NOT retired"),
        postgresql_where=text("NOT retired"),
    ),
)

imports = Table(
    "imports",
    metadata,
    _id(),
    _refers("project_id", "projects.id"),
    Column("path", Text, nullable=False),
    Column("content_hash", Text),
    _json("info"),
    _json("extra"),
    _time("created"),
    Column("owner", Text),  # the process that works on it
    _time("heartbeat", nullable=True),
    _time("finished", nullable=True),
    _json("settings"),
    _json("made"),
)

videos = Table(
    "videos",
    metadata,
    _id(),
    _refers("project_id", "projects.id"),
    _refers("import_id", "imports.id", nullable=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("path", Text, nullable=False),
    _flag("copied"),
    _json("index"),  # storage.frames.FrameIndex.to_dict()
    Column("count", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("confirmed", Integer, nullable=False),  # frames 0..confirmed-1 have their final number
    Column("content_hash", Text),
    _json("file_names"),
    Column("stride", Integer, nullable=False, server_default="1"),
    Column("source_id", Text),
    _json("extra"),
    _time("created"),
    _time("removed", nullable=True),
    _json("cuts"),  # first frames of scenes, found by the latest proposal run; null: there was none
    _flag("staged"),  # an import is still writing it; `removed` is set too
    _one_of("kind", ("video", "images")),
    Index(None, "project_id"),
)

tracks = Table(
    "tracks",
    metadata,
    _id(),
    _refers("video_id", "videos.id"),
    Column("number", Integer, nullable=False),
    _refers("category_id", "categories.id", nullable=True),
    Column("name", Text),
    _flag("deleted"),
    _flag("rejected"),
    _flag("occluded"),
    _flag("iscrowd"),
    Column("score", Float),
    Column("run_id", Text),  # no foreign key: a run may have been made in another database than the track's
    Column("source_id", Text),
    _json("extra"),
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
    _refers("blob_hash", "blobs.hash", nullable=True),
    Column("source", Text, nullable=False),
    Column("review", Text, nullable=False),
    _flag("key"),
    Column("score", Float),
    Column("run_id", Text),
    Column("parent_edit", Text),  # the correction from which a propagated row was spread
    _flag("occluded"),
    _flag("iscrowd"),
    Column("look_reason", Text),
    Column("look_author", Text),
    _json("extra"),
    Column("version", Integer, nullable=False),
    _one_of("state", STATES),
    _one_of("source", SOURCES),
    _one_of("review", REVIEWS),
    CheckConstraint("(state = 'present') = (blob_hash IS NOT NULL)", name="present_has_mask"),
    Index(None, "parent_edit"),
)

edits = Table(
    "edits",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    _refers("project_id", "projects.id"),
    _refers("video_id", "videos.id"),
    Column("kind", Text, nullable=False),
    Column("author", Text, nullable=False),
    _refers("undoes", "edits.id", nullable=True),
    Column("base_edit", Text),
    _time("created"),
    _flag("undone"),  # derived from later edits; stored so that undo finds its target without a scan
    Column("changes", JSON, nullable=False),
    Index(None, "video_id", "number"),
    Index(None, "video_id", "author", "undone", "number"),
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
    _id(),
    _refers("video_id", "videos.id"),
    Column("start", Integer, nullable=False),
    Column("stop", Integer, nullable=False),  # exclusive
    Column("categories", JSON, nullable=False),
    Column(
        "declared", Integer, nullable=False
    ),  # the edit in which a person declared it; stays the same when a range is split
    Column("version", Integer, nullable=False),
    CheckConstraint('"start" >= 0 AND "stop" > "start"', name="not_empty"),
    Index(None, "video_id"),
)

runs = Table(
    "runs",
    metadata,
    _id(),
    Column("kind", Text, nullable=False),
    _refers("project_id", "projects.id"),
    _refers("video_id", "videos.id", nullable=True),
    _refers("checkpoint_id", "checkpoints.id", nullable=True),
    _refers("job_id", "jobs.id", nullable=True),
    Column("state", Text, nullable=False),
    _json("settings"),
    _json("unmapped"),  # proposed classes without a category in the project, with their counts
    _time("created"),
    _time("finished", nullable=True),
)

run_progress = Table(
    "run_progress",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id"), primary_key=True),
    Column("done", Integer, nullable=False),  # frames 0..done-1 are stored
    Column("next_frame", Integer, nullable=False),  # the first frame to read when the run is resumed
    Column("state", LargeBinary, nullable=False),  # written and read by model.tracking.windows only
    Column("ledger", JSON, nullable=False),  # matches the run's tracks to the video's; see app.proposing.ledger
    _time("updated"),
)

drafts = Table(
    "drafts",
    metadata,
    _id(),
    _refers("run_id", "runs.id"),
    _refers("video_id", "videos.id"),
    Column("track_id", Text, nullable=False),  # may be a track that does not exist yet
    Column("frame", Integer, nullable=False),
    _refers("blob_hash", "blobs.hash", nullable=True),
    Column("state", Text, nullable=False),
    Column("confidence", Float),
    Column("doubt", Text),
    _one_of("state", STATES),
    UniqueConstraint("run_id", "track_id", "frame"),
    Index(None, "video_id", "frame"),
)

likely_errors = Table(
    "likely_errors",
    metadata,
    Column("video_id", Text, ForeignKey("videos.id"), primary_key=True),
    Column("edit", Integer, nullable=False),  # the last edit that the search saw
    Column("errors", JSON, nullable=False),  # storage.likely_errors.StoredError, strongest first
    _time("created"),
)

jobs = Table(
    "jobs",
    metadata,
    _id(),
    Column("kind", Text, nullable=False),
    _refers("project_id", "projects.id", nullable=True),
    _refers("video_id", "videos.id", nullable=True),
    Column("parameters", JSON, nullable=False),
    Column("status", Text, nullable=False),
    Column("progress", Float, nullable=False),
    Column("message", Text, nullable=False),
    Column("eta_seconds", Float),
    Column("log", Text, nullable=False),
    _json("result"),
    Column("error", Text),
    Column("worker", Text),
    _time("heartbeat", nullable=True),
    _time("created"),
    _time("started", nullable=True),
    _time("finished", nullable=True),
    Column(
        "attempts", Integer, nullable=False, server_default="0"
    ),  # starts by a worker since the job last stored progress
    _one_of("status", JOB_STATUSES),
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
    _id(),
    _refers("project_id", "projects.id", nullable=True),  # null: every project may use it
    Column("name", Text, nullable=False, unique=True),
    Column("path", Text, nullable=False),  # relative to the data folder, or absolute if it lies outside
    Column("sha256", Text, nullable=False),
    Column("config", Text, nullable=False),
    Column("categories", JSON, nullable=False),
    Column("parent_sha256", Text),
    _json("provenance"),
    _json("metrics"),
    Column("size_bytes", Integer, nullable=False),
    _time("created"),
    _time("removed", nullable=True),
)

active_checkpoints = Table(
    "active_checkpoints",
    metadata,
    Column("project_id", Text, ForeignKey("projects.id"), primary_key=True),
    _refers("checkpoint_id", "checkpoints.id"),
)

class_maps = Table(
    "class_maps",
    metadata,
    Column("checkpoint_id", Text, ForeignKey("checkpoints.id"), primary_key=True),
    Column("project_id", Text, ForeignKey("projects.id"), primary_key=True),
    Column("class_name", Text, primary_key=True),
    _refers("category_id", "categories.id", nullable=True),
)

snapshots = Table(
    "snapshots",
    metadata,
    _id(),
    _refers("project_id", "projects.id"),
    Column("hash", Text, nullable=False),
    Column("masks", JSON, nullable=False),
    Column("videos", JSON, nullable=False),
    _time("created"),
    UniqueConstraint("project_id", "hash"),
)

settings = Table("settings", metadata, Column("key", Text, primary_key=True), _json("value"))
