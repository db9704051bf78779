"""Download of the file that an export wrote."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from app.errors import ResourceNotFound
from app.web.context import Context
from storage import jobs


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


def router(context: Context) -> APIRouter:
    """``GET /data/jobs/{job}/annotations``."""
    routes = APIRouter(prefix="/data/jobs")

    @routes.get("/{job_id}/annotations")
    async def get_annotations(job_id: str) -> FileResponse:
        path = await context.run(annotations_of, context, job_id)
        return FileResponse(path, media_type="application/json", filename=f"{path.parent.name}.json")

    return routes
