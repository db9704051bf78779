"""Finds stretches of tracks that are probably wrong, so that a person looks at them first.

The measures are simple and explainable: positions, sizes, shapes and colours of masks, overlaps, and scores of the
network. Nothing is learnt. `find_errors` puts the findings of all kinds into one order.
"""

from collections.abc import Sequence

from .broken import broken
from .colours import background, colour_changes
from .found import KINDS, LikelyError
from .measures import Measuring, TrackInput, TrackMeasures
from .one_track import area_changes, disagreements, doubtful_class, jumps, low_scores, pieces, presence
from .ordering import ordered
from .two_tracks import overlaps, swaps

__all__ = ["KINDS", "LikelyError", "Measuring", "TrackInput", "TrackMeasures", "find_errors"]

_ALONE = (jumps, area_changes, pieces, presence, low_scores, disagreements, doubtful_class, colour_changes, background)


def find_errors(measured: Sequence[TrackMeasures], count: int) -> list[LikelyError]:
    """Likely errors of the measured tracks of a video of ``count`` frames, the most likely first.

    Findings of several kinds about the same track and frames are one error, which has the kind of the strongest.
    """
    found = [error for one in measured for search in _ALONE for error in search(one)]
    return ordered([*found, *overlaps(measured, count), *swaps(measured), *broken(measured)])
