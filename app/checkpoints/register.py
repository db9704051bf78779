"""Use cases: checkpoints come in as files of this machine, are put in use, and leave again.

A foreign file is stored as an own one, so that its configuration and class names travel with its weights. Reading
weights takes seconds and memory, so the three long ones run as jobs of the worker, never in the server.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.checkpoints.choice import RELEASES, Release
from app.checkpoints.class_map import class_names
from app.checkpoints.warm import checkpoint_path
from app.errors import BadInput
from app.library.uploads import file_of_job
from app.settings import Settings
from app.worker.work import Work
from storage import checkpoints as models
from storage import projects
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.errors import NameTaken

# Where the authors of TeViT publish their weights (README of github.com/hustvl/TeViT).
RELEASE_URL = "https://github.com/hustvl/Storage/releases/download/v1.1.0/{name}.pth"
UPLOADS = "uploads"  # folder in the data folder for files that came through the page


@dataclass(frozen=True)
class CheckpointFile:
    """A file that is to become a registered checkpoint.

    ``config`` names its configuration; an own file says it itself, an official one by its file name, else it must be
    told. ``origin`` is kept as provenance.
    """

    path: Path
    name: str
    config: str | None = None
    origin: str = "file"


def release(name: str) -> Release:
    """The published checkpoint of this name. Raises `BadInput`."""
    for known in RELEASES:
        if known.name == name:
            return known
    from app.checkpoints.starting_points import STARTING_POINTS  # which itself needs this module

    raise BadInput(
        f"There is no release {name}; there are {', '.join(known.name for known in RELEASES)}, and to start training "
        f"from {', '.join(point.name for point in STARTING_POINTS)}."
    )


def release_url(name: str) -> str:
    """Address of a release's file; asked only after a person clicked."""
    return RELEASE_URL.format(name=release(name).name)


def activate(database: Database, *, project_id: str, checkpoint_id: str) -> Checkpoint:
    """Put a checkpoint in use for the project's next proposals. Raises `BadInput` for a removed one."""
    with database.atomic() as tx:
        projects.get_project(tx, project_id)
        found = models.get_checkpoint(tx, checkpoint_id)
        if found.removed is not None:
            raise BadInput(f"The checkpoint {found.name} was removed; choose another one.")
        models.activate(tx, project_id, checkpoint_id)
    return found


def add_file(database: Database, settings: Settings, file: CheckpointFile, *, project_id: str | None) -> Checkpoint:
    """Check a checkpoint file against its configuration, store it as an own one, register it.

    ``project_id`` None: every project may use it. Raises `BadInput` (no such file, or it does not fit; the sentence
    names file and key) and `NameTaken`; nothing stays behind then.
    """
    from model.config import UnknownConfiguration, named
    from model.weights import checkpoint as files

    if not file.path.is_file():
        raise BadInput(f"There is no checkpoint file {file.path} on this machine.")
    name = free_of_slashes(file.name or file.path.stem)
    _require_free(database, name)
    try:
        config = named(file.config) if file.config else None
        loaded = files.load(file.path, config=config)
    except (files.CheckpointError, UnknownConfiguration) as error:
        raise BadInput(f"{str(error).rstrip('.')}.") from error
    named_classes = replace(loaded, categories=class_names(loaded.categories))
    # A mark of its own: a file that a person put there, or one of a removed checkpoint, may have the same name.
    stored = settings.checkpoints / f"{name}-{uuid.uuid4().hex[:8]}.safetensors"
    try:
        files.save(stored, replace(named_classes, provenance={**loaded.provenance, "origin": file.origin}))
    except OSError as error:
        raise BadInput(f"The checkpoint {name} could not be stored ({error.strerror or error}); make room.") from error
    try:
        return _register(database, settings, stored, name=name, loaded=named_classes, project_id=project_id)
    except BaseException:
        stored.unlink(missing_ok=True)
        raise


def export_official(database: Database, settings: Settings, *, checkpoint_id: str) -> Path:
    """Write a checkpoint in the layout of the official code as ``exports/<name>.pth``; returns the path."""
    from model.weights import checkpoint as files

    with database.read() as tx:
        found = models.get_checkpoint(tx, checkpoint_id)
    out = settings.exports / f"{free_of_slashes(found.name)}.pth"
    try:
        files.export_official(out, files.load(checkpoint_path(settings, found)))
    except (files.CheckpointError, OSError) as error:
        raise BadInput(f"The checkpoint {found.name} could not be exported: {error}.") from error
    return out


def free_of_slashes(name: str) -> str:
    """A checkpoint's name as it can be a file's name. Raises `BadInput` where nothing is left."""
    plain = re.sub(r"[^\w.\- ]", "_", name.strip()).strip(" .")
    if not plain:
        raise BadInput("A checkpoint needs a name; type at least one letter.")
    return plain[:100]


def add_job(work: Work) -> Mapping[str, Any]:
    """``{"path" | "upload" and "file", "name", "config"?}``: a file of this machine, or an upload, which is removed."""
    given = work.job.parameters
    work.report(0.1, "Reading the file")
    with file_of_job(work.settings.data / UPLOADS, given, typed="path") as path:
        file = CheckpointFile(path, given["name"], config=given.get("config"))
        made = add_file(work.database, work.settings, file, project_id=None)
    return {"checkpoint": made.id, "name": made.name, "sentence": f"{made.name} is added and can be put in use."}


def export_job(work: Work) -> Mapping[str, Any]:
    """``{"checkpoint": id}``: the official layout."""
    work.report(0.1, "Writing the official layout")
    out = export_official(work.database, work.settings, checkpoint_id=work.job.parameters["checkpoint"])
    return {"path": str(out), "size_bytes": out.stat().st_size, "sentence": f"Written to {out}."}


JOBS = {"add_checkpoint": add_job, "export_checkpoint": export_job}
"""Kinds of jobs and what does each, for the worker."""


def _require_free(database: Database, name: str) -> None:
    with database.read() as tx:
        if models.find_checkpoint(tx, name) is not None:
            raise NameTaken("checkpoint", name)


def _register(
    database: Database, settings: Settings, stored: Path, *, name: str, loaded: Any, project_id: str | None
) -> Checkpoint:
    from model.weights.checkpoint import file_hash

    with database.atomic() as tx:
        return models.add_checkpoint(
            tx,
            name=name,
            path=str(stored.relative_to(settings.data)),
            sha256=file_hash(stored),
            config=loaded.config.name,
            categories=list(loaded.categories),
            size_bytes=stored.stat().st_size,
            project_id=project_id,
            parent_sha256=loaded.parent,
            provenance=loaded.provenance,
        )
