"""The steps of a forward and a backward walk put together, and turned into guesses at the video's size."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np

from model.propagation.boxes import Box, bounds
from model.propagation.fusing import log_odds
from model.propagation.guess import DOUBTED, UNLIKE, Guess
from model.propagation.walk import Step

# Trust that a mask needs against an absence seen from the other side.
ENOUGH = 0.35
FADE = 0.99  # of the confidence, for each frame from the given one
ABSENT_CONFIDENCE = 0.7


@dataclass(frozen=True, eq=False)
class KeptStep:
    """A step with its chances as uint8 (0 to 255) in a box, so that a long walk takes little memory."""

    box: Box | None
    chance: np.ndarray | None
    step: Step

    @classmethod
    def of(cls, step: Step) -> "KeptStep":
        """The step, small."""
        rest = replace(step, chance=None)
        box = None if step.chance is None else bounds(step.chance > 1 / 255)
        if step.chance is None or box is None:
            return cls(None, None, rest)
        x0, y0, x1, y1 = box
        return cls(box, np.rint(step.chance[y0:y1, x0:x1] * 255).astype(np.uint8), rest)

    def whole(self, height: int, width: int) -> Step:
        """The step as it was."""
        if self.box is None or self.chance is None:
            return self.step
        chance = np.zeros((height, width), np.float32)
        x0, y0, x1, y1 = self.box
        chance[y0:y1, x0:x1] = self.chance.astype(np.float32) / 255
        return replace(self.step, chance=chance)


def blended(first: Step | None, second: Step | None) -> Step | None:
    """One step from those of both directions: chances by trust and nearness to the given frame."""
    if first is None or second is None:
        return first or second
    if first.given or second.given:
        return first if first.given else second
    if first.chance is None or second.chance is None:
        shown, hidden = (first, second) if first.chance is not None else (second, first)
        if shown.chance is not None and (shown.trust >= ENOUGH or shown.distance <= hidden.distance):
            return shown
        return hidden if hidden.distance <= shown.distance or shown.chance is None else shown
    weights = [max(one.trust, 0.05) ** 2 / max(one.distance, 1) for one in (first, second)]
    share = weights[0] / sum(weights)
    odds = share * log_odds(first.chance) + (1 - share) * log_odds(second.chance)
    chance = (1 / (1 + np.exp(-odds))).astype(np.float32)
    trust = share * first.trust + (1 - share) * second.trust
    alike = None
    if first.alike is not None and second.alike is not None:
        alike = share * first.alike + (1 - share) * second.alike
    return Step(
        chance,
        trust,
        min(first.distance, second.distance),
        lost=first.lost and second.lost,
        alike=alike,
        again=(first if share >= 0.5 else second).again,
    )


def guesses(steps: Mapping[int, Step], size: tuple[int, int]) -> dict[int, Guess]:
    """Guesses at ``size`` (height, width) for the tracks that no person gave; no pixel belongs to two of them."""
    shown = [step.chance for step in steps.values() if step.chance is not None]
    best = np.max(shown, axis=0) if len(shown) > 1 else None
    found = {}
    for track, step in steps.items():
        if step.given:
            continue
        mask = None
        if step.chance is not None:
            chance = step.chance
            if best is not None:
                chance = np.where(chance >= best, chance, np.minimum(chance, 1 - best))
            mask = _at_size(chance, size)
            mask = mask if mask.any() else None
        confidence = step.trust * FADE**step.distance if mask is not None else ABSENT_CONFIDENCE * FADE**step.distance
        unlike = step.alike is not None and step.alike < UNLIKE
        doubted = mask is None or confidence < DOUBTED or unlike or step.again
        found[track] = Guess(mask, float(confidence), doubted, step.lost)
    return found


def _at_size(chance: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    if chance.shape != size:
        chance = cv2.resize(chance, (size[1], size[0]), interpolation=cv2.INTER_LINEAR)
    return chance > 0.5
