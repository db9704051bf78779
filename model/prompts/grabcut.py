"""Box to mask without a network: GrabCut (Rother, Kolmogorov and Blake, SIGGRAPH 2004), as OpenCV has it.

Two mixtures of Gaussians model the colours of the thing and of what is around it, and a graph cut draws the border. It
needs a box, and uses points in it as certain pixels. It knows nothing of things, only of colours: it fails where both
look alike.
"""

import math

import cv2
import numpy as np

from model.prompts.boxes import Window, box_in
from model.prompts.prompt import Prompt, PromptedMask, PromptError

SOURCE = "GrabCut"
# Pixels that are computed with: larger parts of the picture are scaled down to so many, so that an answer takes about
# a third of a second at any size.
MOST_PIXELS = 200_000
# Background around the box that the colours are learned from, as a share of its larger side, and at least in pixels.
MARGIN, LEAST_MARGIN = 0.25, 8
FIRST_ITERATIONS, MORE_ITERATIONS = 3, 2
# Radius of a certain point, as a share of the box's smaller side.
POINT_RADIUS = 0.02


class GrabCut:
    """The prompter; it needs a box and holds nothing between prompts."""

    def mask(self, picture: np.ndarray, prompt: Prompt) -> PromptedMask:
        """The thing in the box; confidence is how little the last iterations still changed the mask (their IoU).

        Raises `PromptError` without a box, and for a box without a whole pixel in the picture.
        """
        if prompt.box is None:
            raise PromptError("GrabCut needs a box around the thing.")
        box = box_in(picture.shape, prompt.box)
        window = _window_around(box, picture)
        left, top, right, bottom = window
        part = picture[top:bottom, left:right]
        small, size = smaller(part)
        known = _known_pixels(box, window, prompt, size)
        found, confidence = _cut(small, known)
        grown = cv2.resize(found.astype(np.float32), part.shape[1::-1], interpolation=cv2.INTER_LINEAR) > 0.5
        mask = np.zeros(picture.shape[:2], dtype=bool)
        x0, y0, x1, y1 = box
        mask[top:bottom, left:right] = grown
        mask[:y0] = mask[y1:] = mask[:, :x0] = mask[:, x1:] = False
        return PromptedMask(mask, confidence if mask.any() else 0.0, SOURCE)


def smaller(picture: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """The picture with at most `MOST_PIXELS` pixels, and its (width, height)."""
    scale = min(1.0, math.sqrt(MOST_PIXELS / (picture.shape[0] * picture.shape[1])))
    size = (max(4, round(picture.shape[1] * scale)), max(4, round(picture.shape[0] * scale)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA), size


def _window_around(box: Window, picture: np.ndarray) -> Window:
    """The part of the picture that is looked at: the box and a margin."""
    x0, y0, x1, y1 = box
    margin = max(LEAST_MARGIN, round(MARGIN * max(x1 - x0, y1 - y0)))
    height, width = picture.shape[:2]
    return max(0, x0 - margin), max(0, y0 - margin), min(width, x1 + margin), min(height, y1 + margin)


def _known_pixels(box: Window, window: Window, prompt: Prompt, size: tuple[int, int]) -> np.ndarray:
    """OpenCV's labels (uint8) at ``size`` (width, height): outside of the box is certainly background."""
    across, down = size[0] / (window[2] - window[0]), size[1] / (window[3] - window[1])
    x0, x1 = (round((x - window[0]) * across) for x in (box[0], box[2]))
    y0, y1 = (round((y - window[1]) * down) for y in (box[1], box[3]))
    known = np.full(size[::-1], cv2.GC_BGD, dtype=np.uint8)
    known[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)] = cv2.GC_PR_FGD
    if not (known == cv2.GC_BGD).any():
        # The box is the whole picture: its border is taken for background, since something must be.
        known[[0, -1]] = cv2.GC_BGD
        known[:, [0, -1]] = cv2.GC_BGD
    radius = max(1, round(POINT_RADIUS * min(x1 - x0, y1 - y0)))
    for point in prompt.points:
        place = (math.floor((point.x - window[0]) * across), math.floor((point.y - window[1]) * down))
        if 0 <= place[0] < size[0] and 0 <= place[1] < size[1]:
            cv2.circle(known, place, radius, cv2.GC_FGD if point.inside else cv2.GC_BGD, thickness=-1)
    return known


def _cut(picture: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, float]:
    """Mask (bool) and confidence. ``known`` is changed."""
    # Seeded: the same prompt gives the same mask each time.
    cv2.setRNGSeed(0)
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    back, fore = np.zeros((1, 65)), np.zeros((1, 65))
    if not (known & 1).any():
        return np.zeros(known.shape, dtype=bool), 0.0
    cv2.grabCut(bgr, known, (0, 0, 1, 1), back, fore, FIRST_ITERATIONS, cv2.GC_INIT_WITH_MASK)
    before = _thing(known)
    cv2.grabCut(bgr, known, (0, 0, 1, 1), back, fore, MORE_ITERATIONS, cv2.GC_EVAL)
    after = _thing(known)
    union = int((before | after).sum())
    return after, float((before & after).sum() / union) if union else 0.0


def _thing(known: np.ndarray) -> np.ndarray:
    return (known == cv2.GC_FGD) | (known == cv2.GC_PR_FGD)
