"""Squares around masks: a thing is cut out of a picture at the size that a network sees, and put back."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

ROOM = 0.35  # more than the longer side of the mask's box: a coarse mask may miss a part of the thing
LEAST_ROOM = 6.0  # pixels


@dataclass(frozen=True)
class Square:
    """A square of a picture, in its pixels; it may reach beyond the picture."""

    left: float
    top: float
    side: float

    @classmethod
    def around(cls, box: tuple[float, float, float, float], *, room: float = ROOM) -> "Square":
        """The square around a box (x0, y0, x1, y1), with room beside it."""
        x0, y0, x1, y1 = box
        side = max(x1 - x0, y1 - y0) * (1 + room) + LEAST_ROOM
        return cls((x0 + x1 - side) / 2, (y0 + y1 - side) / 2, side)

    def scaled(self, by: float) -> "Square":
        """The same square in a picture that is scaled by a factor."""
        return Square(self.left * by, self.top * by, self.side * by)

    def cut(self, picture: np.ndarray, side: int, *, beyond: int = cv2.BORDER_REPLICATE) -> np.ndarray:
        """What the square shows of ``picture`` (H x W or H x W x 3, uint8 or float32), ``side`` x ``side`` pixels.

        ``beyond``: OpenCV's border mode for what lies outside of the picture.
        """
        part, origin = self._near(picture)
        if self.side > 1.3 * side:  # pixels between the samples would not count
            part = cv2.GaussianBlur(part, (0, 0), 0.28 * self.side / side)
        shape = (side, side)
        return np.asarray(
            cv2.warpAffine(part, self._matrix(side, origin), shape, flags=cv2.INTER_LINEAR, borderMode=beyond)
        )

    def put_back(self, values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
        """``values`` (float32 side x side) at their place in a picture of ``shape`` (H, W), 0 beside the square."""
        left, top, right, bottom = self._within(shape)
        whole = np.zeros(shape, np.float32)
        if left < right and top < bottom:
            matrix = self._matrix(len(values), (left, top))
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            whole[top:bottom, left:right] = cv2.warpAffine(values, matrix, (right - left, bottom - top), flags=flags)
        return whole

    def _within(self, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
        """The whole pixels of a picture that the square touches."""
        left, top = max(math.floor(self.left), 0), max(math.floor(self.top), 0)
        return (
            left,
            top,
            min(math.ceil(self.left + self.side), shape[1]),
            min(math.ceil(self.top + self.side), shape[0]),
        )

    def _near(self, picture: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
        """The part of a picture around the square, and its upper left corner; a large picture is not blurred whole."""
        left, top, right, bottom = self._within(picture.shape)
        room = math.ceil(self.side / 16) + 2
        left, top = max(min(left, picture.shape[1] - 1) - room, 0), max(min(top, picture.shape[0] - 1) - room, 0)
        return np.ascontiguousarray(picture[top : max(bottom, 0) + room, left : max(right, 0) + room]), (left, top)

    def _matrix(self, side: int, origin: tuple[int, int]) -> np.ndarray:
        """From pixels of the part of a picture with this corner to those of the cut; centres lie at whole numbers."""
        scale = side / self.side
        shift = 0.5 * scale - 0.5
        return np.array(
            [
                [scale, 0, shift - (self.left - origin[0]) * scale],
                [0, scale, shift - (self.top - origin[1]) * scale],
            ]
        )
