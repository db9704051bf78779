"""Runs that store each window as it is done and go on after a crash; scene cuts of a video."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the table of what a run needs to go on, and two columns."""
    op.create_table(
        "run_progress",
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("next_frame", sa.Integer, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.Column("ledger", sa.JSON, nullable=False),
        sa.Column("updated", sa.Float, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_progress_run_id_runs"),
        sa.PrimaryKeyConstraint("run_id", name="pk_run_progress"),
    )
    op.add_column("videos", sa.Column("cuts", sa.JSON(none_as_null=True)))
    op.add_column("jobs", sa.Column("attempts", sa.Integer, nullable=False, server_default="0"))
