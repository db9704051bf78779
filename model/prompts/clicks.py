"""From a click to the thing under it, without a box.

U2-Netp sees the whole picture and smaller parts around the click. In a large part, things side by side stand out as
one; in a small one, the thing under the click is cut off. So the piece of the smallest part is taken that is clear and
hardly touches the border of the part. Where there is none, the magic wand takes the connected pixels of like colour, at
the tolerance at which their number changes least.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from model.prompts.boxes import Window, box_of, only_in, overlap, placed
from model.prompts.prompt import PromptedMask, PromptPoint
from model.prompts.salient import SOURCE, SalientThing, clearness

WAND = "Magic wand"
# Sides of the parts around the click, as shares of the picture's shorter side; the whole picture is seen too.
PARTS = (0.75, 0.35)
# Least clearness of the piece under a click: of any, and of one that comes before those of larger parts.
LEAST, CLEAR = 0.5, 0.85
# IoU of the mask in the box of a piece with the piece, from which on it is the same thing seen closer.
SAME = 0.75
TOLERANCES = tuple(range(8, 72, 4))
# Most of the picture that the wand may take.
MOST = 0.5


def thing_under(picture: np.ndarray, point: PromptPoint, salient: SalientThing) -> PromptedMask | None:
    """What stands out under a point of the picture (uint8 H x W x 3 RGB), or None.

    A click does not say where the thing ends: the mask is as sure as two parts of the picture show the same, and as no
    part clearly shows another end of it.
    """
    height, width = picture.shape[:2]
    parts = [(0, 0, width, height), *(_around(picture.shape, point, share) for share in PARTS)]
    pieces = [_piece_in(picture, part, point, salient) for part in parts]
    usable = [piece.clear * (1 - piece.cut_off) for piece in pieces]
    clear = [at for at, value in enumerate(usable) if value >= CLEAR]
    best = clear[-1] if clear else int(np.argmax(usable))
    box = box_of(pieces[best].mask)
    if usable[best] < LEAST or box is None:
        return None
    closer = salient.mask(picture, box).answer
    # A piece that its part cuts off goes on beside its box.
    if not closer.sure or overlap(closer.mask, pieces[best].mask) < SAME:
        closer = PromptedMask(pieces[best].mask, usable[best], SOURCE)
    return PromptedMask(closer.mask, min(closer.confidence, _agreement(closer.mask, pieces)), closer.source)


@dataclass(frozen=True, eq=False)
class _Piece:
    """What stands out under the click in a part of the picture: mask (bool H x W), and how clearly, 0 to 1.

    ``cut_off``: share of its border that is a border of the part, but none of the picture, 0 to 1.
    """

    part: Window
    mask: np.ndarray
    clear: float
    cut_off: float


def _piece_in(picture: np.ndarray, part: Window, point: PromptPoint, salient: SalientThing) -> _Piece:
    seen = placed(picture.shape, part, salient.see(picture, part))
    mask = _piece_at(seen > 0.5, point)
    if not mask.any():
        return _Piece(part, mask, 0.0, 0.0)
    clear = clearness(np.where(mask, seen, 0)) * float(seen[mask].mean())
    return _Piece(part, mask, clear, _cut_off(mask, part))


def _agreement(mask: np.ndarray, pieces: Sequence[_Piece]) -> float:
    """How far two parts agree on a mask and no clear piece contradicts it, 0 to 1; what differs counts thrice.

    A part that shows less of the picture agrees or contradicts by what it shows.
    """
    whole = sorted(overlap(mask, piece.mask) for piece in pieces)[-2]
    within = [overlap(only_in(piece.part, mask), piece.mask) for piece in pieces if piece.clear >= LEAST]
    return max(0.0, 1 - 3 * (1 - min(whole, *within, 1.0)))


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


def _cut_off(piece: np.ndarray, part: Window) -> float:
    """Share of a piece's border (mask, bool H x W) that is a border of the part, but none of the picture; 0 to 1."""
    height, width = piece.shape
    x0, y0, x1, y1 = part
    sides = (
        (x0 > 0, piece[y0:y1, x0]),
        (x1 < width, piece[y0:y1, x1 - 1]),
        (y0 > 0, piece[y0, x0:x1]),
        (y1 < height, piece[y1 - 1, x0:x1]),
    )
    cut = sum(int(side.sum()) for counts, side in sides if counts)
    inner = cv2.erode(np.pad(piece, 1).astype(np.uint8), np.ones((3, 3), np.uint8))[1:-1, 1:-1]
    return min(1.0, cut / max(1, int(piece.sum()) - int(inner.sum())))
