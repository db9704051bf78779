"""Tracks of one clip with masks, computed frame by frame and without windows: the reference for short videos."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pycocotools import mask as coco

from model.network.tevit import TeViT
from model.thresholds import Thresholds
from model.tracking.clip_inference import SMALLEST, infer_clip
from model.tracking.paste import paste_rle
from model.tracking.selection import Selected


@dataclass(frozen=True)
class ClipTracks:
    """Per track its selected pair and its mask per frame (None: absent)."""

    selected: tuple[Selected, ...]
    segmentations: tuple[tuple[dict[str, Any] | None, ...], ...]


def clip_tracks(network: TeViT, frames: Sequence[np.ndarray], *, rule: str, max_tracks: int) -> ClipTracks:
    """Tracks of one clip of uint8 RGB frames (H, W, 3), all of one size, best first."""
    hw = (frames[0].shape[0], frames[0].shape[1])
    found = infer_clip(
        network,
        frames,
        frame_hw=hw,
        config=network.config,
        rule=rule,
        precision="float32",
        max_tracks=max_tracks,
        minimum=Thresholds().whole,
        thresholds=Thresholds(),
    )
    tracks = []
    for clip_track in found:
        masks: list[dict[str, Any] | None] = []
        for t, present in enumerate(clip_track.selected.present):
            mask = paste_rle(clip_track.probabilities[t], clip_track.boxes[t], hw) if present else None
            too_small = mask is not None and rule == "review" and int(coco.area(mask)) < SMALLEST
            masks.append(None if too_small else mask)
        if any(mask is not None for mask in masks):
            tracks.append((clip_track.selected, tuple(masks)))
    return ClipTracks(tuple(selected for selected, _ in tracks), tuple(masks for _, masks in tracks))
