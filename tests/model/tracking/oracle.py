"""A segmenter that gives the truth with noise: it shows what stitching alone loses."""

from collections.abc import Sequence

import cv2
import numpy as np

from model.procedural import ProceduralVideo
from model.tracking.clip_inference import ClipTrack
from model.tracking.selection import Selected
from model.tracking.track_memory import unit
from model.tracking.window_frames import Window

SIDE = 28
CLASSES = 5
_QUERY = 32  # length of a query embedding


class Oracle:
    """Gives the true tracks of a video in every window, in random order and with noise in every figure."""

    def __init__(self, video: ProceduralVideo, *, seed: int = 0, noise: float = 1.0) -> None:
        self.video, self.seed, self.noise = video, seed, noise
        draw = np.random.default_rng(seed)
        kinds = draw.normal(size=(CLASSES, _QUERY))
        own = draw.normal(size=(len(video.tracks), _QUERY))
        self.queries = [kinds[track.label] + 0.3 * own[number] for number, track in enumerate(video.tracks)]

    def infer(self, window: Window) -> list[ClipTrack]:
        """Clip tracks of a window, best first."""
        draw = np.random.default_rng((self.seed, window.start, window.stop))
        order = draw.permutation(len(self.video.tracks))
        found = [self._clip_track(int(number), place, window, draw) for place, number in enumerate(order)]
        return sorted((one for one in found if one is not None), key=lambda one: -one.selected.score)

    def _clip_track(self, number: int, query: int, window: Window, draw: np.random.Generator) -> ClipTrack | None:
        track = self.video.tracks[number]
        masks = track.masks[window.start : window.stop]
        missed = draw.random(len(masks)) < 0.05 * self.noise
        present = tuple(bool(mask.sum() > 20 and not miss) for mask, miss in zip(masks, missed, strict=True))
        if not any(present):
            return None
        drawn = [self._soft(mask, draw) if shown else None for mask, shown in zip(masks, present, strict=True)]
        nothing = (np.zeros((SIDE, SIDE), np.float32), np.zeros(4, np.float32))
        parts = [part if part is not None else nothing for part in drawn]
        scores = tuple(float(np.clip(0.9 * t + 0.05 * self.noise * draw.normal(), 0, 1)) for t in present)
        classes = np.clip(0.05 * draw.random(CLASSES), 0, 1)
        classes[track.label] = score = float(np.mean([s for s, t in zip(scores, present, strict=True) if t]))
        return ClipTrack(
            selected=Selected(query, track.label, score, scores, present),
            class_scores=classes,
            embedding=unit(self.queries[number] + 0.3 * self.noise * draw.normal(size=_QUERY)),
            probabilities=np.stack([probability for probability, _ in parts]),
            boxes=np.stack([box for _, box in parts]),
        )

    def _soft(self, mask: np.ndarray, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities (28, 28) and box (4,) of a mask, both a little off."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        box = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float32)
        crop = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
        soft = cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
        soft = cv2.GaussianBlur(soft, (5, 5), 0) + 0.1 * self.noise * draw.normal(size=soft.shape)
        size = np.array([box[2] - box[0], box[3] - box[1]] * 2)
        moved = box + 0.03 * self.noise * size * draw.normal(size=4)
        return np.clip(soft, 0, 1).astype(np.float32), moved.astype(np.float32)


def joined(videos: Sequence[ProceduralVideo]) -> ProceduralVideo:
    """Videos of one size one after the other, as scenes of one; no thing is in two of them."""
    count = sum(len(video.frames) for video in videos)
    tracks, start = [], 0
    for video in videos:
        for track in video.tracks:
            masks = np.zeros((count, *track.masks.shape[1:]), bool)
            masks[start : start + len(video.frames)] = track.masks
            tracks.append(type(track)(track.label, masks))
        start += len(video.frames)
    return ProceduralVideo(np.concatenate([video.frames for video in videos]), tuple(tracks))
