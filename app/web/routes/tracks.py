"""Tracks with their rows, and masks, by range of frames."""

import json
from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.errors import BadInput
from app.web import wire
from app.web.context import Context
from app.web.wire import Json
from storage import edits, masks, runs, tracks, videos
from storage.edits import versions

# One answer has the masks of at most this many frames; the editor then requests the next range.
LONGEST_RANGE = 2000
# Above any frame number, and small enough for any database.
LAST = 2**31
# The number of an edit is at most this.
LAST_EDIT = 2**63 - 1


def router(context: Context) -> APIRouter:
    """Tracks, masks and versions of ``GET /data/videos/{video}/…``.

    ``tracks?start=&stop=`` (all without them), ``masks?start=&stop=&track=`` (of all tracks without ``track``, which
    may stand several times), ``tracks/{track}/versions?limit=&before=`` (the edits that changed a track, newest first;
    ``before`` is the number of the last one of the page before), ``tracks/{track}/versions/{number}`` (the track as it
    was after an edit) and ``tracks/{track}/proposed?frame=`` (a row as a machine wrote it last).
    """
    routes = APIRouter(prefix="/data/videos")

    def all_tracks(video_id: str, start: int | None, stop: int | None) -> bytes:
        with context.database.read() as tx:
            videos.video_stamp(tx, video_id)
            # The same transaction reads the number and the rows, so that they belong together.
            last = edits.last_number(tx)
            found = tracks.list_tracks(tx, video_id)
            rows = tracks.rows(tx, video_id, start=start, stop=stop)
            named = runs.names(tx, video_id)
        answer = {"last_edit": last, "tracks": wire.tracks(found, rows), "runs": named}
        # With hundreds of thousands of rows, the framework would take long to check each value.
        return json.dumps(answer, separators=(",", ":"), ensure_ascii=False).encode()

    @routes.get("/{video_id}/masks")
    @context.reads
    def get_masks(
        video_id: str, start: int = 0, stop: int = LONGEST_RANGE, track: Annotated[list[str] | None, Query()] = None
    ) -> Json:
        video = context.video(video_id)
        if start < 0 or stop < start or stop - start > LONGEST_RANGE:
            raise BadInput(f"Masks are read by ranges of at most {LONGEST_RANGE} frames, not {start} to {stop}.")
        start, stop = min(start, video.count), min(stop, video.count)
        with context.database.read() as tx:
            rows = tracks.rows(tx, video_id, start=start, stop=stop, track_ids=track)
            blobs = masks.get_blobs(tx, sorted({row.hash for row in rows if row.hash is not None}))
        frames: dict[str, list[list[str]]] = {}
        for row in rows:
            if row.hash is not None:
                frames.setdefault(str(row.frame), []).append([row.track_id, row.hash])
        counts = {name: rle["counts"] for name, rle in blobs.items()}
        return {"size": [video.height, video.width], "blobs": counts, "frames": frames}

    @routes.get("/{video_id}/tracks/{track_id}/versions")
    @context.reads
    def get_versions(video_id: str, track_id: str, limit: int = 60, before: int | None = None) -> Json:
        context.require_video(video_id)
        older = None if before is None else min(max(before, 0), LAST_EDIT - 1)
        with context.database.read() as tx:
            lines = versions.track_versions(
                tx, video=video_id, track=track_id, before=older, limit=min(max(limit, 1), 200)
            )
            blobs = masks.get_blobs(tx, {line.mask for line in lines if line.mask is not None})
        return {"versions": [wire.version_line(line, blobs) for line in lines]}

    @routes.get("/{video_id}/tracks/{track_id}/versions/{number}")
    @context.reads
    def get_version(video_id: str, track_id: str, number: int) -> Json:
        context.require_video(video_id)
        with context.database.read() as tx:
            last = min(max(number, 0), LAST_EDIT)
            found = versions.track_version(tx, video=video_id, track=track_id, number=last)
            now = {row.hash for row in tracks.rows(tx, video_id, track_ids=[track_id])}
            names = {value["mask"] for value in found.rows.values()} - now - {None}
            blobs = masks.get_blobs(tx, sorted(names))
        return wire.track_version(found, blobs)

    @routes.get("/{video_id}/tracks/{track_id}/proposed")
    @context.reads
    def get_proposed(video_id: str, track_id: str, frame: int) -> Json:
        if not 0 <= frame <= LAST:
            raise BadInput(f"Frames are numbered from 0, not {frame}.")
        context.require_video(video_id)
        with context.database.read() as tx:
            found = versions.machine_row(tx, video=video_id, track=track_id, frame=frame)
            blobs = masks.get_blobs(tx, [found["mask"]] if found is not None and found["mask"] is not None else [])
        return {"row": None if found is None else wire.machine_row(found, blobs)}

    @routes.get("/{video_id}/tracks")
    async def get_tracks(video_id: str, start: int | None = None, stop: int | None = None) -> Response:
        if not 0 <= (start or 0) <= (stop if stop is not None else LAST):
            raise BadInput(f"Rows are read from a frame on to a later one, not {start} to {stop}.")
        first, end = (None if bound is None else min(bound, LAST) for bound in (start, stop))
        content = await context.run(all_tracks, video_id, first, end)
        return Response(content, media_type="application/json")

    return routes
