"""A project's own attributes: lists of values of which a person chooses one, per track or per frame.

The chosen values stand in the rows of tracks and masks, by attribute id; `storage.edits` writes them. *Occluded*,
*truncated* and *crowd* are flags of these rows and no lists.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, func, insert, select, update

from storage import schema
from storage.errors import BadName, NameTaken, NotFound
from storage.projects import clean_name, get_project

Per = Literal["track", "frame"]
KEYS = ("3", "4", "5", "6", "7", "8", "9")
"""Keys that an attribute may have in the editor; no command of the editor has one of them."""
MOST_CHOICES = 200
FLAGS = ("occluded", "truncated", "crowd", "iscrowd")
"""Names that no list may have, in any spelling: those of the flags."""


@dataclass(frozen=True)
class Attribute:
    """One attribute. ``choices`` in the order of the menu; ``key`` is one of `KEYS`, which goes to the next choice.

    A retired one stays on its tracks and is not offered. A row may have a value that is no choice any more.
    """

    id: str
    project_id: str
    name: str
    choices: tuple[str, ...]
    per: Per
    key: str | None
    position: int
    retired: bool


def add_attribute(
    tx: Connection, project_id: str, *, name: str, choices: Sequence[str], per: Per = "track", key: str | None = None
) -> Attribute:
    """Append an attribute to the project's list. Raises NotFound, NameTaken, BadName."""
    get_project(tx, project_id)
    name = _free_name(tx, project_id, name)
    if per not in schema.PER:
        raise BadName("attribute", f"An attribute holds per track or per frame, not per {per!r}.")
    table = schema.attributes
    last = tx.execute(select(func.max(table.c.position)).where(table.c.project_id == project_id)).scalar()
    attribute = Attribute(
        id=str(uuid.uuid4()),
        project_id=project_id,
        name=name,
        choices=_clean_choices(choices),
        per=per,
        key=_free_key(tx, project_id, key),
        position=0 if last is None else last + 1,
        retired=False,
    )
    tx.execute(insert(table).values({**attribute.__dict__, "choices": list(attribute.choices)}))
    return attribute


def change_attribute(
    tx: Connection,
    attribute_id: str,
    *,
    name: str | None = None,
    choices: Sequence[str] | None = None,
    key: str | None = None,
) -> Attribute:
    """Rename an attribute, or replace its choices or its key ("" takes the key away); None leaves each as it is.

    Rows keep a value that is no choice any more. Whether it holds per track or per frame never changes. Raises
    NotFound, NameTaken, BadName.
    """
    old = get_attribute(tx, attribute_id)
    values: dict[str, object] = {}
    if name is not None:
        values["name"] = _free_name(tx, old.project_id, name, but=attribute_id)
    if choices is not None:
        values["choices"] = list(_clean_choices(choices))
    if key is not None:
        values["key"] = _free_key(tx, old.project_id, key or None, but=attribute_id)
    if values:
        tx.execute(update(schema.attributes).where(schema.attributes.c.id == attribute_id).values(values))
    return get_attribute(tx, attribute_id)


def retire_attribute(tx: Connection, attribute_id: str, *, retired: bool = True) -> Attribute:
    """Stop offering an attribute, or offer it again; its tracks keep its values. Raises NotFound, NameTaken.

    One that is offered again loses its key if another attribute has it now.
    """
    old = get_attribute(tx, attribute_id)
    values: dict[str, object] = {"retired": retired}
    if not retired:
        _free_name(tx, old.project_id, old.name, but=attribute_id)
        if _has_key(tx, old.project_id, old.key, but=attribute_id) is not None:
            values["key"] = None
    tx.execute(update(schema.attributes).where(schema.attributes.c.id == attribute_id).values(values))
    return get_attribute(tx, attribute_id)


def get_attribute(tx: Connection, attribute_id: str) -> Attribute:
    """The attribute with this id. Raises NotFound."""
    row = tx.execute(select(schema.attributes).where(schema.attributes.c.id == attribute_id)).first()
    if row is None:
        raise NotFound("attribute", attribute_id)
    return Attribute(**{**row._mapping, "choices": tuple(row.choices)})


def list_attributes(tx: Connection, project_id: str, *, retired: bool = False) -> tuple[Attribute, ...]:
    """The project's attributes by position; retired ones only with ``retired``."""
    table = schema.attributes
    query = select(table).where(table.c.project_id == project_id).order_by(table.c.position)
    if not retired:
        query = query.where(table.c.retired.is_(False))
    return tuple(Attribute(**{**row._mapping, "choices": tuple(row.choices)}) for row in tx.execute(query))


def _free_name(tx: Connection, project_id: str, name: str, *, but: str | None = None) -> str:
    name = clean_name("attribute", name)
    if name.casefold() in FLAGS:
        raise BadName("attribute", f"Every track has {name.casefold()} already; choose another name.")
    for other in list_attributes(tx, project_id):
        if other.name == name and other.id != but:
            raise NameTaken("attribute", name)
    return name


def _clean_choices(choices: Iterable[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(clean_name("value", choice) for choice in choices))
    if not found:
        raise BadName("attribute", "An attribute needs values to choose from; type at least one.")
    if len(found) > MOST_CHOICES:
        raise BadName("attribute", f"An attribute has at most {MOST_CHOICES} values, not {len(found)}.")
    return found


def _free_key(tx: Connection, project_id: str, key: str | None, *, but: str | None = None) -> str | None:
    if key is None:
        return None
    if key not in KEYS:
        raise BadName("attribute", f"The key of an attribute is one of {', '.join(KEYS)}, not {key!r}.")
    other = _has_key(tx, project_id, key, but=but)
    if other is not None:
        raise BadName("attribute", f"The key {key} belongs to {other.name}; choose another one.")
    return key


def _has_key(tx: Connection, project_id: str, key: str | None, *, but: str | None) -> Attribute | None:
    """The attribute in use with this key, other than ``but``."""
    if key is None:
        return None
    return next((other for other in list_attributes(tx, project_id) if other.key == key and other.id != but), None)
