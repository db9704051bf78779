"""Computing how tracks look, some per request, so that they can be sorted by it."""

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import groupby

import numpy as np
from fastapi import APIRouter

from app.pictures.crops import decoded
from app.pictures.decode_queue import Urgency
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

AT_ONCE = 500
"""Tracks that one request computes at most."""
SECONDS = 1.0
"""After this time a request ends with the frame at which it is, so that the page can show how far it is."""
AHEAD = 8
"""Frames that are decoded while another one is looked at."""


def router(context: Context) -> APIRouter:
    """``POST /data/projects/{project}/tracks/compare``: some more tracks; ``left`` is how many have no look yet."""
    routes = APIRouter(prefix="/data/projects")

    def compute(unseen: tuple[Unseen, ...]) -> dict[Unseen, np.ndarray | None]:
        with context.database.read() as tx:
            blobs = masks.get_blobs(tx, {one.blob_hash for one in unseen})
        found: dict[Unseen, np.ndarray | None] = {}
        until = time.monotonic() + SECONDS
        for tracks, pixels in _with_frames(context, unseen):
            found.update((one, None if pixels is None else likeness(pixels, blobs[one.blob_hash])) for one in tracks)
            if time.monotonic() > until:
                break
        return found

    @routes.post("/{project_id}/tracks/compare")
    async def post_compare(project_id: str) -> Json:
        await bring_up_to_date(context, project_id)
        waiting = await context.run(lambda: look_alikes.waiting(context.database, project_id, limit=AT_ONCE))
        found = await context.paint(compute, waiting.next) if waiting.next else {}
        if found:
            await context.write(look_alikes.store, found)
        return {"left": waiting.number - len(found)}

    return routes


def _with_frames(context: Context, unseen: Iterable[Unseen]) -> Iterator[tuple[Sequence[Unseen], np.ndarray | None]]:
    """The tracks of each frame with its pixels (uint8 H x W x 3 RGB), which are decoded ahead.

    The tracks come by video and frame. Pixels are None where the source is gone or cannot be decoded; the tracks of
    other frames can still be compared.
    """
    asked: deque[tuple[Sequence[Unseen], Future[bytes] | None]] = deque()
    for (video_id, frame), tracks in groupby(unseen, key=lambda one: (one.video_id, one.frame)):
        asked.append((tuple(tracks), _ask(context, video_id, frame)))
        if len(asked) > AHEAD:
            yield _answered(*asked.popleft())
    while asked:
        yield _answered(*asked.popleft())


def _ask(context: Context, video_id: str, frame: int) -> "Future[bytes] | None":
    """The JPEG of a frame, from a cache or being decoded; None if its video cannot be opened."""
    try:
        address = PictureAddress.of(context.opened(video_id).index, frame, WIDTH)
    except VideoError:
        return None
    found = context.frames.cached(address)
    if found is None:
        return context.frames.decoding(address, Urgency.AHEAD)
    done: Future[bytes] = Future()
    done.set_result(found)
    return done


def _answered(tracks: Sequence[Unseen], asked: "Future[bytes] | None") -> tuple[Sequence[Unseen], np.ndarray | None]:
    if asked is None:
        return tracks, None
    try:
        return tracks, decoded(asked.result())
    except VideoError:
        return tracks, None
