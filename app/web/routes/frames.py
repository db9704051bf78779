"""Frames as JPEG at the size of the display, and small stand-ins for them."""

import asyncio
import contextlib
from collections.abc import Collection
from concurrent.futures import Future

from fastapi import APIRouter, Request, Response

from app.errors import BadInput, ResourceNotFound
from app.pictures import stand_ins
from app.pictures.decode_queue import Urgency
from app.pictures.jpegs import PictureAddress
from app.web.context import Context
from app.web.request_bodies import disconnected
from storage.frames import VideoError

# The picture at an address that contains the content hash never changes.
FOREVER = "private, max-age=31536000, immutable"
CHECK_FIRST = "private, no-cache"
WIDEST = 8192
GONE = 499
AHEAD = "x-ahead"


def router(context: Context) -> APIRouter:
    """``GET /data/videos/{video}/frames/{frame}.jpg?w=&h=`` and ``…/proxies/{part}``."""
    routes = APIRouter(prefix="/data/videos")

    def look_up(video_id: str, frame: int, w: int | None, known: str | None) -> tuple[PictureAddress, bytes | None]:
        """A picture's address, and the picture if it is cached and the browser lacks it (``known``: its tag there)."""
        opened = context.opened(video_id)
        video = opened.video
        if not 0 <= frame < video.count:
            raise ResourceNotFound(
                f"The video {video.name} has frames 0 to {video.count - 1}, so there is no frame {frame}."
            )
        address = PictureAddress.of(opened.index, frame, w, final=frame < video.confirmed)
        return address, None if address.etag == known else context.frames.cached(address)

    def look_up_part(video_id: str, part: int) -> tuple[int, dict[int, PictureAddress], dict[int, bytes]]:
        """The number of parts; for the frames of this part, the addresses of the stand-ins, and the cached ones."""
        index = context.opened(video_id).index
        order = stand_ins.stand_in_frames(index)
        addresses = {k: PictureAddress.of(index, k, stand_ins.WIDTH) for k in stand_ins.part_of(order, part)}
        found = {k: context.frames.cached(address) for k, address in addresses.items()}
        return stand_ins.parts_of(order), addresses, {k: picture for k, picture in found.items() if picture}

    @routes.get("/{video_id}/frames/{frame}.jpg")
    async def frame(
        request: Request, video_id: str, frame: int, w: int | None = None, h: str | None = None
    ) -> Response:
        if w is not None and not 1 <= w <= WIDEST:
            raise BadInput(f"A picture cannot be {w} pixels wide; ask for 1 to {WIDEST}.")
        known = request.headers.get("if-none-match")
        address, picture = await context.run(look_up, video_id, frame, w, known)
        headers = {"Cache-Control": FOREVER if address.lasts_under(h) else CHECK_FIRST, "ETag": address.etag}
        if known == address.etag:
            return Response(status_code=304, headers=headers)
        if picture is None:
            # The urgency is a header, because the URL, under which browsers cache, must be the same in both cases.
            urgency = Urgency.AHEAD if AHEAD in request.headers else Urgency.NOW
            decoding = context.frames.decoding(address, urgency)
            if not await _all_done(request, [decoding]):
                return Response(status_code=GONE)
            picture = decoding.result()
        return Response(picture, media_type="image/jpeg", headers=headers)

    @routes.get("/{video_id}/proxies/{part}")
    async def stand_in_part(request: Request, video_id: str, part: int) -> Response:
        parts, addresses, found = await context.run(look_up_part, video_id, part)
        decoding = {
            k: context.frames.decoding(address, Urgency.STAND_IN) for k, address in addresses.items() if k not in found
        }
        if not await _all_done(request, decoding.values()):
            return Response(status_code=GONE)
        # An unreadable frame is left out; the reason is given when the frame itself is requested.
        for k, picture in decoding.items():
            with contextlib.suppress(VideoError):
                found[k] = picture.result()
        body = stand_ins.packed([(k, found[k]) for k in addresses if k in found], parts=parts)
        return Response(body, media_type="application/octet-stream", headers={"Cache-Control": CHECK_FIRST})

    return routes


async def _all_done(request: Request, pictures: "Collection[Future[bytes]]") -> bool:
    """Wait for all pictures; if the browser closes the connection first, cancel the rest and return False."""
    pending = {asyncio.ensure_future(_done(picture)) for picture in pictures}
    leaving = asyncio.ensure_future(disconnected(request))
    try:
        while pending and not leaving.done():
            waited: set[asyncio.Future[None]] = {leaving, *pending}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            pending = {picture for picture in pending if not picture.done()}
    finally:
        leaving.cancel()
        # If some are left, the page has scrubbed on and no longer needs them.
        for picture in pending:
            picture.cancel()
    return not pending


async def _done(picture: "Future[bytes]") -> None:
    """Return when the picture is made or has failed; ``picture.result()`` raises the error later."""
    with contextlib.suppress(Exception):
        await asyncio.wrap_future(picture)
