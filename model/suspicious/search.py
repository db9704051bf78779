"""The search for suspicious masks: takes the frames of a video in order, then names masks and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pycocotools import mask as coco

from model.likely_errors import Measuring, TrackInput

from .edges import edge_fit
from .evidence import KINDS, NAMES, MaskMeasures, MaskPlaces, evidence
from .motion import Motion

NAMED = 0.6  # probability from which a mask is named
_ROUNDS = 3  # in each, masks are compared with those that the last one trusts
# ``python -m tests.benchmarks.spoiled --fit``; the size adds nothing to the other numbers, but to the reason.
WEIGHTS: Mapping[str, float] = {
    "motion": 1.8,
    "rival": 4.2,
    "size": 0.0,
    "colour": 2.4,
    "colour_unusual": 1.0,
    "other": 2.4,
    "ground": 5.5,
    "ground_unusual": 1.8,
    "edge": 4.8,
    "edge_unusual": 2.4,
}
BIAS = -6.6
_OTHER_SIZE = 0.6  # difference of sizes (logarithm) that is named
_MOST_KINDS, _LEAST_PART = 3, 0.25  # kinds that are named, and how much each weighs beside the first


@dataclass(frozen=True)
class SuspiciousMask:
    """A mask that is probably not one of its track in this frame.

    ``probability`` 0 to 1; ``kinds`` are those of `KINDS` that speak most against it, the strongest first; ``rival`` is
    the id of the track that it fits better, if one does.
    """

    track: str
    frame: int
    probability: float
    kinds: tuple[str, ...]
    rival: str | None = None


@dataclass
class MaskSearch:
    """Takes the frames of a video of ``count`` frames in rising order, and then gives its suspicious masks."""

    tracks: Sequence[TrackInput]
    count: int

    def __post_init__(self) -> None:
        self._measuring = Measuring(list(self.tracks), self.count)
        self._motion = Motion()
        self._edges: dict[tuple[int, int], float] = {}

    @property
    def frames(self) -> list[int]:
        """The frames that have a mask, rising: `add` needs no others."""
        return sorted({frame for track in self.tracks for frame in track.masks})

    def add(self, frame: int, picture: np.ndarray | None) -> None:
        """Measures the masks of a frame; ``picture`` uint8 RGB (H, W, 3), None: it cannot be read.

        Without the picture only the places of masks are compared, which alone never suffices to name a mask. The
        picture may be smaller than the masks; both show the same part of the scene.
        """
        self._measuring.add(frame, picture)
        here = [(k, one) for k, one in enumerate(self._measuring.tracks) if one.pieces[frame] > 0]
        if not here:
            return
        masks = [coco.decode(one.track.masks[frame]) for _, one in here]
        self._motion.add(frame, picture, [k for k, _ in here], masks)
        for (k, one), mask in zip(here, masks, strict=True):
            if picture is not None:
                x, y, w, h = (int(value) for value in one.box[frame])
                self._edges[k, frame] = edge_fit(mask, picture, (x, y, w, h))

    def measured(self) -> MaskMeasures:
        """What was measured so far."""
        places = MaskPlaces.of(self._measuring.tracks)
        at = list(zip(places.track.tolist(), places.frame.tolist(), strict=True))
        edges = np.array([self._edges.get(place, np.nan) for place in at])
        return MaskMeasures(places, self._measuring.tracks, self._motion.found, edges)

    def found(self) -> list[SuspiciousMask]:
        """The suspicious masks, the most suspicious first."""
        measured = self.measured()
        values, rivals, probability = judged(measured)
        named = [n for n in np.argsort(-probability, kind="stable").tolist() if probability[n] >= NAMED]
        out = []
        for n in named:
            kinds = main_kinds(values[n])
            rival = self.tracks[rivals[n]].id if "rival" in kinds else None
            track = self.tracks[measured.places.track[n]].id
            frame = int(measured.places.frame[n])
            out.append(SuspiciousMask(track, frame, round(float(probability[n]), 4), kinds, rival))
        return out


def main_kinds(values: np.ndarray) -> tuple[str, ...]:
    """The kinds of evidence that speak most against a mask, given its ``values`` (len(NAMES),); and another size."""
    weight = dict.fromkeys(KINDS, 0.0)
    for name, value in zip(NAMES, values.tolist(), strict=True):
        weight[name.removesuffix("_unusual")] += WEIGHTS[name] * value
    order = sorted(KINDS, key=lambda kind: -weight[kind])
    main = [kind for kind in order[:_MOST_KINDS] if weight[kind] > _LEAST_PART * weight[order[0]]]
    return (*main, *(["size"] if values[NAMES.index("size")] > _OTHER_SIZE else []))


def judged(measured: MaskMeasures) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values and rivals as `evidence` gives them, and the probability (N,) that a mask is not one of its track."""
    weights = np.array([WEIGHTS[name] for name in NAMES])
    trust = np.ones(len(measured.edges))
    for _ in range(_ROUNDS):
        values, rivals = evidence(measured, trust)
        probability = 1.0 / (1.0 + np.exp(-np.clip(values @ weights + BIAS, -50, 50)))
        trust = 1.0 - probability
    return values, rivals, probability
