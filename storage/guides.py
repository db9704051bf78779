"""The annotation guide of a project: one Markdown text that tells people what to annotate, and how."""

import time

from sqlalchemy import Connection, delete, insert, select

from storage import schema
from storage.errors import StorageError
from storage.plain_values import is_plain_text
from storage.projects import get_project

LONGEST_GUIDE = 200_000  # letters


class GuideChanged(StorageError):
    """Somebody else has saved the guide since it was read."""

    def __init__(self) -> None:
        super().__init__("Somebody else has changed the guide since you opened it; copy your text and open it again.")


def get_guide(tx: Connection, project_id: str) -> str:
    """The Markdown text, empty if there is none. Raises NotFound for an unknown project."""
    get_project(tx, project_id)
    table = schema.guides
    return tx.execute(select(table.c.text).where(table.c.project_id == project_id)).scalar() or ""


def set_guide(tx: Connection, project_id: str, text: str, *, was: str) -> None:
    """Replace the guide; a text of blanks alone deletes it.

    was: the text that the author saw. Raises GuideChanged if the stored text is another one, NotFound, StorageError if
    the text is too long or cannot be stored.
    """
    if len(text) > LONGEST_GUIDE:
        raise StorageError(f"The guide has at most {LONGEST_GUIDE:,} letters, not {len(text):,}; shorten it.")
    if not is_plain_text(text):
        raise StorageError("The guide holds a character that cannot be stored; type it again.")
    if get_guide(tx, project_id) != was:
        raise GuideChanged
    tx.execute(delete(schema.guides).where(schema.guides.c.project_id == project_id))
    if text.strip():
        tx.execute(insert(schema.guides).values(project_id=project_id, text=text, changed=time.time()))
