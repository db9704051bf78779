"""Drafts carry the number of the write that stored them, so that open pages receive them while a run goes on."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the column and its index."""
    op.add_column("drafts", sa.Column("change", sa.Integer, nullable=False, server_default="0"))
    op.create_index("ix_drafts_change", "drafts", ["change"])
