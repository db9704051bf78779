"""What a network detects in a video, recorded once, from which tracks follow under any thresholds of the review rule.

Choosing thresholds would otherwise run the network for each of them. The tracks are exactly those of
`model.tracking.windows.propose`: both share the code that selects, joins and draws.
"""

from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from model.network.tevit import TeViT
from model.thresholds import Thresholds
from model.tracking.clip_inference import ClipCandidate, read_clip, resize_frame, tracks_at
from model.tracking.settings import ProposeSettings
from model.tracking.stitcher import Stitcher, StitchSettings
from model.tracking.whole_video import WholeVideo, WindowResult, gather
from model.tracking.window_frames import Window, WindowReader

_ALL = Thresholds(begin=0.0, go_on=0.0, floor=0.0, share=0.0)  # a mask is recorded for every frame
LEAST_RECORDED = 0.01  # lower scores are of no use


@dataclass(frozen=True)
class RecordedVideo:
    """The windows of a video without their pixels, each with its best detections, best first."""

    windows: tuple[tuple[Window, tuple[ClipCandidate, ...]], ...]
    overlap: int
    max_tracks: int
    cuts: tuple[int, ...] = ()  # frames at which a new scene begins

    def tracks(self, thresholds: Thresholds) -> WholeVideo:
        """The tracks that a proposal with these thresholds finds."""
        return gather(self.results(thresholds))

    def results(self, thresholds: Thresholds) -> Generator[WindowResult]:
        """The same, window by window."""
        stitcher = Stitcher.new("review", StitchSettings.at(thresholds))
        for window, found in self.windows:
            minimum = thresholds.whole if window.whole else thresholds.go_on
            chosen = tracks_at(
                found, minimum=minimum, thresholds=thresholds, frame_hw=window.frame_hw, max_tracks=self.max_tracks
            )
            stitcher.add(window, chosen, births=self.max_tracks)
            start, stop = stitcher.done, window.stop if window.closed else window.stop - self.overlap
            tracks = stitcher.settle(stop, window.frame_hw)
            yield WindowResult(start, stop, tracks, stitcher.track_standings(), self._cuts(start, stop))

    def _cuts(self, start: int, stop: int) -> tuple[int, ...]:
        return tuple(cut for cut in self.cuts if start <= cut < stop)


def record(network: TeViT, frames: Iterable[np.ndarray]) -> RecordedVideo:
    """Runs the network over uint8 RGB frames (H, W, 3) of one size, in order, with its own windows in float32.

    Raises `model.tracking.window_frames.NoFrames` and ``UnequalFrames``.
    """
    config = network.config
    settings = ProposeSettings().settled(config)
    resize = partial(resize_frame, config=config)
    reader = WindowReader(iter(frames), resize, settings.window, settings.overlap)
    windows = []
    while (window := reader.next()) is not None:
        found = read_clip(
            network,
            window.frames,
            frame_hw=window.frame_hw,
            config=config,
            rule="review",
            precision=settings.precision,
            max_tracks=settings.max_tracks,
            minimum=LEAST_RECORDED,
            thresholds=_ALL,
        )
        no_pixels = (np.zeros((0, 0, 3), np.uint8),) * len(window.frames)
        windows.append((replace(window, frames=no_pixels), tuple(found)))
    return RecordedVideo(tuple(windows), settings.overlap, settings.max_tracks, tuple(reader.cuts.found))
