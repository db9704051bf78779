"""Chooses the checkpoint for a project's proposals, and collects the facts that the page shows before they start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from app.checkpoints.class_map import ClassMapping, class_mapping
from app.checkpoints.releases import DEMO, LITE, RELEASES, Release
from app.errors import BadInput
from app.settings import Settings
from storage import checkpoints, projects
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.projects import Category, Project

NVIDIA = Path("/proc/driver/nvidia/version")


@dataclass(frozen=True)
class CheckpointChoice:
    """The checkpoint that a proposal would use, and the project's categories that it can find.

    ``known`` and ``unknown`` are names of the project's categories; ``known_classes`` and ``unmapped_classes`` names of
    the checkpoint's classes, with and without a category of the project. ``warning`` is one sentence or ``None``;
    ``downloads`` are the releases that can be downloaded instead.
    """

    checkpoint: Checkpoint | None
    known: tuple[str, ...]
    unknown: tuple[str, ...]
    known_classes: tuple[str, ...]
    unmapped_classes: tuple[str, ...]
    warning: str | None
    device: str
    downloads: tuple[Release, ...]


def checkpoint_choice(
    database: Database, settings: Settings, *, project_id: str, checkpoint_id: str | None = None
) -> CheckpointChoice:
    """The facts about a checkpoint in a project, by default about the one that `chosen_checkpoint` takes.

    Raises `storage.errors.NotFound`, `BadInput` for a checkpoint that was removed.
    """
    with database.read() as tx:
        projects.get_project(tx, project_id)
        of_demo = projects.get_setting(tx, "demo_project") == project_id
        categories = projects.list_categories(tx, project_id)
        checkpoint = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=checkpoint_id)
        mapping = (
            ClassMapping({}) if checkpoint is None else class_mapping(tx, checkpoint=checkpoint, project_id=project_id)
        )
    reached = {category_id for category_id in mapping.category_ids.values() if category_id is not None}
    return CheckpointChoice(
        checkpoint=checkpoint,
        known=tuple(category.name for category in categories if category.id in reached),
        unknown=tuple(category.name for category in categories if category.id not in reached),
        known_classes=mapping.mapped,
        unmapped_classes=mapping.unmapped,
        warning=_warning(of_demo, categories, checkpoint, mapping),
        device=settings.device or ("cuda:0" if NVIDIA.exists() else "cpu"),
        downloads=RELEASES,
    )


def chosen_checkpoint(tx: Connection, *, project_id: str, checkpoint_id: str | None) -> Checkpoint | None:
    """The checkpoint ``checkpoint_id``; without an id the one that proposes in the project.

    That is the one a person chose (or a retraining promoted); where nobody chose any, the factory one. One that was
    only added, downloaded or trained is never used. Every page, command and job asks here.

    Raises `storage.errors.NotFound`, and `BadInput` for a checkpoint that was removed.
    """
    if checkpoint_id is not None:
        found = checkpoints.get_checkpoint(tx, checkpoint_id)
        if found.removed is not None:
            raise BadInput(f"The checkpoint {found.name} was removed; choose another one.")
        return found
    return checkpoints.active_checkpoint(tx, project_id) or checkpoints.find_checkpoint(tx, DEMO)


def create_own_project(
    tx: Connection, *, name: str, categories: Sequence[str] = (), extra: Mapping[str, Any] | None = None
) -> Project:
    """Create a project for a person's own footage: ``lite`` is in use in it if registered, else the factory one.

    Raises as `storage.projects.create_project`.
    """
    project = projects.create_project(tx, name=name, categories=categories, extra=extra)
    lite = checkpoints.find_checkpoint(tx, LITE)
    if lite is not None and lite.project_id is None:
        checkpoints.activate(tx, project.id, lite.id)
    return project


def _warning(
    of_demo: bool, categories: tuple[Category, ...], checkpoint: Checkpoint | None, mapping: ClassMapping
) -> str | None:
    if checkpoint is None:
        return "There is no checkpoint yet: download TeViT, add a checkpoint file, or draw by hand."
    names = ", ".join(checkpoint.categories)
    if checkpoint.name == DEMO and not of_demo:
        return (
            f"This model knows only the demo's shapes ({names}); for anything else download TeViT, "
            "add a checkpoint file, or draw by hand."
        )
    if checkpoint.name == LITE and not mapping.mapped:
        return (
            "This model finds things without naming them, and finds wrong ones too: check each of them, correct one to "
            "three videos and retrain, or download TeViT."
        )
    if categories and not mapping.mapped:
        return (
            f"The checkpoint {checkpoint.name} knows none of this project's categories; what it finds ({names}) "
            "comes without a category, as a suggestion."
        )
    return None
