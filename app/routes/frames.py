"""Pictures of frames as JPEG."""

import asyncio

from fastapi import APIRouter, Request, Response

from app.context import Context
from app.errors import BadInput, NotFound

# A picture never changes as long as the address names the content it came from.
FOREVER = "private, max-age=31536000, immutable"
CHECK_FIRST = "private, no-cache"
WIDEST = 8192
GONE = 499


def router(context: Context) -> APIRouter:
    """``GET /data/videos/{video}/frames/{frame}.jpg?w=&h=``."""
    routes = APIRouter(prefix="/data/videos")
    turns = asyncio.Semaphore(6)

    @routes.get("/{video_id}/frames/{frame}.jpg")
    async def frame(
        request: Request, video_id: str, frame: int, w: int | None = None, h: str | None = None
    ) -> Response:
        if w is not None and not 1 <= w <= WIDEST:
            raise BadInput(f"A picture cannot be {w} pixels wide; ask for 1 to {WIDEST}.")
        video = await context.run(context.video, video_id)
        if not 0 <= frame < video.count:
            raise NotFound(f"The video {video.name} has frames 0 to {video.count - 1}, so there is no frame {frame}.")
        index = await context.run(context.index, video)
        lasting = bool(h) and index.content_hash.startswith(h or "-") and frame < video.confirmed
        etag = f'"{index.content_hash[:24]}-{int(index.confirmed)}-{frame}-{w or 0}"'
        headers = {"Cache-Control": FOREVER if lasting else CHECK_FIRST, "ETag": etag}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        width = None if w is None or w >= index.width else w
        picture = context.frames.cached(index, frame, width)
        if picture is None:
            async with turns:
                # Scrubbing leaves many requests behind; pictures that nobody waits for are not decoded.
                if await request.is_disconnected():
                    return Response(status_code=GONE)
                loop = asyncio.get_running_loop()
                picture = await loop.run_in_executor(context.decoding, context.frames.jpeg, index, frame, width)
        return Response(picture, media_type="image/jpeg", headers=headers)

    return routes
