"""Facts of one video, and videos coming into a project by upload or by path."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from app import videos as use
from app import wire
from app.context import Context
from app.errors import BadInput
from storage import edits, projects, videos


class PathBody(BaseModel):
    """Body of ``POST /data/projects/{project}/videos``: a file or folder on this machine."""

    path: str = Field(min_length=1, max_length=4096)
    name: str | None = Field(default=None, max_length=200)
    copy_in: bool = False


def router(context: Context) -> APIRouter:
    """Routes of videos."""
    routes = APIRouter(prefix="/data")

    def facts(video_id: str) -> dict[str, Any]:
        video = context.video(video_id)
        index = context.index(video)
        with context.database.read() as tx:
            last = edits.last_number(tx)
            project = projects.get_project(tx, video.project_id)
            categories = projects.list_categories(tx, video.project_id, retired=True)
            siblings = videos.list_videos(tx, video.project_id)
            complete = edits.list_complete(tx, video_id)
        return {
            "id": video.id,
            "name": video.name,
            "project": {"id": project.id, "name": project.name},
            "count": video.count,
            "confirmed": video.confirmed,
            "width": video.width,
            "height": video.height,
            "content_hash": video.content_hash,
            "pts": list(index.pts),
            "time_base": list(index.time_base),
            "gaps": [{"after": gap.after, "reason": gap.reason} for gap in index.gaps],
            "notes": list(index.notes),
            "categories": [wire.category(category) for category in categories],
            "last_edit": last,
            "complete": [wire.complete(found) for found in complete],
            "problem": use.problem(video, index),
            "siblings": [{"id": sibling.id, "name": sibling.name} for sibling in siblings],
        }

    def add_path(project_id: str, body: PathBody) -> dict[str, Any]:
        video = use.add_video(
            context.database,
            context.settings,
            project_id=project_id,
            path=body.path,
            name=body.name or None,
            copy=body.copy_in,
        )
        return {"video": wire.added_video(video)}

    def check_project(project_id: str) -> None:
        with context.database.read() as tx:
            projects.get_project(tx, project_id)

    @routes.get("/videos/{video_id}")
    async def get_video(video_id: str) -> dict[str, Any]:
        return await context.run(facts, video_id)

    @routes.put("/projects/{project_id}/videos")
    async def put_video(request: Request, project_id: str, name: str) -> dict[str, Any]:
        await context.run(check_project, project_id)
        try:
            part = await use.receive_upload(context.settings, name=name, body=request.stream())
        except ClientDisconnect:
            raise BadInput(f"The upload of {name} broke off; nothing of it was kept.") from None

        def store() -> dict[str, Any]:
            video = use.add_upload(context.database, context.settings, project_id=project_id, name=name, part=part)
            return {"video": wire.added_video(video)}

        return await context.run(store)

    @routes.post("/projects/{project_id}/videos")
    async def post_video(project_id: str, body: PathBody) -> dict[str, Any]:
        return await context.run(add_path, project_id, body)

    return routes
