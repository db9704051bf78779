"""The first tables: projects, videos, tracks, masks, the log of edits, drafts, jobs and checkpoints."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_JSON = sa.JSON(none_as_null=True)


def upgrade() -> None:
    """Make the tables, each after those that it refers to."""
    library = (_blobs, _projects, _settings, _categories, _imports, _videos)
    models = (_checkpoints, _active_checkpoints, _class_maps, _snapshots, _jobs, _job_points, _runs)
    rows = (_edits, _edit_rows, _tracks, _masks, _complete_ranges, _drafts)
    for create in library + models + rows:
        create()


def _blobs() -> None:
    op.create_table(
        "blobs",
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("counts", sa.LargeBinary, nullable=False),
        sa.Column("area", sa.Integer, nullable=False),
        sa.Column("x", sa.Integer, nullable=False),
        sa.Column("y", sa.Integer, nullable=False),
        sa.Column("w", sa.Integer, nullable=False),
        sa.Column("h", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_blobs"),
    )


def _projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("archived", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("extra", _JSON),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("name", name="uq_projects_name"),
    )


def _settings() -> None:
    op.create_table(
        "settings",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", _JSON),
        sa.PrimaryKeyConstraint("key", name="pk_settings"),
    )


def _categories() -> None:
    op.create_table(
        "categories",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("project_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("supercategory", sa.Text),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("retired", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("source_id", sa.Text),
        sa.Column("extra", _JSON),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_categories_project_id_projects"),
        sa.PrimaryKeyConstraint("id", name="pk_categories"),
    )
    op.create_index(
        "uq_categories_name_in_use",
        "categories",
        ["project_id", "name"],
        unique=True,
        sqlite_where=sa.text("NOT retired"),
        postgresql_where=sa.text("NOT retired"),
    )


def _checkpoints() -> None:
    op.create_table(
        "checkpoints",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("project_id", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("categories", sa.JSON, nullable=False),
        sa.Column("parent_sha256", sa.Text),
        sa.Column("provenance", _JSON),
        sa.Column("metrics", _JSON),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("removed", sa.Float),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_checkpoints_project_id_projects"),
        sa.PrimaryKeyConstraint("id", name="pk_checkpoints"),
        sa.UniqueConstraint("name", name="uq_checkpoints_name"),
    )


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("project_id", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text),
        sa.Column("info", _JSON),
        sa.Column("extra", _JSON),
        sa.Column("created", sa.Float, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_imports_project_id_projects"),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )


def _snapshots() -> None:
    op.create_table(
        "snapshots",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("project_id", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("masks", sa.JSON, nullable=False),
        sa.Column("videos", sa.JSON, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_snapshots_project_id_projects"),
        sa.PrimaryKeyConstraint("id", name="pk_snapshots"),
        sa.UniqueConstraint("project_id", "hash", name="uq_snapshots_project_id_hash"),
    )


def _active_checkpoints() -> None:
    op.create_table(
        "active_checkpoints",
        sa.Column("project_id", sa.Text, nullable=False),
        sa.Column("checkpoint_id", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["checkpoints.id"], name="fk_active_checkpoints_checkpoint_id_checkpoints"
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_active_checkpoints_project_id_projects"),
        sa.PrimaryKeyConstraint("project_id", name="pk_active_checkpoints"),
    )


def _class_maps() -> None:
    op.create_table(
        "class_maps",
        sa.Column("checkpoint_id", sa.Text, nullable=False),
        sa.Column("project_id", sa.Text, nullable=False),
        sa.Column("class_name", sa.Text, nullable=False),
        sa.Column("category_id", sa.Text),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name="fk_class_maps_category_id_categories"),
        sa.ForeignKeyConstraint(["checkpoint_id"], ["checkpoints.id"], name="fk_class_maps_checkpoint_id_checkpoints"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_class_maps_project_id_projects"),
        sa.PrimaryKeyConstraint("checkpoint_id", "project_id", "class_name", name="pk_class_maps"),
    )


def _videos() -> None:
    op.create_table(
        "videos",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("project_id", sa.Text, nullable=False),
        sa.Column("import_id", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("copied", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("index", _JSON),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("confirmed", sa.Integer, nullable=False),
        sa.Column("content_hash", sa.Text),
        sa.Column("file_names", _JSON),
        sa.Column("stride", sa.Integer, server_default="1", nullable=False),
        sa.Column("source_id", sa.Text),
        sa.Column("extra", _JSON),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("removed", sa.Float),
        sa.CheckConstraint("kind IN ('video', 'images')", name=op.f("ck_videos_kind")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_videos_import_id_imports"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_videos_project_id_projects"),
        sa.PrimaryKeyConstraint("id", name="pk_videos"),
    )
    op.create_index("ix_videos_project_id", "videos", ["project_id"], unique=False)


def _complete_ranges() -> None:
    op.create_table(
        "complete_ranges",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("video_id", sa.Text, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("stop", sa.Integer, nullable=False),
        sa.Column("categories", sa.JSON, nullable=False),
        sa.Column("declared", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint('"start" >= 0 AND "stop" > "start"', name=op.f("ck_complete_ranges_not_empty")),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_complete_ranges_video_id_videos"),
        sa.PrimaryKeyConstraint("id", name="pk_complete_ranges"),
    )
    op.create_index("ix_complete_ranges_video_id", "complete_ranges", ["video_id"], unique=False)


def _edits() -> None:
    op.create_table(
        "edits",
        sa.Column("number", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("project_id", sa.Text, nullable=False),
        sa.Column("video_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("undoes", sa.Text),
        sa.Column("base_edit", sa.Text),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("undone", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("changes", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_edits_project_id_projects"),
        sa.ForeignKeyConstraint(["undoes"], ["edits.id"], name="fk_edits_undoes_edits"),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_edits_video_id_videos"),
        sa.PrimaryKeyConstraint("number", name="pk_edits"),
        sa.UniqueConstraint("id", name="uq_edits_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_edits_video_id_author_undone_number", "edits", ["video_id", "author", "undone", "number"], unique=False
    )
    op.create_index("ix_edits_video_id_number", "edits", ["video_id", "number"], unique=False)


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("project_id", sa.Text),
        sa.Column("video_id", sa.Text),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("progress", sa.Float, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("eta_seconds", sa.Float),
        sa.Column("log", sa.Text, nullable=False),
        sa.Column("result", _JSON),
        sa.Column("error", sa.Text),
        sa.Column("worker", sa.Text),
        sa.Column("heartbeat", sa.Float),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("started", sa.Float),
        sa.Column("finished", sa.Float),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'cancelling', 'done', 'failed', 'cancelled')", name=op.f("ck_jobs_status")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_jobs_project_id_projects"),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_jobs_video_id_videos"),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_status_created", "jobs", ["status", "created"], unique=False)


def _tracks() -> None:
    op.create_table(
        "tracks",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("video_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("category_id", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("deleted", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("rejected", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("occluded", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("iscrowd", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("score", sa.Float),
        sa.Column("run_id", sa.Text),
        sa.Column("source_id", sa.Text),
        sa.Column("extra", _JSON),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name="fk_tracks_category_id_categories"),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_tracks_video_id_videos"),
        sa.PrimaryKeyConstraint("id", name="pk_tracks"),
        sa.UniqueConstraint("video_id", "number", name="uq_tracks_video_id_number"),
    )


def _edit_rows() -> None:
    op.create_table(
        "edit_rows",
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("frame", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("origin", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["number"], ["edits.number"], name="fk_edit_rows_number_edits"),
        sa.PrimaryKeyConstraint("owner", "frame", "number", name="pk_edit_rows"),
    )
    op.create_index("ix_edit_rows_number", "edit_rows", ["number"], unique=False)


def _job_points() -> None:
    op.create_table(
        "job_points",
        sa.Column("job_id", sa.Text, nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("step", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_job_points_job_id_jobs"),
        sa.PrimaryKeyConstraint("job_id", "series", "step", name="pk_job_points"),
    )


def _masks() -> None:
    op.create_table(
        "masks",
        sa.Column("track_id", sa.Text, nullable=False),
        sa.Column("frame", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("blob_hash", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("review", sa.Text, nullable=False),
        sa.Column("key", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("score", sa.Float),
        sa.Column("run_id", sa.Text),
        sa.Column("parent_edit", sa.Text),
        sa.Column("occluded", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("iscrowd", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("look_reason", sa.Text),
        sa.Column("look_author", sa.Text),
        sa.Column("extra", _JSON),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("(state = 'present') = (blob_hash IS NOT NULL)", name=op.f("ck_masks_present_has_mask")),
        sa.CheckConstraint(
            "review IN ('unreviewed', 'accepted', 'corrected', 'rejected')", name=op.f("ck_masks_review")
        ),
        sa.CheckConstraint(
            "source IN ('proposed', 'propagated', 'interpolated', 'drawn', 'imported')", name=op.f("ck_masks_source")
        ),
        sa.CheckConstraint("state IN ('present', 'absent')", name=op.f("ck_masks_state")),
        sa.ForeignKeyConstraint(["blob_hash"], ["blobs.hash"], name="fk_masks_blob_hash_blobs"),
        sa.ForeignKeyConstraint(["track_id"], ["tracks.id"], name="fk_masks_track_id_tracks"),
        sa.PrimaryKeyConstraint("track_id", "frame", name="pk_masks"),
    )
    op.create_index("ix_masks_parent_edit", "masks", ["parent_edit"], unique=False)


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("project_id", sa.Text, nullable=False),
        sa.Column("video_id", sa.Text),
        sa.Column("checkpoint_id", sa.Text),
        sa.Column("job_id", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("settings", _JSON),
        sa.Column("unmapped", _JSON),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("finished", sa.Float),
        sa.ForeignKeyConstraint(["checkpoint_id"], ["checkpoints.id"], name="fk_runs_checkpoint_id_checkpoints"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_runs_job_id_jobs"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_runs_project_id_projects"),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_runs_video_id_videos"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("video_id", sa.Text, nullable=False),
        sa.Column("track_id", sa.Text, nullable=False),
        sa.Column("frame", sa.Integer, nullable=False),
        sa.Column("blob_hash", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float),
        sa.Column("doubt", sa.Text),
        sa.CheckConstraint("state IN ('present', 'absent')", name=op.f("ck_drafts_state")),
        sa.ForeignKeyConstraint(["blob_hash"], ["blobs.hash"], name="fk_drafts_blob_hash_blobs"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_drafts_run_id_runs"),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_drafts_video_id_videos"),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.UniqueConstraint("run_id", "track_id", "frame", name="uq_drafts_run_id_track_id_frame"),
    )
    op.create_index("ix_drafts_video_id_frame", "drafts", ["video_id", "frame"], unique=False)
