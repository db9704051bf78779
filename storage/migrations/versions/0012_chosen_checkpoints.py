"""Projects that proposed with an added checkpoint without a choice keep it, now as their choice."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

FACTORY = "demo"  # the checkpoint that comes with the program


def upgrade() -> None:
    """Put the newest added checkpoint in use in each project without one."""
    connection = op.get_bind()
    newest = sa.text(
        "SELECT id FROM checkpoints WHERE project_id IS NULL AND removed IS NULL AND name <> :factory "
        "ORDER BY created DESC, name LIMIT 1"
    )
    found = connection.execute(newest, {"factory": FACTORY}).scalar()
    if found is None:
        return
    connection.execute(
        sa.text(
            "INSERT INTO active_checkpoints (project_id, checkpoint_id) SELECT id, :found FROM projects "
            "WHERE id NOT IN (SELECT project_id FROM active_checkpoints)"
        ),
        {"found": found},
    )
