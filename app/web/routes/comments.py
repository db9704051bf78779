"""Comments on a video."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.web import wire
from app.web.context import Context
from app.web.edit_batches import require_person
from app.web.routes.edits import Author
from app.web.wire import Json
from storage import comments
from storage.comments import LONGEST_COMMENT
from storage.database import Database


class CommentBody(BaseModel):
    """Body of ``POST /data/videos/{video}/comments``; ``point`` is x, y in pixels of the frame."""

    author: Author
    text: str = Field(max_length=LONGEST_COMMENT)
    frame: int = Field(ge=0, lt=2**31)
    track: str | None = None
    point: tuple[float, float] | None = None


class CommentChange(BaseModel):
    """Body of ``POST /data/comments/{comment}``: what changes, and who changes it."""

    author: Author
    text: str | None = Field(default=None, max_length=LONGEST_COMMENT)
    resolved: bool | None = None
    deleted: bool | None = None


def router(context: Context) -> APIRouter:
    """``GET`` and ``POST /data/videos/{video}/comments``, ``POST /data/comments/{comment}``."""
    routes = APIRouter(prefix="/data")

    @routes.get("/videos/{video_id}/comments")
    @context.reads
    def get_comments(video_id: str) -> Json:
        context.require_video(video_id)
        with context.database.read() as tx:
            return {"comments": [wire.comment(one) for one in comments.list_comments(tx, video_id)]}

    @routes.post("/videos/{video_id}/comments")
    @context.writes
    def post_comment(database: Database, video_id: str, body: CommentBody) -> Json:
        require_person(body.author)
        with database.atomic() as tx:
            made = comments.add_comment(
                tx,
                video_id,
                author=body.author,
                text=body.text,
                frame=body.frame,
                track_id=body.track,
                point=body.point,
            )
        context.hub.wake()
        return wire.comment(made)

    @routes.post("/comments/{comment_id}")
    @context.writes
    def post_comment_change(database: Database, comment_id: str, body: CommentChange) -> Json:
        require_person(body.author)
        with database.atomic() as tx:
            changed = comments.change_comment(tx, comment_id, **body.model_dump())
        context.hub.wake()
        return wire.comment(changed)

    return routes
