"""Measures of tracks frame by frame, from their masks and pictures: what the search for likely errors compares.

Everything is in pixels of the frame; a frame in which a track has no mask has NaN, or zeros for a signature.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from pycocotools import mask as coco

from model.tracking.appearance import BINS, colour_bins, colour_signature
from model.tracking.whole_video import Rle

_CROP = 40  # cells of the longer side of the part of a frame that is measured
_MARGIN = 0.35  # of the mask's longer side, on each side of its box
_SHAPE = 24  # cells per side of the shape in its own box
_PIECE = 0.06  # share of the mask's area from which a separate part counts as a piece


@dataclass(frozen=True)
class TrackInput:
    """A track as it is stored; ``masks`` and ``scores`` by frame, scores 0 to 1.

    ``absent`` lists the frames with a row without a mask, ``judged`` the frames that a person judged. ``margin`` is
    the score of the class minus that of its runner-up (None: unknown). ``agreements``: how far the windows of a
    proposal agree, 0 to 1, by frame where they disagree. ``begins`` and ``ends``: the track has no mask before the
    first of ``masks``, or after the last, as it may where they are a part of a long video.
    """

    id: str
    masks: Mapping[int, Rle]
    scores: Mapping[int, float]
    absent: frozenset[int] = frozenset()
    judged: frozenset[int] = frozenset()
    agreements: Mapping[int, float] = field(default_factory=dict)
    score: float | None = None
    margin: float | None = None
    begins: bool = True
    ends: bool = True


@dataclass(frozen=True)
class TrackMeasures:
    """Measures of one track in T frames, of which M have a mask.

    ``area`` (T,) and ``centre`` (T, 2) xy float64, NaN without a mask; ``box`` (T, 4) xywh; ``pieces`` (T,) int, 0
    without a mask; ``contact`` (T,) the share of the mask's rim that other masks touch; ``score`` (T,) NaN where
    unknown. Of masks only, read by `of`: ``shapes`` (M, 24, 24) float16 0 to 1, the mask stretched to its own box;
    ``inside`` and ``around`` (M, BINS) float16 colour signatures of the mask and of a ring around it.
    """

    track: TrackInput
    place: dict[int, int]
    area: np.ndarray
    centre: np.ndarray
    box: np.ndarray
    pieces: np.ndarray
    contact: np.ndarray
    score: np.ndarray
    shapes: np.ndarray
    inside: np.ndarray
    around: np.ndarray

    @classmethod
    def empty(cls, track: TrackInput, count: int) -> "TrackMeasures":
        """Nothing is measured yet, but the scores are known."""
        score = np.full(count, np.nan)
        for frame, value in track.scores.items():
            if 0 <= frame < count:
                score[frame] = value
        place = {frame: row for row, frame in enumerate(sorted(track.masks))}
        return cls(
            track,
            place,
            area=np.full(count, np.nan),
            centre=np.full((count, 2), np.nan),
            box=np.full((count, 4), np.nan),
            pieces=np.zeros(count, np.int64),
            contact=np.zeros(count),
            score=score,
            shapes=np.zeros((len(place), _SHAPE, _SHAPE), np.float16),
            inside=np.zeros((len(place), BINS), np.float16),
            around=np.zeros((len(place), BINS), np.float16),
        )

    def of(self, values: np.ndarray, frames: np.ndarray) -> np.ndarray:
        """float32 (N, ...) rows of ``shapes``, ``inside`` or ``around`` for N frames with a mask."""
        return values[[self.place[int(frame)] for frame in frames]].astype(np.float32)

    @property
    def present(self) -> np.ndarray:
        """(T,) bool: the track has a mask that was measured."""
        return self.pieces > 0

    @property
    def frames(self) -> np.ndarray:
        """The frames with a mask, rising."""
        return np.flatnonzero(self.present)

    @property
    def side(self) -> np.ndarray:
        """(T,) the side of a square of the mask's area, NaN without a mask."""
        return np.sqrt(self.area)


def count_pieces(mask: np.ndarray) -> int:
    """The number of connected parts (8 neighbours) of a uint8 mask (H, W) that hold at least 6 % of its area."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    areas = stats[1:count, cv2.CC_STAT_AREA]
    return int((areas >= _PIECE * max(areas.sum(), 1)).sum()) if count > 1 else 0


class Measuring:
    """Measures the tracks of a video while its frames come by, in order or not."""

    def __init__(self, tracks: list[TrackInput], count: int) -> None:
        self.tracks = [TrackMeasures.empty(track, count) for track in tracks]

    def add(self, frame: int, picture: np.ndarray | None) -> None:
        """Measures every mask of one frame; ``picture`` uint8 RGB (H, W, 3), None: it cannot be read.

        The picture may be smaller than the masks; both show the same part of the scene.
        """
        found = [(one, one.track.masks[frame]) for one in self.tracks if frame in one.track.masks]
        if not found:
            return
        union = coco.decode(coco.merge([rle for _, rle in found]))
        for one, rle in found:
            self._measure(one, frame, rle, picture, union)

    @staticmethod
    def _measure(one: TrackMeasures, frame: int, rle: Rle, picture: np.ndarray | None, union: np.ndarray) -> None:
        area = int(coco.area(rle))
        if area == 0:
            return
        x, y, w, h = (int(value) for value in coco.toBbox(rle))
        mask = coco.decode(rle)
        part = np.ascontiguousarray(mask[y : y + h, x : x + w])
        moments = cv2.moments(part, binaryImage=True)
        one.area[frame] = area
        one.box[frame] = (x, y, w, h)
        one.centre[frame] = (x + moments["m10"] / area, y + moments["m01"] / area)
        one.pieces[frame] = max(count_pieces(part), 1)
        one.shapes[one.place[frame]] = cv2.resize(
            part.astype(np.float32), (_SHAPE, _SHAPE), interpolation=cv2.INTER_AREA
        )
        surroundings = _Surroundings.of(mask, union, (x, y, w, h))
        one.contact[frame] = surroundings.contact()
        if picture is not None:
            row = one.place[frame]
            one.inside[row], one.around[row] = surroundings.signatures(picture)


@dataclass(frozen=True)
class _Surroundings:
    """The part of a frame around a mask, in cells.

    ``place`` left, top, right, bottom as shares of the frame; ``cover`` and ``taken`` (h, w) float32: the share of each
    cell that the mask, or any mask, covers.
    """

    place: tuple[float, float, float, float]
    cover: np.ndarray
    taken: np.ndarray

    @classmethod
    def of(cls, mask: np.ndarray, union: np.ndarray, box: tuple[int, int, int, int]) -> "_Surroundings":
        """From uint8 masks (H, W) of one track and of all, and the box xywh of the one in pixels."""
        height, width = mask.shape
        x, y, w, h = box
        margin = max(int(_MARGIN * max(w, h)), 3)
        left, top = max(x - margin, 0), max(y - margin, 0)
        right, bottom = min(x + w + margin, width), min(y + h + margin, height)
        shrink = min(_CROP / max(right - left, bottom - top), 1.0)
        grid = (max(round((bottom - top) * shrink), 1), max(round((right - left) * shrink), 1))
        place = (left / width, top / height, right / width, bottom / height)
        part = (slice(top, bottom), slice(left, right))
        return cls(place, _cells(mask[part].astype(np.float32), grid), _cells(union[part].astype(np.float32), grid))

    def contact(self) -> float:
        """The share of the mask's rim, two cells wide, that other masks cover."""
        own = (self.cover > 0.5).astype(np.uint8)
        rim = (cv2.dilate(own, np.ones((5, 5), np.uint8)) > 0) & (own == 0)
        return float((self.taken[rim] - self.cover[rim] > 0.5).mean()) if rim.any() else 0.0

    def signatures(self, picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Colour signatures (BINS,) of the mask and of the cells around it that no mask covers."""
        height, width = picture.shape[:2]
        x0, y0 = int(self.place[0] * width), int(self.place[1] * height)
        x1, y1 = max(int(np.ceil(self.place[2] * width)), x0 + 1), max(int(np.ceil(self.place[3] * height)), y0 + 1)
        bins = colour_bins(picture[y0:y1, x0:x1], self.cover.shape)
        # The edge of a mask mixes both sides, so the middle counts and the ring keeps a distance.
        core = np.where(self.cover > 0.9, self.cover, 0)
        if core.sum() < 4:
            core = self.cover
        return colour_signature(bins, core), colour_signature(bins, np.where(self.taken < 0.1, 1.0, 0.0))


def _cells(values: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    return cv2.resize(values, (grid[1], grid[0]), interpolation=cv2.INTER_AREA)
