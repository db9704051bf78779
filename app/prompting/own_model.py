"""The checkpoint of a project as a prompter: of all that it finds in a frame, what fits the box or the points.

A network that was trained for the categories of a project knows their things as nothing else here does. The frame is
given to it as a clip of one frame; what it finds is kept, so that every further prompt on the frame takes milliseconds.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.machine import choose_device, slow_here
from model.prompts import Prompt, PromptedMask, PromptError, PromptPoint
from model.prompts.boxes import Window, box_in, box_of, overlap
from model.prompts.picture_keys import PictureKeys

if TYPE_CHECKING:
    from model.propagation import ClipModel
    from model.propagation.candidates import FrameCandidates

# Frames whose shapes are kept; those of one frame have less than 1 MB.
KEPT = 16
# Shapes that are drawn for a prompt, and the longer side of the grid on which they are compared.
MOST, GRID = 16, 256
# IoU of the boxes of shape and prompt below which a shape is not meant, and from which on it fits fully.
LEAST, FULLY = 0.5, 0.8
# Least score of a shape that counts.
LEAST_SCORE = 0.05


@dataclass(frozen=True)
class OwnModel:
    """The checkpoint that proposes in a project: its file with its hash, and the names of its classes in order.

    ``device``: where it runs; None: chosen when it is loaded.
    """

    name: str
    path: Path
    sha256: str
    classes: tuple[str, ...]
    device: str | None

    def is_slow(self) -> bool:
        """Whether it takes seconds a frame on this machine, so that it answers only where a person chose it."""
        try:
            return slow_here(self.path, choose_device(self.device))
        except OSError:
            return True  # the file is gone: nothing loads it

    def load(self) -> "ClipModel":
        """Its network. Raises `PromptError` where the file cannot be read."""
        from model.propagation import TeViTCandidates
        from model.weights.checkpoint import CheckpointError, load

        try:
            return TeViTCandidates(load(self.path).for_inference(choose_device(self.device)))
        except (OSError, CheckpointError) as error:
            raise PromptError(f"The checkpoint {self.name} cannot be loaded ({error}).") from error


class OwnPrompter:
    """A prompter that answers by what a network finds by itself; it keeps what it found in the latest pictures."""

    def __init__(self, network: "ClipModel", classes: Sequence[str]) -> None:
        self._network, self._classes = network, tuple(classes)
        self._keys = PictureKeys()
        self._kept: OrderedDict[bytes, FrameCandidates] = OrderedDict()

    def get_ready(self, picture: np.ndarray) -> None:
        """Find what is in a picture (uint8 H x W x 3 RGB), if that is not known yet."""
        self._shapes(picture)

    def mask(self, picture: np.ndarray, prompt: Prompt) -> PromptedMask:
        """The shape that fits the box, or lies under the points; its score, times how well it fits, is the confidence.

        Raises `PromptError` without a box or a point in the thing.
        """
        inside = [point for point in prompt.points if point.inside]
        if prompt.box is None and not inside:
            raise PromptError("The checkpoint of the project needs a box, or a point in the thing.")
        size = picture.shape[:2]
        shapes = self._shapes(picture)
        scale = min(1.0, GRID / max(size))
        grid = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
        if prompt.box is not None:
            box = box_in(picture.shape, prompt.box)
            chosen = np.argsort(-shapes.scores * _box_ious(shapes.boxes, box), kind="stable")[:MOST]
            fits = _fits_box(shapes.drawn(chosen, size, grid) >= 0.5, _scaled(box, size, grid))
        else:
            covers = [_covers(shapes.boxes, point) for point in inside]
            chosen = np.argsort(-shapes.scores * np.logical_and.reduce(covers), kind="stable")[:MOST]
            fits = _fits_points(shapes.drawn(chosen, size, grid) >= 0.5, prompt.points, scale, shapes.scores[chosen])
        confidence = np.where(shapes.scores[chosen] >= LEAST_SCORE, shapes.scores[chosen], 0) * fits
        if not len(chosen) or not confidence.max():
            return PromptedMask(np.zeros(size, dtype=bool), 0.0, self._source(None))
        best = int(confidence.argmax())
        drawn = shapes.drawn(chosen[best : best + 1], size, size)[0] >= 0.5
        return PromptedMask(drawn, float(confidence[best]), self._source(int(shapes.labels[chosen[best]])))

    def _source(self, label: int | None) -> str:
        if label is None or label >= len(self._classes):
            return "The model's proposal"
        return f"The model's proposal of {self._classes[label]}"

    def _shapes(self, picture: np.ndarray) -> "FrameCandidates":
        key = self._keys.of(picture)
        if key not in self._kept:
            self._kept[key] = self._network.clip_candidates(np.ascontiguousarray(picture)[None])[0]
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def _scaled(box: Window, size: tuple[int, int], grid: tuple[int, int]) -> np.ndarray:
    """The box on a grid over the picture, as a mask (bool)."""
    down, across = grid[0] / size[0], grid[1] / size[1]
    drawn = np.zeros(grid, dtype=bool)
    left, top = int(box[0] * across), int(box[1] * down)
    drawn[top : max(top + 1, round(box[3] * down)), left : max(left + 1, round(box[2] * across))] = True
    return drawn


def _fits_box(masks: np.ndarray, box: np.ndarray) -> np.ndarray:
    """How well the boxes of masks (bool K x h x w) fit a box (bool h x w), 0 to 1 each."""
    return np.array([np.clip((overlap(_filled(mask), box) - LEAST) / (FULLY - LEAST), 0, 1) for mask in masks])


def _filled(mask: np.ndarray) -> np.ndarray:
    """The box of a mask, as a mask."""
    drawn = np.zeros_like(mask)
    tight = box_of(mask)
    if tight is not None:
        drawn[tight[1] : tight[3], tight[0] : tight[2]] = True
    return drawn


def _fits_points(masks: np.ndarray, points: Sequence[PromptPoint], scale: float, scores: np.ndarray) -> np.ndarray:
    """Whether masks (bool K x h x w) hold the points as they say, 0 or 1 each; less where another one of them does too.

    A click does not say which of two things is meant: of two shapes that differ, the better one is sure only as far as
    its score is higher.
    """
    height, width = masks.shape[1:]
    fits = np.ones(len(masks))
    for point in points:
        x, y = int(point.x * scale), int(point.y * scale)
        if 0 <= x < width and 0 <= y < height:
            fits *= masks[:, y, x] == point.inside
    held = scores * fits
    for one in np.flatnonzero(held):
        others = [held[two] for two in np.flatnonzero(held) if overlap(masks[one], masks[two]) < FULLY]
        fits[one] *= 1 - 0.5 * min(1.0, max(others, default=0.0) / held[one])
    return fits


def _covers(boxes: np.ndarray, point: PromptPoint) -> np.ndarray:
    """Which boxes (float32 N x 4) hold a point."""
    across = (boxes[:, 0] <= point.x) & (point.x <= boxes[:, 2])
    return across & (boxes[:, 1] <= point.y) & (point.y <= boxes[:, 3])


def _box_ious(boxes: np.ndarray, box: Window) -> np.ndarray:
    """IoU of each of N boxes (float32 N x 4) with another one."""
    x0, y0, x1, y1 = boxes.T
    width = np.maximum(np.minimum(x1, box[2]) - np.maximum(x0, box[0]), 0)
    height = np.maximum(np.minimum(y1, box[3]) - np.maximum(y0, box[1]), 0)
    union = (x1 - x0) * (y1 - y0) + (box[2] - box[0]) * (box[3] - box[1]) - width * height
    return width * height / np.maximum(union, 1e-6)
