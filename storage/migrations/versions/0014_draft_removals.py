"""Removals of drafts, which are sent to open pages."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "draft_removals",
        sa.Column("change", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("video_id", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text),
        sa.Column("track_id", sa.Text),
        sa.Column("start", sa.Integer),
        sa.Column("stop", sa.Integer),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_draft_removals_video_id_videos"),
        sa.PrimaryKeyConstraint("change", name="pk_draft_removals"),
    )
