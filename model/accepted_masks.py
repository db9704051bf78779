"""Accepted proposals as truth: good enough for a person, no exact masks, and flattering for the network they are of.

A person accepts a mask that is nearly right. The network that proposed it overlaps it entirely; another network with a
mask that is just as good, or better, does not. So a proposed mask that overlaps an accepted one well counts as this
one, whichever network it is of. Masks that a person drew are compared as they are.
"""

from collections.abc import Sequence
from typing import Any

from pycocotools import mask as coco

from model.effort import GOOD
from model.training.clips import ClipVideo
from model.training.targets import PRESENT

SHOWN = "shown"  # in an entry: its masks as they were proposed


def as_accepted(results: Sequence[dict[str, Any]], video: ClipVideo, frames: Sequence[int]) -> list[dict[str, Any]]:
    """YouTube-VIS results of a video in ``frames``; masks that are as good as an accepted one are replaced by it."""
    accepted = [_accepted(video, frame) for frame in frames]
    if not any(accepted):
        return list(results)
    found = [list(one["segmentations"]) for one in results]
    for place, masks in enumerate(accepted):
        shown = [masks_of for masks_of in found if masks_of[place] is not None]
        if not masks or not shown:
            continue
        overlaps = coco.iou([masks_of[place] for masks_of in shown], masks, [0] * len(masks))
        for masks_of, row in zip(shown, overlaps, strict=True):
            best = int(row.argmax())
            # With 0.7 many masks that are clearly worse would count as the accepted one.
            if row[best] >= GOOD:
                masks_of[place] = masks[best]
    return [
        {**one, "segmentations": masks, SHOWN: one["segmentations"]} for one, masks in zip(results, found, strict=True)
    ]


def _accepted(video: ClipVideo, frame: int) -> list[Any]:
    """The accepted masks of a frame."""
    return [
        track.segmentations[frame]
        for track in video.tracks
        if track.accepted is not None
        and track.accepted[frame]
        and track.states[frame] == PRESENT
        and track.segmentations[frame] is not None
    ]
