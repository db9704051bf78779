"""Looking for a track that was hidden, by its features alone."""

from collections.abc import Sequence

import cv2
import numpy as np

from model.propagation.boxes import Box, around, bounds, grown
from model.propagation.matching import Reference, match, to_pixels
from model.propagation.working import WorkingFrames

STRIDE = 8
SPEED = 12  # pixels that a hidden thing may move in a frame, at the working size
EVERY = 3  # after `EAGER` frames without a trace, only every so many frames are searched
EAGER = 12
AREA = (0.2, 3.0)  # least and most of the usual area that may be seen
BELOW = 0.12  # loss of similarity, against what was usual, up to which a thing is the same
TRUST = 0.45  # of a mask that only the features support
MARGIN = 12


class Searching:
    """Searches in the frames of one video."""

    def __init__(self, frames: WorkingFrames) -> None:
        self._frames = frames

    def search(
        self,
        k: int,
        references: Sequence[Reference],
        label: int,
        *,
        place: Box | None,
        hidden: int,
        area: float,
        similar: Sequence[float],
    ) -> tuple[Box, np.ndarray, float] | None:
        """A box, chances in it, and trust, if the track ``label`` is seen again in frame ``k``.

        place: where it was seen last, ``hidden`` frames ago (None: it may be anywhere). area: its usual number of
        pixels. similar: similarities of its cells while it was seen.
        """
        if hidden > EAGER and hidden % EVERY:
            return None
        frames, cell = self._frames, STRIDE / self._frames.zoom
        features = frames.features(k)[STRIDE]
        query = np.zeros(features.shape[1:], bool)
        box = None if place is None else around([place], SPEED * hidden, frames.height, frames.width)
        rows, columns = slice(None), slice(None)
        if box is not None:
            rows = slice(int(box[1] / cell), int(np.ceil(box[3] / cell)))
            columns = slice(int(box[0] / cell), int(np.ceil(box[2] / cell)))
        query[rows, columns] = True
        found = match(features, query, references, STRIDE, anywhere=True)
        mask = _largest(found.labels[..., label] > 0.5)
        if mask is None or not max(AREA[0] * area, cell**2) <= mask.sum() * cell**2 <= max(AREA[1] * area, 9 * cell**2):
            return None
        usual = float(np.median(similar)) if similar else 1.0
        if found.similarity[mask].mean() < usual - BELOW:
            return None
        cells = bounds(mask)
        assert cells is not None
        wide = around([tuple(int(side * cell) for side in cells)], MARGIN, frames.height, frames.width)  # type: ignore[list-item]
        if wide is None:
            return None
        chance = np.where(grown(mask, 1), found.labels[..., label], 0).astype(np.float32)
        return wide, to_pixels(chance, wide, cell), TRUST


def _largest(mask: np.ndarray) -> np.ndarray | None:
    """The largest connected part of a mask (bool); None for an empty one."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        return None
    return labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
