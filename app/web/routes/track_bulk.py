"""Changing many tracks at once: what would change, and the change itself."""

from dataclasses import asdict
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.reviewing import bulk
from app.web.context import Context
from app.web.edit_batches import require_person
from app.web.routes.edits import Author, Text
from app.web.track_summaries import bring_up_to_date
from app.web.wire import Json
from storage.database import Database
from storage.track_bulk import BulkVerb


class BulkBody(BaseModel):
    """A verb and its tracks, by id; see `storage.track_bulk.BulkVerb` for the meaning."""

    verb: Literal["relabel", "accept", "reject", "look"]
    tracks: list[Text] = Field(min_length=1, max_length=bulk.MOST_TRACKS)
    category: Text | None = None
    judged: bool = False

    def wanted(self) -> BulkVerb:
        """The verb in the form of the store."""
        return BulkVerb(self.verb, self.category, self.judged)


class BulkChange(BulkBody):
    """As `BulkBody`, with the author of the edits."""

    author: Author


def router(context: Context) -> APIRouter:
    """``POST /data/projects/{project}/tracks/preview`` and ``…/tracks/change``."""
    routes = APIRouter(prefix="/data/projects")

    @routes.post("/{project_id}/tracks/preview")
    async def post_preview(project_id: str, body: BulkBody) -> Json:
        await bring_up_to_date(context, project_id)
        found = await context.run(bulk.preview, context.database, project_id, body.tracks, body.wanted())
        return {**asdict(found), "videos": len(found.videos)}

    @routes.post("/{project_id}/tracks/change")
    async def post_change(project_id: str, body: BulkChange) -> Json:
        require_person(body.author)
        await bring_up_to_date(context, project_id)
        wanted = body.wanted()
        found = await context.run(bulk.preview, context.database, project_id, body.tracks, wanted)
        # One write per video, so that strokes which wait for their turn come in between.
        edits = [await context.write(change, video_id, body) for video_id in found.videos]
        context.hub.wake()
        return {"edits": [asdict(edit) for edit in edits if edit is not None], "locked": found.locked}

    def change(database: Database, video_id: str, body: BulkChange) -> bulk.BulkEdit | None:
        return bulk.change_video(database, video_id, body.tracks, body.wanted(), author=body.author)

    return routes
