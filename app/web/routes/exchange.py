"""Broken imports, answers to the question of an import, and the download of the file that an export wrote."""

from dataclasses import asdict
from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import FileResponse
from pydantic import BaseModel

from app.errors import ResourceNotFound
from app.exchange import import_jobs, open_imports
from app.result_files.taking_back import take_back_proposals, tell_jobs
from app.web import wire
from app.web.context import Context
from app.web.edit_batches import require_person
from app.web.routes.edits import Author
from app.web.wire import Json
from storage import jobs
from storage.database import Database


def annotations_of(context: Context, job_id: str) -> Path:
    """The annotations file of a finished export. The path is taken from the job's result, never from a request.

    Raises `ResourceNotFound` if the job is no finished export, or its file is gone.
    """
    with context.database.read() as tx:
        job = jobs.get_job(tx, job_id)
    written = dict(job.result or {}).get("annotations") if job.kind == "export" else None
    if not isinstance(written, str):
        raise ResourceNotFound("This job is not a finished export, so there is no file to save.")
    if not Path(written).is_file():
        raise ResourceNotFound(f"The file {written} is gone; export again.")
    return Path(written)


class AnswerBody(BaseModel):
    """Body of ``POST /data/jobs/{job}/answer``: what becomes of videos that are here already."""

    repeat: Literal["skip", "replace", "again"]


class TakeBackBody(BaseModel):
    """Body of ``POST /data/projects/{project}/proposals/take-back``: the SHA-256 of the file, and who undoes."""

    digest: str
    author: Author


def router(context: Context) -> APIRouter:
    """Routes of imports and exports; the jobs themselves are in `app.web.routes.jobs`."""
    routes = APIRouter(prefix="/data")

    @routes.get("/jobs/{job_id}/annotations")
    async def get_annotations(job_id: str) -> FileResponse:
        path = await context.run(annotations_of, context, job_id)
        return FileResponse(path, media_type="application/json", filename=f"{path.parent.name}.json")

    @routes.post("/jobs/{job_id}/answer")
    @context.writes
    def post_answer(database: Database, job_id: str, body: AnswerBody) -> Json:
        return started(import_jobs.answer(database, context.settings, job_id=job_id, repeat=body.repeat))

    @routes.get("/imports")
    @context.reads
    def get_imports() -> Json:
        return {"imports": [asdict(found) for found in import_jobs.broken_imports(context.database)]}

    @routes.post("/imports/{import_id}/go-on")
    @context.writes
    def post_go_on(database: Database, import_id: str) -> Json:
        return started(import_jobs.go_on(database, context.settings, import_id=import_id))

    @routes.post("/imports/{import_id}/take-back")
    @context.writes_long
    def post_take_back(database: Database, import_id: str) -> Json:
        return open_imports.take_back(database, import_id=import_id).as_json()

    @routes.post("/projects/{project_id}/proposals/take-back")
    @context.writes_long
    def post_take_back_proposals(database: Database, project_id: str, body: TakeBackBody) -> Json:
        require_person(body.author)
        done = take_back_proposals(database, project_id=project_id, digest=body.digest, author=body.author)
        tell_jobs(database, project_id, body.digest)
        return done.as_json()

    def started(job: jobs.Job) -> Json:
        context.hub.follow(job.id)
        return {"job": wire.job(job)}

    return routes
