"""Crops of tracks: the part of a frame around one mask, with the mask outlined in the colour of its track."""

from typing import NamedTuple

import cv2
import numpy as np

from app.pictures.jpegs import encode
from app.pictures.thumbnails import PALETTE, WIDTH, rgb
from storage import rle
from storage.rle import Rle

CROP_SIZE = (320, 240)
"""Width and height in pixels of the largest crop: twice those of a tile, for high-density screens."""
MARGIN = 0.2  # of the mask's longer side, on each of its sides
LEAST_MARGIN = 8  # pixels of the frame
DIMMED = 0.62  # brightness of what lies beside the mask


class CropBox(NamedTuple):
    """A part of a frame, in its pixels; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int


def crop_box(mask_box: tuple[int, int, int, int], *, width: int, height: int) -> CropBox:
    """The part of a frame of ``width`` x ``height`` pixels that shows a mask whose box is (x, y, w, h).

    It has a margin and the shape of `CROP_SIZE`, and lies within the frame: at an edge it is moved, and where the frame
    is too small it is cut.
    """
    x, y, w, h = mask_box
    margin = max(LEAST_MARGIN, round(MARGIN * max(w, h)))
    across, down = w + 2 * margin, h + 2 * margin
    shape = CROP_SIZE[0] / CROP_SIZE[1]
    across, down = max(across, round(down * shape)), max(down, round(across / shape))
    left, right = _within(x + w / 2, across, width)
    top, bottom = _within(y + h / 2, down, height)
    return CropBox(left, top, right, bottom)


def frame_width(box: CropBox, *, width: int) -> int | None:
    """The width at which to read a frame of ``width`` pixels for this crop; None for full resolution."""
    return WIDTH if (box.right - box.left) * WIDTH >= CROP_SIZE[0] * width else None


def paint_crop(jpeg: bytes, box: CropBox, mask: Rle, number: int) -> bytes:
    """The crop as JPEG, at most `CROP_SIZE`, from the JPEG of the whole frame at any size.

    ``box`` and ``mask`` are in pixels of the frame at full resolution; ``number`` is the track's, from 1.
    """
    pixels, inside = cut(decoded(jpeg), box, rle.decode(mask), CROP_SIZE)
    colour = rgb(PALETTE[(number - 1) % len(PALETTE)])
    shown = np.where(inside[..., None], pixels, (pixels * DIMMED).astype(np.uint8))
    shown = np.ascontiguousarray(shown)
    contours, _ = cv2.findContours(inside.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(shown, contours, -1, (12, 13, 15), 4, cv2.LINE_AA)
    cv2.drawContours(shown, contours, -1, colour, 2, cv2.LINE_AA)
    return encode(shown, None)


def decoded(jpeg: bytes) -> np.ndarray:
    """The pixels of a JPEG, uint8 H x W x 3 RGB."""
    bgr = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise ValueError("The picture of the frame is no JPEG.")
    return bgr[:, :, ::-1]


def cut(frame: np.ndarray, box: CropBox, mask: np.ndarray, within: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (uint8 H x W x 3, RGB) and mask (bool H x W) of a part of a frame, scaled to fit a width and height.

    ``frame``: uint8 RGB at any size. ``mask`` (uint8 H x W) has the frame's full resolution, as ``box`` has.
    """
    height, width = mask.shape
    across, down = frame.shape[1] / width, frame.shape[0] / height
    left, top = int(box.left * across), int(box.top * down)
    right, bottom = max(left + 1, round(box.right * across)), max(top + 1, round(box.bottom * down))
    part = frame[top:bottom, left:right]
    scale = min(within[0] / (box.right - box.left), within[1] / (box.bottom - box.top))
    size = (max(1, round(scale * (box.right - box.left))), max(1, round(scale * (box.bottom - box.top))))
    how = cv2.INTER_AREA if part.shape[1] > size[0] else cv2.INTER_CUBIC
    pixels = cv2.resize(np.ascontiguousarray(part), size, interpolation=how)
    inside = mask[box.top : box.bottom, box.left : box.right].astype(np.float32)
    return pixels, cv2.resize(inside, size, interpolation=cv2.INTER_LINEAR) >= 0.5


def _within(middle: float, length: int, limit: int) -> tuple[int, int]:
    length = min(length, limit)
    start = min(max(0, round(middle - length / 2)), limit - length)
    return start, start + length
