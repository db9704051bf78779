"""Changes of identities that a search suggests, and those that people dismissed."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the table; searches for likely errors fill it."""
    op.create_table(
        "identity_candidates",
        sa.Column("video_id", sa.Text, nullable=False),
        sa.Column("edit", sa.Integer, nullable=False),
        sa.Column("candidates", sa.JSON, nullable=False),
        sa.Column("dismissed", sa.JSON, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_identity_candidates_video_id_videos"),
        sa.PrimaryKeyConstraint("video_id", name="pk_identity_candidates"),
    )
