"""Pictures of videos for the library's cards."""

from collections import OrderedDict

from fastapi import APIRouter, Request, Response

from app.pictures.thumbnails import WIDTH, Scene, scene, thumbnail
from app.web.context import Context
from storage.videos import Video

KEPT = 256
# The picture follows the masks, so a browser asks each time; the ETag makes that cheap.
CHECK_FIRST = "private, no-cache"


def router(context: Context) -> APIRouter:
    """``GET /data/videos/{video}/thumb.jpg``: a frame of 576 pixels at most across, its masks drawn in."""
    routes = APIRouter(prefix="/data/videos")
    kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    def look(video_id: str) -> tuple[Video, Scene]:
        video = context.video(video_id)
        return video, scene(context.database, video)

    def draw(video: Video, shown: Scene) -> bytes:
        index = context.opened(video.id).index
        width = None if index.width <= WIDTH else WIDTH
        return thumbnail(context.frames.jpeg(index, shown.frame, width), shown.masks)

    @routes.get("/{video_id}/thumb.jpg")
    async def thumb(request: Request, video_id: str) -> Response:
        video, shown = await context.run(look, video_id)
        headers = {"Cache-Control": CHECK_FIRST, "ETag": f'"{shown.key}"'}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        key = (video_id, shown.key)
        picture = kept.get(key)
        if picture is None:
            picture = kept[key] = await context.paint(draw, video, shown)
            while len(kept) > KEPT:
                kept.popitem(last=False)
        return Response(picture, media_type="image/jpeg", headers=headers)

    return routes
