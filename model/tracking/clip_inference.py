"""One clip through the network: frames in, the things it sees out, with soft masks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from torch.nn import functional

from model.config import TeViTConfig
from model.network.input import Resized, fit, prepare_clip
from model.network.tevit import Features, Queries, TeViT
from model.tracking.selection import Selected, published, review, without_duplicates
from model.tracking.soft_masks import grid_size, on_grid, overlap

RULES = ("published", "review")
STARTS = 0.2  # least score of a track under the review rule
SAME_THING = 0.7  # mask IoU in a frame from which two tracks show one thing (review rule)
SMALLEST = 4  # pixels; below this a track is not believed to be seen (review rule)
_PAIRS_AT_ONCE = 256  # (frame, query) pairs whose masks are drawn together; bounds memory


class UnknownRule(ValueError):
    """A selection rule that does not exist."""


@dataclass(frozen=True)
class Sighting:
    """One thing as a clip of T frames sees it, its masks still soft."""

    selected: Selected
    class_scores: np.ndarray  # (classes,) float64, 0 to 1: its score as each class, 0 beyond the runners-up
    embedding: np.ndarray  # (C,) float32 of unit length: what sets its query apart from the others
    probabilities: np.ndarray  # (T, S, S) float32 inside the boxes; zeros where it is believed absent
    boxes: np.ndarray  # (T, 4) float32 xyxy, pixels of the frame

    def on_grid(self, frames: Sequence[int], *, frame_hw: tuple[int, int], grid_hw: tuple[int, int]) -> np.ndarray:
        """Soft masks (len(frames), h, w) float32 of some frames of the clip; empty where it is believed absent."""
        soft = np.zeros((len(frames), *grid_hw), np.float32)
        there = [row for row, frame in enumerate(frames) if self.selected.present[frame]]
        if there:
            picked = [frames[row] for row in there]
            soft[there] = on_grid(self.probabilities[picked], self.boxes[picked], frame_hw=frame_hw, grid_hw=grid_hw)
        return soft


def shrink(frame: np.ndarray, config: TeViTConfig) -> np.ndarray:
    """A uint8 RGB frame (H, W, 3) at the size in which the network looks at it; an array of its own."""
    height, width = fit((frame.shape[0], frame.shape[1]), config.scales.test).img_hw
    if frame.shape[:2] == (height, width):
        return frame.copy()
    return cv2.resize(frame, (width, height), interpolation=cv2.INTER_LINEAR)


@torch.inference_mode()
def look(
    network: TeViT,
    frames: Sequence[np.ndarray],
    *,
    frame_hw: tuple[int, int],
    config: TeViTConfig,
    rule: str,
    precision: str,
    max_tracks: int,
    minimum: float = STARTS,
) -> list[Sighting]:
    """What the network sees in one clip, best first.

    frames: T uint8 RGB arrays of one size, as they are or already through :func:`shrink`; ``frame_hw`` is the size in
    pixels that boxes refer to. Under the review rule things with a score below ``minimum`` and duplicates are left
    out; at most ``max_tracks`` are returned. Raises :class:`UnknownRule`.
    """
    if rule not in RULES:
        raise UnknownRule(f"there is no selection rule {rule!r}; there are {' and '.join(RULES)}")
    size = fit(frame_hw, config.scales.test)
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
            chosen = review(queries.logits[0], max_tracks=2 * max_tracks, minimum=minimum)
        probabilities = _probabilities(network, features, queries, chosen)
    seen = _sightings(queries, chosen, probabilities, size)
    return seen if rule == "published" else _distinct(seen, frame_hw)[:max_tracks]


def _probabilities(network: TeViT, features: Features, queries: Queries, chosen: Sequence[Selected]) -> np.ndarray:
    """Mask probabilities (K, T, S, S) float32 inside the boxes, drawn only where a track is believed to be."""
    device, side = queries.boxes.device, 2 * network.config.head.mask_cells
    drawn = np.zeros((len(chosen), features.frames, side, side), np.float32)
    places = [(k, t) for k, track in enumerate(chosen) for t in range(features.frames) if track.present[t]]
    for start in range(0, len(places), _PAIRS_AT_ONCE):
        part = places[start : start + _PAIRS_AT_ONCE]
        asked = torch.tensor([(t, chosen[k].query, chosen[k].label) for k, t in part], dtype=torch.int64, device=device)
        found = network.masks(features, queries, asked[:, 0], asked[:, 1], asked[:, 2]).float().cpu().numpy()
        drawn[[k for k, _ in part], [t for _, t in part]] = found
    return drawn


def _sightings(
    queries: Queries, chosen: Sequence[Selected], probabilities: np.ndarray, size: Resized
) -> list[Sighting]:
    scale = torch.from_numpy(size.scale_factor)
    boxes = (queries.boxes[0].float().cpu() / scale).numpy()  # (T, N, 4)
    features = queries.object_features[0].float().cpu()  # (T, N, C)
    features = functional.normalize(features - features.mean(dim=(0, 1)), dim=2)  # what all share tells nothing
    seen = []
    for track, own in zip(chosen, probabilities, strict=True):
        weight = torch.tensor(track.frame_scores) * torch.tensor(track.present)
        embedding = functional.normalize((features[:, track.query] * weight[:, None]).sum(dim=0), dim=0)
        scores = np.zeros(queries.logits.shape[-1])
        for label, value in ((track.label, track.score), *track.runners_up):
            scores[label] = value
        seen.append(Sighting(track, scores, embedding.numpy(), own, boxes[:, track.query]))
    return seen


def _distinct(seen: list[Sighting], frame_hw: tuple[int, int]) -> list[Sighting]:
    """Sightings, best first, without those that a better one covers, and absent where another one shows the thing."""
    if len(seen) < 2:
        return seen
    grid_hw = grid_size(frame_hw)
    soft = np.stack([one.on_grid(range(len(one.boxes)), frame_hw=frame_hw, grid_hw=grid_hw) for one in seen])
    kept = without_duplicates([one.selected for one in seen], torch.from_numpy(overlap(soft, soft)))
    alone = one_each(soft[kept] >= 0.5, np.array([seen[index].selected.frame_scores for index in kept]))
    told = [
        (
            seen[index],
            tuple(bool(there) and sole for there, sole in zip(seen[index].selected.present, row, strict=True)),
        )
        for index, row in zip(kept, alone.tolist(), strict=True)
    ]
    return [replace(one, selected=replace(one.selected, present=present)) for one, present in told if any(present)]


def one_each(masks: np.ndarray, scores: np.ndarray, *, limit: float = SAME_THING) -> np.ndarray:
    """Where each of K things is alone (K, T) bool: no other one with a higher score has about its mask in that frame.

    masks bool (K, T, ...); scores (K, T); two masks are about the same when their IoU exceeds ``limit``.
    """
    flat = masks.reshape(*masks.shape[:2], -1).astype(np.float32).transpose(1, 0, 2)  # (T, K, cells)
    shared = flat @ flat.transpose(0, 2, 1)
    areas = flat.sum(axis=2)
    same = shared > limit * np.maximum(areas[:, :, None] + areas[:, None] - shared, 1e-9)
    alone = np.ones(scores.shape, bool)
    for t, order in enumerate(np.argsort(-scores, axis=0, kind="stable").T):
        for place, k in enumerate(order):
            alone[k, t] = not any(same[t, k, j] and alone[j, t] for j in order[:place])
    return alone
