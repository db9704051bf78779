"""The roles of a project's videos in retraining: trained, held out or golden.

A role stays once it is given; only a golden video gets another one when it is corrected.

A role belongs to the content of a video, so copies of a video have the same one.
"""

import time
from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from storage import schema
from storage.database import insert_missing

TRAINED, HELD_OUT, GOLDEN = schema.ROLES


def video_roles(tx: Connection, project_id: str) -> dict[str, str]:
    """Content hash -> role, for the videos that have one."""
    table = schema.video_roles
    rows = tx.execute(select(table.c.content, table.c.role).where(table.c.project_id == project_id))
    return {content: role for content, role in rows}


def give_roles(tx: Connection, project_id: str, roles: Mapping[str, str]) -> None:
    """Give roles by content hash: `TRAINED`, `HELD_OUT` or `GOLDEN`. A video that has one of the first two keeps it."""
    table = schema.video_roles
    golden = {content for content, role in video_roles(tx, project_id).items() if role == GOLDEN}
    for content, role in roles.items():
        if content in golden and role != GOLDEN:
            same = (table.c.project_id == project_id, table.c.content == content)
            tx.execute(update(table).where(*same).values(role=role))
    now = time.time()
    rows = [
        {"project_id": project_id, "content": content, "role": role, "created": now} for content, role in roles.items()
    ]
    insert_missing(tx, table, rows)
