"""Findings of proposal runs and looks of videos, for ranking videos."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the tables; searches for likely errors fill them."""
    op.create_table(
        "run_findings",
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("video_id", sa.Text, nullable=False),
        sa.Column("masks", sa.Integer, nullable=False),
        sa.Column("near", sa.Integer, nullable=False),
        sa.Column("errors", sa.Float, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_findings_run_id_runs"),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_run_findings_video_id_videos"),
        sa.PrimaryKeyConstraint("run_id", name="pk_run_findings"),
    )
    op.create_index("ix_run_findings_video_id", "run_findings", ["video_id"])
    op.create_table(
        "video_looks",
        sa.Column("video_id", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_video_looks_video_id_videos"),
        sa.PrimaryKeyConstraint("video_id", name="pk_video_looks"),
    )
