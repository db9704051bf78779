"""Renames and deletes registered checkpoints; what is in use is protected."""

import logging
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection

from app.checkpoints.choice import chosen_checkpoint
from app.checkpoints.find import checkpoint_path
from app.checkpoints.register import free_of_slashes
from app.checkpoints.releases import BUILT_IN
from app.errors import BadInput
from app.settings import Settings
from storage import checkpoints, jobs, projects
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.jobs import Job

log = logging.getLogger(__name__)


def rename(database: Database, *, checkpoint_id: str, name: str) -> Checkpoint:
    """Give a checkpoint another name. Raises `BadInput` for a built-in one, `storage.errors.NameTaken`, `NotFound`."""
    with database.atomic() as tx:
        found = checkpoints.get_checkpoint(tx, checkpoint_id)
        _require_here(found)
        if found.name in BUILT_IN:
            raise BadInput(f"The checkpoint {found.name} comes with the program and keeps its name.")
        return checkpoints.rename_checkpoint(tx, checkpoint_id, free_of_slashes(name))


def delete(database: Database, settings: Settings, *, checkpoint_id: str) -> Checkpoint:
    """Delete a checkpoint and its file. Runs that used it keep naming it; its name becomes free.

    Raises `BadInput` if a project proposes with it, if it is an ancestor of such a one (retraining starts there), or if
    a job needs it; `storage.errors.NotFound`.
    """
    with database.atomic() as tx:
        found = checkpoints.get_checkpoint(tx, checkpoint_id)
        _require_here(found)
        reason = _in_use(tx, settings, found)
        if reason is not None:
            raise BadInput(f"The checkpoint {found.name} cannot be deleted: {reason}")
        checkpoints.remove_checkpoint(tx, checkpoint_id)
    _remove_file(settings, found)
    return found


def deletes_file(settings: Settings, found: Checkpoint) -> bool:
    """Whether deleting a checkpoint deletes its file: one in the folder of this program's checkpoints.

    A person's own file elsewhere stays.
    """
    return checkpoint_path(settings, found).resolve().parent == settings.checkpoints.resolve()


def _require_here(found: Checkpoint) -> None:
    if found.removed is not None:
        raise BadInput(f"The checkpoint {found.name} was removed; choose another one.")


def _in_use(tx: Connection, settings: Settings, found: Checkpoint) -> str | None:
    """Why a checkpoint is needed, as the rest of a sentence; None where nothing needs it."""
    if found.name in BUILT_IN:
        return "it comes with the program."
    every = checkpoints.list_checkpoints(tx)
    for project in projects.list_projects(tx, archived=True):
        chosen = chosen_checkpoint(tx, project_id=project.id, checkpoint_id=None)
        if chosen is None:
            continue
        if chosen.id == found.id:
            return f"the project {project.name} proposes with it; put another one in use there first."
        if any(ancestor.id == found.id for ancestor in _ancestors(every, chosen)):
            return f"{chosen.name}, in use in the project {project.name}, was trained from it; retraining starts there."
    if _is_used(every, found, jobs.list_jobs(tx, active=True)):
        return "a job is using it; wait for that job or cancel it."
    # The folder of a stopped retraining stays until another one of its project begins.
    kept = [folder.name for folder in settings.retrainings.glob("*")]
    if _is_used(every, found, jobs.find_jobs(tx, kept)):
        return "a stopped retraining goes on from it; let it go on, or start a new one, first."
    return None


def _is_used(every: Sequence[Checkpoint], found: Checkpoint, by: Iterable[Job]) -> bool:
    """Whether one of these jobs uses the checkpoint, or one that was trained from it."""
    used = {job.parameters.get("checkpoint") for job in by}
    return any(found in (one, *_ancestors(every, one)) for one in every if one.id in used)


def _ancestors(every: Sequence[Checkpoint], of: Checkpoint) -> Iterator[Checkpoint]:
    by_hash = {one.sha256: one for one in every}
    seen = {of.sha256}
    while (parent := of.parent_sha256) in by_hash and parent not in seen:
        of = by_hash[str(parent)]
        seen.add(of.sha256)
        yield of


def _remove_file(settings: Settings, found: Checkpoint) -> None:
    if not deletes_file(settings, found):
        return
    path = checkpoint_path(settings, found).resolve()
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("The file %s of a deleted checkpoint could not be removed: %s", path, error)
