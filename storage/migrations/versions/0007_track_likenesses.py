"""How tracks look, for sorting them by look-alike."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table; it is filled when somebody asks for look-alikes."""
    op.create_table(
        "track_likenesses",
        sa.Column("track_id", sa.Text, nullable=False),
        sa.Column("blob_hash", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["track_id"], ["tracks.id"], name="fk_track_likenesses_track_id_tracks"),
        sa.PrimaryKeyConstraint("track_id", name="pk_track_likenesses"),
    )
