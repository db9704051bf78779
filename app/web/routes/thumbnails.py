"""Thumbnails of videos for the cards of the library."""

from fastapi import APIRouter, Request, Response

from app.pictures.byte_caches import MemoryCache
from app.pictures.jpegs import PictureAddress
from app.pictures.thumbnails import WIDTH, Scene, scene, thumbnail
from app.settings import MIB
from app.web.context import Context
from storage.videos import Video

KEPT_BYTES = 16 * MIB
# The picture changes with the masks, so the browser revalidates it each time, which the ETag makes cheap.
CHECK_FIRST = "private, no-cache"


def router(context: Context) -> APIRouter:
    """``GET /data/videos/{video}/thumb.jpg``: a frame at most 576 pixels wide, with its masks painted in."""
    routes = APIRouter(prefix="/data/videos")
    kept = MemoryCache(KEPT_BYTES)

    def look(video_id: str) -> tuple[Video, Scene]:
        video = context.video(video_id)
        return video, scene(context.database, video)

    def draw(video: Video, shown: Scene) -> bytes:
        address = PictureAddress.of(context.opened(video.id).index, shown.frame, WIDTH)
        return thumbnail(context.frames.jpeg(address), shown.masks)

    @routes.get("/{video_id}/thumb.jpg")
    async def thumb(request: Request, video_id: str) -> Response:
        video, shown = await context.run(look, video_id)
        headers = {"Cache-Control": CHECK_FIRST, "ETag": f'"{shown.key}"'}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        key = f"{video_id}/{shown.key}"
        picture = kept.get(key)
        if picture is None:
            picture = await context.paint(draw, video, shown)
            kept.put(key, picture)
        return Response(picture, media_type="image/jpeg", headers=headers)

    return routes
