"""Annotation guides of projects."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "guides",
        sa.Column("project_id", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("changed", sa.Float, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_guides_project_id_projects"),
        sa.PrimaryKeyConstraint("project_id", name="pk_guides"),
    )
