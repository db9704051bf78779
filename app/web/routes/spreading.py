"""Spreading: ask for it, read its drafts, apply or discard a part of them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from app.spreading.applying import AppliedPart, DraftPart, apply_part, discard_part
from app.spreading.requesting import request_spread
from app.spreading.run import KIND
from app.spreading.stretches import SpreadRequest
from app.web import wire
from app.web.context import Context
from app.web.edit_batches import require_person
from app.web.routes.edits import Author, Text
from app.web.wire import Json
from storage import drafts, masks, runs
from storage.database import Database

MOST_TRACKS = 64
MOST_DRAFTS = 2000
"""Drafts in one answer; the page goes on with the next frame."""
LAST = 2**31


class SpreadBody(BaseModel):
    """Body of ``POST /data/videos/{video}/spread``; see `app.spreading.stretches.SpreadRequest`.

    ``checkpoint``: id of the checkpoint whose shapes are used, by default of the one in use.
    """

    tracks: list[Text] = Field(min_length=1, max_length=MOST_TRACKS)
    frame: int = Field(ge=0, le=LAST)
    way: Literal["forward", "backward", "both"] = "both"
    start: int | None = Field(default=None, ge=0, le=LAST)
    stop: int | None = Field(default=None, ge=0, le=LAST)
    checkpoint: Text | None = None

    def request(self) -> SpreadRequest:
        """In the form of the use case."""
        return SpreadRequest(tuple(self.tracks), self.frame, self.way, self.start, self.stop)


class PartBody(BaseModel):
    """A part of a run's drafts; see `app.spreading.applying.DraftPart`."""

    run: Text
    tracks: list[Text] | None = Field(default=None, max_length=MOST_TRACKS)
    start: int | None = Field(default=None, ge=0, le=LAST)
    stop: int | None = Field(default=None, ge=0, le=LAST)

    def part(self) -> DraftPart:
        """In the form of the use case."""
        return DraftPart(self.run, None if self.tracks is None else tuple(self.tracks), self.start, self.stop)


class ApplyBody(PartBody):
    """Also who applies the part, and the id of the edit."""

    author: Author
    id: Text = Field(min_length=1, max_length=64)


def router(context: Context) -> APIRouter:
    """``POST /data/videos/{video}/spread``, ``GET …/drafts``, ``POST …/drafts/apply`` and ``…/drafts/discard``."""
    routes = APIRouter(prefix="/data/videos")

    @routes.post("/{video_id}/spread")
    @context.writes
    def post_spread(database: Database, video_id: str, body: SpreadBody) -> Json:
        context.require_video(video_id)
        asked, named = body.request(), body.checkpoint
        job = request_spread(database, context.settings, video_id=video_id, request=asked, checkpoint_id=named)
        context.hub.follow(job.id)
        return {"job": wire.job(job)}

    @routes.get("/{video_id}/drafts")
    @context.reads
    def get_drafts(video_id: str, start: Annotated[int, Query(ge=0, le=LAST)] = 0) -> Json:
        """Drafts from the frame ``start`` on, about `MOST_DRAFTS` of them; ``next`` is the frame to go on with."""
        context.require_video(video_id)
        with context.database.read() as tx:
            found, after = drafts.page_of_drafts(tx, video_id, kind=KIND, start=start, limit=MOST_DRAFTS)
            made = [runs.get_run(tx, name) for name in sorted({one.run_id for one in found})]
            blobs = masks.get_blobs(tx, {one.blob_hash for one in found if one.blob_hash is not None})
        return {**wire.drafts(made, found, blobs), "next": after}

    @routes.post("/{video_id}/drafts/apply")
    @context.writes
    def post_apply(database: Database, video_id: str, body: ApplyBody) -> Json:
        require_person(body.author)
        context.require_video(video_id)
        with database.atomic() as tx:
            done = apply_part(tx, video_id, body.part(), author=body.author, edit_id=body.id)
        context.hub.wake()
        return _applied(done)

    @routes.post("/{video_id}/drafts/discard")
    @context.writes
    def post_discard(database: Database, video_id: str, body: PartBody) -> Json:
        context.require_video(video_id)
        with database.atomic() as tx:
            discarded = discard_part(tx, video_id, body.part())
        context.hub.wake()
        return {"discarded": discarded}

    return routes


def _applied(done: AppliedPart) -> Json:
    edit = done.edit
    left = {"human": done.human, "outdated": done.outdated}
    return {"status": "applied", "edit": edit.id, "number": edit.number, "rows": edit.rows, "left": left}
