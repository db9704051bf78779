"""The roles of a project's videos in retraining: trained, held out or golden. A role stays once it is given.

A role belongs to the content of a video, so copies of a video have the same one.
"""

import time
from collections.abc import Mapping

from sqlalchemy import Connection, select

from storage import schema
from storage.database import insert_missing

TRAINED, HELD_OUT, GOLDEN = schema.ROLES


def video_roles(tx: Connection, project_id: str) -> dict[str, str]:
    """Content hash -> role, for the videos that have one."""
    table = schema.video_roles
    rows = tx.execute(select(table.c.content, table.c.role).where(table.c.project_id == project_id))
    return {content: role for content, role in rows}


def give_roles(tx: Connection, project_id: str, roles: Mapping[str, str]) -> None:
    """Give roles by content hash; a video that has one keeps it. Roles are `TRAINED`, `HELD_OUT` and `GOLDEN`."""
    now = time.time()
    rows = [
        {"project_id": project_id, "content": content, "role": role, "created": now} for content, role in roles.items()
    ]
    insert_missing(tx, schema.video_roles, rows)
