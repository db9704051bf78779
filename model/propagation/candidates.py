"""The shapes that a TeViT network finds in the frames by itself, as evidence for tracks that it knows.

A network draws all its queries in every frame, not only those that its scores would make a track of. For a track that a
person drew, no score is needed: a query that fits the mask there shows that the network knows the thing. In the other
frames the query that agrees best with what the other evidence expects then adds its shape.
"""

from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np
import torch

from model.network.captured import clip_pass
from model.network.constants import constant
from model.network.input import fit
from model.network.tevit import TeViT
from model.propagation.boxes import Box
from model.tracking.clip_inference import prepared_clip
from model.tracking.soft_masks import on_grid

FITS, FULLY = 0.7, 0.95
"""IoU below which a shape is not that of the track, and from which on it is trusted fully."""
_FAR, _MOST = 0.4, 12  # IoU of boxes below which masks are not compared, and the most masks that are
_LEVELS = 255
_PAIRS_AT_ONCE = 256  # (frame, query) pairs whose masks are drawn together; bounds memory


@dataclass(frozen=True, eq=False)
class FrameCandidates:
    """Shapes in one frame: chances in a box, uint8 N x S x S (0 to 255), and the boxes, float32 N x 4 (x0, y0, x1, y1).

    Boxes are in pixels of the frame that the network was given. ``scores``: float32 N, 0 to 1, of the best class of
    each shape, and ``labels``: int64 N, its index; both are empty where the model gives none.
    """

    chances: np.ndarray
    boxes: np.ndarray
    scores: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    labels: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

    def drawn(self, which: np.ndarray, frame_hw: tuple[int, int], grid_hw: tuple[int, int]) -> np.ndarray:
        """The shapes ``which`` (K indices) as chances, float32 K x h x w, on a grid over the frame (height, width)."""
        chances = self.chances[which].astype(np.float32) / _LEVELS
        return on_grid(chances, self.boxes[which], frame_hw=frame_hw, grid_hw=grid_hw)

    def best(self, mask: np.ndarray, corner: tuple[int, int] = (0, 0)) -> "FittingShape | None":
        """The shape that agrees best with a mask (bool h x w, of the part of the frame whose corner is at x, y).

        None for an empty mask, and where no shape has an IoU of at least `FITS`.
        """
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows) or not len(self.boxes):
            return None
        boxes = self.boxes - np.array([*corner, *corner], np.float32)
        overlaps = _box_ious(boxes, (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
        near = np.argsort(-overlaps, kind="stable")[:_MOST]
        near = near[overlaps[near] >= _FAR]
        if not len(near):
            return None
        chances = self.chances[near].astype(np.float32) / _LEVELS
        soft = on_grid(chances, boxes[near], frame_hw=mask.shape[:2], grid_hw=mask.shape[:2])  # type: ignore[arg-type]
        shown = soft >= 0.5
        ious = (shown & mask).sum(axis=(1, 2)) / (shown | mask).sum(axis=(1, 2))
        best = int(ious.argmax())
        return FittingShape(soft[best], float(ious[best])) if ious[best] >= FITS else None


@dataclass(frozen=True, eq=False)
class FittingShape:
    """A shape as chances (float32 h x w), and its IoU with the mask that it was looked for with."""

    chance: np.ndarray
    iou: float

    @property
    def trust(self) -> float:
        """0 to 1: how far a shape with this IoU is to be trusted."""
        return float(np.clip((self.iou - FITS) / (FULLY - FITS), 0.0, 1.0))


class ClipModel(Protocol):
    """A network that finds shapes in a clip; ``clip``: frames of one clip at most."""

    clip: int

    def clip_candidates(self, frames: np.ndarray) -> list[FrameCandidates]:
        """The shapes in each of T frames (uint8 T x H x W x 3 RGB)."""
        ...


class TeViTCandidates:
    """All queries of a TeViT network."""

    def __init__(self, network: TeViT) -> None:
        self._network = network
        self.clip = network.config.window

    def clip_candidates(self, frames: np.ndarray) -> list[FrameCandidates]:
        """The mask of each query in each of T frames (uint8 T x H x W x 3 RGB), for the query's best class."""
        network = self._network
        count, height, width = frames.shape[:3]
        size = fit((height, width), network.config.scales.test)
        device = next(network.parameters()).device
        rows, columns = size.img_hw
        scaled = np.stack([cv2.resize(one, (columns, rows), interpolation=cv2.INTER_LINEAR) for one in frames])
        with torch.inference_mode():
            pixels = prepared_clip(scaled, size, device)[None]
            img_hw = constant(size.img_hw, dtype=torch.float32, device=device)[None]
            features, queries = clip_pass(network, pixels, img_hw)
            scores, labels = queries.logits[0].sigmoid().mean(dim=0).max(dim=1)
            number = len(labels)
            drawn = []
            for first in range(0, count * number, _PAIRS_AT_ONCE):
                pairs = torch.arange(first, min(first + _PAIRS_AT_ONCE, count * number), device=device)
                query = pairs % number
                frame = pairs.div(number, rounding_mode="floor")
                found = network.masks(features, queries, frame, query, labels[query])
                drawn.append((found.float() * _LEVELS).round().to(torch.uint8).cpu().numpy())
            boxes = (queries.boxes[0].float().cpu() / torch.from_numpy(size.scale_factor)).numpy()
        chances = np.concatenate(drawn).reshape(count, number, *drawn[0].shape[1:])
        facts = scores.float().cpu().numpy(), labels.cpu().numpy()
        return [FrameCandidates(chances[t], boxes[t].astype(np.float32), *facts) for t in range(count)]


def clip_around(k: int, bounds: range, length: int) -> range:
    """The clip of at most ``length`` frames within ``bounds`` that frame ``k`` belongs to; the last one may overlap."""
    first = bounds.start + (k - bounds.start) // length * length
    first = max(bounds.start, min(first, bounds.stop - length))
    return range(first, min(first + length, bounds.stop))


def _box_ious(boxes: np.ndarray, box: Box) -> np.ndarray:
    """IoU of each of N boxes (float32 N x 4) with another one."""
    x0, y0 = np.maximum(boxes[:, 0], box[0]), np.maximum(boxes[:, 1], box[1])
    x1, y1 = np.minimum(boxes[:, 2], box[2]), np.minimum(boxes[:, 3], box[3])
    shared = np.maximum(x1 - x0, 0) * np.maximum(y1 - y0, 0)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return shared / np.maximum(areas + (box[2] - box[0]) * (box[3] - box[1]) - shared, 1e-6)
