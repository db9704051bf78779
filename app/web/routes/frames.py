"""Pictures of frames as JPEG, at the size they are shown in, and small stand-ins for them."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from app.errors import BadInput, NotFound
from app.pictures import stand_ins as proxies
from app.pictures.decode_desk import Hurry, Wish
from app.web.context import Context
from storage.frames import FrameIndex, VideoError

# A picture never changes as long as the address names the content it came from.
FOREVER = "private, max-age=31536000, immutable"
CHECK_FIRST = "private, no-cache"
WIDEST = 8192
GONE = 499
AHEAD = "x-ahead"


@dataclass(frozen=True)
class _Asked:
    """A picture that is asked for: whether its number is final, its tag, and its JPEG if that is here already."""

    index: FrameIndex
    width: int | None
    final: bool
    headers: dict[str, str]
    picture: bytes | None


def router(context: Context) -> APIRouter:
    """``GET /data/videos/{video}/frames/{frame}.jpg?w=&h=`` and ``…/proxies/{part}``."""
    routes = APIRouter(prefix="/data/videos")

    def look_up(video_id: str, frame: int, w: int | None, h: str | None, known: str | None) -> _Asked:
        opened = context.opened(video_id)
        video, index = opened.video, opened.index
        if not 0 <= frame < video.count:
            raise NotFound(f"The video {video.name} has frames 0 to {video.count - 1}, so there is no frame {frame}.")
        final = frame < video.confirmed
        lasting = bool(h) and index.content_hash.startswith(h or "-") and final
        etag = f'"{index.content_hash[:24]}-{int(final)}-{frame}-{w or 0}"'
        headers = {"Cache-Control": FOREVER if lasting else CHECK_FIRST, "ETag": etag}
        width = None if w is None or w >= index.width else w
        found = None if known == etag else context.frames.find(index, frame, width, final=final)
        return _Asked(index, width, final, headers, found)

    def stand_ins(video_id: str, part: int) -> tuple[_Asked, int, list[tuple[int, bytes | None]]]:
        opened = context.opened(video_id)
        order = proxies.stand_in_frames(opened.index)
        wanted = proxies.part_of(order, part)
        width = proxies.WIDTH if opened.index.width > proxies.WIDTH else None
        found = [(k, context.frames.find(opened.index, k, width)) for k in wanted]
        asked = _Asked(opened.index, width, opened.index.confirmed, {"Cache-Control": CHECK_FIRST}, None)
        return asked, proxies.parts_of(order), found

    @routes.get("/{video_id}/frames/{frame}.jpg")
    async def frame(
        request: Request, video_id: str, frame: int, w: int | None = None, h: str | None = None
    ) -> Response:
        if w is not None and not 1 <= w <= WIDEST:
            raise BadInput(f"A picture cannot be {w} pixels wide; ask for 1 to {WIDEST}.")
        known = request.headers.get("if-none-match")
        asked = await context.run(look_up, video_id, frame, w, h, known)
        if known == asked.headers["ETag"]:
            return Response(status_code=304, headers=asked.headers)
        picture = asked.picture
        if picture is None:
            # In a header, so that the address, by which browsers keep pictures, is the same either way.
            hurry = Hurry.AHEAD if AHEAD in request.headers else Hurry.NOW
            wish = context.frames.ask(asked.index, frame, asked.width, hurry=hurry, final=asked.final)
            if not await _settled(request, [wish]):
                return Response(status_code=GONE)
            picture = wish.picture.result()
        return Response(picture, media_type="image/jpeg", headers=asked.headers)

    @routes.get("/{video_id}/proxies/{part}")
    async def stand_in(request: Request, video_id: str, part: int) -> Response:
        asked, parts, found = await context.run(stand_ins, video_id, part)
        wishes = {
            k: context.frames.ask(asked.index, k, asked.width, hurry=Hurry.PROXY)
            for k, picture in found
            if picture is None
        }
        if not await _settled(request, list(wishes.values())):
            return Response(status_code=GONE)
        pictures = [(k, picture or _made(wishes[k])) for k, picture in found]
        body = proxies.packed([(k, picture) for k, picture in pictures if picture], parts=parts)
        return Response(body, media_type="application/octet-stream", headers=asked.headers)

    return routes


def _made(wish: Wish) -> bytes | None:
    """A stand-in, or nothing where its frame cannot be read: that is said when the frame itself is asked for."""
    try:
        return wish.picture.result()
    except VideoError:
        return None


async def _settled(request: Request, wishes: list[Wish]) -> bool:
    """Waits for all pictures; gives those up that are not begun, and says no, when whoever asked has left."""
    pending = {asyncio.ensure_future(_done(wish)) for wish in wishes}
    leaving = asyncio.ensure_future(_left(request))
    try:
        while pending and not leaving.done():
            waited: set[asyncio.Future[Any]] = {leaving, *pending}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            pending = {picture for picture in pending if not picture.done()}
    finally:
        leaving.cancel()
        # Harmless where all are done; else scrubbing has left requests behind for which nothing need be decoded.
        for picture in pending:
            picture.cancel()
    return not pending


async def _done(wish: Wish) -> None:
    """Returns when a wish has its picture or its error, which whoever made it raises."""
    with contextlib.suppress(Exception):
        await asyncio.wrap_future(wish.picture)


async def _left(request: Request) -> None:
    """Returns when the connection is closed."""
    while (await request.receive())["type"] != "http.disconnect":
        continue
