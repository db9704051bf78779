"""Roles of videos in retraining."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "video_roles",
        sa.Column("project_id", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.CheckConstraint("role IN ('trained', 'held out', 'golden')", name="role"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_video_roles_project_id_projects"),
        sa.PrimaryKeyConstraint("project_id", "content", name="pk_video_roles"),
    )
