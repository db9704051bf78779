"""Renaming, removing, restoring and deleting videos."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.library import removal
from app.web.context import Context
from app.web.wire import Json
from storage import projects
from storage.database import Database
from storage.videos import Video


class VideoChange(BaseModel):
    """Body of ``POST /data/videos/{video}``: a new name, or whether the video is removed."""

    name: str | None = Field(default=None, max_length=200)
    removed: bool | None = None


class DeleteBody(BaseModel):
    """Body of ``DELETE /data/videos/{video}``: the numbers that the page showed before the person confirmed."""

    tracks: int = Field(ge=0)
    corrections: int = Field(ge=0)


def router(context: Context) -> APIRouter:
    """Routes of the library, without adding videos (`app.web.routes.videos`)."""
    routes = APIRouter(prefix="/data")

    @routes.post("/videos/{video_id}")
    @context.writes
    def post_video_change(database: Database, video_id: str, body: VideoChange) -> Json:
        video = context.video(video_id)
        if body.name is not None and body.name != video.name:
            video = removal.rename_video(database, video_id=video_id, name=body.name)
        stopped: tuple[str, ...] = ()
        if body.removed is True:
            video, stopped = removal.remove_video(database, video_id=video_id)
            for job_id in stopped:
                context.hub.follow(job_id)
        elif body.removed is False:
            video = removal.restore_video(database, context.settings, video_id=video_id)
        return {"video": brief(video), "stopped": len(stopped)}

    @routes.get("/projects/{project_id}/removed")
    @context.reads
    def get_removed(project_id: str) -> Json:
        with context.database.read() as tx:
            projects.get_project(tx, project_id)
        found = removal.removed_videos(context.database, context.settings, project_id=project_id)
        return {"videos": [removed(video) for video in found]}

    @routes.delete("/videos/{video_id}")
    @context.writes_long
    def delete_video(database: Database, video_id: str, shown: DeleteBody) -> Json:
        video = context.video(video_id)
        if video.content_hash:
            context.frames.release(video.content_hash)
        done = removal.delete_video(
            database, context.settings, video_id=video_id, tracks=shown.tracks, corrections=shown.corrections
        )
        return {"name": done.video.name, "tracks": done.work.tracks, "problem": done.problem}

    return routes


def brief(video: Video) -> Json:
    """A video's name, and when it was removed (unix seconds, or None)."""
    return {"id": video.id, "name": video.name, "removed": video.removed}


def removed(found: removal.RemovedVideo) -> Json:
    """A removed video, and the work that deleting it would lose."""
    video, work = found.video, found.work
    return {
        **brief(video),
        "count": video.count,
        "path": video.path,
        "copied": video.copied,
        "copy_bytes": found.copy_bytes,
        "tracks": work.tracks,
        "masks": work.masks,
        "corrections": work.corrections,
        "verdicts": work.verdicts,
    }
