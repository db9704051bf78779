"""The facts of a video, its source, and adding videos by upload or by path."""

import json
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from app.errors import BadInput
from app.library import sources
from app.library.videos import add_upload, add_video, receive_upload, upload
from app.web import wire
from app.web.context import Context
from app.web.wire import Json
from storage import attributes, edits, projects, videos
from storage.database import Database
from storage.guides import get_guide


class PathBody(BaseModel):
    """Body of ``POST /data/projects/{project}/videos``: a file or folder on the server."""

    path: str = Field(min_length=1, max_length=4096)
    name: str | None = Field(default=None, max_length=200)
    copy_in: bool = False
    again: bool = False


class SourceBody(BaseModel):
    """Body of ``POST /data/videos/{video}/source``: where the pictures are now.

    ``other_pixels`` accepts the same frames with other pixels, as in a file that was encoded again.
    """

    path: str = Field(min_length=1, max_length=4096)
    other_pixels: bool = False


def router(context: Context) -> APIRouter:
    """Routes of videos."""
    routes = APIRouter(prefix="/data")

    @routes.get("/videos/{video_id}/counted")
    @context.reads
    def get_counted(video_id: str) -> Json:
        opened = context.opened(video_id)
        _, count, confirmed, _ = opened.stamp
        return {"count": count, "confirmed": confirmed, "partial": opened.index.partial}

    def facts(video_id: str) -> Json:
        opened = context.opened_now(video_id)
        video, index = opened.video, opened.index
        with context.database.read() as tx:
            last = edits.last_number(tx)
            project = projects.get_project(tx, video.project_id)
            categories = projects.list_categories(tx, video.project_id, retired=True)
            listed = attributes.list_attributes(tx, video.project_id, retired=True)
            guide = get_guide(tx, video.project_id) != ""
            siblings = videos.video_names(tx, video.project_id)
            complete = edits.list_complete(tx, video_id)
        return {
            **wire.added_video(video),
            "project": {"id": project.id, "name": project.name},
            "path": video.path,
            "kind": video.kind,
            "pts": index.pts,
            "time_base": index.time_base,
            "partial": index.partial,
            "gaps": [wire.gap(found) for found in index.gaps],
            "damage": [{"start": found.start, "stop": found.stop} for found in index.damage],
            "cuts": list(video.cuts or ()),
            "notes": index.notes,
            "categories": [wire.category(category) for category in categories],
            "attributes": [wire.attribute(one) for one in listed],
            "guide": guide,
            "last_edit": last,
            "complete": [wire.complete(found) for found in complete],
            "problem": sources.problem(video, index),
            "siblings": [{"id": sibling, "name": name} for sibling, name in siblings],
        }

    def written(video_id: str) -> bytes:
        # Two hours have 180,000 frame times; the framework would take long to check each of them.
        return json.dumps(facts(video_id), separators=(",", ":"), ensure_ascii=False).encode()

    @routes.post("/videos/{video_id}/source")
    @context.writes_long
    def post_source(database: Database, video_id: str, body: SourceBody) -> Json:
        # To compare the new file with the counted frames, its frames may have to be counted.
        with database.read() as tx:
            *_, content_hash = videos.video_stamp(tx, video_id)
        moved = sources.repoint(
            database, context.settings, video_id=video_id, path=body.path, other_pixels=body.other_pixels
        )
        if content_hash is not None:
            context.frames.release(content_hash)
        return {"video": wire.added_video(moved)}

    @routes.post("/projects/{project_id}/videos")
    @context.writes_long
    def post_video(database: Database, project_id: str, body: PathBody) -> Json:
        video = add_video(
            database,
            context.settings,
            project_id=project_id,
            path=body.path,
            name=body.name or None,
            copy=body.copy_in,
            again=body.again,
        )
        return {"video": wire.added_video(video)}

    def check_project(project_id: str) -> None:
        with context.database.read() as tx:
            projects.get_project(tx, project_id)

    @routes.get("/videos/{video_id}")
    async def get_video(video_id: str) -> Response:
        return Response(await context.run(written, video_id), media_type="application/json")

    @routes.put("/projects/{project_id}/videos")
    async def put_video(request: Request, project_id: str, name: Annotated[str, Query(max_length=1024)]) -> Json:
        await context.run(check_project, project_id)
        with upload(context.settings, name) as arrival:
            try:
                await receive_upload(arrival, name=name, body=request.stream())
            except ClientDisconnect:
                raise BadInput(f"The upload of {name} broke off; nothing of it was kept.") from None

            def store(database: Database) -> Json:
                video = add_upload(database, context.settings, project_id=project_id, name=name, arrival=arrival)
                return {"video": wire.added_video(video)}

            return await context.write_long(store)

    return routes
