"""The thing in a box by colours and by the place in the box, where nothing better knows it.

The pixels around the box are background for certain; those in the middle of the box belong to the thing more probably
than those in its corners. From both, colours of the thing and of the background are learned, and learned again from
what they say (expectation and maximisation). What remains undecided follows the place. Small things in a crowd get at
least the shape that things in boxes have.
"""

import cv2
import numpy as np

from model.prompts.boxes import Window, with_margin

SOURCE = "Colours"
# Background around the box that is learned from, as shares of its sides: what is farther off tells less.
MARGIN = 0.25
# Side of the square in which is computed.
SIDE = 160
COLOURS = 24
ROUNDS = 4
# Standard deviations of colour within which a pixel belongs to a colour, squared and doubled.
_NEAR = 0.3
# The share of each colour that both get beforehand, so that a rare colour decides little.
_RARE = 0.003
# How steeply the place counts from the middle to the border of an ellipse in the box; against the colours.
_STEEPNESS, _PLACE = 3.0, 0.7


def probability_in(picture: np.ndarray, box: Window) -> np.ndarray:
    """Probability of each pixel of ``box`` (float32, of its size) of belonging to the thing in it.

    picture: uint8 H x W x 3 RGB.
    """
    window = with_margin(picture.shape, box, MARGIN)
    x0, y0, x1, y1 = window
    part = cv2.resize(picture[y0:y1, x0:x1], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(cv2.GaussianBlur(part, (3, 3), 0), cv2.COLOR_RGB2LAB)
    place = _place(box, window)
    found = _learned(_memberships(lab), place)
    smooth = _guided(lab[..., 0].astype(np.float32) / 255, found.reshape(SIDE, SIDE).astype(np.float32))
    large = cv2.resize(smooth, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
    return large[box[1] - y0 : box[3] - y0, box[0] - x0 : box[2] - x0].clip(0, 1)


def _place(box: Window, window: Window) -> np.ndarray:
    """Probability by place alone, float `SIDE` x `SIDE`; 0 outside of the box, above 0.5 in an ellipse in it."""
    x0, y0, x1, y1 = window
    x = x0 + (np.arange(SIDE) + 0.5) * (x1 - x0) / SIDE
    y = y0 + (np.arange(SIDE) + 0.5) * (y1 - y0) / SIDE
    across = (x - (box[0] + box[2]) / 2) / ((box[2] - box[0]) / 2)
    down = (y - (box[1] + box[3]) / 2) / ((box[3] - box[1]) / 2)
    inside = (np.abs(across)[None] <= 1) & (np.abs(down)[:, None] <= 1)
    distance = np.sqrt(across[None] ** 2 + down[:, None] ** 2)
    return np.where(inside, _logistic(_STEEPNESS * (1.05 - distance)), 0.0)


def _memberships(lab: np.ndarray) -> np.ndarray:
    """How much each pixel belongs to each of the main colours, float32 pixels x `COLOURS`; rows add up to 1."""
    pixels = lab.reshape(-1, 3).astype(np.float32)
    pixels = (pixels - pixels.mean(0)) / (pixels.std(0) + 1)
    # Seeded: the same prompt gives the same mask each time.
    cv2.setRNGSeed(0)
    ends = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.1)
    labels = np.zeros((len(pixels), 1), dtype=np.int32)
    _, _, colours = cv2.kmeans(pixels, COLOURS, labels, ends, 1, cv2.KMEANS_PP_CENTERS)
    distance = ((pixels[:, None] - colours[None]) ** 2).sum(2)
    weights = np.exp(-(distance - distance.min(1, keepdims=True)) / _NEAR)
    return weights / weights.sum(1, keepdims=True)


def _learned(memberships: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Probability of each pixel, by turns from the colours and the colours from it."""
    flat = place.reshape(-1)
    inside = flat > 0
    by_place = _PLACE * np.log(np.clip(flat, 1e-3, 1 - 1e-3) / (1 - np.clip(flat, 1e-3, 1 - 1e-3)))
    now = flat.copy()
    for _ in range(ROUNDS):
        thing = now @ memberships / now.sum()
        around = np.where(inside, 1 - now, 1.0)
        background = around @ memberships / around.sum()
        by_colour = memberships @ np.log((thing + _RARE) / (background + _RARE))
        now = np.where(inside, _logistic(by_colour + by_place), 0.0)
    return now


def _guided(guide: np.ndarray, values: np.ndarray) -> np.ndarray:
    """``values`` smoothed along the edges of ``guide`` (He, Sun and Tang, guided image filtering)."""
    side = 2 * max(2, SIDE // 40) + 1

    def mean(of: np.ndarray) -> np.ndarray:
        return cv2.blur(of, (side, side))

    of_guide, of_values = mean(guide), mean(values)
    slope = (mean(guide * values) - of_guide * of_values) / (mean(guide * guide) - of_guide**2 + 1e-3)
    return mean(slope) * guide + mean(of_values - slope * of_guide)


def _logistic(value: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(value, -30, 30)))
