"""The annotation guide of a project, as Markdown and as HTML."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.web.context import Context
from app.web.markdown import to_html
from app.web.wire import Json
from storage.database import Database
from storage.guides import LONGEST_GUIDE, get_guide, set_guide


class PreviewBody(BaseModel):
    """Body of ``POST /data/guide/preview``."""

    markdown: str = Field(max_length=LONGEST_GUIDE)


class GuideBody(PreviewBody):
    """Body of ``POST /data/projects/{project}/guide``; ``was`` is the text that the author saw."""

    was: str = Field(default="", max_length=LONGEST_GUIDE)


def router(context: Context) -> APIRouter:
    """``GET`` and ``POST /data/projects/{project}/guide``, ``POST /data/guide/preview``."""
    routes = APIRouter(prefix="/data")

    @routes.get("/projects/{project_id}/guide")
    @context.reads
    def get_project_guide(project_id: str) -> Json:
        with context.database.read() as tx:
            return both(get_guide(tx, project_id))

    @routes.post("/projects/{project_id}/guide")
    @context.writes
    def post_project_guide(database: Database, project_id: str, body: GuideBody) -> Json:
        with database.atomic() as tx:
            set_guide(tx, project_id, body.markdown, was=body.was)
            return both(get_guide(tx, project_id))

    @routes.post("/guide/preview")
    @context.reads
    def post_preview(body: PreviewBody) -> Json:
        return both(body.markdown)

    def both(text: str) -> Json:
        return {"markdown": text, "html": to_html(text)}

    return routes
