"""Batches of edits, undo, redo, and the history."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field

from app.web.context import Context
from app.web.edit_batches import apply_batch, history, require_person, take_back
from app.web.sign_in import author_of
from app.web.wire import Json
from storage.database import Database
from storage.edits import Change, Edit
from storage.plain_values import is_plain_text


def _plain(text: str) -> str:
    if not is_plain_text(text):
        raise ValueError("it holds a NUL or half of a character")
    return text


Text = Annotated[str, AfterValidator(_plain)]
Author = Annotated[Text, Field(min_length=1, max_length=200), AfterValidator(author_of)]
"""Who sends a body: the person who is signed in, where there is a sign-in, whatever the body says."""


class ChangeBody(BaseModel):
    """One row that an edit changes; see `storage.edits.Change` for the meaning."""

    track: Text | None = None
    frame: int | None = None
    before_version: int = 0
    after: Json | None = None
    range_id: Text | None = None


LONGEST_WAIT = 400 * 24 * 3600.0
"""Seconds; an edit that says it waited longer comes from a page whose clock was set meanwhile."""


class EditBody(BaseModel):
    """One edit of a queue; see `storage.edits.Edit` for the meaning."""

    id: Text = Field(min_length=1, max_length=64)
    kind: Text = Field(min_length=1, max_length=64)
    base: Text | None = None
    waited: float = Field(default=0, ge=0, allow_inf_nan=False)
    changes: list[ChangeBody] = Field(max_length=200_000)

    def signed(self, author: str, video_id: str) -> Edit:
        """The edit in the form of the store, with author and video."""
        changes = tuple(Change(**dict(change)) for change in self.changes)
        waited = min(self.waited, LONGEST_WAIT)
        return Edit(self.id, self.kind, author, video_id, changes, base=self.base, waited=waited)


class EditsBody(BaseModel):
    """The queued edits of one author; they are applied in order, each as a whole or not at all."""

    author: Author
    edits: list[EditBody] = Field(max_length=10_000)


class StepBody(BaseModel):
    """Undo or redo: the author, the id of the new edit, and for undo the edit, by default the author's latest."""

    author: Author
    id: Text = Field(min_length=1, max_length=64)
    edit: Text | None = None


def router(context: Context) -> APIRouter:
    """``POST /data/videos/{video}/edits``, ``…/undo``, ``…/redo`` and ``GET …/history``."""
    routes = APIRouter(prefix="/data/videos")

    @routes.post("/{video_id}/edits")
    @context.writes
    def post_edits(database: Database, video_id: str, body: EditsBody) -> Json:
        require_person(body.author)
        context.require_video(video_id)
        results = apply_batch(database, (edit.signed(body.author, video_id) for edit in body.edits))
        context.hub.wake()
        return {"results": results}

    def step(database: Database, video_id: str, body: StepBody, *, redo: bool) -> Json:
        require_person(body.author)
        result = take_back(database, video=video_id, author=body.author, new_id=body.id, redo=redo, edit=body.edit)
        context.hub.wake()
        return result

    @routes.get("/{video_id}/history")
    @context.reads
    def get_history(video_id: str, track: str | None = None, limit: int = 200) -> Json:
        context.require_video(video_id)
        return {"edits": history(context.database, video=video_id, track=track, limit=min(max(limit, 1), 1000))}

    @routes.post("/{video_id}/undo")
    @context.writes
    def post_undo(database: Database, video_id: str, body: StepBody) -> Json:
        return step(database, video_id, body, redo=False)

    @routes.post("/{video_id}/redo")
    @context.writes
    def post_redo(database: Database, video_id: str, body: StepBody) -> Json:
        return step(database, video_id, body, redo=True)

    return routes
