"""Masks as polygons and back, exactly: the polygons run along the edges of pixels."""

import numpy as np

from storage import rle
from storage.rle import Rle

Ring = list[tuple[int, int]]
"""Corners (x, y) of pixels in order, without the first one again at the end."""


def rings(mask: Rle) -> list[Ring]:
    """The closed lines around and inside a mask; a point is in the mask if an odd number of them goes around it."""
    left, top, width, height = rle.bbox(mask)
    pixels = np.pad(rle.decode(mask)[top : top + height, left : left + width], 1).astype(np.int8)
    square = (pixels[:-1, :-1], pixels[:-1, 1:], pixels[1:, :-1], pixels[1:, 1:])
    count = sum(square[1:], start=square[0])
    diagonal = (count == 2) & (square[0] == square[3])
    # A corner between two pixels that touch only there belongs to two lines.
    ys, xs = np.nonzero((count % 2 == 1) | diagonal)
    twice = np.repeat(np.arange(len(ys)), 1 + diagonal[ys, xs].astype(int))
    ys, xs = ys[twice], xs[twice]
    across, down = _partners(ys, xs), _partners(xs, ys)
    return _loops((xs + left).tolist(), (ys + top).tolist(), across, down)


def _partners(line: np.ndarray, along: np.ndarray) -> list[int]:
    """For each corner the other end of its edge: on each line, the corners in order are the ends of edges."""
    order = np.lexsort((along, line))
    found = np.empty(len(order), dtype=int)
    found[order[0::2]], found[order[1::2]] = order[1::2], order[0::2]
    return found.tolist()


def _loops(xs: list[int], ys: list[int], across: list[int], down: list[int]) -> list[Ring]:
    waiting = [True] * len(xs)
    found = []
    for start in range(len(xs)):
        if not waiting[start]:
            continue
        ring: Ring = []
        at = start
        while waiting[at]:
            other = across[at]
            waiting[at] = waiting[other] = False
            ring += [(xs[at], ys[at]), (xs[other], ys[other])]
            at = down[other]
        found.append(ring)
    return found


def one_ring(mask: Rle) -> Ring:
    """One closed line with the same inside as all `rings` of a mask, joined by lines without width."""
    first, *others = rings(mask)
    joined = list(first)
    for ring in others:
        joined += [first[0], *ring, ring[0]]
    return [*joined, first[0]] if others else joined


def is_simple(mask: Rle) -> bool:
    """Whether one line without holes goes around the mask."""
    return len(rings(mask)) == 1


def from_ring(points: list[float], height: int, width: int) -> Rle:
    """The pixels inside one closed line [x0, y0, x1, y1, ...], by the even-odd rule. Raises RleError."""
    return rle.from_polygons([points], height, width)
