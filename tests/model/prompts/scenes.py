"""Pictures with one thing in them, and a network that stands in for U2-Netp."""

import cv2
import numpy as np


def disc(height: int = 160, width: int = 240) -> tuple[np.ndarray, np.ndarray]:
    """A noisy orange ellipse on noisy blue (uint8 H x W x 3), and its mask."""
    noise = np.random.default_rng(5).integers(-18, 18, (height, width, 3))
    y, x = np.mgrid[0:height, 0:width]
    mask = ((x - 0.45 * width) / (0.2 * width)) ** 2 + ((y - 0.5 * height) / (0.28 * height)) ** 2 <= 1
    colours = np.where(mask[..., None], (220, 130, 40), (50, 80, 150))
    return np.clip(colours + noise, 0, 255).astype(np.uint8), mask


def box_around(mask: np.ndarray, slack: int = 0) -> tuple[float, float, float, float]:
    """The tight box of a mask, with ``slack`` pixels around it."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    x0, y0, x1, y1 = columns[0] - slack, rows[0] - slack, columns[-1] + 1 + slack, rows[-1] + 1 + slack
    return float(x0), float(y0), float(x1), float(y1)


class RedNetwork:
    """In place of the network: what is red stands out, as much as ``certain`` says. ``seen`` are the shapes it saw."""

    def __init__(self, certain: float = 1.0) -> None:
        self.certain = certain
        self.seen: list[tuple[int, ...]] = []

    def saliency(self, picture: np.ndarray, side: int) -> np.ndarray:
        self.seen.append(picture.shape)
        red = (picture[..., 0] > 150).astype(np.float32)
        return cv2.resize(red, (side, side), interpolation=cv2.INTER_LINEAR) * self.certain
