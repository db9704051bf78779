"""How a track looks, as a vector: the colours inside its mask and the shape of the mask. Near vectors look alike."""

import cv2
import numpy as np

from app.pictures.crops import crop_box, cut
from storage import rle
from storage.rle import Rle

METHOD = "colour and shape 2"
"""Stored beside each vector; another one makes all vectors be computed again."""
SIZE = (160, 120)  # pixels to which the part of the frame around the mask is scaled
BINS = 6  # of each colour channel
GRID = 8  # cells of the silhouette, across and down
# Shares of the squared distance between vectors: at most 2 for the colours, 2 for lightness, and what is set here.
SILHOUETTE, PROPORTIONS = 0.8, 0.5
LENGTH = BINS * BINS + BINS + GRID * GRID + 2


def likeness(frame: np.ndarray, mask: Rle) -> np.ndarray:
    """The vector (float32, `LENGTH`) of a mask on its whole frame, uint8 RGB at any size; zeros for an empty mask."""
    x, y, w, h = rle.bbox(mask)
    if w == 0 or h == 0:
        return np.zeros(LENGTH, np.float32)
    height, width = mask["size"]
    whole = rle.decode(mask)
    pixels, inside = cut(frame, crop_box((x, y, w, h), width=width, height=height), whole, SIZE)
    if not inside.any():
        inside = np.ones_like(inside)
    return np.concatenate([colours(pixels[inside]), _shape(whole[y : y + h, x : x + w])]).astype(np.float32)


def distances(vectors: np.ndarray, to: np.ndarray) -> np.ndarray:
    """Euclidean distances (float32, N) of N vectors (N x `LENGTH`) from one (`LENGTH`)."""
    return np.linalg.norm(vectors - to, axis=1)


def colours(pixels: np.ndarray) -> np.ndarray:
    """Histograms of the two colour axes of Lab together, and of lightness, of uint8 N x 3 RGB; each has length 1."""
    lab = cv2.cvtColor(pixels.reshape(1, -1, 3), cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.int32)
    # Few colours lie at the ends of both colour axes, so the bins cover their middle.
    green_red, blue_yellow = (np.clip(lab[:, 1:], 64, 191).T - 64) * BINS // 128
    colour = np.bincount(green_red * BINS + blue_yellow, minlength=BINS * BINS)
    light = np.bincount(lab[:, 0] * BINS // 256, minlength=BINS)
    return np.concatenate([np.sqrt(part / max(1, part.sum())) for part in (colour, light)])


def _shape(box: np.ndarray) -> np.ndarray:
    """The silhouette of a mask that is cut to its box, and how wide and how filled the box is."""
    box = box.astype(np.float32)
    cells = cv2.resize(box, (GRID, GRID), interpolation=cv2.INTER_AREA).ravel()
    proportions = np.array([np.log2(box.shape[1] / box.shape[0]) / 4, box.mean()]) * PROPORTIONS
    return np.concatenate([cells * SILHOUETTE / GRID, proportions])
