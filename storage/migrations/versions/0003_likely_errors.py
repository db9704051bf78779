"""The likely errors that a search of a video found."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "likely_errors",
        sa.Column("video_id", sa.Text, nullable=False),
        sa.Column("edit", sa.Integer, nullable=False),
        sa.Column("errors", sa.JSON, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_likely_errors_video_id_videos"),
        sa.PrimaryKeyConstraint("video_id", name="pk_likely_errors"),
    )
