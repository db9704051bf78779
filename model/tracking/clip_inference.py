"""Inference on one clip: frames in, detected tracks with soft masks out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from model.config import TeViTConfig
from model.network.captured import clip_pass
from model.network.constants import constant
from model.network.input import Resized, clip_on, fit, prepare_clip
from model.network.tevit import Features, Queries, TeViT
from model.thresholds import Thresholds
from model.tracking.selection import Selected, presence, published, review, without_duplicates
from model.tracking.soft_masks import grid_size, on_grid, overlap

RULES = ("published", "review")
SAME_OBJECT = 0.7  # mask IoU in a frame above which two tracks show one object (review rule)
SMALLEST = 4  # pixels; a smaller mask counts as absent (review rule)
_PAIRS_AT_ONCE = 256  # (frame, query) pairs whose masks are drawn together; bounds memory


class UnknownRule(ValueError):
    """A selection rule that does not exist."""


@dataclass(frozen=True)
class ClipTrack:
    """One track detected in a clip of T frames, with soft masks."""

    selected: Selected
    class_scores: np.ndarray  # (classes,) float64, 0 to 1: score per class, 0 beyond the runners-up
    embedding: np.ndarray  # (C,) float32 of unit length: the query's features minus the mean of all queries
    probabilities: np.ndarray  # (T, S, S) float32 inside the boxes; zeros where it is absent
    boxes: np.ndarray  # (T, 4) float32 xyxy, pixels of the frame

    def on_grid(self, frames: Sequence[int], *, frame_hw: tuple[int, int], grid_hw: tuple[int, int]) -> np.ndarray:
        """Soft masks (len(frames), h, w) float32 of some frames of the clip; zeros where it is absent."""
        soft = np.zeros((len(frames), *grid_hw), np.float32)
        rows = [row for row, frame in enumerate(frames) if self.selected.present[frame]]
        if rows:
            picked = [frames[row] for row in rows]
            soft[rows] = on_grid(self.probabilities[picked], self.boxes[picked], frame_hw=frame_hw, grid_hw=grid_hw)
        return soft


def resize_frame(frame: np.ndarray, config: TeViTConfig) -> np.ndarray:
    """A uint8 RGB frame (H, W, 3) at the network's input size; a new array."""
    height, width = fit((frame.shape[0], frame.shape[1]), config.scales.test).img_hw
    if frame.shape[:2] == (height, width):
        return frame.copy()
    return cv2.resize(frame, (width, height), interpolation=cv2.INTER_LINEAR)


@dataclass(frozen=True)
class ClipCandidate:
    """A detection in a clip of T frames before thresholds and duplicates are dealt with."""

    selected: Selected
    class_scores: np.ndarray  # as in ClipTrack
    features: np.ndarray  # (T, C) float32 of unit length: the query's features per frame, minus the mean of all queries
    probabilities: np.ndarray  # as in ClipTrack
    boxes: np.ndarray  # as in ClipTrack

    def track(self, present: Sequence[bool]) -> ClipTrack:
        """The track of this detection, present in these frames at most."""
        shown = torch.tensor(present)
        weight = torch.tensor(self.selected.frame_scores) * shown
        embedding = functional.normalize((torch.from_numpy(self.features) * weight[:, None]).sum(dim=0), dim=0)
        probabilities = self.probabilities * shown.numpy()[:, None, None]
        selected = replace(self.selected, present=tuple(present))
        return ClipTrack(selected, self.class_scores, embedding.numpy(), probabilities, self.boxes)


def infer_clip(
    network: TeViT,
    frames: Sequence[np.ndarray],
    *,
    frame_hw: tuple[int, int],
    config: TeViTConfig,
    rule: str,
    precision: str,
    max_tracks: int,
    minimum: float,
    thresholds: Thresholds,
) -> list[ClipTrack]:
    """Tracks that the network detects in one clip, best first; arguments and errors are those of :func:`read_clip`.

    Under the review rule duplicates are dropped, and at most ``max_tracks`` are returned.
    """
    found = read_clip(
        network,
        frames,
        frame_hw=frame_hw,
        config=config,
        rule=rule,
        precision=precision,
        max_tracks=max_tracks,
        minimum=minimum,
        thresholds=thresholds,
    )
    tracks = [one.track(one.selected.present) for one in found]
    return tracks if rule == "published" else _distinct(tracks, frame_hw)[:max_tracks]


def tracks_at(
    found: Sequence[ClipCandidate],
    *,
    minimum: float,
    thresholds: Thresholds,
    frame_hw: tuple[int, int],
    max_tracks: int,
) -> list[ClipTrack]:
    """The tracks that :func:`infer_clip` finds under the review rule, from detections read with lower thresholds."""
    tracks = []
    for one in found:
        if one.selected.score >= minimum:
            tracks.append(one.track(presence(torch.tensor(one.selected.frame_scores), thresholds).tolist()))
    return _distinct(tracks, frame_hw)[:max_tracks]


def prepared_clip(frames: np.ndarray, size: Resized, device: torch.device) -> Tensor:
    """uint8 RGB (T, H, W, 3) -> float32 (T, 3, Hp, Wp) on the device of the network."""
    return prepare_clip(frames, size) if device.type == "cpu" else clip_on(device, frames, size)


@torch.inference_mode()
def read_clip(
    network: TeViT,
    frames: Sequence[np.ndarray],
    *,
    frame_hw: tuple[int, int],
    config: TeViTConfig,
    rule: str,
    precision: str,
    max_tracks: int,
    minimum: float,
    thresholds: Thresholds,
) -> list[ClipCandidate]:
    """Detections of the network in one clip, best first; duplicates are among them.

    frames: T uint8 RGB arrays of one size, original or resized by :func:`resize_frame`; ``frame_hw`` is the original
    size in pixels, to which boxes refer. The review rule drops tracks with a score below ``minimum``; ``thresholds``
    decide where its tracks are present. At most ``max_tracks`` are returned, under the review rule twice as many, since
    duplicates are dropped later. Raises :class:`UnknownRule`.
    """
    if rule not in RULES:
        raise UnknownRule(f"there is no selection rule {rule!r}; there are {' and '.join(RULES)}")
    size = fit(frame_hw, config.scales.test)
    device = next(network.parameters()).device
    # On a CPU the network itself was made ready for its precision (`model.network.prepared`).
    fast = precision == "fast" and device.type == "cuda"
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=fast):
        pixels = prepared_clip(np.stack(frames), size, device)[None]
        img_hw = constant(size.img_hw, dtype=torch.float32, device=device)[None]
        features, queries = clip_pass(network, pixels, img_hw)
        logits = queries.logits[0].float().cpu()  # the choice reads many single numbers
        if rule == "published":
            chosen = published(logits, max_tracks=max_tracks)
        else:
            chosen = review(logits, max_tracks=2 * max_tracks, minimum=minimum, thresholds=thresholds)
        probabilities = _probabilities(network, features, queries, chosen)
    return _candidates(queries, chosen, probabilities, size)


def _probabilities(network: TeViT, features: Features, queries: Queries, chosen: Sequence[Selected]) -> np.ndarray:
    """Mask probabilities (K, T, S, S) float32 inside the boxes, computed only where a track is present."""
    device, side = queries.boxes.device, 2 * network.config.head.mask_cells
    drawn = np.zeros((len(chosen), features.frames, side, side), np.float32)
    places = [(k, t) for k, track in enumerate(chosen) for t in range(features.frames) if track.present[t]]
    for start in range(0, len(places), _PAIRS_AT_ONCE):
        part = places[start : start + _PAIRS_AT_ONCE]
        rows = torch.tensor([(t, chosen[k].query, chosen[k].label) for k, t in part], dtype=torch.int64, device=device)
        found = network.masks(features, queries, rows[:, 0], rows[:, 1], rows[:, 2]).float().cpu().numpy()
        drawn[[k for k, _ in part], [t for _, t in part]] = found
    return drawn


def _candidates(
    queries: Queries, chosen: Sequence[Selected], probabilities: np.ndarray, size: Resized
) -> list[ClipCandidate]:
    scale = torch.from_numpy(size.scale_factor)
    boxes = (queries.boxes[0].float().cpu() / scale).numpy()  # (T, N, 4)
    features = queries.object_features[0].float().cpu()  # (T, N, C)
    features = functional.normalize(
        features - features.mean(dim=(0, 1)), dim=2
    )  # the mean is common to all queries and separates none
    found = []
    for track, own in zip(chosen, probabilities, strict=True):
        scores = np.zeros(queries.logits.shape[-1])
        for label, value in ((track.label, track.score), *track.runners_up):
            scores[label] = value
        found.append(ClipCandidate(track, scores, features[:, track.query].numpy(), own, boxes[:, track.query]))
    return found


def _distinct(found: list[ClipTrack], frame_hw: tuple[int, int]) -> list[ClipTrack]:
    """The tracks, best first, without duplicates, and absent in frames where a better track shows the same object."""
    if len(found) < 2:
        return found
    grid_hw = grid_size(frame_hw)
    soft = np.stack([one.on_grid(range(len(one.boxes)), frame_hw=frame_hw, grid_hw=grid_hw) for one in found])
    kept = without_duplicates([one.selected for one in found], torch.from_numpy(overlap(soft, soft)))
    alone = one_each(soft[kept] >= 0.5, np.array([found[index].selected.frame_scores for index in kept]))
    distinct = []
    for index, row in zip(kept, alone.tolist(), strict=True):
        track = found[index]
        present = tuple(bool(shown) and sole for shown, sole in zip(track.selected.present, row, strict=True))
        if any(present):
            distinct.append(replace(track, selected=replace(track.selected, present=present)))
    return distinct


def one_each(masks: np.ndarray, scores: np.ndarray, *, limit: float = SAME_OBJECT) -> np.ndarray:
    """(K, T) bool: whether no other of K tracks with a higher score has about the same mask in that frame.

    masks bool (K, T, ...); scores (K, T); two masks are about the same if their IoU exceeds ``limit``.
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
