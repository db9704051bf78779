"""Registers checkpoint files, puts a checkpoint in use, and exports one to the layout of the official code.

A file of another program is stored again in this program's own format, so that its configuration and class names stay
with its weights. Reading weights takes seconds and much memory: the server leaves it to jobs of the worker.
"""

import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from app.checkpoints.class_map import class_names
from app.checkpoints.find import locate
from app.checkpoints.releases import BUILT_IN
from app.errors import BadInput, Cancelled, CannotStore
from app.machine import Shard
from app.sentences import counted
from app.settings import Settings
from model.config import UnknownConfiguration, named
from storage import checkpoints, projects
from storage.arrivals import arriving
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.errors import NameTaken

if TYPE_CHECKING:
    from model.weights.checkpoint import ModelCheckpoint

POLL_SECONDS = 0.5
Then = Callable[[Connection, Checkpoint], object]
"""What else a transaction does that registers a checkpoint, such as ending the job."""

NOTES = "notes"  # key of the provenance


@dataclass(frozen=True)
class CheckpointFile:
    """A file to register as the checkpoint ``name``.

    ``config`` names its configuration; it is needed only if the file does not contain that name and the file's own name
    is not that of a release. ``origin`` is stored in the checkpoint's provenance.
    """

    path: Path
    name: str
    config: str | None = None
    origin: str = "file"


@dataclass(frozen=True)
class StoredFile:
    """A file in the folder of the checkpoints that is registered as ``name``, and its hash."""

    path: Path
    name: str
    sha256: str


def activate(database: Database, *, project_id: str, checkpoint_id: str) -> Checkpoint:
    """Put a checkpoint in use for the project's next proposals. Raises `BadInput` for a removed one."""
    with database.atomic() as tx:
        projects.get_project(tx, project_id)
        found = checkpoints.get_checkpoint(tx, checkpoint_id)
        if found.removed is not None:
            raise BadInput(f"The checkpoint {found.name} was removed; choose another one.")
        checkpoints.activate(tx, project_id, checkpoint_id)
    return found


def add_file(
    database: Database,
    settings: Settings,
    file: CheckpointFile,
    *,
    project_id: str | None,
    cancelled: Callable[[], bool] = lambda: False,
    then: Then = lambda tx, made: None,
) -> Checkpoint:
    """Check a checkpoint file against its configuration, store it in the own format, and register it.

    ``project_id`` None: every project may use it. ``cancelled`` is asked before each weight is read or written;
    ``then`` is called in the transaction that registers it. Raises `BadInput` (no such file, or it does not fit; the
    sentence names file and key), `NameTaken` and `Cancelled`; nothing is stored then.
    """
    from model.weights.checkpoint import CheckpointError, file_hash, load, save

    if not file.path.is_file():
        raise BadInput(f"There is no checkpoint file {file.path} on this machine.")
    name = free_of_slashes(file.name or file.path.stem)
    _require_free(database, name)

    def check() -> None:
        if cancelled():
            raise Cancelled

    try:
        config = named(file.config) if file.config else None
        loaded = load(file.path, config=config, check=check)
    except (CheckpointError, UnknownConfiguration) as error:
        raise BadInput(f"{str(error).rstrip('.')}.") from error
    weights = _named(loaded)
    check()
    # The random part keeps the name apart from a person's file and from the file of a removed checkpoint.
    wanted = settings.checkpoints / f"{name}-{uuid.uuid4().hex[:8]}.safetensors"
    try:
        with arriving(wanted) as arrival:
            made = replace(weights, provenance={**weights.provenance, "origin": file.origin})
            save(arrival.content, made, check=check)
            digest = file_hash(arrival.content, check=check)
            check()
            stored = StoredFile(arrival.put(), name, digest)
            return _register(database, settings, stored, weights=weights, project_id=project_id, then=then)
    except OSError as error:
        raise CannotStore(f"The checkpoint {name} could not be stored", error) from error


def checkpoint_for_project(
    database: Database,
    settings: Settings,
    name_or_file: str,
    *,
    config: str | None,
    shard: Shard,
    patience_seconds: float,
    on_added: Callable[[Path, Checkpoint], None],
) -> str:
    """Id of the registered checkpoint that ``name_or_file`` means (as in `app.checkpoints.find.locate`).

    A file is registered at the first call, and only once: it is recognised by its hash. Of several processes the first
    one registers it (``on_added`` is then called with the file and the checkpoint) and the others wait for it, at most
    ``patience_seconds``. Raises `BadInput`.
    """
    from model.weights.checkpoint import file_hash

    with database.read() as tx:
        found = checkpoints.find_checkpoint(tx, name_or_file)
    if found is not None:
        return found.id
    path = locate(settings, name_or_file)
    key = f"checkpoint of {file_hash(path)}"
    until = time.monotonic() + patience_seconds
    while (known := _known_file(database, key)) is None:
        if shard.first:
            name = name_or_file if name_or_file in BUILT_IN else path.stem
            made = add_file(database, settings, CheckpointFile(path, name, config), project_id=None)
            with database.atomic() as tx:
                projects.set_setting(tx, key, made.id)
            on_added(path, made)
            return made.id
        if time.monotonic() > until:
            raise BadInput(
                f"The first process has not taken in {path} for {patience_seconds:.0f} seconds; start them together."
            )
        time.sleep(POLL_SECONDS)
    return known


def export_official(settings: Settings, *, name: str, path: Path, out: Path | None = None) -> tuple[Path, str]:
    """Write the checkpoint file ``path`` in the layout of the official code, by default to ``exports/<name>.pth``.

    Returns the written path, and a sentence about what must be changed in the official configuration (empty if nothing
    must). Raises `BadInput` where ``out`` is no ``.pth``, `model.weights.checkpoint.CheckpointError`, `OSError`.
    """
    from model.weights import checkpoint

    target = out or settings.exports / f"{free_of_slashes(name)}.pth"
    if target.suffix.lower() != ".pth":
        raise BadInput(f"The official layout is a .pth file; {target} ends otherwise.")
    weights = checkpoint.load(path)
    checkpoint.export_official(target, weights)
    classes = weights.config.classes
    if classes == 40:
        return target, ""
    return target, (
        f"This head has {counted(classes, 'class', 'classes')}: in the official configuration set "
        f"num_classes={classes} in the six bbox_head and six mask_head entries, and CLASSES of the data set to the "
        "list in the file's meta."
    )


def free_of_slashes(name: str) -> str:
    """A checkpoint's name as the name of a file, at most 100 characters. Raises `BadInput` if no character is left."""
    plain = re.sub(r"[^\w.\- ]", "_", name.strip()).strip(" .")
    if not plain:
        raise BadInput("A checkpoint needs a name; type at least one letter.")
    return plain[:100]


def _known_file(database: Database, key: str) -> str | None:
    """Id of the checkpoint that the setting ``key`` names, if it is still registered."""
    with database.read() as tx:
        checkpoint_id = projects.get_setting(tx, key)
        known = {one.id for one in checkpoints.list_checkpoints(tx)}
    return checkpoint_id if checkpoint_id in known else None


def _require_free(database: Database, name: str) -> None:
    with database.read() as tx:
        if checkpoints.find_checkpoint(tx, name) is not None:
            raise NameTaken("checkpoint", name)


def notes_of(checkpoint: Checkpoint) -> tuple[str, ...]:
    """Sentences about what the file of a checkpoint lacked, or held beside the network, when it was added."""
    return tuple((checkpoint.provenance or {}).get(NOTES, ()))


def _named(loaded: "ModelCheckpoint") -> "ModelCheckpoint":
    """The checkpoint with its class names, and with its notes in its provenance, instead of those of an earlier add."""
    names, notes = class_names(loaded.categories), list(loaded.notes)
    if names != loaded.categories:
        notes.append(f"Since there are {len(names)} classes, they are taken for those of YouTube-VIS 2019, in order.")
    provenance = {key: value for key, value in loaded.provenance.items() if key != NOTES}
    return replace(loaded, categories=names, provenance={**provenance, **({NOTES: notes} if notes else {})})


def _register(
    database: Database,
    settings: Settings,
    stored: StoredFile,
    *,
    weights: "ModelCheckpoint",
    project_id: str | None,
    then: Then,
) -> Checkpoint:
    with database.atomic() as tx:
        made = checkpoints.add_checkpoint(
            tx,
            name=stored.name,
            path=str(stored.path.relative_to(settings.data)),
            sha256=stored.sha256,
            config=weights.config.name,
            categories=list(weights.categories),
            size_bytes=stored.path.stat().st_size,
            project_id=project_id,
            parent_sha256=weights.parent,
            provenance=weights.provenance,
        )
        then(tx, made)
    return made
