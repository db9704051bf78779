"""From a click to the thing under it, without a box.

U2-Netp sees the whole picture and smaller parts around the click; the piece under the click that is clear and ends
before the part does is the thing. Where there is none, the magic wand takes the connected pixels of like colour, at the
tolerance at which their number changes least.
"""

import cv2
import numpy as np

from model.prompts.boxes import Window, box_of, overlap
from model.prompts.prompt import PromptedMask, PromptPoint
from model.prompts.salient import SOURCE, SalientThing, clearness

WAND = "Magic wand"
# Sides of the parts around the click, as shares of the picture's shorter side; the whole picture is seen too.
PARTS = (0.75, 0.35)
# Least clearness of the piece under a click.
LEAST = 0.5
TOLERANCES = tuple(range(8, 72, 4))
# Most of the picture that the wand may take.
MOST = 0.5


def thing_under(picture: np.ndarray, point: PromptPoint, salient: SalientThing) -> PromptedMask | None:
    """What stands out under a point of the picture (uint8 H x W x 3 RGB), or None.

    A click does not say where the thing ends: the mask is as sure as two parts of the picture agree on it.
    """
    height, width = picture.shape[:2]
    parts = [(0, 0, width, height), *(_around(picture.shape, point, share) for share in PARTS)]
    pieces = [_piece_in(picture, part, point, salient) for part in parts]
    best = max(pieces, key=lambda found: found.confidence)
    box = box_of(best.mask)
    if best.confidence < LEAST or box is None:
        return None
    closer = salient.mask(picture, box).answer
    if not closer.mask[int(point.y), int(point.x)]:
        closer = best
    agreement = sorted(overlap(closer.mask, piece.mask) for piece in pieces)[-2]
    return PromptedMask(closer.mask, min(closer.confidence, agreement), closer.source)


def _piece_in(picture: np.ndarray, part: Window, point: PromptPoint, salient: SalientThing) -> PromptedMask:
    seen = salient.see(picture, part)
    piece = _piece_at(seen > 0.5, point)
    tight = box_of(piece)
    if tight is None:
        return PromptedMask(piece, 0.0, SOURCE)
    clear = clearness(np.where(piece, seen, 0)) * float(seen[piece].mean())
    return PromptedMask(piece, clear / 2 if _cut_off(tight, part, picture.shape) else clear, SOURCE)


def wand(picture: np.ndarray, point: PromptPoint) -> PromptedMask:
    """The connected pixels of like colour; the confidence is low unless their number hardly depends on the tolerance.

    The point lies in the picture (uint8 H x W x 3 RGB).
    """
    smooth = cv2.GaussianBlur(picture, (3, 3), 0)
    masks = [connected(smooth, (int(point.x), int(point.y)), tolerance) for tolerance in TOLERANCES]
    areas = [int(mask.sum()) for mask in masks]
    usable = [at for at, area in enumerate(areas[:-1]) if area <= MOST * masks[0].size]
    if not usable:
        return PromptedMask(masks[0], 0.0, WAND)
    growth = {at: areas[at + 1] / areas[at] for at in usable}
    at = min(usable, key=lambda at: growth[at])
    return PromptedMask(masks[at], max(0.0, min(0.6, 2 - growth[at])), WAND)


def connected(picture: np.ndarray, start: tuple[int, int], tolerance: int) -> np.ndarray:
    """Pixels (bool H x W) connected with ``start`` (x, y) whose channels differ from it by at most ``tolerance``."""
    mask = np.zeros((picture.shape[0] + 2, picture.shape[1] + 2), dtype=np.uint8)
    flags = 4 | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY | (1 << 8)
    # OpenCV takes no picture that cannot be written, though it writes only the mask here.
    cv2.floodFill(picture.copy(), mask, start, 0, (tolerance,) * 3, (tolerance,) * 3, flags)
    return mask[1:-1, 1:-1] > 0


def _around(shape: tuple[int, ...], point: PromptPoint, share: float) -> Window:
    height, width = shape[:2]
    half = max(16, round(share * min(height, width) / 2))
    x, y = int(point.x), int(point.y)
    return max(0, x - half), max(0, y - half), min(width, x + half), min(height, y + half)


def _piece_at(mask: np.ndarray, point: PromptPoint) -> np.ndarray:
    """The connected piece of a mask under a point; empty where there is none."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    label = labels[int(point.y), int(point.x)]
    return labels == label if label else np.zeros_like(mask)


def _cut_off(tight: Window, part: Window, shape: tuple[int, ...]) -> bool:
    """Whether a piece reaches a border of the part that is no border of the picture."""
    height, width = shape[:2]
    return bool(
        (tight[0] <= part[0] > 0)
        or (tight[1] <= part[1] > 0)
        or (tight[2] >= part[2] < width)
        or (tight[3] >= part[3] < height)
    )
