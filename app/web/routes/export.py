"""The numbers of an export before it is made, and the frozen versions of a project."""

import time

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.errors import BadInput
from app.exchange.export_choice import ExportChoice, Ids, Unknown
from app.exchange.exporting import export_numbers
from app.exchange.version_diff import compare_versions
from app.exchange.versions import find_version, list_versions
from app.jobs import queue
from app.library.videos import safe_name
from app.web import wire
from app.web.context import Context
from app.web.wire import Json
from storage import projects
from storage.database import Database


class PlanBody(BaseModel):
    """Body of ``POST /data/projects/{project}/export-plan``: the fields of `ExportChoice`, without the division."""

    reviewed_only: bool = False
    version: str | None = None
    stride: int | None = None
    unknown: Unknown = "frames"
    ids: Ids | None = None
    videos: list[str] | None = Field(default=None, max_length=100_000)
    categories: list[str] | None = Field(default=None, max_length=100_000)


class VersionBody(BaseModel):
    """Body of ``POST /data/projects/{project}/versions/make``: the name of the version."""

    name: str


def router(context: Context) -> APIRouter:
    """Routes under ``/data/projects/{project}``.

    ``GET`` or ``POST export-plan``, ``GET versions`` and ``versions/diff``, ``POST versions/make``, which starts a job.
    """
    routes = APIRouter(prefix="/data/projects")

    def plan(project_id: str, choice: ExportChoice) -> Json:
        try:
            return export_numbers(context.database, project_id=project_id, choice=choice).as_json()
        except BadInput as error:
            # No mistake of the request: an empty project has a plan too, which says why there is no export.
            return {"reason": str(error)}

    @routes.get("/{project_id}/export-plan")
    @context.reads
    def get_plan(
        project_id: str,
        reviewed_only: bool = False,
        version: str | None = None,
        stride: int | None = None,
        unknown: Unknown = "frames",
        ids: Ids | None = None,
    ) -> Json:
        return plan(project_id, ExportChoice(reviewed_only, version, stride, unknown, ids))

    @routes.post("/{project_id}/export-plan")
    @context.reads
    def post_plan(project_id: str, body: PlanBody) -> Json:
        return plan(project_id, ExportChoice.of(body.model_dump()))

    def require_project(project_id: str) -> None:
        with context.database.read() as tx:
            projects.get_project(tx, project_id)

    @routes.get("/{project_id}/versions")
    @context.reads
    def get_versions(project_id: str) -> Json:
        require_project(project_id)
        return {"versions": [one.as_json() for one in list_versions(context.settings, project_id)]}

    @routes.get("/{project_id}/versions/diff")
    @context.reads
    def get_diff(project_id: str, first: str, second: str) -> Json:
        require_project(project_id)
        old, new = (find_version(context.settings, project_id, name) for name in (first, second))
        found = compare_versions(old, new)
        return {**found.as_json(), "lines": list(found.lines())}

    @routes.post("/{project_id}/versions/make")
    @context.writes
    def post_make(database: Database, project_id: str, body: VersionBody) -> Json:
        require_project(project_id)
        version = find_version(context.settings, project_id, body.name)
        out = context.settings.exports / f"{safe_name(version.name)}-{time.strftime('%Y%m%d-%H%M%S')}"
        parameters = {"out": str(out), "again": version.name}
        job = queue.enqueue(database, context.settings, kind="export", project_id=project_id, parameters=parameters)
        context.hub.follow(job.id)
        return {"job": wire.job(job)}

    return routes
