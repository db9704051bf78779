"""Dense flow between two frames (DIS: Kroeger, Timofte, Dai and Van Gool, ECCV 2016) and what is made with it.

A flow is float32 H x W x 2, in pixels of the working size: pixel x of the one frame shows what lies at x + flow(x) in
the other one. The check compares it with the flow of the other direction: where both do not cancel out, one of the
frames hides what the other one shows, or the flow is wrong.
"""

from dataclasses import dataclass

import cv2
import numpy as np

# Pixels by which flow and counter-flow may differ, and the share of their length that is added to it.
TOLERANCE, SHARE = 1.0, 0.05
# Pixels between patches and numbers of steps: fewer than in OpenCV's preset MEDIUM (3, 25 and 5), which takes half as
# long again. Spreading loses nothing by it.
STRIDE, DESCENT, REFINEMENT = 4, 16, 3


SMALLEST = 16
"""The least side of a frame, in pixels, of which a flow can be computed."""


@dataclass(frozen=True, eq=False)
class FlowPair:
    """The flows between two frames: from the first to the second, and back."""

    there: np.ndarray
    back: np.ndarray

    def turned(self) -> "FlowPair":
        """The same pair with the frames exchanged."""
        return FlowPair(self.back, self.there)


class Dis:
    """Computes flows; holds OpenCV's working memory."""

    def __init__(self) -> None:
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._dis.setPatchStride(STRIDE)
        self._dis.setGradientDescentIterations(DESCENT)
        self._dis.setVariationalRefinementIterations(REFINEMENT)

    def pair(self, first: np.ndarray, second: np.ndarray) -> FlowPair:
        """Both flows between two grey frames (uint8 H x W)."""
        zero = np.zeros((*first.shape, 2), np.float32)
        return FlowPair(self.flow(first, second, zero), self.flow(second, first, zero))

    def flow(self, first: np.ndarray, second: np.ndarray, start: np.ndarray) -> np.ndarray:
        """The flow from ``first`` to ``second`` (uint8 H x W), improved from ``start`` (float32 H x W x 2).

        Where ``start`` is no number it begins without motion. Raises ValueError for frames that are no such arrays, or
        smaller than `SMALLEST`: OpenCV would end the process.
        """
        _judge(first, second, start)
        known = np.isfinite(start).all(2, keepdims=True)
        return self._dis.calc(first, second, np.where(known, start, 0).astype(np.float32))


def _judge(first: np.ndarray, second: np.ndarray, start: np.ndarray) -> None:
    height, width = first.shape[:2]
    if first.dtype != np.uint8 or second.dtype != np.uint8 or first.ndim != 2 or second.shape != first.shape:
        raise ValueError("A flow needs two grey frames (uint8) of the same size.")
    if min(height, width) < SMALLEST:
        raise ValueError(f"A flow needs frames of at least {SMALLEST} x {SMALLEST} pixels, not {width} x {height}.")
    if start.shape != (height, width, 2):
        raise ValueError(f"The estimate of a flow has the shape {start.shape} instead of {(height, width, 2)}.")


def pixel_grid(height: int, width: int) -> np.ndarray:
    """x and y of every pixel, float32 H x W x 2."""
    return np.dstack(np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)))


def sampled(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """``values`` (float32 H x W, or H x W x C with C <= 4) at ``places`` (float32 h x w x 2); the edge is continued."""
    edge = cv2.BORDER_REPLICATE
    return cv2.remap(values, places, None, cv2.INTER_LINEAR, borderMode=edge)  # type: ignore[call-overload]


def warped(values: np.ndarray, flow: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """``values`` (float32 H x W, or H x W x 2 to 4) of the other frame where ``flow`` leads to."""
    return sampled(values, grid + flow)


def composed(first: np.ndarray, second: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """The flow that follows ``first`` and then ``second``."""
    return first + warped(second, first, grid)


def agreement(pair: FlowPair, grid: np.ndarray, part: tuple[slice, slice] = (slice(None), slice(None))) -> np.ndarray:
    """How well the flow ``pair.there`` is undone by the other one: float32, 1 where exactly, towards 0 where not.

    Of the whole frame or of rows and columns of it. It is 0 where the flow leaves the frame.
    """
    height, width = grid.shape[:2]
    there, places = pair.there[part], grid[part] + pair.there[part]
    back = sampled(pair.back, places)
    apart = _lengths(there + back)
    allowed = TOLERANCE + SHARE * (_lengths(there) + _lengths(back))
    inside = (places[..., 0] > -1) & (places[..., 1] > -1) & (places[..., 0] < width) & (places[..., 1] < height)
    return np.exp(-np.square(apart / allowed)).astype(np.float32) * inside


def _lengths(flow: np.ndarray) -> np.ndarray:
    return cv2.magnitude(*cv2.split(flow))
