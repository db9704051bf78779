"""Detection of scene cuts from the frames alone: colours and layout that both change at once.

The change between two frames is the mean of their distance in colour (one minus the Bhattacharyya coefficient of the
Lab histograms) and in layout (one minus the correlation of small grey pictures). A cut is a change far above those of
the frames before it; a single odd frame, after which the picture is as before, is a flash and no cut.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

from model.tracking.appearance import colour_signature

LEAST = 0.18  # smallest change of a cut; films stay under 0.1 within a shot
_ABOVE = 3.0  # a cut exceeds LEAST by this many times the median change before it
_REMEMBERED = 12  # number of changes in that median
_LAYOUT = (32, 18)  # width and height of the grey pictures
_FLAT = 20.0  # contrast (norm over the grey picture, grey levels) below which layout is noise


@dataclass(frozen=True)
class FrameSignature:
    """The features of a frame that are compared."""

    colours: np.ndarray  # see appearance.colour_signature
    layout: np.ndarray  # (18, 32) float32 grey without its mean, of about unit norm


def frame_signature(frame: np.ndarray, bins: np.ndarray) -> FrameSignature:
    """The signature of a uint8 RGB frame (H, W, 3); bins: its `appearance.colour_bins` on any grid."""
    grey = cv2.cvtColor(cv2.resize(frame, _LAYOUT, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    layout = cv2.GaussianBlur(grey.astype(np.float32), (3, 3), 0)
    layout -= layout.mean()
    return FrameSignature(
        colour_signature(bins, np.ones(bins.shape)), layout / max(float(np.linalg.norm(layout)), _FLAT)
    )


def change(first: FrameSignature, second: FrameSignature) -> float:
    """Amount of change between two frames, 0 to 1."""
    colour = 1.0 - float(first.colours @ second.colours)
    apart = first.layout - second.layout
    layout = float((apart * apart).sum()) / 2  # one minus the correlation, unless one of them is flat
    return (min(max(colour, 0.0), 1.0) + min(layout, 1.0)) / 2


@dataclass
class SceneCuts:
    """Takes frames in order. ``found`` lists the first frames of scenes, final for all but the latest frame."""

    seen: int = 0  # frames taken so far
    found: list[int] = field(default_factory=list)
    recent: list[float] = field(default_factory=list)  # changes in this scene
    latest: FrameSignature | None = None
    before: FrameSignature | None = None  # the frame before the latest one, if that looks like a new scene

    def add(self, frame: FrameSignature) -> None:
        """Takes the next frame."""
        number, self.seen = self.seen, self.seen + 1
        if self.latest is None:
            self.latest = frame
            return
        if self.before is not None:
            if change(self.before, frame) < self._limit():
                self.latest, self.before = frame, None  # it was a flash
                return
            self.found.append(number - 1)
            self.recent, self.before = [], None
        moved = change(self.latest, frame)
        if moved >= self._limit():
            self.before = self.latest
        else:
            self.recent = [*self.recent, moved][-_REMEMBERED:]
        self.latest = frame

    def end(self) -> None:
        """Ends the video: a change at its last frame is a cut."""
        if self.before is not None:
            self.found.append(self.seen - 1)
            self.before = None

    def _limit(self) -> float:
        return LEAST + _ABOVE * (float(np.median(self.recent)) if self.recent else 0.0)
