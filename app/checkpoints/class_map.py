"""From a checkpoint's class names to a project's categories.

A person's choice (stored per checkpoint and project) comes first; what nobody chose is filled in by the normalised name
and by the spellings of YouTube-VIS 2019 and 2021. A class that fits nothing stays without a category, and is never
dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from storage import checkpoints, projects
from storage.checkpoints import Checkpoint
from storage.youtube_vis import categories_preset, match_category


@dataclass(frozen=True)
class ClassMapping:
    """Where the classes of a checkpoint go in one project.

    ``category_ids`` has every class in the checkpoint's order; ``None`` where the project has no category for it.
    """

    category_ids: Mapping[str, str | None]

    @property
    def mapped(self) -> tuple[str, ...]:
        """Classes that have a category here."""
        return tuple(name for name, category in self.category_ids.items() if category is not None)

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Classes that have none."""
        return tuple(name for name, category in self.category_ids.items() if category is None)


def class_mapping(tx: Connection, *, checkpoint: Checkpoint, project_id: str) -> ClassMapping:
    """The mapping in force: stored choices first, the plain ones filled in."""
    chosen = checkpoints.class_map(tx, checkpoint.id, project_id)
    names = {category.name: category.id for category in projects.list_categories(tx, project_id)}
    return ClassMapping(fill(checkpoint.categories, chosen=chosen, categories=names))


def fill(
    class_names: Sequence[str], *, chosen: Mapping[str, str | None], categories: Mapping[str, str]
) -> dict[str, str | None]:
    """Every class with its category id: the chosen one (which may be ``None``, on purpose), else the plain one.

    ``categories`` maps the project's names to ids. A choice of a category that was retired since counts no longer.
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
    """A checkpoint's class names; the releases do not name their 40, which are those of YouTube-VIS 2019 in order."""
    nameless = categories == tuple(f"class {index + 1}" for index in range(len(categories)))
    if nameless and len(categories) == 40:
        return tuple(category.name for category in categories_preset("2019"))
    return categories
