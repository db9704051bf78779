"""Maps the categories of an imported file to categories of the project, and adds those that are missing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.exchange.extras import SOURCE
from app.library.videos import free_name
from storage import projects
from storage.projects import Category
from storage.youtube_vis import VisCategory, VisNote, normalised_name

RENAMED = "category names"


@dataclass(frozen=True)
class CategoryIds:
    """The project's category for each category id of a file; names and ids in the file of the added ones; notes."""

    ids: dict[int, str]
    new: tuple[str, ...]
    added: tuple[int, ...]
    notes: tuple[VisNote, ...]


def adopt_categories(tx: Connection, project_id: str, wanted: Sequence[VisCategory]) -> CategoryIds:
    """Find or add a category of the project for each one of a file; two of the file never become one.

    The same spelling comes first. A name that differs only in case, blanks, hyphens or underscores matches as well, if
    only one category of the file and one of the project have it; there is a note about it.
    """
    known = projects.list_categories(tx, project_id)
    found = _same_spelling(known, wanted)
    folded = _same_letters(known, [category for category in wanted if category.id not in found], set(found.values()))
    names = {category.id: category.name for category in known}
    notes = [
        VisNote(
            RENAMED, f"category {category.id}", f"{category.name!r} is the project's {names[folded[category.id]]!r}."
        )
        for category in wanted
        if category.id in folded
    ]
    ids = {**found, **folded}
    new, fresh = [], []
    for category in wanted:
        if category.id not in ids:
            added = _add(tx, project_id, category, set(names.values()))
            ids[category.id], names[added.id] = added.id, added.name
            new.append(added.name)
            fresh.append(category.id)
            if added.name != _words(category.name):
                text = f"the file has two categories {category.name!r}; this one is {added.name!r} in the project."
                notes.append(VisNote(RENAMED, f"category {category.id}", text))
    return CategoryIds(ids, tuple(new), tuple(fresh), tuple(notes))


def _same_spelling(known: Sequence[Category], wanted: Sequence[VisCategory]) -> dict[int, str]:
    by_name = {category.name: category.id for category in known}
    found: dict[int, str] = {}
    for category in wanted:
        name = _words(category.name)
        if name in by_name:
            found[category.id] = by_name.pop(name)
    return found


def _same_letters(known: Sequence[Category], wanted: Sequence[VisCategory], taken: set[str]) -> dict[int, str]:
    """Category id of the file -> category of the project, where only one of each has the same normalised name."""
    rivals = Counter(normalised_name(category.name) for category in wanted)
    free: dict[str, list[str]] = {}
    for own in known:
        if own.id not in taken:
            free.setdefault(normalised_name(own.name), []).append(own.id)
    found: dict[int, str] = {}
    for category in wanted:
        key = normalised_name(category.name)
        if rivals[key] == 1 and len(free.get(key, ())) == 1:
            found[category.id] = free[key][0]
    return found


def _add(tx: Connection, project_id: str, category: VisCategory, taken: set[str]) -> Category:
    return projects.add_category(
        tx,
        project_id,
        free_name(_words(category.name), taken),
        supercategory=category.supercategory,
        source_id=str(category.id),
        extra={SOURCE: category.extra} if category.extra else None,
    )


def _words(name: str) -> str:
    """A name as the project stores it, with one blank for each run of white space."""
    return " ".join(name.split())
