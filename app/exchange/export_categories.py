"""The categories of an export: the project's own, or those of a version of YouTube-VIS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.errors import BadInput
from app.exchange.export_ids import assign_ids, counts_from_zero
from app.exchange.extras import SOURCE
from app.sentences import counted
from storage.projects import Category
from storage.youtube_vis import VisCategory, categories_preset, match_category

# 2022 has the categories of 2021.
PRESETS: dict[str, Literal["2019", "2021"]] = {"2019": "2019", "2021": "2021", "2022": "2021"}
VERSIONS = tuple(PRESETS)


@dataclass(frozen=True)
class ExportCategories:
    """The categories of the exported file. ``ids`` maps categories of the project to ids of the file.

    A category that is not in ``ids`` is not exported. ``notes`` are sentences about names that change, ``left_out``
    about categories without a place in the file; ``from_zero``: the ids are one higher than those of the import.
    """

    categories: tuple[VisCategory, ...]
    ids: Mapping[str, int]
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    from_zero: bool = False


def export_categories(
    categories: Sequence[Category], tracks: Mapping[str, int], version: str | None, *, count: bool = False
) -> ExportCategories:
    """The categories under which a project is exported.

    categories: all of the project, with retired ones. tracks: number of exported tracks by category. version: one of
    `VERSIONS`, or None for the project's own categories. count: of the project's own only those with a track, with ids
    from 1 in their order. Raises `BadInput` if none has a place in the version.
    """
    kept = [category for category in categories if not category.retired or tracks.get(category.id)]
    if version is not None:
        return _of_version(kept, tracks, version)
    return _counted([category for category in kept if tracks.get(category.id)]) if count else _own(kept)


def _own(kept: Sequence[Category]) -> ExportCategories:
    wanted = [category.source_id for category in kept]
    return ExportCategories(*_listed(kept, assign_ids(wanted)), from_zero=counts_from_zero(wanted))


def _counted(used: Sequence[Category]) -> ExportCategories:
    return ExportCategories(*_listed(used, list(range(1, len(used) + 1))))


def _listed(kept: Sequence[Category], numbers: Sequence[int]) -> tuple[tuple[VisCategory, ...], dict[str, int]]:
    """The categories with these ids, as the file has them, and the ids by category of the project."""
    ids = {own.id: number for own, number in zip(kept, numbers, strict=True)}
    listed = [
        VisCategory(ids[own.id], own.name, _supercategory(own), dict((own.extra or {}).get(SOURCE, {}))) for own in kept
    ]
    return tuple(listed), ids


def _supercategory(own: Category) -> str | None:
    """That of the import; else "object", which all categories of the official files have."""
    return own.supercategory if own.supercategory or own.source_id is not None else "object"


def _of_version(kept: Sequence[Category], tracks: Mapping[str, int], version: str) -> ExportCategories:
    preset = categories_preset(PRESETS[version])
    numbers = {category.name: category.id for category in preset}
    matches = {own.id: match_category(own.name, numbers) for own in kept}
    ids = {own: numbers[name] for own, name in matches.items() if name is not None}
    lost = [own for own in kept if matches[own.id] is None]
    if kept and not ids:
        names = ", ".join(own.name for own in kept)
        raise BadInput(
            f"No category of this project has a place in YouTube-VIS {version} ({names}); export without a version to "
            "keep them as they are."
        )
    renamed = [f"{own.name} as {matches[own.id]}" for own in kept if matches[own.id] not in (None, own.name)]
    notes = (f"Categories leave under the names of YouTube-VIS {version}: {', '.join(renamed)}.",) if renamed else ()
    named = ", ".join(f"{own.name} ({counted(tracks.get(own.id, 0), 'track')})" for own in lost)
    left_out = (f"Without a place in YouTube-VIS {version}, so they stayed here: {named}.",) if lost else ()
    return ExportCategories(preset, ids, notes, left_out)
