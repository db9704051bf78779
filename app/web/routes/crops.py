"""Crops of tracks for the page of tracks."""

from fastapi import APIRouter, Request, Response

from app.pictures.byte_caches import MemoryCache
from app.pictures.crops import crop_box, frame_width, paint_crop
from app.pictures.jpegs import PictureAddress
from app.settings import MIB
from app.web.context import Context
from storage import masks
from storage.errors import NotFound

KEPT_BYTES = 32 * MIB
# Mask and frame are named in the address, so the picture stays the same as long as the video is the same file.
A_DAY = "private, max-age=86400"


def router(context: Context) -> APIRouter:
    """``GET /data/videos/{video}/crop.jpg?frame=&mask=&track=``: a frame around the mask with this hash.

    ``track`` is the track's number, which gives the colour of the outline.
    """
    routes = APIRouter(prefix="/data/videos")
    kept = MemoryCache(KEPT_BYTES)

    def paint(video_id: str, frame: int, mask: str, number: int) -> bytes:
        opened = context.opened(video_id)
        if not 0 <= frame < opened.video.count:
            raise NotFound("frame", frame)
        with context.database.read() as tx:
            info = masks.blob_infos(tx, [mask]).get(mask)
            blob = masks.get_blobs(tx, [mask]).get(mask)
        if info is None or blob is None or (info.width, info.height) != (opened.video.width, opened.video.height):
            raise NotFound("mask", mask)
        box = crop_box((info.x, info.y, info.w, info.h), width=info.width, height=info.height)
        address = PictureAddress.of(opened.index, frame, frame_width(box, width=info.width))
        return paint_crop(context.frames.jpeg(address), box, blob, number)

    @routes.get("/{video_id}/crop.jpg")
    async def get_crop(request: Request, video_id: str, frame: int, mask: str, track: int = 1) -> Response:
        if not (mask.isascii() and mask.isalnum()):
            raise NotFound("mask", mask)
        headers = {"Cache-Control": A_DAY, "ETag": f'"{mask}-{frame}-{track}"'}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        key = f"{video_id}/{frame}/{mask}/{track}"
        picture = kept.get(key)
        if picture is None:
            picture = await context.paint(paint, video_id, frame, mask, track)
            kept.put(key, picture)
        return Response(picture, media_type="image/jpeg", headers=headers)

    return routes
