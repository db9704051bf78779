"""What a walk knows of a track from frame to frame."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from model.propagation.appearing import TrackColours
from model.propagation.boxes import Box
from model.propagation.edges import MOST_SPECK
from model.propagation.matching import Reference
from model.propagation.palette import TrackPalette

FORGOTTEN = 15
"""Frames without a trace after which a track is lost."""


@dataclass(eq=False)
class FollowedTrack:
    """What is known of a track while walking. ``chance`` float32 H x W; None while it is not followed."""

    chance: np.ndarray | None = None
    key: int = -1  # the given frame that it comes from
    given: np.ndarray | None = None  # its chances there
    palette: TrackPalette | None = None
    colours: TrackColours | None = None  # those it is looked for by; only with features
    areas: list[float] = field(default_factory=list)
    extent: float = 0.0  # pixels that it reaches over at most
    similar: list[float] = field(default_factory=list)
    seen: Reference | None = None  # the last frame in which it was seen whole
    hidden: int = 0  # frames since it was seen last
    place: Box | None = None  # where it was seen last
    known: float = 0.0  # trust in the shapes of the network, by how well one fits the given mask
    speck: float = MOST_SPECK  # pixels up to which an island or a hole of it is noise, by the given mask
    need: float = 0.0  # of colours for its edges, by the given mask
    cut: bool = False  # whether there was a cut since it was seen last
    again: bool = False  # whether it was hidden since the given frame

    def sources(self, given: Mapping[int, Reference]) -> list[Reference]:
        """What it may be recognised by: its given frame, if it is among these, and the last one that shows it whole."""
        return [one for one in (given.get(self.key), self.seen) if one is not None]

    @property
    def usual_area(self) -> float:
        """The median of its last areas, in pixels."""
        return float(np.median(self.areas)) if self.areas else 0.0
