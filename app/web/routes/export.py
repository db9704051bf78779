"""The numbers of an export before it is made, and the frozen versions of a project."""

from fastapi import APIRouter

from app.errors import BadInput
from app.exchange.export_choice import ExportChoice, Ids, Unknown
from app.exchange.exporting import export_numbers
from app.exchange.version_diff import compare_versions
from app.exchange.versions import find_version, list_versions
from app.web.context import Context
from app.web.wire import Json


def router(context: Context) -> APIRouter:
    """``GET /data/projects/{project}/export-plan``, ``.../versions`` and ``.../versions/diff``."""
    routes = APIRouter(prefix="/data/projects")

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
        choice = ExportChoice(reviewed_only, version, stride, unknown, ids)
        try:
            return export_numbers(context.database, project_id=project_id, choice=choice).as_json()
        except BadInput as error:
            # No mistake of the request: an empty project has a plan too, which says why there is no export.
            return {"reason": str(error)}

    @routes.get("/{project_id}/versions")
    @context.reads
    def get_versions(project_id: str) -> Json:
        return {"versions": [one.as_json() for one in list_versions(context.settings, project_id)]}

    @routes.get("/{project_id}/versions/diff")
    @context.reads
    def get_diff(project_id: str, first: str, second: str) -> Json:
        old, new = (find_version(context.settings, project_id, name) for name in (first, second))
        found = compare_versions(old, new)
        return {**found.as_json(), "lines": list(found.lines())}

    return routes
