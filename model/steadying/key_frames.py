"""Which frames of a proposed track are its most typical ones: there its mask is most likely right.

What a network gets wrong differs from frame to frame: a piece is missing, another thing is taken along. What it gets
right looks alike in most of them.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import cv2
import numpy as np
from pycocotools import mask as coco

from model.tracking.whole_video import Rle

STRETCH = 12  # frames that one key frame stands for
CELLS = 24  # per side of the grid on which shapes are compared
SCORE_SHARE = 0.5  # of the score of a frame, against its likeness to the others


def key_frames(masks: Sequence[Rle | None], scores: Sequence[float]) -> list[int]:
    """Places of the key frames in ``masks``, in rising order: one in each stretch of `STRETCH` frames with a mask.

    masks: COCO RLE by frame, None or without a pixel where the track is not. scores: 0 to 1 by frame, those of the
    network. Empty for a track without a mask.
    """
    shapes = {place: shape for place, mask in enumerate(masks) if mask is not None and (shape := _shape(mask))}
    worth = _worth(shapes, scores)
    stretches = max(round(len(masks) / STRETCH), 1)
    borders = [number * len(masks) // stretches for number in range(stretches + 1)]
    parts = ([place for place in worth if start <= place < stop] for start, stop in pairwise(borders))
    return [max(part, key=lambda place: (worth[place], -place)) for part in parts if part]


def _shape(mask: Rle) -> tuple[np.ndarray, float] | None:
    """What the box of a mask holds, as bool of `CELLS` squared cells, and the mask's pixels; None without a pixel."""
    pixels = coco.decode(mask)
    x, y, width, height = (int(side) for side in coco.toBbox(mask))
    if not width or not height:
        return None
    inside = pixels[y : y + height, x : x + width]
    shares = cv2.resize(inside.astype(np.float32), (CELLS, CELLS), interpolation=cv2.INTER_AREA)
    return (shares >= 0.5).ravel(), float(inside.sum())


def _worth(shapes: Mapping[int, tuple[np.ndarray, float]], scores: Sequence[float]) -> dict[int, float]:
    """By place: the mean likeness of its shape and size to those of all others, and its share of the best score."""
    if not shapes:
        return {}
    cells = np.stack([shape for shape, _ in shapes.values()]).astype(np.float32)
    areas = np.array([area for _, area in shapes.values()])
    own = np.array([scores[place] for place in shapes])
    both, filled = cells @ cells.T, cells.sum(axis=1)
    alike = both / np.maximum(filled[:, None] + filled - both, 1.0)
    sizes = np.minimum(areas[:, None], areas) / np.maximum(areas[:, None], areas)
    worth = (alike * sizes).mean(axis=1) + SCORE_SHARE * own / max(own.max(), 1e-9)
    return dict(zip(shapes, worth.tolist(), strict=True))
