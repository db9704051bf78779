"""Attributes of tracks and masks: truncated, and a project's own lists."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table and the columns."""
    op.create_table(
        "attributes",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("project_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("choices", sa.JSON, nullable=False),
        sa.Column("per", sa.Text, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("retired", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.CheckConstraint("per IN ('track', 'frame')", name="per"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_attributes_project_id_projects"),
        sa.PrimaryKeyConstraint("id", name="pk_attributes"),
    )
    op.create_index(
        "uq_attributes_name_in_use",
        "attributes",
        ["project_id", "name"],
        unique=True,
        sqlite_where=sa.text("NOT retired"),
        postgresql_where=sa.text("NOT retired"),
    )
    for table in ("tracks", "masks"):
        op.add_column(table, sa.Column("truncated", sa.Boolean, nullable=False, server_default=sa.false()))
        op.add_column(table, sa.Column("attributes", sa.JSON))
