"""Likely errors of a video, suggested changes of identities, and the search for both."""

from collections import Counter
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.reviewing.requests import request_search
from app.web import wire
from app.web.context import Context
from app.web.edit_batches import require_person
from app.web.routes.edits import Author, Text
from app.web.wire import Json
from storage import identity_candidates, likely_errors, projects, videos
from storage.database import Database
from storage.identity_candidates import StoredCandidate


class DismissBody(BaseModel):
    """Body of ``POST /data/videos/{video}/identities/dismiss``: the candidate, and whether it is to be dismissed."""

    author: Author
    kind: Literal["merge", "split", "swap"]
    tracks: Annotated[list[Text], Field(min_length=1, max_length=2)]
    frame: int = Field(ge=0, lt=2**31)
    dismissed: bool = True

    def candidate(self) -> StoredCandidate:
        """The candidate as the store compares it."""
        return StoredCandidate(self.kind, tuple(self.tracks), self.frame, (), 0.0, {})


def router(context: Context) -> APIRouter:
    """``GET`` and ``POST /data/videos/{video}/likely-errors``, ``GET …/identities``, ``POST …/identities/dismiss``.

    ``GET /data/projects/{project}/identities``: how many changes of each kind are suggested in its videos.
    """
    routes = APIRouter(prefix="/data")

    @routes.get("/videos/{video_id}/likely-errors")
    @context.reads
    def latest(video_id: str) -> Json:
        context.video(video_id)
        with context.database.read() as tx:
            found = likely_errors.latest(tx, video_id)
        return wire.likely_errors(found)

    @routes.post("/videos/{video_id}/likely-errors")
    @context.writes
    def search(database: Database, video_id: str) -> Json:
        job = request_search(database, context.settings, video_id=video_id)
        context.hub.follow(job.id)
        return {"job": wire.job(job)}

    @routes.get("/videos/{video_id}/identities")
    @context.reads
    def identities(video_id: str) -> Json:
        context.video(video_id)
        with context.database.read() as tx:
            return wire.identity_search(identity_candidates.latest(tx, video_id))

    @routes.post("/videos/{video_id}/identities/dismiss")
    @context.writes
    def dismiss(database: Database, video_id: str, body: DismissBody) -> Json:
        require_person(body.author)
        with database.atomic() as tx:
            found = identity_candidates.dismiss(tx, video_id, body.candidate(), dismissed=body.dismissed)
        return wire.identity_search(found)

    @routes.get("/projects/{project_id}/identities")
    @context.reads
    def in_project(project_id: str) -> Json:
        with context.database.read() as tx:
            projects.get_project(tx, project_id)
            found = identity_candidates.open_in_project(tx, project_id)
            names = dict(videos.video_names(tx, project_id))
        counts = {video: Counter(one.kind for one in of_video) for video, of_video in found.items()}
        return {"videos": [{"id": video, "name": names[video], **counts[video]} for video in counts]}

    return routes
