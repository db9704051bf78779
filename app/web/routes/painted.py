"""Frames with given masks painted in, such as what a network found there before and after a retraining."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import BadInput
from app.pictures.byte_caches import MemoryCache
from app.pictures.jpegs import PictureAddress
from app.pictures.thumbnails import WIDTH, PaintedMask, thumbnail
from app.web.context import Context
from storage import masks
from storage.errors import NotFound

KEPT_BYTES = 16 << 20
MOST_MASKS = 100
A_DAY = "private, max-age=86400"


def router(context: Context) -> APIRouter:
    """``GET /data/videos/{video}/painted.jpg?frame=&masks=HASH:NUMBER,…``, at most 576 pixels wide.

    Each mask is one of the database; its number, from 1, gives the colour. Masks that are gone are left out.
    """
    routes = APIRouter(prefix="/data/videos")
    kept = MemoryCache(KEPT_BYTES)

    def paint(video_id: str, frame: int, wanted: tuple[tuple[str, int], ...]) -> bytes:
        opened = context.opened(video_id)
        if not 0 <= frame < opened.video.count:
            raise NotFound("frame", frame)
        with context.database.read() as tx:
            blobs = masks.get_blobs(tx, {name for name, _ in wanted})
        size = [opened.video.height, opened.video.width]
        found = [
            PaintedMask(number, name, blobs[name])
            for name, number in wanted
            if name in blobs and list(blobs[name]["size"]) == size
        ]
        return thumbnail(context.frames.jpeg(PictureAddress.of(opened.index, frame, WIDTH)), found)

    @routes.get("/{video_id}/painted.jpg")
    async def get_painted(request: Request, video_id: str, frame: int, masks: str = "") -> Response:
        wanted = parsed(masks)
        headers = {"Cache-Control": A_DAY, "ETag": f'"{frame}-{masks}"'}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        key = f"{video_id}/{frame}/{masks}"
        picture = kept.get(key)
        if picture is None:
            picture = await context.paint(paint, video_id, frame, wanted)
            kept.put(key, picture)
        return Response(picture, media_type="image/jpeg", headers=headers)

    return routes


def parsed(text: str) -> tuple[tuple[str, int], ...]:
    """The masks of an address, as (hash, number). Raises `BadInput`."""
    parts = [part.partition(":") for part in text.split(",") if part]
    good = all(name.isascii() and name.isalnum() and number.isascii() and number.isdigit() for name, _, number in parts)
    if not good or len(parts) > MOST_MASKS:
        raise BadInput(f"Masks are named as HASH:NUMBER, at most {MOST_MASKS} of them.")
    return tuple((name, max(int(number[:6]), 1)) for name, _, number in parts)
