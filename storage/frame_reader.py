"""Reading frames of a video file by number: frame k is to the bit the k-th picture of a sequential pass."""

import zlib
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Generator, Iterator
from typing import Self

import av.error
import numpy as np
from av.video.frame import VideoFrame

from storage.frame_index import Damage, FrameIndex, UnreadablePicture
from storage.video_stream import OpenVideo, open_video, pictures, to_rgb, turned

# Decoded pictures kept for stepping back, bounded both ways; a picture takes at most 4 bytes a pixel here.
RECENT_PICTURES = 32
RECENT_BYTES = 64 << 20


class FrameReader:
    """Frames of one video file by number; a context manager. One reader belongs to one thread.

    The decoder stays open between calls: the next frames forward cost one decoded picture each, a jump costs a seek to
    the key frame before and the pictures from there. Pixels are uint8 H x W x 3 RGB as shown (turned).
    """

    def __init__(self, index: FrameIndex) -> None:
        """Open the file of `index`; raises VideoError (SourceMissing, NotAVideo, NoPicture) if it does not open."""
        self.index = index
        self._video = self._open()
        self._pictures = self._accepted()
        # Number of the picture that `_pictures` gives next.
        self._next = 0
        # Frame from which the decoder has gone on without a seek since it was opened; None after any other seek.
        self._fresh_from: int | None = 0
        self._recent: OrderedDict[int, VideoFrame] = OrderedDict()
        self._room = min(RECENT_PICTURES, max(1, RECENT_BYTES // (4 * index.width * index.height)))

    def read(self, k: int) -> np.ndarray:
        """Frame `k`: uint8 H x W x 3 RGB as shown; raises IndexError, or UnreadablePicture where the file changed."""
        if not 0 <= k < self.index.count:
            raise IndexError(f"{self.index.path} has frames 0 to {self.index.count - 1}, so there is no frame {k}")
        picture = self._recent.get(k) or self._picture(k)
        return turned(to_rgb(picture), self.index.rotation)

    def read_range(self, start: int, stop: int) -> Iterator[tuple[int, np.ndarray]]:
        """(k, frame) for k from `start` up to but not including `stop`, in order."""
        for k in range(start, stop):
            yield k, self.read(k)

    def close(self) -> None:
        """Close the file; the reader cannot be used afterwards. Closing twice is harmless."""
        self._recent.clear()
        self._pictures.close()
        self._video.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _picture(self, k: int) -> VideoFrame:
        stretch = next((damage for damage in self.index.damage if damage.start <= k < damage.stop), None)
        picture = self._by_seeking(k) if stretch is None else self._through(stretch, k)
        if picture is not None:
            return picture
        self._restart()
        for picture in self._pictures:
            self._remember(picture)
            if self._next > k:
                return picture
        raise UnreadablePicture(
            f"frame {k} of {self.index.path} does not come out of the file again; check the file, then count it anew"
        )

    def _by_seeking(self, k: int) -> VideoFrame | None:
        """Frame `k` from here or from the nearest key frame before it that proves right."""
        usable = bisect_right(self.index.keyframes, k)
        # Going on beats seeking when no key frame lies between here and there.
        if self._next <= k and (usable == 0 or self.index.keyframes[usable - 1] <= self._next):
            picture = self._forward(k)
            if picture is not None:
                return picture
        sums = self.index.keyframe_sums
        for number in range(usable - 1, -1, -1):
            if self._seek(self.index.keyframes[number], pixel_sum=sums[number] if sums else None):
                picture = self._forward(k)
                if picture is not None:
                    return picture
        return None

    def _through(self, stretch: Damage, k: int) -> VideoFrame | None:
        """Frame `k` of a damaged stretch, by a decoder that was opened at its entry or the start and went on since."""
        goes_on = stretch.entry <= self._next <= k and self._fresh_from in (0, stretch.entry)
        if not goes_on:
            self._restart()
            if stretch.entry:
                if not self._seek(stretch.entry, pixel_sum=None):
                    return None
                self._fresh_from = stretch.entry
        return self._forward(k)

    def _forward(self, k: int) -> VideoFrame | None:
        """Decode on to frame `k`; None as soon as a picture comes at another time than the index says."""
        for picture in self._pictures:
            if self.index.seekable and picture.pts != self.index.pts[self._next]:
                return None
            self._remember(picture)
            if self._next > k:
                return picture
        return None

    def _remember(self, picture: VideoFrame) -> None:
        """Count `picture` as the next frame and keep it for a while."""
        self._recent[self._next] = picture
        self._recent.move_to_end(self._next)
        if len(self._recent) > self._room:
            self._recent.popitem(last=False)
        self._next += 1

    def _seek(self, k: int, *, pixel_sum: int | None) -> bool:
        """Go to key frame `k`, so that it has just been decoded and has the right pixels.

        On success the picture is put back, so that the next one of `_pictures` is the key frame itself.
        """
        target = self.index.pts[k]
        self._fresh_from = None
        try:
            self._video.container.seek(target, stream=self._video.stream, backward=True, any_frame=False)
        except av.error.FFmpegError:
            return False
        source = self._accepted()
        for picture in source:
            # Some files land later than asked, some give leading pictures of the part before.
            if picture.pts is None or picture.pts > target:
                return False
            if picture.pts == target:
                if pixel_sum is not None and zlib.crc32(to_rgb(picture).data) != pixel_sum:
                    return False
                self._pictures = _put_back(picture, source)
                self._next = k
                return True
        return False

    def _restart(self) -> None:
        self._video.close()
        self._video = self._open()
        self._pictures = self._accepted()
        self._next = 0
        self._fresh_from = 0

    def _open(self) -> OpenVideo:
        return open_video(self.index.path, stream=self.index.stream, single_thread=self.index.single_thread)

    def _accepted(self) -> Generator[VideoFrame, None, None]:
        """Pictures that take a number, from where the container stands."""
        for picture in pictures(self._video):
            if (picture.width, picture.height) == self.index.coded_size:
                yield picture


def _put_back(picture: VideoFrame, rest: Generator[VideoFrame, None, None]) -> Generator[VideoFrame]:
    yield picture
    yield from rest
