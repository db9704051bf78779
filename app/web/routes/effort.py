"""What people's work in a project took."""

from fastapi import APIRouter

from app.training.recorded_effort import recorded_effort
from app.web.context import Context
from app.web.wire import Json
from storage import projects


def router(context: Context) -> APIRouter:
    """``GET /data/projects/{project}/effort``: seconds and gestures per track-frame, whole, by tool and by model."""
    routes = APIRouter(prefix="/data/projects")

    @routes.get("/{project_id}/effort")
    @context.reads
    def get_effort(project_id: str) -> Json:
        with context.database.read() as tx:
            projects.get_project(tx, project_id)
            return recorded_effort(tx, project_id).as_json()

    return routes
