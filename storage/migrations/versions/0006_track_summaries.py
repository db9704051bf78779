"""What the page of tracks shows of each track, computed from its rows."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

REVIEWS = ("unreviewed", "accepted", "corrected", "rejected")
SOURCES = ("proposed", "propagated", "interpolated", "drawn", "imported")


def upgrade() -> None:
    """Add both tables; they are filled when the page is opened."""
    op.create_table(
        "track_summaries",
        sa.Column("track_id", sa.Text, nullable=False),
        sa.Column("masks", sa.Integer, nullable=False),
        sa.Column("first", sa.Integer),
        sa.Column("last", sa.Integer),
        sa.Column("frame", sa.Integer),
        sa.Column("blob_hash", sa.Text),
        sa.Column("area", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in (*REVIEWS, *SOURCES)),
        sa.Column("look", sa.Integer, nullable=False),
        sa.Column("human", sa.Integer, nullable=False),
        sa.Column("score", sa.Float),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["track_id"], ["tracks.id"], name="fk_track_summaries_track_id_tracks"),
        sa.PrimaryKeyConstraint("track_id", name="pk_track_summaries"),
    )
    op.create_table(
        "summarised_videos",
        sa.Column("video_id", sa.Text, nullable=False),
        sa.Column("edit", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_summarised_videos_video_id_videos"),
        sa.PrimaryKeyConstraint("video_id", name="pk_summarised_videos"),
    )
