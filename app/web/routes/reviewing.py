"""Likely errors of a video, and the search for them."""

from fastapi import APIRouter

from app.reviewing.requests import request_search
from app.web import wire
from app.web.context import Context
from app.web.wire import Json
from storage import likely_errors
from storage.database import Database


def router(context: Context) -> APIRouter:
    """``GET`` and ``POST /data/videos/{video}/likely-errors``."""
    routes = APIRouter(prefix="/data/videos")

    @routes.get("/{video_id}/likely-errors")
    @context.reads
    def latest(video_id: str) -> Json:
        context.video(video_id)
        with context.database.read() as tx:
            found = likely_errors.latest(tx, video_id)
        return wire.likely_errors(found)

    @routes.post("/{video_id}/likely-errors")
    @context.writes
    def search(database: Database, video_id: str) -> Json:
        job = request_search(database, context.settings, video_id=video_id)
        context.hub.follow(job.id)
        return {"job": wire.job(job)}

    return routes
