"""Small made scenes: tracks of boxes on pictures of plain colours."""

from collections.abc import Mapping

import numpy as np
from pycocotools import mask as coco

from model.likely_errors import Measuring, TrackInput, TrackMeasures

HW = (96, 160)
GREEN, RED, BLUE = (40, 120, 40), (220, 40, 40), (40, 60, 220)

Box = tuple[int, int, int, int]  # left, top, width, height


def rle(*boxes: Box) -> dict:
    mask = np.zeros(HW, np.uint8)
    for left, top, width, height in boxes:
        mask[max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)] = 1
    code = coco.encode(np.asfortranarray(mask))
    return {"size": list(code["size"]), "counts": code["counts"].decode()}


def track(name: str, boxes: Mapping[int, Box | tuple[Box, ...]], **values: object) -> TrackInput:
    """A track of boxes by frame; several boxes in one frame are one mask."""
    masks = {frame: rle(*(one if isinstance(one[0], tuple) else (one,))) for frame, one in boxes.items()}  # type: ignore[arg-type,misc]
    values.setdefault("scores", {frame: 0.8 for frame in masks})
    return TrackInput(name, masks, **values)  # type: ignore[arg-type]


def moving(start: Box, speed: tuple[int, int], frames: range) -> dict[int, Box]:
    left, top, width, height = start
    return {t: (left + speed[0] * t, top + speed[1] * t, width, height) for t in frames}


def picture(things: list[tuple[Box, tuple[int, int, int]]], ground: tuple[int, int, int] = GREEN) -> np.ndarray:
    out = np.full((*HW, 3), ground, np.uint8)
    for (left, top, width, height), colour in things:
        out[max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)] = colour
    return out


def measured(
    tracks: list[TrackInput], count: int, pictures: Mapping[int, np.ndarray] | None = None
) -> list[TrackMeasures]:
    measuring = Measuring(tracks, count)
    for frame in range(count):
        measuring.add(frame, None if pictures is None else pictures[frame])
    return measuring.tracks
