"""Cuts the frames of a video into windows: scene by scene, overlapping within a scene, the last aligned to its end.

Frames are kept at the network's input size, and only those that a later window can need.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from model.tracking.appearance import colour_bins
from model.tracking.scene_cuts import SceneCuts, frame_signature
from model.tracking.soft_masks import grid_size


class NoFrames(ValueError):
    """A video without a single frame."""


class UnequalFrames(ValueError):
    """A frame with another size than those before it."""


@dataclass(frozen=True)
class Window:
    """Consecutive frames of a video that the network processes at once."""

    start: int
    stop: int  # exclusive
    frames: tuple[np.ndarray, ...]  # uint8 RGB at the size of the network
    bins: np.ndarray  # (T, h, w) int16, see appearance.colour_bins
    frame_hw: tuple[int, int]  # original size of the frames, pixels
    fresh: bool  # it begins a scene, so it shares no frame with the window before
    closed: bool  # its scene ends with it
    whole: bool  # it is the whole video

    @property
    def weights(self) -> np.ndarray:
        """(T,) float64: the weight of its votes per frame, least at its ends, which have less context."""
        ascending = np.arange(1, len(self.frames) + 1, dtype=np.float64)
        return np.minimum(ascending, ascending[::-1])


@dataclass(frozen=True)
class VideoPosition:
    """The position in a video between two windows; ``fresh``: the next window begins a scene."""

    start: int = 0  # of the window before
    stop: int = 0
    scene: int = 0  # first frame of its scene
    fresh: bool = True

    @property
    def next_frame(self) -> int:
        """The first frame that a later window can need."""
        return self.stop if self.fresh else self.start + 1


@dataclass
class WindowReader:
    """Cuts the frames of a video into windows of ``length`` that share ``overlap`` frames.

    frames: uint8 RGB (H, W, 3), in order; ``resize`` brings them to the network's input size.
    """

    frames: Iterator[np.ndarray]
    resize: Callable[[np.ndarray], np.ndarray]
    length: int
    overlap: int
    place: VideoPosition = VideoPosition()
    cuts: SceneCuts = field(default_factory=SceneCuts)
    frame_hw: tuple[int, int] | None = None
    ended: bool = False
    _kept: deque[tuple[np.ndarray, np.ndarray]] = field(default_factory=deque)  # frames and bins
    _first: int = 0  # number of the first frame kept

    def start_at(self, place: VideoPosition, *, frame_hw: tuple[int, int], cuts: SceneCuts) -> None:
        """Resumes at an earlier position; the frames then begin at ``place.next_frame``."""
        self.place, self.frame_hw, self.cuts = place, frame_hw, cuts
        self._first = place.next_frame

    @property
    def count(self) -> int:
        """Frames read so far, including those before a resumption."""
        return self._first + len(self._kept)

    def next(self) -> Window | None:
        """The next window; None at the end of the video. Raises :class:`NoFrames`, :class:`UnequalFrames`."""
        place = self.place
        scene = place.stop if place.fresh else place.scene
        aim = scene + self.length if place.fresh else place.stop + self.length - self.overlap
        self._read(aim)
        if self.count == 0:
            raise NoFrames("the video has no frame to look at")
        if scene >= self.count:
            return None
        whole = scene == 0 and self.ended and self.count <= self.length
        ends = [self.count] if self.ended else []
        ends += [] if whole else [cut for cut in self.cuts.found if cut > scene]
        stop = min(aim, *ends) if ends else aim
        start = max(stop - self.length, scene)
        closed = stop in ends
        self.place = VideoPosition(start, stop, scene, closed)
        picked = [self._kept[number - self._first] for number in range(start, stop)]
        while self._first < self.place.next_frame:
            self._kept.popleft()
            self._first += 1
        assert self.frame_hw is not None
        return Window(
            start=start,
            stop=stop,
            frames=tuple(frame for frame, _ in picked),
            bins=np.stack([bins for _, bins in picked]),
            frame_hw=self.frame_hw,
            fresh=place.fresh,
            closed=closed,
            whole=whole,
        )

    def _read(self, aim: int) -> None:
        """Reads until it is known whether frame ``aim`` exists and begins a scene, which needs the frame after it."""
        while not self.ended and (self.count < aim + 2):
            frame = next(self.frames, None)
            if frame is None:
                self.ended = True
                self.cuts.end()
                return
            number, hw = self.count, (frame.shape[0], frame.shape[1])
            if self.frame_hw is None:
                self.frame_hw = hw
            elif self.frame_hw != hw:
                raise UnequalFrames(
                    f"frame {number} measures {hw[1]} x {hw[0]} pixels and those before it "
                    f"{self.frame_hw[1]} x {self.frame_hw[0]}; all frames of a video must be of one size"
                )
            small = self.resize(frame)
            bins = colour_bins(small, grid_size(hw))
            if number >= self.cuts.seen:  # a resumed video repeats some frames
                self.cuts.add(frame_signature(small, bins))
            self._kept.append((small, bins))
