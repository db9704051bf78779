"""Projects and their categories."""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from storage import schema
from storage.errors import BadName, NameTaken, NotFound
from storage.plain_values import is_plain_text

LONGEST_NAME = 200  # letters
_LAST_PROJECT = "last_project"


@dataclass(frozen=True)
class Project:
    """One project. ``videos`` is the number of its videos that are not removed; ``created`` is in unix seconds."""

    id: str
    name: str
    created: float
    archived: bool
    extra: Mapping[str, Any] | None
    videos: int


@dataclass(frozen=True)
class Category:
    """A category of tracks in a project. A retired one stays on its tracks and is not offered for new ones."""

    id: str
    project_id: str
    name: str
    supercategory: str | None
    position: int
    retired: bool
    source_id: str | None
    extra: Mapping[str, Any] | None


def create_project(
    tx: Connection, *, name: str, categories: Sequence[str] = (), extra: Mapping[str, Any] | None = None
) -> Project:
    """Create a project with these categories, in this order.

    Raises:
        NameTaken: another project has the name, or a category occurs twice.
        BadName: a name is empty.
    """
    name = clean_name("project", name)
    if find_project(tx, name) is not None:
        raise NameTaken("project", name)
    project_id = str(uuid.uuid4())
    tx.execute(insert(schema.projects).values(id=project_id, name=name, created=time.time(), extra=extra))
    for category in categories:
        add_category(tx, project_id, category)
    return get_project(tx, project_id)


def list_projects(tx: Connection, *, archived: bool = False) -> tuple[Project, ...]:
    """All projects, oldest first; archived ones only with ``archived``."""
    query = _project_query().order_by(schema.projects.c.created, schema.projects.c.name)
    if not archived:
        query = query.where(schema.projects.c.archived.is_(False))
    return tuple(_project(row) for row in tx.execute(query))


def get_project(tx: Connection, project_id: str) -> Project:
    """The project with this id. Raises NotFound."""
    row = tx.execute(_project_query().where(schema.projects.c.id == project_id)).first()
    if row is None:
        raise NotFound("project", project_id)
    return _project(row)


def checked_name(name: str) -> str:
    """The name as a project would have it. Raises BadName if no project can have it."""
    return clean_name("project", name)


def find_project(tx: Connection, name: str) -> Project | None:
    """The project with this name, archived or not, or None."""
    row = tx.execute(_project_query().where(schema.projects.c.name == _plain(name))).first()
    return None if row is None else _project(row)


def rename_project(tx: Connection, project_id: str, name: str) -> Project:
    """Give a project another name. Raises NotFound, NameTaken, BadName."""
    name = clean_name("project", name)
    holder = find_project(tx, name)
    if holder is not None and holder.id != project_id:
        raise NameTaken("project", name)
    get_project(tx, project_id)
    tx.execute(update(schema.projects).where(schema.projects.c.id == project_id).values(name=name))
    return get_project(tx, project_id)


def archive_project(tx: Connection, project_id: str, *, archived: bool = True) -> Project:
    """Hide a project from the list, or show it again; nothing is deleted. Raises NotFound."""
    get_project(tx, project_id)
    tx.execute(update(schema.projects).where(schema.projects.c.id == project_id).values(archived=archived))
    return get_project(tx, project_id)


def add_category(
    tx: Connection,
    project_id: str,
    name: str,
    *,
    supercategory: str | None = None,
    source_id: str | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Category:
    """Append a category to the project's list. Raises NotFound, NameTaken, BadName."""
    get_project(tx, project_id)
    name = _free_category_name(tx, project_id, name)
    table = schema.categories
    last = tx.execute(select(func.max(table.c.position)).where(table.c.project_id == project_id)).scalar()
    category = Category(
        id=str(uuid.uuid4()),
        project_id=project_id,
        name=name,
        supercategory=supercategory,
        position=0 if last is None else last + 1,
        retired=False,
        source_id=source_id,
        extra=extra,
    )
    tx.execute(insert(table).values(**category.__dict__))
    return category


def rename_category(tx: Connection, category_id: str, name: str) -> Category:
    """Rename a category, also on all its tracks. Raises NotFound, NameTaken, BadName."""
    category = get_category(tx, category_id)
    name = _free_category_name(tx, category.project_id, name, but=category_id)
    tx.execute(update(schema.categories).where(schema.categories.c.id == category_id).values(name=name))
    return get_category(tx, category_id)


def retire_category(tx: Connection, category_id: str, *, retired: bool = True) -> Category:
    """Stop offering a category for new tracks, or offer it again; its tracks keep it. Raises NotFound, NameTaken."""
    category = get_category(tx, category_id)
    if not retired:
        _free_category_name(tx, category.project_id, category.name, but=category_id)
    tx.execute(update(schema.categories).where(schema.categories.c.id == category_id).values(retired=retired))
    return get_category(tx, category_id)


def get_category(tx: Connection, category_id: str) -> Category:
    """The category with this id. Raises NotFound."""
    row = tx.execute(select(schema.categories).where(schema.categories.c.id == category_id)).first()
    if row is None:
        raise NotFound("category", category_id)
    return Category(**row._mapping)


def list_categories(tx: Connection, project_id: str, *, retired: bool = False) -> tuple[Category, ...]:
    """The project's categories by position; retired ones only with ``retired``."""
    table = schema.categories
    query = select(table).where(table.c.project_id == project_id).order_by(table.c.position)
    if not retired:
        query = query.where(table.c.retired.is_(False))
    return tuple(Category(**row._mapping) for row in tx.execute(query))


def set_last_project(tx: Connection, project_id: str) -> None:
    """Store which project was used last. Raises NotFound."""
    get_project(tx, project_id)
    set_setting(tx, _LAST_PROJECT, project_id)


def last_project(tx: Connection) -> Project | None:
    """The project that was used last; None if there is none or it is archived."""
    project_id = get_setting(tx, _LAST_PROJECT)
    if project_id is None:
        return None
    project = get_project(tx, project_id)
    return None if project.archived else project


def set_setting(tx: Connection, key: str, value: Any) -> None:
    """Store one small JSON value under a key."""
    tx.execute(delete(schema.settings).where(schema.settings.c.key == key))
    tx.execute(insert(schema.settings).values(key=key, value=value))


def get_setting(tx: Connection, key: str) -> Any:
    """The JSON value stored under a key, or None."""
    return tx.execute(select(schema.settings.c.value).where(schema.settings.c.key == key)).scalar()


def _project_query() -> Select[Any]:
    videos = (
        select(func.count())
        .select_from(schema.videos)
        .where(schema.videos.c.project_id == schema.projects.c.id, schema.videos.c.removed.is_(None))
        .scalar_subquery()
    )
    return select(schema.projects, videos.label("videos"))


def _project(row: Row[Any]) -> Project:
    return Project(**row._mapping)


def clean_name(what: str, name: str) -> str:
    """A name without repeated or outer spaces; ``what`` is named in errors. Raises BadName."""
    name = _plain(name)
    if not name:
        raise BadName(what)
    if len(name) > LONGEST_NAME:
        raise BadName(what, f"The name of a {what} has at most {LONGEST_NAME} letters, not {len(name)}; shorten it.")
    if not is_plain_text(name):
        raise BadName(what, f"The name of a {what} holds a character that cannot be stored; type it again.")
    return name


def _plain(name: str) -> str:
    """A name without repeated or outer spaces: names that differ only there are equal."""
    return " ".join(name.split())


def _free_category_name(tx: Connection, project_id: str, name: str, *, but: str | None = None) -> str:
    name = clean_name("category", name)
    for category in list_categories(tx, project_id):
        if category.name == name and category.id != but:
            raise NameTaken("category", name)
    return name
