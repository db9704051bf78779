"""Indexes for the work of people in a project, and for the edit of an author before another."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the indexes."""
    op.create_index("ix_edits_project_id", "edits", ["project_id"])
    op.create_index("ix_edits_author_created_number", "edits", ["author", "created", "number"])
