"""Maps a checkpoint's classes to a project's categories.

A person's choice, stored per checkpoint and project, comes first. A class without a choice is matched by its normalised
name and by the spellings of YouTube-VIS 2019 and 2021. A class without a match has no category; it is never dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from storage import checkpoints, projects
from storage.checkpoints import Checkpoint
from storage.youtube_vis import categories_preset, match_category


@dataclass(frozen=True)
class ClassMapping:
    """The category id of each class of a checkpoint in one project, in the checkpoint's order, or ``None``."""

    category_ids: Mapping[str, str | None]

    @property
    def mapped(self) -> tuple[str, ...]:
        """Names of the classes with a category."""
        return tuple(name for name, category in self.category_ids.items() if category is not None)

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Names of the classes without a category."""
        return tuple(name for name, category in self.category_ids.items() if category is None)


def class_mapping(tx: Connection, *, checkpoint: Checkpoint, project_id: str) -> ClassMapping:
    """The mapping of a checkpoint in a project: stored choices, and matches by name for all other classes."""
    chosen = checkpoints.class_map(tx, checkpoint.id, project_id)
    names = {category.name: category.id for category in projects.list_categories(tx, project_id)}
    return ClassMapping(fill(checkpoint.categories, chosen=chosen, categories=names))


def names_a_category(tx: Connection, checkpoint: Checkpoint, project_id: str) -> bool:
    """Whether a class of a checkpoint stands for any category of a project, a retired one included."""
    chosen = checkpoints.class_map(tx, checkpoint.id, project_id)
    names = {category.name: category.id for category in projects.list_categories(tx, project_id, retired=True)}
    return any(fill(checkpoint.categories, chosen=chosen, categories=names).values())


def fill(
    class_names: Sequence[str], *, chosen: Mapping[str, str | None], categories: Mapping[str, str]
) -> dict[str, str | None]:
    """The category id of every class: the chosen one, which may be ``None``, else that of the matching name.

    ``categories`` maps names of the project's categories to ids; a chosen category that is not among them (it was
    retired since) does not count.
    """
    known = set(categories.values())
    filled: dict[str, str | None] = {}
    for name in class_names:
        choice = chosen.get(name)
        if name in chosen and (choice is None or choice in known):
            filled[name] = choice
        else:
            match = match_category(name, categories)
            filled[name] = None if match is None else categories[match]
    return filled


def class_names(categories: tuple[str, ...]) -> tuple[str, ...]:
    """A checkpoint's class names. The 40 classes of the releases have no names: they are those of YouTube-VIS 2019."""
    nameless = categories == tuple(f"class {index + 1}" for index in range(len(categories)))
    if nameless and len(categories) == 40:
        return tuple(category.name for category in categories_preset("2019"))
    return categories
