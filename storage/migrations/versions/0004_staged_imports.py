"""Imports that publish one video after another: what an open one needs to go on, and videos still being written."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns; every import of an earlier version was stored whole, so it is finished."""
    op.add_column("imports", sa.Column("owner", sa.Text))
    op.add_column("imports", sa.Column("heartbeat", sa.Float))
    op.add_column("imports", sa.Column("finished", sa.Float))
    op.add_column("imports", sa.Column("settings", sa.JSON(none_as_null=True)))
    op.add_column("imports", sa.Column("made", sa.JSON(none_as_null=True)))
    op.add_column("videos", sa.Column("staged", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute("UPDATE imports SET finished = created")
