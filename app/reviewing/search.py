"""Use case: search a video for likely errors and store them; see `model.likely_errors`.

A long video is searched part by part, so that memory does not grow with it. A video whose source is gone is searched by
its masks and scores alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from sqlalchemy import Connection

from app.errors import Cancelled
from app.library.counting import frame_index
from app.progress import Report
from app.reviewing.findings import FrameLooks, store_findings, store_track_looks
from app.reviewing.identity import candidates, store_candidates
from model.identity import IdentityCandidate, LookCollector
from model.likely_errors import LikelyError, Measuring, TrackInput, TrackMeasures, find_errors
from storage import edits, frames, likely_errors, masks, tracks, videos
from storage.database import Database
from storage.likely_errors import AGREEMENT, StoredError
from storage.tracks import MaskRow, Track
from storage.videos import Video

_MASKS = 40_000  # masks that are measured together; about 4 KiB each
_SHARED = 24  # frames that two parts share
_LARGEST = 480  # longer side of the pictures that are compared, in pixels
_MOST = 2000  # errors of a video that are stored


def search_video(
    database: Database, *, video_id: str, report: Report, cancelled: Callable[[], bool]
) -> Mapping[str, Any]:
    """Searches a video and replaces its stored likely errors; returns ``{"errors": number}``.

    It also stores suggested changes of identities, see `app.reviewing.identity`, and the facts that videos are ranked
    by, see `app.reviewing.findings`. Rows that a person judged are
    compared with, but are no errors themselves. ``report(progress 0..1, message)`` is called on the way.

    Raises `storage.errors.NotFound`, `app.errors.Cancelled`.
    """
    with database.read() as tx:
        video = videos.get_video(tx, video_id)
        edit = edits.last_number(tx)
        content = searched_tracks(tx, video_id)
    found = searched(database, video, content, report=report, cancelled=cancelled)
    with database.atomic() as tx:
        stored = store_search(tx, video_id, content, found, edit=edit)
    store_track_looks(database, video)
    return {"errors": stored}


@dataclass(frozen=True)
class SearchedTracks:
    """The tracks of a video that are searched, and their rows by track and frame; rejected ones are left out."""

    tracks: tuple[Track, ...]
    rows: Mapping[str, Mapping[int, MaskRow]]


@dataclass(frozen=True)
class SearchOutcome:
    """What a search finds. ``look``: how the frames look (float32), None where none could be read."""

    errors: tuple[LikelyError, ...]
    identities: tuple[IdentityCandidate, ...]
    look: np.ndarray | None


def searched_tracks(tx: Connection, video_id: str) -> SearchedTracks:
    """What a search of the video reads."""
    found = [track for track in tracks.list_tracks(tx, video_id) if not track.rejected]
    by_track: dict[str, dict[int, MaskRow]] = {track.id: {} for track in found}
    for row in tracks.rows(tx, video_id):
        if row.track_id in by_track and row.review != "rejected":
            by_track[row.track_id][row.frame] = row
    return SearchedTracks(tuple(found), by_track)


def searched(
    database: Database, video: Video, content: SearchedTracks, *, report: Report, cancelled: Callable[[], bool]
) -> SearchOutcome:
    """Searches a video, stores nothing. Raises `app.errors.Cancelled`."""
    found: list[LikelyError] = []
    looks, identities = FrameLooks(video.count), LookCollector(len(content.tracks))
    masks_there = sum(row.hash is not None for rows in content.rows.values() for row in rows.values())
    for start, stop in parts(video.count, masks_there):
        with database.read() as tx:
            inputs = [_input(tx, track, content.rows[track.id], start, stop) for track in content.tracks]
        core = (start + _SHARED // 2 if start else 0, stop - _SHARED // 2 if stop < video.count else stop)
        measured = _measured(video, inputs, start, stop, looks, report=report, cancelled=cancelled)
        identities.add(measured, start, *core)
        errors = (_shifted(error, start) for error in find_errors(measured, stop - start))
        found += [error for error in errors if core[0] <= error.frame < core[1]]
    return SearchOutcome(tuple(found), tuple(candidates(identities, content.tracks)), looks.vector)


def store_search(tx: Connection, video_id: str, content: SearchedTracks, found: SearchOutcome, *, edit: int) -> int:
    """Store what a search found in ``content``, as of ``edit``; returns the number of errors that are stored."""
    kept = [_stored(error, content.rows) for error in found.errors if _is_open(error, content.rows)]
    kept.sort(key=lambda one: (-one.strength, one.first))
    likely_errors.replace(tx, video_id, kept[:_MOST], edit=edit)
    store_candidates(tx, video_id, found.identities, content.rows, edit=edit)
    rows = (row for of_track in content.rows.values() for row in of_track.values())
    store_findings(tx, video_id, rows, kept, found.look)
    return len(kept[:_MOST])


def parts(count: int, mask_count: int) -> list[tuple[int, int]]:
    """The parts (start, stop) of a video of ``count`` frames that are searched one by one; neighbours share frames."""
    length = max(int(count * _MASKS / max(mask_count, 1)), 4 * _SHARED)
    if length >= count:
        return [(0, count)] if count else []
    starts = range(0, max(count - _SHARED, 1), length - _SHARED)
    return [(start, min(start + length, count)) for start in starts]


def _input(tx: Connection, track: Track, rows: Mapping[int, MaskRow], start: int, stop: int) -> TrackInput:
    """The rows of a track from ``start`` to ``stop``, numbered from 0."""
    here = {frame - start: row for frame, row in rows.items() if start <= frame < stop}
    blobs = masks.get_blobs(tx, sorted({row.hash for row in here.values() if row.hash is not None}))
    return TrackInput(
        track.id,
        masks={frame: dict(blobs[row.hash]) for frame, row in here.items() if row.hash is not None},
        scores={frame: row.score for frame, row in here.items() if row.score is not None and row.hash is not None},
        absent=frozenset(frame for frame, row in here.items() if row.hash is None),
        judged=frozenset(frame for frame, row in here.items() if row.human),
        agreements={
            frame: float(agreement)
            for frame, row in here.items()
            if isinstance(agreement := (row.extra or {}).get(AGREEMENT), int | float)
        },
        score=track.score,
        margin=_margin(track),
        begins=not any(frame < start and row.hash is not None for frame, row in rows.items()),
        ends=not any(frame >= stop and row.hash is not None for frame, row in rows.items()),
    )


def _margin(track: Track) -> float | None:
    """The score of the track's class minus that of the next one; None if the track has no runner-up."""
    others = (track.extra or {}).get("runners_up") or []
    scores = [value for _, value in others if isinstance(value, int | float)]
    return None if track.score is None or not scores else track.score - max(scores)


def _measured(
    video: Video,
    inputs: Sequence[TrackInput],
    start: int,
    stop: int,
    looks: FrameLooks,
    *,
    report: Report,
    cancelled: Callable[[], bool],
) -> list[TrackMeasures]:
    """The tracks of frames ``start`` to ``stop``, measured; ``looks`` gets the frames too."""
    measuring = Measuring(list(inputs), stop - start)
    for frame, picture in _pictures(video, start, stop):
        if cancelled():
            raise Cancelled
        measuring.add(frame - start, picture)
        looks.add(frame, picture)
        report(frame / max(video.count, 1), f"Searching for likely errors: frame {frame + 1} of {video.count}")
    return measuring.tracks


def _pictures(video: Video, start: int, stop: int) -> Iterator[tuple[int, np.ndarray | None]]:
    """The frames ``start`` to ``stop`` as small pictures, None where they cannot be read."""
    done = start
    # A search by masks alone is better than none; the editor itself shows that the source is gone.
    with suppress(frames.VideoError), frames.open_reader(frame_index(video)) as reader:
        for frame, pixels in reader.read_range(start, stop):
            yield frame, _small(pixels)
            done = frame + 1
    yield from ((frame, None) for frame in range(done, stop))


def _small(pixels: np.ndarray) -> np.ndarray:
    height, width = pixels.shape[:2]
    scale = _LARGEST / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def _shifted(error: LikelyError, by: int) -> LikelyError:
    return LikelyError(
        error.kind,
        error.tracks,
        error.first + by,
        error.last + by,
        error.frame + by,
        error.strength,
        error.evidence,
    )


def _is_open(error: LikelyError, by_track: Mapping[str, Mapping[int, MaskRow]]) -> bool:
    """Whether a person has not judged what the error is about."""
    own = by_track[error.tracks[0]]
    if error.kind in {"class", "background", "duplicate"}:
        return not any(row.human for row in own.values())
    row = own.get(error.frame)
    return row is None or not row.human


def _stored(error: LikelyError, by_track: Mapping[str, Mapping[int, MaskRow]]) -> StoredError:
    rows = (by_track[track_id].get(error.frame) for track_id in error.tracks)
    return StoredError(
        kind=error.kind,
        tracks=error.tracks,
        masks=tuple(None if row is None else row.hash for row in rows),
        first=error.first,
        last=error.last,
        frame=error.frame,
        strength=round(error.strength, 4),
        evidence=error.evidence,
    )
