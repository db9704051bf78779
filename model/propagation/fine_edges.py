"""Guesses with the edges of the picture, where the network of edges can be trusted.

That network (`model.refining`) learns from drawn videos. Where a picture is like those, its masks are better than what
is spread; in photographs what is spread is better. Given masks tell which it is: from them, a network that can be
trusted draws the same masks again.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from statistics import fmean

import numpy as np

from model.prompts.boxes import overlap
from model.propagation.guess import SpreadFrame
from model.refining import MaskRefiner

TRUSTED = 0.93  # IoU of given masks and what the network makes of them, mean of a frame, from which on it is trusted


class FineEdges:
    """Refines the guesses of one spreading; for each track its nearest given frame says whether it may."""

    def __init__(
        self,
        refiner: MaskRefiner,
        picture: Callable[[int], np.ndarray],
        given: Mapping[int, Mapping[int, np.ndarray | None]],
    ) -> None:
        """picture: gives frame k, uint8 RGB, of the size of the given masks or smaller. given: as `spread` takes it."""
        self._refiner, self._picture, self._given = refiner, picture, given
        self._trusted: dict[int, bool] = {}

    def of(self, step: SpreadFrame) -> SpreadFrame:
        """The step with refined guesses; a first look is left alone, for the final one follows."""
        masks = {
            track: guess.mask
            for track, guess in step.guesses.items()
            if step.final and guess.mask is not None and self._is_trusted(track, step.frame)
        }
        if not masks:
            return step
        fine = self._refiner.refined(self._picture(step.frame), list(masks.values()))
        better = {
            track: replace(step.guesses[track], mask=mask)
            for track, mask in zip(masks, fine, strict=True)
            if mask is not None
        }
        return replace(step, guesses={**step.guesses, **better})

    def _is_trusted(self, track: int, frame: int) -> bool:
        nearest = min(self._given[track], key=lambda k: (abs(k - frame), k))
        if nearest not in self._trusted:
            here = [of[nearest] for of in self._given.values() if nearest in of]
            masks = [mask for mask in here if mask is not None and mask.any()]
            again = self._refiner.refined(self._picture(nearest), masks)
            alike = [0.0 if own is None else overlap(own, mask) for own, mask in zip(again, masks, strict=True)]
            self._trusted[nearest] = bool(alike) and fmean(alike) >= TRUSTED
        return self._trusted[nearest]
