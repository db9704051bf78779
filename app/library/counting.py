"""Counts the frames of a stored video, and stores the progress, so that counted frames can be annotated at once."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from app.errors import Cancelled
from app.jobs import queue
from app.settings import Settings
from storage import frames, videos
from storage.database import Database
from storage.frames import FrameIndex, FramePass
from storage.videos import Video

# Seconds between two writes; each is one short transaction.
PUBLISH_EVERY = 1.0


class Counting(Protocol):
    """A decoding pass, as `storage.frames.open_counting` returns it."""

    @property
    def count(self) -> int: ...

    @property
    def confirmed(self) -> FrameIndex: ...


class Publisher:
    """Stores how many frames of one video are counted: called for every frame, it writes about once a second.

    Frame numbers below the stored ``confirmed`` are final: it only grows, even if several passes run at once.
    """

    def __init__(self, database: Database, video_id: str) -> None:
        """Publish for the video ``video_id``, at most every ``PUBLISH_EVERY`` seconds."""
        self._database = database
        self._video_id = video_id
        self._last = time.monotonic()
        self._stored: FrameIndex | None = None

    def seen(self, counting: Counting) -> None:
        """Call after each frame: publishes if the last time was at least ``PUBLISH_EVERY`` seconds ago."""
        now = time.monotonic()
        if now - self._last >= PUBLISH_EVERY:
            self._last = now
            self.publish(counting)

    def publish(self, counting: Counting) -> None:
        """Store the number of counted frames, and the frame index too if it differs from the stored one.

        Until the final index is stored, one frame stays unconfirmed, so that the video is not taken as counted.
        """
        found = counting.confirmed
        with self._database.atomic() as tx:
            video = videos.get_video(tx, self._video_id)
            if video.index.get("confirmed") and video.confirmed >= video.count:
                return
            if video.index.get("content_hash") != found.content_hash:
                # The video has another source by now, whose index must not be replaced.
                return
            sure = found.count if found.confirmed else min(counting.count, found.count - 1)
            if not found.confirmed and (found is self._stored or self._same(video, found)):
                videos.extend_confirmed(tx, self._video_id, sure)
            else:
                sure = max(sure, video.confirmed)
                videos.store_index(tx, self._video_id, index_json=found.to_dict(), count=found.count, confirmed=sure)
        self._stored = found

    @staticmethod
    def _same(video: videos.Video, found: FrameIndex) -> bool:
        return video.count == found.count and FrameIndex.from_dict(video.index).pts == found.pts


class CountedFrames(FramePass):
    """Iterates over (k, frame) of a stored video, decoded once from the start, and stores the progress meanwhile.

    frame: uint8 H x W x 3 RGB as shown. A context manager; leaving it early stores the progress. Raises
    `storage.frames.VideoError` if the source has changed, or on a later read.
    """

    def __init__(self, database: Database, *, video_id: str, pixels: bool = True) -> None:
        """Open the video ``video_id``; without ``pixels`` the frames are only counted, and given as None."""
        with database.read() as tx:
            video = videos.get_video(tx, video_id)
        index = frame_index(video)
        frames.verify(index)
        if index.partial:
            index = _listed(database, video, index)
        self._publisher = Publisher(database, video_id)
        self._passing = frames.open_counting(index, pixels=pixels)
        self._open = video.confirmed < video.count

    @property
    def count(self) -> int:
        """How many frames are counted so far."""
        return self._passing.count

    @property
    def announced(self) -> int:
        """The expected number of frames."""
        return self._passing.announced

    @property
    def confirmed(self) -> FrameIndex:
        """The frame index so far; final after the last frame."""
        return self._passing.confirmed

    def publish(self) -> None:
        """Store the progress now, so that every frame given so far can be annotated."""
        if self._open and self.count:
            self._publisher.publish(self._passing)

    def close(self) -> None:
        """Store the progress and close the file. Closing twice is harmless."""
        self._passing.close()
        if self._open and self.count:
            self._publisher.publish(self._passing)
        self._open = False

    def __next__(self) -> tuple[int, np.ndarray]:
        try:
            frame = next(self._passing)
        except StopIteration:
            self.close()
            raise
        if self._open:
            self._publisher.seen(self._passing)
        return frame


def start_counting(database: Database, settings: Settings, *, video_id: str) -> None:
    """Queue a job that counts a video's frames, unless they are counted, such a job is active, or the video is removed.

    Raises `storage.errors.NotFound`.
    """
    with database.read() as tx:
        video = videos.get_video(tx, video_id)
    uncounted = video.removed is None and video.confirmed < video.count
    if uncounted and not queue.active_jobs(database, kind="index", video_id=video_id):
        queue.enqueue(database, settings, kind="index", project_id=video.project_id, video_id=video_id)


def count_frames(
    database: Database,
    *,
    video_id: str,
    report: Callable[[float, str], None],
    cancelled: Callable[[], bool],
) -> Video:
    """Count a video's frames by decoding it once; afterwards masks can be stored on every frame.

    The frames counted so far are stored meanwhile (``confirmed`` of the video grows), also on cancelling or failure.
    Raises `Cancelled`, or `storage.frames.VideoError` when the source changed since it was added.
    """
    with database.read() as tx:
        video = videos.get_video(tx, video_id)
    if video.confirmed >= video.count:
        return video
    report(0.0, "Listing the frames")
    with CountedFrames(database, video_id=video_id, pixels=False) as counting:
        for _ in counting:
            if cancelled():
                raise Cancelled
            share = min(counting.count / max(counting.announced, 1), 1.0)
            report(share, f"Counting frames: {counting.count} of about {counting.announced}")
    with database.read() as tx:
        return videos.get_video(tx, video_id)


def frame_index(video: Video) -> FrameIndex:
    """The stored frame index of a video, with the present path of its source."""
    return replace(FrameIndex.from_dict(video.index), path=Path(video.path))


def _listed(database: Database, video: Video, index: FrameIndex) -> FrameIndex:
    """List all frames of a video of which only the first ones were listed when it was added."""
    found = frames.probe(index.path)
    with database.atomic() as tx:
        # Listing takes long: meanwhile another pass may have listed or counted the video, or its source may have moved.
        now = videos.get_video(tx, video.id)
        if now.path != video.path or not now.index.get("partial"):
            return frame_index(now)
        videos.store_index(tx, video.id, index_json=found.to_dict(), count=found.count, confirmed=now.confirmed)
    return found
