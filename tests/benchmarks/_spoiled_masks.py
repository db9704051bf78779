"""Procedural videos whose human masks are partly spoiled: the truth for the search for suspicious masks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.likely_errors import TrackInput
from model.procedural import render_video
from tests.benchmarks._planted_errors import coarse, rle

Place = tuple[int, int, int]  # video, track, frame
WAYS = ("video", "videos", "track")
"""Among which masks spoiled ones change their places: all of a video, all of all videos, or those of one track."""


@dataclass(frozen=True)
class Kind:
    """How the videos of a corpus are made: ``drawn`` is the share of exact masks, ``every`` the step of frames."""

    domain: str
    frames: int
    size: tuple[int, int]
    drawn: float
    every: int = 1


KINDS = (
    Kind("unseen", 12, (160, 96), 1.0),
    Kind("demo", 12, (160, 96), 0.0),
    Kind("occlusion", 16, (320, 192), 0.0),
    Kind("long", 30, (320, 192), 0.4, every=3),
    Kind("unseen", 24, (240, 144), 1.0, every=5),
    Kind("long", 30, (320, 192), 1.0),
    Kind("unseen", 16, (240, 144), 0.4),
    Kind("demo", 36, (160, 96), 1.0, every=4),
)


@dataclass
class LabelledVideo:
    """Frames uint8 RGB (T, H, W, 3), and of each track its masks by frame."""

    frames: np.ndarray
    tracks: list[dict[int, dict]]

    def inputs(self) -> list[TrackInput]:
        """The tracks as the search takes them."""
        return [TrackInput(str(k), masks, {}) for k, masks in enumerate(self.tracks)]


def labelled_video(kind: Kind, *, seed: int, index: int) -> LabelledVideo:
    """A video as people leave it: exact masks, and accepted ones that tremble as a network's do."""
    video = render_video(kind.domain, index=index, seed=seed, frames=kind.frames, size=kind.size)
    draw = np.random.default_rng([seed, index, 5])
    tracks = []
    for track in video.tracks:
        tremble, masks = np.zeros(4), {}
        for frame in range(0, kind.frames, kind.every):
            mask = track.masks[frame]
            if mask.sum() < 12:
                continue
            tremble = 0.6 * tremble + draw.normal(0, 0.012, 4)
            if draw.random() >= kind.drawn:
                mask = coarse(mask, tremble)
            if mask.any():
                masks[frame] = rle(mask)
        tracks.append(masks)
    return LabelledVideo(video.frames, [masks for masks in tracks if masks])


def spoil(videos: Sequence[LabelledVideo], *, share: float, way: str, draw: np.random.Generator) -> set[Place]:
    """Moves a share of the masks to each other's places; returns the places whose mask is another one now."""
    places = [(v, k, t) for v, video in enumerate(videos) for k, masks in enumerate(video.tracks) for t in masks]
    groups: dict[tuple[int, ...], list[Place]] = {}
    for place in places:
        groups.setdefault({"video": place[:1], "videos": (), "track": place[:2]}[way], []).append(place)
    spoiled = set()
    for group in groups.values():
        chosen = [group[i] for i in draw.permutation(len(group))[: round(share * len(group))]]
        old = [videos[v].tracks[k][t] for v, k, t in chosen]
        for place, mask in zip(chosen, [*old[1:], *old[:1]], strict=True):
            v, k, t = place
            if videos[v].tracks[k][t] != mask:
                spoiled.add(place)
            videos[v].tracks[k][t] = mask
    return spoiled
