"""A row that was spread from two corrections keeps both, so that it goes with whichever is undone."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the column and its index. What was spread before keeps the later correction alone."""
    op.add_column("masks", sa.Column("other_parent_edit", sa.Text))
    where = sa.text("other_parent_edit IS NOT NULL")
    op.create_index(
        "ix_masks_other_parent_edit", "masks", ["other_parent_edit"], sqlite_where=where, postgresql_where=where
    )
