"""Finds the checkpoint that a name or a path means, and its file. Only `read_checkpoint` loads weights and torch."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.checkpoints.class_map import class_names
from app.checkpoints.releases import BUILT_IN, RELEASES, starting_point
from app.errors import BadInput
from app.opening import database_file, open_database
from app.settings import ASSETS, Settings
from app.typed_path import typed_path
from model.config import named
from storage import checkpoints
from storage.checkpoints import Checkpoint
from storage.database import Database

if TYPE_CHECKING:
    from model.weights.checkpoint import ModelCheckpoint

BUILT_IN_FILES = {name: ASSETS / name / "checkpoint.safetensors" for name in BUILT_IN}


@dataclass(frozen=True)
class FoundCheckpoint:
    """A checkpoint file that was read: the name it was found by, its path and sha256, its weights and class names."""

    name: str
    path: Path
    sha256: str
    weights: "ModelCheckpoint"
    categories: tuple[str, ...]


def read_checkpoint(settings: Settings, name_or_file: str, *, config: str | None = None) -> FoundCheckpoint:
    """Read what `locate` finds. ``config`` names the configuration of a file that does not contain its name.

    Raises `BadInput`, and `model.weights.checkpoint.CheckpointError` where the file does not fit its configuration.
    """
    from model.weights.checkpoint import file_hash, load

    path = locate(settings, name_or_file)
    weights = load(path, config=named(config) if config else None)
    return FoundCheckpoint(name_or_file, path, file_hash(path), weights, class_names(weights.categories))


def locate(settings: Settings, name_or_file: str) -> Path:
    """The file of a built-in checkpoint (``demo``, ``lite``), of a registered one, or the file of this path.

    A downloaded release is registered under the name of its configuration. Raises `BadInput`.
    """
    built_in = BUILT_IN_FILES.get(name_or_file)
    if built_in is not None and built_in.is_file():
        return built_in
    registered = _registered(settings, name_or_file)
    if registered is not None:
        return checkpoint_file(settings, registered)
    if (path := typed_path(name_or_file)).is_file():
        return path
    if name_or_file in {release.name for release in RELEASES}:
        raise BadInput(f"The release {name_or_file} is not here yet; fetch it with: models download {name_or_file}.")
    if starting_point(name_or_file):
        raise BadInput(f"{name_or_file} is what training starts from (train --init), no model that proposes.")
    raise BadInput(
        f"There is no model {name_or_file!r}: neither a checkpoint of this data folder (models list shows them), "
        "nor a published release, nor a file."
    )


def find_checkpoint(database: Database, name: str) -> Checkpoint:
    """The registered checkpoint of this name. Raises `BadInput` with the names of those that are registered."""
    with database.read() as tx:
        found = checkpoints.find_checkpoint(tx, name)
        known = [one.name for one in checkpoints.list_checkpoints(tx)]
    if found is None:
        there = f"there are {', '.join(known)}" if known else "there is none yet"
        raise BadInput(f"There is no checkpoint {name!r} in this data folder; {there}.")
    return found


def checkpoint_path(settings: Settings, checkpoint: Checkpoint) -> Path:
    """Where the file of a registered checkpoint belongs."""
    return settings.data / checkpoint.path


def checkpoint_file(settings: Settings, checkpoint: Checkpoint) -> Path:
    """Path of the existing file of a registered checkpoint. Raises `BadInput` if the file is gone."""
    path = checkpoint_path(settings, checkpoint)
    if not path.is_file():
        raise BadInput(f"The file of the checkpoint {checkpoint.name} is gone ({path}); add it again.")
    return path


def _registered(settings: Settings, name: str) -> Checkpoint | None:
    """The registered checkpoint of this name; looking for one does not create a database."""
    file = database_file(settings.database_url)
    if file is not None and not file.is_file():
        return None
    with open_database(settings.database_url, settings.data) as database, database.read() as tx:
        return checkpoints.find_checkpoint(tx, name)
