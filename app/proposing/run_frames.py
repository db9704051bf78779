"""The frames that a proposal run reads, counted on the way if the video is not counted yet.

Proposing therefore needs no job that counts the frames first, and the video is decoded only once.
"""

from collections.abc import Iterator
from typing import Self

import numpy as np

from app.library.counting import CountedFrames, frame_index
from storage import frames, videos
from storage.database import Database
from storage.frames import Reader
from storage.videos import Video


class RunFrames:
    """Frames ``start`` to the end of a stored video, uint8 H x W x 3 RGB in order; a context manager, read once.

    Raises `storage.frames.VideoError` if the source is gone or changed, also during the reading.
    """

    def __init__(self, database: Database, *, video_id: str, start: int = 0) -> None:
        """Opens the video ``video_id``."""
        with database.read() as tx:
            index = frame_index(videos.get_video(tx, video_id))
        frames.verify(index)
        self._start = start
        self._counted: CountedFrames | None = None
        self._reader: Reader | None = None
        if index.confirmed:
            self._reader = frames.open_reader(index)
        else:
            self._counted = CountedFrames(database, video_id=video_id)
        self._count = index.count

    @staticmethod
    def verify(video: Video) -> None:
        """Raises `storage.frames.VideoError` if the video's source is gone or changed."""
        frames.verify(frame_index(video))

    @property
    def expected(self) -> int:
        """Number of frames of the video, an estimate while they are not counted."""
        return self._count if self._counted is None else self._counted.announced

    @property
    def read_only(self) -> bool:
        """Whether reading frames counts none, so that another thread may read them."""
        return self._counted is None

    def all_stored(self, done: int) -> bool:
        """Whether the video has no more than ``done`` frames; False until its frames are counted to the end."""
        final = self._counted is None or self._counted.confirmed.confirmed
        return final and done >= (self._count if self._counted is None else self._counted.count)

    def publish(self) -> None:
        """Stores the count of frames so far, so that masks can be stored on every frame that was read."""
        if self._counted is not None:
            self._counted.publish()

    def __iter__(self) -> Iterator[np.ndarray]:
        if self._reader is not None:
            for _, pixels in self._reader.read_range(self._start, self._count):
                yield pixels
        elif self._counted is not None:
            # Counting begins at frame 0: frames before the start are decoded and skipped. A frame is yielded only after
            # the next one was read or the video ended, since the last frame is confirmed only by the end.
            held: np.ndarray | None = None
            for k, pixels in self._counted:
                if held is not None:
                    yield held
                held = pixels if k >= self._start else None
            if held is not None:
                yield held

    def close(self) -> None:
        """Closes the source; closing twice is harmless."""
        for opened in (self._reader, self._counted):
            if opened is not None:
                opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
