"""Edges of a soft mask moved to those of the picture, without specks.

The guided filter (He, Sun and Tang, ECCV 2010), in colour.
"""

import cv2
import numpy as np

RADIUS = (1, 4)  # least and most, in pixels of the working size
SHARE = 0.035  # of the radius in the side of a square as large as the mask: small things have fine edges
SPECK = 0.01  # share of a mask up to which an island or a hole is noise
MOST_SPECK = 256.0  # pixels above which it is none in however large a mask: four cells of features
GIVEN = 0.0025  # share of a given mask from which an island or a hole is meant
UNDECIDED = (0.45, 0.55)  # chances just out of a mask and just in it
EPSILON = 2e-3  # variance of colours from 0 to 1 that counts as noise


def radius_for(mask: np.ndarray) -> int:
    """The radius for a soft mask."""
    return int(np.clip(round(SHARE * float(np.sqrt((mask > 0.5).sum()))), *RADIUS))


def snapped(mask: np.ndarray, colour: np.ndarray, radius: int, epsilon: float = EPSILON) -> np.ndarray:
    """The soft mask (float32 H x W, 0 to 1) as a local linear function of ``colour`` (float32 H x W x 3, 0 to 1)."""
    slope, average, level = _fitted(mask, colour, radius, epsilon)
    offset = level - (slope * average).sum(axis=2)
    return np.clip((_mean(slope, radius) * colour).sum(axis=2) + _mean(offset, radius), 0.0, 1.0)


def without_islands_and_holes(chance: np.ndarray, most: float = MOST_SPECK) -> np.ndarray:
    """The chances (float32 H x W) without islands and holes that are small against the whole mask (`SPECK`).

    most: pixels up to which they are noise at most.
    """
    mask = chance > 0.5
    most, found = min(most, SPECK * int(mask.sum())), chance
    for inside, instead in ((True, UNDECIDED[0]), (False, UNDECIDED[1])):
        labels, areas = _islands(mask) if inside else _holes(mask)
        small = (areas > 0) & (areas <= most)
        if small.any():
            found = np.where(small[labels], np.float32(instead), found)
    return found


def most_speck(chance: np.ndarray) -> float:
    """Pixels up to which islands and holes are noise, of a thing with these chances (float32 H x W) in a given frame.

    What was given is no noise later, even where it gets smaller by half; given masks have specks too (see `GIVEN`).
    """
    mask = chance > 0.5
    areas = np.concatenate([_islands(mask)[1], _holes(mask)[1]])
    return min([MOST_SPECK, *(areas[(areas > 0) & (areas >= GIVEN * int(mask.sum()))] / 2)])


def _islands(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Labels (int32 H x W) of the pieces of a mask (bool), and how many pixels each has; thin diagonals are in one."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    stats[0] = 0
    return labels, stats[:, cv2.CC_STAT_AREA]


def _holes(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same for the holes in a mask; what touches a side is none, since nothing is known of what lies beyond."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    x, y, width, height, areas = stats.T
    within = (x > 0) & (y > 0) & (x + width < mask.shape[1]) & (y + height < mask.shape[0])
    within[0] = False
    return labels, np.where(within, areas, 0)


def slopes(mask: np.ndarray, colour: np.ndarray, radius: int, epsilon: float) -> np.ndarray:
    """By how much the soft mask rises with each channel of ``colour`` around a pixel: float32 H x W x 3."""
    return _mean(_fitted(mask, colour, radius, epsilon)[0], radius)


def _mean(values: np.ndarray, radius: int) -> np.ndarray:
    return cv2.blur(values, (2 * radius + 1, 2 * radius + 1))


def _fitted(
    mask: np.ndarray, colour: np.ndarray, radius: int, epsilon: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the square around each pixel: slopes (H x W x 3), mean colour (H x W x 3) and mean of the mask (H x W)."""
    average, level = _mean(colour, radius), _mean(mask, radius)
    together = _mean(colour * mask[..., None], radius) - average * level[..., None]
    r, g, b = colour[..., 0], colour[..., 1], colour[..., 2]
    products = _mean(np.dstack([r * r, r * g, r * b]), radius), _mean(np.dstack([g * g, g * b, b * b]), radius)
    means = average[..., :1] * average, average[..., 1:2] * average[..., 1:], average[..., 2:] * average[..., 2:]
    rr, rg, rb = np.moveaxis(products[0] - means[0], 2, 0)
    gg, gb = np.moveaxis(products[1][..., :2] - means[1], 2, 0)
    bb = products[1][..., 2] - means[2][..., 0]
    return _solved((rr + epsilon, rg, rb, gg + epsilon, gb, bb + epsilon), together), average, level


def _solved(matrix: tuple[np.ndarray, ...], right: np.ndarray) -> np.ndarray:
    """Solutions of 3 x 3 symmetric equations, one per pixel; ``matrix`` holds the upper triangles row by row."""
    a, b, c, d, e, f = matrix
    first, second, third = d * f - e * e, c * e - b * f, b * e - c * d
    scale = 1.0 / (a * first + b * second + c * third)
    x, y, z = np.moveaxis(right, 2, 0)
    middle, last = b * c - a * e, a * f - c * c
    return np.dstack(
        [
            (first * x + second * y + third * z) * scale,
            (second * x + last * y + middle * z) * scale,
            (third * x + middle * y + (a * d - b * b) * z) * scale,
        ]
    )
