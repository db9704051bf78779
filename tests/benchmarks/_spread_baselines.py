"""Plain ways to carry given masks to other frames, beside which spreading is measured."""

from collections.abc import Callable, Mapping, Sequence

import cv2
import numpy as np
from scipy.ndimage import distance_transform_edt

from model.propagation.flow import pixel_grid, warped

Masks = Mapping[int, np.ndarray]
"""Frame -> mask (bool H x W, empty where absent) of one track."""


def copied(frames: np.ndarray, given: Masks, wanted: Sequence[int]) -> dict[int, np.ndarray]:
    """The mask of the nearest given frame."""
    return {k: given[min(given, key=lambda known: (abs(known - k), known))] for k in wanted}


def interpolated(frames: np.ndarray, given: Masks, wanted: Sequence[int]) -> dict[int, np.ndarray]:
    """Between two given frames the zero level of the signed distances, blended by time; else the nearest one."""
    found = copied(frames, given, wanted)
    for k in wanted:
        before, after = [
            max((g for g in given if g <= k), default=None),
            min((g for g in given if g >= k), default=None),
        ]
        if before is None or after is None or before == after:
            continue
        if given[before].any() and given[after].any():
            share = (k - before) / (after - before)
            found[k] = (1 - share) * _signed(given[before]) + share * _signed(given[after]) > 0
    return found


def _signed(mask: np.ndarray) -> np.ndarray:
    """Distance to the edge, positive inside."""
    return distance_transform_edt(mask) - distance_transform_edt(~mask)


class ByFlow:
    """DIS alone (OpenCV's preset MEDIUM): the mask of the nearest given frame, warped from frame to frame."""

    def __init__(self) -> None:
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._flows: dict[tuple[int, int], np.ndarray] = {}

    def __call__(self, frames: np.ndarray, given: Masks, wanted: Sequence[int]) -> dict[int, np.ndarray]:
        found = {}
        grid = pixel_grid(*frames.shape[1:3])
        for start, mask in given.items():
            mine = [k for k in wanted if min(given, key=lambda known: (abs(known - k), known)) == start]
            for step in (1, -1):
                soft, last = mask.astype(np.float32), max((step * (k - start) for k in mine), default=0)
                for k in range(start + step, start + step * (last + 1), step):
                    soft = warped(soft, self._flow(frames, k, k - step), grid)
                    if k in mine:
                        found[k] = soft > 0.5
        return {k: found.get(k, given.get(k, np.zeros(frames.shape[1:3], bool))) for k in wanted}

    def _flow(self, frames: np.ndarray, first: int, second: int) -> np.ndarray:
        if (first, second) not in self._flows:
            grey = [cv2.cvtColor(frames[k], cv2.COLOR_RGB2GRAY) for k in (first, second)]
            self._flows[first, second] = self._dis.calc(grey[0], grey[1], np.zeros((*grey[0].shape, 2), np.float32))
        return self._flows[first, second]


Baseline = Callable[[np.ndarray, Masks, Sequence[int]], dict[int, np.ndarray]]
