"""Procedural videos as a clip source: what the demo's network knew, made anew instead of stored."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pycocotools import mask as coco

from model.procedural import ProceduralTrack, ProceduralVideo, categories, render_video
from model.training.clips import ClipVideo, LabelledTrack
from model.training.targets import ABSENT, PRESENT


class ProceduralClips:
    """``count`` seeded videos of a procedural domain, fully labelled (`model.training.clips.ClipSource`)."""

    def __init__(self, domain: str, *, count: int, frames: int, size: tuple[int, int], seed: int) -> None:
        """``size`` is (width, height). Raises `model.procedural.UnknownDomainError`."""
        self.categories = categories(domain)
        rendered = [render_video(domain, index=i, seed=seed, frames=frames, size=size) for i in range(count)]
        self._frames = [video.frames for video in rendered]
        self.videos: Sequence[ClipVideo] = tuple(
            _described(video, f"{domain} {seed}/{index}") for index, video in enumerate(rendered)
        )

    def read_frames(self, video: int, frames: Sequence[int]) -> np.ndarray:
        """uint8 RGB (T, H, W, 3) of the chosen frames of ``videos[video]``, in that order."""
        return self._frames[video][list(frames)]


def _described(video: ProceduralVideo, name: str) -> ClipVideo:
    count, height, width = video.frames.shape[:3]
    tracks = tuple(_track(track, number) for number, track in enumerate(video.tracks, 1))
    return ClipVideo(name, count, height, width, tracks)


def _track(track: ProceduralTrack, number: int) -> LabelledTrack:
    masks: list[dict[str, Any] | None] = [
        coco.encode(np.asfortranarray(mask, np.uint8)) if mask.any() else None for mask in track.masks
    ]
    boxes = [None if mask is None else _box(mask) for mask in masks]
    states = tuple(ABSENT if mask is None else PRESENT for mask in masks)
    return LabelledTrack(number, track.label, states, tuple(masks), tuple(boxes))


def _box(mask: dict[str, Any]) -> tuple[float, float, float, float]:
    x, y, width, height = (float(side) for side in coco.toBbox(mask))
    return x, y, width, height
