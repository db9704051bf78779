"""The tools of the annotator, through the functions of the product: a box becomes a mask, and masks spread."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np
from torch import Tensor

from app.prompting.answering import answer_prompt
from model.prompts import Prompt
from model.propagation import Trunk, spread
from model.refining import MaskRefiner
from storage import rle

QUALITY = 90  # of the JPEG that the editor has of a frame


class Pictures(Protocol):
    """The frames of a video."""

    def __call__(self, frame: int) -> np.ndarray:
        """Frame ``frame``, uint8 H x W x 3 RGB."""
        ...


class BoxTool(Protocol):
    """A box around a thing becomes its mask."""

    def __call__(self, frame: int, box: tuple[int, int, int, int]) -> np.ndarray:
        """The mask, bool H x W, for the box (x0, y0, x1, y1) in a frame; it may be empty."""
        ...


@dataclass(frozen=True, eq=False)
class Spread:
    """What spreading shows in a frame: ``mask`` None where the thing is not seen; ``confidence`` 0 to 1."""

    mask: np.ndarray | None
    confidence: float


Known = Mapping[int, np.ndarray | None]
"""The masks (bool H x W) of a thing in the frames in which a person settled it; None: it is absent there."""


class SpreadTool(Protocol):
    """Masks that are right in some frames give those of others."""

    def __call__(self, right: Known, start: int, stop: int, others: Sequence[Known] = ()) -> Mapping[int, Spread]:
        """The frames ``start`` to ``stop`` (exclusive) but those in ``right``; frames may be missing.

        ``others``: what is known of other things, which compete for the pixels.
        """
        ...


@dataclass(frozen=True)
class ProductBox:
    """The box tool of the editor."""

    pictures: Pictures

    def __call__(self, frame: int, box: tuple[int, int, int, int]) -> np.ndarray:
        """See `BoxTool`."""
        pixels = self.pictures(frame)
        done, jpeg = cv2.imencode(".jpg", pixels[..., ::-1], (cv2.IMWRITE_JPEG_QUALITY, QUALITY))
        assert done
        left, top, right, bottom = (float(value) for value in box)
        found = answer_prompt(jpeg.tobytes(), Prompt(box=(left, top, right, bottom))).mask
        return np.zeros(pixels.shape[:2], bool) if found is None else rle.decode(found).astype(bool)


@dataclass(frozen=True)
class KeptFeatures:
    """A trunk that remembers what it gave for a frame: the annotator spreads over the same frames many times."""

    trunk: Trunk
    kept: dict[bytes, dict[int, Tensor]] = field(default_factory=dict)

    def spread_features(self, frames: np.ndarray) -> dict[int, Tensor]:
        """See `model.propagation.Trunk`."""
        key = hashlib.sha256(frames.tobytes()).digest()
        if key not in self.kept:
            self.kept[key] = self.trunk.spread_features(frames)
        return self.kept[key]


@dataclass(frozen=True)
class ProductSpread:
    """Spreading as the product does it; ``size``: (height, width). ``trunk`` None: without a network."""

    pictures: Pictures
    size: tuple[int, int]
    trunk: Trunk | None
    refiner: MaskRefiner | None = None

    def __call__(self, right: Known, start: int, stop: int, others: Sequence[Known] = ()) -> Mapping[int, Spread]:
        """See `SpreadTool`."""
        given = {track: dict(masks) for track, masks in enumerate((right, *others))}
        steps = spread(
            self.pictures, given, size=self.size, start=start, stop=stop, trunk=self.trunk, refiner=self.refiner
        )
        guesses = {step.frame: step.guesses[0] for step in steps if step.final and 0 in step.guesses}
        return {frame: Spread(guess.mask, guess.confidence) for frame, guess in guesses.items()}


def box_of(mask: np.ndarray) -> tuple[int, int, int, int]:
    """The box (x0, y0, x1, y1) around the pixels of a mask that is not empty; x1 and y1 are exclusive."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
