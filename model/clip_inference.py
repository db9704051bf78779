"""One clip through the network: frames in, tracks with masks of the frame's own size out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from pycocotools import mask as coco
from torch import Tensor

from model.config import TeViTConfig
from model.frames import Resized, fit, prepare_clip
from model.paste import paste_rle
from model.selection import Selected, published, review, without_duplicates
from model.tevit import Features, Queries, TeViT

Rle = dict[str, Any]
RULES = ("published", "review")
_PAIRS_AT_ONCE = 256  # (frame, query) pairs whose masks are drawn together; bounds memory
_SMALLEST = 4  # pixels; below this a track is not believed to be seen (review rule)


class UnknownRule(ValueError):
    """A selection rule that does not exist."""


@dataclass(frozen=True)
class ClipTracks:
    """The tracks of one clip: per track what was chosen, and its mask per frame (None: believed absent)."""

    selected: tuple[Selected, ...]
    segmentations: tuple[tuple[Rle | None, ...], ...]


@torch.inference_mode()
def clip_tracks(
    network: TeViT, frames: Sequence[np.ndarray], *, config: TeViTConfig, rule: str, precision: str, max_tracks: int
) -> ClipTracks:
    """Tracks of one clip of uint8 RGB frames (H, W, 3), all of one size, under the 'published' or the 'review' rule."""
    if rule not in RULES:
        raise UnknownRule(f"there is no selection rule {rule!r}; there are {' and '.join(RULES)}")
    size = fit((frames[0].shape[0], frames[0].shape[1]), config.scales.test)
    weights = next(network.parameters())
    fast = precision == "fast" and weights.device.type == "cuda"
    with torch.autocast(weights.device.type, dtype=torch.bfloat16, enabled=fast):
        pixels = prepare_clip(np.stack(frames), size)[None].to(weights.device, weights.dtype)
        img_hw = torch.tensor([size.img_hw], dtype=torch.float32, device=weights.device)
        features = network.encode(pixels, img_hw)
        queries = network.decode(features)
        if rule == "published":
            chosen = published(queries.logits[0], max_tracks=max_tracks)
        else:
            chosen = review(queries.logits[0], max_tracks=2 * max_tracks)
        masks = _drawn(network, features, queries, chosen, size)
    if rule == "published":
        return ClipTracks(tuple(chosen), tuple(tuple(track) for track in masks))
    return _reviewable(chosen, masks, max_tracks)


def _drawn(
    network: TeViT, features: Features, queries: Queries, chosen: Sequence[Selected], size: Resized
) -> list[list[Rle]]:
    """Masks [track][frame] at the size of the frame."""
    frames, device = features.frames, queries.boxes.device
    pairs = [(t, track.query, track.label) for track in chosen for t in range(frames)]
    scale = torch.from_numpy(size.scale_factor)
    drawn: list[Rle] = []
    for start in range(0, len(pairs), _PAIRS_AT_ONCE):
        part = torch.tensor(pairs[start : start + _PAIRS_AT_ONCE], dtype=torch.int64, device=device)
        probability = network.masks(features, queries, part[:, 0], part[:, 1], part[:, 2]).float().cpu().numpy()
        boxes: Tensor = queries.boxes[0][part[:, 0], part[:, 1]].float().cpu() / scale
        drawn += [paste_rle(p, box, size.frame_hw) for p, box in zip(probability, boxes.numpy(), strict=True)]
    return [drawn[index : index + frames] for index in range(0, len(drawn), frames)]


def _reviewable(chosen: Sequence[Selected], masks: list[list[Rle]], max_tracks: int) -> ClipTracks:
    """Masks only where a track is believed to be, duplicates and tracks without a mask removed."""
    shown: list[tuple[Rle | None, ...]] = [
        tuple(
            mask if there and int(coco.area(mask)) >= _SMALLEST else None
            for mask, there in zip(track, selected.present, strict=True)
        )
        for track, selected in zip(masks, chosen, strict=True)
    ]
    seen = [index for index, track in enumerate(shown) if any(mask is not None for mask in track)]
    kept = without_duplicates([chosen[i] for i in seen], track_overlaps([shown[i] for i in seen]))[:max_tracks]
    final = [seen[index] for index in kept]
    return ClipTracks(tuple(chosen[i] for i in final), tuple(shown[i] for i in final))


def track_overlaps(
    tracks: Sequence[Sequence[Rle | None]], others: Sequence[Sequence[Rle | None]] | None = None
) -> Tensor:
    """Mask IoU (K, L) float64 over all frames together of tracks [track][frame]; None is an empty mask."""
    others = tracks if others is None else others
    shared = np.zeros((len(tracks), len(others)))
    total = np.zeros_like(shared)
    for t in range(len(tracks[0]) if tracks else 0):
        rows = [(k, track[t]) for k, track in enumerate(tracks) if track[t] is not None]
        columns = [(k, track[t]) for k, track in enumerate(others) if track[t] is not None]
        row_areas = np.zeros(len(tracks))
        column_areas = np.zeros(len(others))
        for k, mask in rows:
            row_areas[k] = coco.area(mask)
        for k, mask in columns:
            column_areas[k] = coco.area(mask)
        total += row_areas[:, None] + column_areas[None]
        if rows and columns:
            iou = np.asarray(coco.iou([m for _, m in rows], [m for _, m in columns], [False] * len(columns)))
            areas = row_areas[[k for k, _ in rows]][:, None] + column_areas[[k for k, _ in columns]][None]
            shared[np.ix_([k for k, _ in rows], [k for k, _ in columns])] += iou * areas / (1 + iou)
    union = total - shared
    return torch.from_numpy(np.where(union > 0, shared / np.maximum(union, 1e-9), 0.0))
