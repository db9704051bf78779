"""Facts that a search leaves for ranking videos: how uncertain the latest run is, and how frames and tracks look."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import groupby

import numpy as np
from sqlalchemy import Connection

from app.library.counting import frame_index
from app.pictures import frame_look
from app.pictures.likeness import METHOD, likeness
from app.reviewing import look_alikes
from model.thresholds import KEY, Thresholds
from model.tracking.settings import with_thresholds
from storage import findings, frames, masks, runs, track_likenesses, track_summaries
from storage.database import Database
from storage.likely_errors import StoredError
from storage.runs import Run
from storage.tracks import MaskRow
from storage.videos import Video

NEAR = 0.1  # distance of a score from the threshold up to which it is near
_MOST_TRACKS = 500  # tracks of a video whose look is computed at once; the others follow at the next search


class FrameLooks:
    """Collects how the chosen frames of a video look, while a search reads them."""

    def __init__(self, count: int) -> None:
        self._wanted = frozenset(frame_look.chosen_frames(count))
        self._vectors: list[np.ndarray] = []

    def add(self, frame: int, pixels: np.ndarray | None) -> None:
        """One frame, uint8 RGB; None: it cannot be read."""
        if pixels is not None and frame in self._wanted:
            self._vectors.append(frame_look.frame_look(pixels))

    @property
    def vector(self) -> np.ndarray | None:
        """The mean (float32) of the frames; None if none was read."""
        return np.mean(self._vectors, axis=0).astype(np.float32) if self._vectors else None


def store_findings(
    tx: Connection, video_id: str, rows: Iterable[MaskRow], errors: Sequence[StoredError], look: np.ndarray | None
) -> None:
    """Store what a search found in the video's latest run if that came to its end, and how the frames look.

    ``rows``: the rows of the tracks that were searched.
    """
    run = runs.latest_run(tx, video_id)
    if run is not None and run.state == "done":
        open_rows = [row for row in rows if row.hash is not None and not row.human]
        limit = _begin(run) + NEAR
        near = sum(row.score is not None and row.score < limit for row in open_rows)
        findings.put(tx, run, masks=len(open_rows), near=near, errors=sum(error.strength for error in errors))
    vector = b"" if look is None else look.astype("<f4").tobytes()
    findings.put_look(tx, video_id, method=frame_look.METHOD, vector=vector)


def _begin(run: Run) -> float:
    """The score from which the tracks of a run began."""
    values = with_thresholds(run.settings or {}).get(KEY)
    return Thresholds.of(values if isinstance(values, Mapping) else None).begin


def store_track_looks(database: Database, video: Video) -> None:
    """Compute how the tracks of a video look where that is not known; a video whose source is gone is left as it is."""
    with database.atomic() as tx:
        track_summaries.refresh(tx, video.id)
    with database.read() as tx:
        _, unseen = track_likenesses.unseen(tx, video.project_id, method=METHOD, limit=_MOST_TRACKS, video_id=video.id)
        blobs = masks.get_blobs(tx, {one.blob_hash for one in unseen})
    found: dict[track_likenesses.Unseen, np.ndarray | None] = {}
    with suppress(frames.VideoError), frames.open_reader(frame_index(video)) as reader:
        for frame, tracks in groupby(unseen, key=lambda one: one.frame):  # they come in the order of their frames
            pixels = reader.read(frame)
            found.update((one, likeness(pixels, blobs[one.blob_hash])) for one in tracks)
    if found:
        look_alikes.store(database, found)
