"""Computing how tracks look, a few per request, so that they can be sorted by it."""

import numpy as np
from fastapi import APIRouter

from app.pictures.jpegs import PictureAddress
from app.pictures.likeness import likeness
from app.pictures.thumbnails import WIDTH
from app.reviewing import look_alikes
from app.web.context import Context
from app.web.track_summaries import bring_up_to_date
from app.web.wire import Json
from storage import masks
from storage.frames import VideoError
from storage.track_likenesses import Unseen

AT_ONCE = 32


def router(context: Context) -> APIRouter:
    """``POST /data/projects/{project}/tracks/compare``: some more tracks; ``left`` is how many have no look yet."""
    routes = APIRouter(prefix="/data/projects")

    def compute(unseen: tuple[Unseen, ...]) -> dict[Unseen, np.ndarray | None]:
        with context.database.read() as tx:
            blobs = masks.get_blobs(tx, {one.blob_hash for one in unseen})
        found: dict[Unseen, np.ndarray | None] = {}
        for one in unseen:
            try:
                index = context.opened(one.video_id).index
                jpeg = context.frames.jpeg(PictureAddress.of(index, one.frame, WIDTH))
            except VideoError:
                # The source is gone or cannot be decoded there; the other tracks can still be compared.
                found[one] = None
                continue
            found[one] = likeness(jpeg, blobs[one.blob_hash])
        return found

    @routes.post("/{project_id}/tracks/compare")
    async def post_compare(project_id: str) -> Json:
        await bring_up_to_date(context, project_id)
        waiting = await context.run(lambda: look_alikes.waiting(context.database, project_id, limit=AT_ONCE))
        if waiting.next:
            found = await context.paint(compute, waiting.next)
            await context.write(look_alikes.store, found)
        return {"left": waiting.number - len(waiting.next)}

    return routes
