"""Reading frames of a video file by number: frame k has the same bytes as the k-th picture of a sequential pass."""

import zlib
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Generator, Iterator, Sequence
from itertools import islice
from typing import Self

import av.error
import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame

from storage.frames.frame_index import Damage, FrameIndex, UnreadablePicture
from storage.frames.stream import OpenVideo, Picture, open_video, pictures, to_rgb, to_small_rgb, turned

# Decoded pictures kept for stepping back; both bounds hold. A picture takes at most 4 bytes a pixel.
RECENT_PICTURES = 32
RECENT_BYTES = 64 << 20
# Without usable times, a seek may land up to this many pictures early.
PICTURES_TO_ENTRY = 300
# If the wanted frame is further ahead than this, pictures that no other is predicted from are skipped. H.264 marks them
# in every slice (nal_ref_idc 0, ITU-T H.264 7.4.1), so that all others keep the same bytes. HEVC marks them only within
# a temporal layer, and in VP9 such a picture may still change the decoder's state.
MIN_SKIP = 16
SKIPPING_CODECS = {"h264"}


class FrameReader:
    """Frames of one video file by number; a context manager. One reader belongs to one thread.

    The decoder stays open between calls: each next frame costs one decoded picture; a jump costs a seek to the key
    frame before it and all pictures from there. Pixels are uint8 H x W x 3 RGB as shown (turned).
    """

    def __init__(self, index: FrameIndex) -> None:
        """Open the file of `index`; raises VideoError (SourceMissing, NotAVideo, NoPicture) if it does not open."""
        self.index = index
        self._sums = dict(zip(index.keyframes, index.keyframe_sums, strict=False))
        # Whether the open decoder uses one thread.
        self._single = index.single_thread
        self._video = self._open()
        self._pictures = self._accepted()
        # Number of the next picture of `_pictures`.
        self._next = 0
        # Frame at which the newly opened decoder started, if it has decoded without another seek since; else None.
        self._fresh_from: int | None = 0
        self._recent: OrderedDict[int, Picture] = OrderedDict()
        self._room = min(RECENT_PICTURES, max(1, RECENT_BYTES // (4 * index.width * index.height)))
        # Skipped pictures can be distinguished from lost ones only if all frames are counted and have usable times.
        counted = index.confirmed and index.timed and not index.damage and not index.single_thread
        self._may_skip = counted and self._video.stream.codec_context.name in SKIPPING_CODECS
        # Pictures before this time may be skipped; None: none may.
        self._skip_before: int | None = None

    def read(self, k: int) -> np.ndarray:
        """Frame `k`: uint8 H x W x 3 RGB as shown; raises IndexError, or UnreadablePicture if the file changed."""
        return turned(to_rgb(self._held(k)), self.index.rotation)

    def read_small(self, k: int, width: int) -> np.ndarray:
        """As `read`, scaled to ``width`` pixels across, which takes less time than `read` for large pictures."""
        picture, index = self._held(k), self.index
        size = (width, max(1, round(index.height * width / index.width)))
        across, down = size if index.rotation % 180 == 0 else size[::-1]
        return turned(to_small_rgb(picture, across, down), index.rotation)

    def _held(self, k: int) -> Picture:
        if not 0 <= k < self.index.count:
            raise IndexError(f"{self.index.path} has frames 0 to {self.index.count - 1}, so there is no frame {k}")
        return self._recent.get(k) or self._picture(k)

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

    def _picture(self, k: int) -> Picture:
        damage = self._damage_at(k)
        picture = self._by_seeking(k) if damage is None else self._in_damage(damage, k)
        if picture is not None:
            return picture
        self._restart(single=bool(self.index.damage))
        for picture in self._pictures:
            self._remember(picture)
            if self._next > k:
                return picture
        raise UnreadablePicture(
            f"frame {k} of {self.index.path} does not come out of the file again; check the file, then count it anew"
        )

    def _by_seeking(self, k: int) -> Picture | None:
        """Frame `k`, decoded on from here or from the nearest key frame before it that gives the right pixels."""
        usable = bisect_right(self.index.keyframes, k)
        # Decoding on is faster than a seek if no key frame lies in between.
        if self._next <= k and (usable == 0 or self.index.keyframes[usable - 1] <= self._next):
            picture = self._forward(k)
            if picture is not None:
                return picture
        if self._single and not self.index.single_thread:
            self._restart()
        # A sound frame is never decoded through a damaged range, whose invented pixels would affect it.
        sound_from = max((damage.stop for damage in self.index.damage if damage.stop <= k), default=0)
        for number in range(usable - 1, -1, -1):
            if self.index.keyframes[number] < sound_from:
                return None
            if self._seek(number):
                picture = self._forward(k)
                if picture is not None:
                    return picture
        return None

    def gives(self, number: int, stop: int, sums: Sequence[int]) -> bool:
        """Whether decoding from key frame `number` of the index gives the right frames up to `stop` (exclusive).

        sums: CRC-32 of the RGB pixels, not turned, of every frame of the video.
        """
        start = self.index.keyframes[number]
        if not self._seek(number):
            return False
        for k in range(start, stop):
            picture = self._forward(k)
            if picture is None or zlib.crc32(to_rgb(picture).data) != sums[k]:
                return False
        return True

    def _in_damage(self, damage: Damage, k: int) -> Picture | None:
        """Frame `k` of a damaged range, by a decoder that was opened at its entry or at frame 0 and decoded on."""
        goes_on = self._single and damage.entry <= self._next <= k and self._fresh_from in (0, damage.entry)
        if not goes_on:
            self._restart(single=True)
            if damage.entry:
                if not self._seek_time(damage.entry):
                    return None
                self._fresh_from = damage.entry
        return self._forward(k)

    def _forward(self, k: int) -> Picture | None:
        """Decode on to frame `k`; None as soon as a picture is not the one that the index expects."""
        skip_until = self._skip_until(k)
        self._skip_before = None if skip_until is None else self.index.pts[skip_until]
        for picture in self._pictures:
            if (skip_until is not None and not self._advance_to(picture, skip_until)) or not self._expected(picture):
                # If skipping led to a wrong picture, later attempts decode all pictures.
                self._may_skip = self._may_skip and skip_until is None
                break
            self._remember(picture)
            if self._next > k:
                self._skip_before = None
                return picture
        self._skip_before = None
        return None

    def _skip_until(self, k: int) -> int | None:
        """The frame before which pictures may be skipped on the way to `k`; None if it is too near or not safe."""
        if not self._may_skip:
            return None
        # The pictures kept for stepping back are all decoded.
        first = k - self._room + 1
        return first if first - self._next >= MIN_SKIP else None

    def _advance_to(self, picture: Picture, skip_until: int) -> bool:
        """Advance to the number of `picture`; False if a frame from `skip_until` on is missing before it.

        Also False for interlaced pictures: other pictures may be predicted from only one of the two fields.
        """
        if not isinstance(picture, VideoFrame) or picture.interlaced_frame or picture.pts is None:
            return False
        number = bisect_left(self.index.pts, picture.pts, lo=self._next)
        if number != self._next and not number <= skip_until:
            return False
        self._next = number
        return True

    def _set_skipping(self, packet: Packet) -> None:
        """Before each packet, set whether the decoder may skip its picture."""
        if self._may_skip:
            before = self._skip_before is not None and packet.pts is not None and packet.pts < self._skip_before
            self._video.stream.codec_context.skip_frame = "NONREF" if before else "DEFAULT"

    def _expected(self, picture: Picture) -> bool:
        """Whether `picture` is the next frame, by its time or, without usable times, by the CRC of key frames."""
        if self.index.timed:
            return picture.pts == self.index.pts[self._next]
        pixel_sum = self._sums.get(self._next)
        return pixel_sum is None or zlib.crc32(to_rgb(picture).data) == pixel_sum

    def _remember(self, picture: Picture) -> None:
        """Count `picture` as the next frame and keep it among the recent ones."""
        if self._single or self._damage_at(self._next) is None:
            self._recent[self._next] = picture
            self._recent.move_to_end(self._next)
            if len(self._recent) > self._room:
                self._recent.popitem(last=False)
        self._next += 1

    def _damage_at(self, k: int) -> Damage | None:
        return next((damage for damage in self.index.damage if damage.start <= k < damage.stop), None)

    def _seek(self, number: int) -> bool:
        """Seek to key frame `number` of the index; True if the next picture is that frame with the right pixels."""
        k = self.index.keyframes[number]
        if self.index.timed:
            return self._seek_time(k, pixel_sum=self._sums.get(k))
        if not self._jump(self.index.entry_times[number]):
            return False
        source = self._accepted()
        for picture in islice(source, PICTURES_TO_ENTRY):
            if zlib.crc32(to_rgb(picture).data) == self._sums[k]:
                self._pictures = _put_back(picture, source)
                self._next = k
                return True
        return False

    def _seek_time(self, k: int, *, pixel_sum: int | None = None) -> bool:
        """Seek to frame `k` by its time; True if the next picture is that frame, with this CRC if one is given."""
        target = self.index.pts[k]
        if not self._jump(target):
            return False
        source = self._accepted()
        for picture in source:
            # In some files a seek lands too late, in others leading pictures of the part before come first.
            if picture.pts is None or picture.pts > target:
                return False
            if picture.pts == target:
                if pixel_sum is not None and zlib.crc32(to_rgb(picture).data) != pixel_sum:
                    return False
                self._pictures = _put_back(picture, source)
                self._next = k
                return True
        return False

    def _jump(self, target: int) -> bool:
        self._fresh_from = None
        try:
            self._video.container.seek(target, stream=self._video.stream, backward=True, any_frame=False)
        except av.error.FFmpegError:
            return False
        return True

    def _restart(self, *, single: bool = False) -> None:
        """Open the file again, at frame 0; `single`: decode on one thread."""
        self._video.close()
        self._single = single or self.index.single_thread
        self._video = self._open()
        self._pictures = self._accepted()
        self._next = 0
        self._fresh_from = 0

    def _open(self) -> OpenVideo:
        return open_video(self.index.path, stream=self.index.stream, single_thread=self._single)

    def _accepted(self) -> Generator[Picture, None, None]:
        """The pictures that have a number, from the current position."""
        for picture in pictures(self._video, on_packet=self._set_skipping):
            if (picture.width, picture.height) == self.index.coded_size:
                yield picture


def _put_back(picture: Picture, rest: Generator[Picture, None, None]) -> Generator[Picture]:
    yield picture
    yield from rest
