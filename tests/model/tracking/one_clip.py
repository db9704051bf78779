"""One clip of a network as tracks with masks, frame by frame and without windows: what a short video must equal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pycocotools import mask as coco

from model.network.tevit import TeViT
from model.tracking.clip_inference import SMALLEST, look
from model.tracking.paste import paste_rle
from model.tracking.selection import Selected


@dataclass(frozen=True)
class ClipTracks:
    """Per track what was chosen, and its mask per frame (None: believed absent)."""

    selected: tuple[Selected, ...]
    segmentations: tuple[tuple[dict[str, Any] | None, ...], ...]


def clip_tracks(network: TeViT, frames: Sequence[np.ndarray], *, rule: str, max_tracks: int) -> ClipTracks:
    """Tracks of one clip of uint8 RGB frames (H, W, 3), all of one size, best first."""
    hw = (frames[0].shape[0], frames[0].shape[1])
    seen = look(
        network, frames, frame_hw=hw, config=network.config, rule=rule, precision="float32", max_tracks=max_tracks
    )
    tracks = []
    for sighting in seen:
        masks: list[dict[str, Any] | None] = []
        for t, there in enumerate(sighting.selected.present):
            mask = paste_rle(sighting.probabilities[t], sighting.boxes[t], hw) if there else None
            unseen = mask is not None and rule == "review" and int(coco.area(mask)) < SMALLEST
            masks.append(None if unseen else mask)
        if any(mask is not None for mask in masks):
            tracks.append((sighting.selected, tuple(masks)))
    return ClipTracks(tuple(selected for selected, _ in tracks), tuple(masks for _, masks in tracks))
