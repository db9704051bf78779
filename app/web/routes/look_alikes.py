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
from storage import masks, track_search, tracks
from storage.edits import versions
from storage.frames import VideoError
from storage.track_likenesses import Unseen
from storage.track_search import TrackFilter

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
        for shown, pixels in _with_frames(context, unseen):
            found.update((one, None if pixels is None else likeness(pixels, blobs[one.blob_hash])) for one in shown)
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


def correction(context: Context, project_id: str, track_id: str, frame: int) -> look_alikes.Correction | None:
    """What a person mended in the mask of a track on a frame.

    None where no machine drew the mask, no person changed it, or the picture cannot be read.
    """
    with context.database.read() as tx:
        for line in track_search.search(tx, TrackFilter(project_id, track_ids=(track_id,)), stop=1):
            video_id = line.video_id
            now = tracks.rows(tx, video_id, start=frame, stop=frame + 1, track_ids=[track_id])
            machine = versions.machine_row(tx, video=video_id, track=track_id, frame=frame)
            before, after = machine["mask"] if machine else None, now[0].hash if now else None
            if before is None or after is None or before == after:
                break
            blobs = masks.get_blobs(tx, [before, after])
            _, pixels = _answered((), _ask(context, video_id, frame))
            if pixels is not None:
                return look_alikes.Correction(likeness(pixels, blobs[before]), likeness(pixels, blobs[after]))
    return None


def _with_frames(context: Context, unseen: Iterable[Unseen]) -> Iterator[tuple[Sequence[Unseen], np.ndarray | None]]:
    """The tracks of each frame with its pixels (uint8 H x W x 3 RGB), which are decoded ahead.

    The tracks come by video and frame. Pixels are None where the source is gone or cannot be decoded; the tracks of
    other frames can still be compared.
    """
    asked: deque[tuple[Sequence[Unseen], Future[bytes] | None]] = deque()
    for (video_id, frame), shown in groupby(unseen, key=lambda one: (one.video_id, one.frame)):
        asked.append((tuple(shown), _ask(context, video_id, frame)))
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
