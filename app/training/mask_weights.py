"""How much the mask of a stored row counts in training: the more of it a person made, the more.

An accepted proposal is the work of a network that somebody found good enough; it has errors that a drawn mask does
not have, and a network that learns from it learns its own errors.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from storage.tracks import MaskRow

if TYPE_CHECKING:
    from model.training.clips import ClipVideo

DRAWN = 1.0  # drawn or corrected by a person
IMPORTED = 0.75  # accepted, of an import: made elsewhere, in most cases by a person
ACCEPTED = 0.5  # any other accepted mask: proposed, interpolated, propagated
UNREVIEWED = 0.25  # without a verdict; used only where unreviewed masks are asked for


def is_accepted_proposal(row: MaskRow) -> bool:
    """Whether a human mask is the work of the program: proposed, interpolated or propagated, and accepted as it is."""
    return row.source not in ("drawn", "imported") and row.review != "corrected"


def mask_weight(row: MaskRow) -> float:
    """The weight (0 to 1) of the class, box and mask losses of a present mask."""
    if row.source == "drawn" or row.review == "corrected":
        return DRAWN
    if row.review != "accepted":
        return UNREVIEWED
    return IMPORTED if row.source == "imported" else ACCEPTED


def balanced(videos: Sequence["ClipVideo"]) -> tuple["ClipVideo", ...]:
    """The videos with weights whose mean over all usable masks is 1.

    So the weights compare masks with each other: a project whose masks are all accepted is trained like one whose
    masks are all drawn, and masks weigh as much against background as without weights.
    """
    from model.training.clips import usable

    found = [
        track.weights[frame]
        for video in videos
        for track in video.tracks
        if track.weights is not None
        for frame in range(video.count)
        if usable(track, frame)
    ]
    if not found:
        return tuple(videos)
    mean = sum(found) / len(found)
    return tuple(
        replace(
            video,
            tracks=tuple(
                track if track.weights is None else replace(track, weights=tuple(w / mean for w in track.weights))
                for track in video.tracks
            ),
        )
        for video in videos
    )
