"""Import jobs that follow on others: going on with a broken import, and answering the question of one that asked."""

from dataclasses import dataclass
from pathlib import Path

from app.errors import BadInput, Busy
from app.exchange import open_imports
from app.exchange.repeats import CHOICES, IMPORTED_ALREADY, Repeat
from app.jobs import queue
from app.settings import Settings
from storage import imports, jobs, projects
from storage.database import Database
from storage.jobs import Job


@dataclass(frozen=True)
class BrokenImport:
    """An open import that no process is working on, and no job waits to go on with.

    ``shown`` of ``videos`` have come in; ``file`` is the name of the file.
    """

    id: str
    project_id: str
    project: str
    file: str
    shown: int
    videos: int
    created: float


def broken_imports(database: Database) -> tuple[BrokenImport, ...]:
    """The broken imports of all projects, oldest first."""
    with database.read() as tx:
        waiting = {job.parameters.get("import") for job in jobs.list_jobs(tx, active=True) if job.kind == "import"}
        idle = [
            found
            for found in imports.open_imports(tx)
            if found.id not in waiting and not open_imports.is_running(found)
        ]
        return tuple(
            BrokenImport(
                id=found.id,
                project_id=found.project_id,
                project=projects.get_project(tx, found.project_id).name,
                file=Path(found.path).name,
                shown=len(open_imports.shown_videos(tx, found)),
                videos=int((found.settings or {}).get("videos", 0)),
                created=found.created,
            )
            for found in idle
        )


def go_on(database: Database, settings: Settings, *, import_id: str) -> Job:
    """Queue a job that goes on with a broken import. Raises `Busy` if one does, `storage.errors.NotFound`."""
    with database.read() as tx:
        found = imports.get_import(tx, import_id)
    open_imports.require_idle(found)
    if any(job.parameters.get("import") == import_id for job in queue.active_jobs(database, kind="import")):
        raise Busy("A job waits already to go on with this import.")
    if found.finished is not None:
        raise BadInput("This import is finished; there is nothing to go on with.")
    parameters = {**((found.settings or {}).get("resumes") or {}), "import": import_id}
    parameters.pop("new_project", None)
    return queue.enqueue(database, settings, kind="import", project_id=found.project_id, parameters=parameters)


def answer(database: Database, settings: Settings, *, job_id: str, repeat: Repeat) -> Job:
    """Queue the import of a job that asked what becomes of videos that are here already, with the answer.

    Raises `BadInput` if the job asks nothing or has its answer, `storage.errors.NotFound`.
    """
    if repeat not in CHOICES:
        raise BadInput(f"The answer is one of {', '.join(CHOICES)}.")
    with database.atomic() as tx:
        job = jobs.get_job(tx, job_id)
        if (job.result or {}).get("question") != IMPORTED_ALREADY:
            raise BadInput("This job asks nothing; start the import again.")
        # Two answers to one question would import the file twice.
        jobs.set_result(tx, job_id, {"answer": repeat})
    parameters = {**job.parameters, "repeat": repeat}
    return queue.enqueue(database, settings, kind="import", project_id=job.project_id, parameters=parameters)
