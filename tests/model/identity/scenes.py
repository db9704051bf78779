"""Tracks of plain colours as the search for wrong identities sees them."""

from collections.abc import Mapping

import numpy as np

from model.identity import LookCollector, TrackLook
from model.likely_errors import TrackInput
from tests.model.likely_errors.scenes import BLUE, RED, Box, measured, moving, picture, track

COUNT = 40
LEFT = moving((10, 10, 24, 20), (2, 0), range(COUNT))
RIGHT = moving((110, 60, 24, 20), (-2, 0), range(COUNT))
# It passes below the first one, which it meets at frame 20.
BELOW = moving((90, 36, 24, 20), (-2, 0), range(COUNT))
# They meet in the middle at frame 20.
DOWN = moving((60, 4, 24, 20), (0, 1), range(COUNT))
UP = moving((60, 44, 24, 20), (0, -1), range(COUNT))

Colour = tuple[int, int, int]
Part = tuple[Mapping[int, Box], Colour]


def pictures(*things: Part) -> dict[int, np.ndarray]:
    return {t: picture([(boxes[t], colour) for boxes, colour in things if t in boxes]) for t in range(COUNT)}


def seen(
    tracks: Mapping[str, Mapping[int, Box]],
    shown: Mapping[int, np.ndarray] | None,
    categories: Mapping[str, str] | None = None,
    **of_first: object,
) -> list[TrackLook]:
    """The looks of tracks of boxes; ``of_first`` are values of the first track."""
    inputs: list[TrackInput] = [
        track(name, boxes, **(of_first if n == 0 else {})) for n, (name, boxes) in enumerate(tracks.items())
    ]
    collector = LookCollector(len(inputs))
    collector.add(measured(inputs, COUNT, shown), 0, 0, COUNT)
    return collector.looks(categories or {})


def part(boxes: Mapping[int, Box], start: int = 0, stop: int = COUNT) -> dict[int, Box]:
    return {t: box for t, box in boxes.items() if start <= t < stop}


__all__ = ["BELOW", "BLUE", "COUNT", "DOWN", "LEFT", "RED", "RIGHT", "UP", "part", "pictures", "seen"]
