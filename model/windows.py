"""A video of any length as windows of frames, one after the other.

A video of at most W frames is one clip, exactly as published. A longer one is cut into windows that overlap; the last
one ends with the video. A window's tracks continue those of the window before when their masks agree in the overlap
(Hungarian matching on mask IoU, as in IFC, arXiv 2106.03299), and otherwise begin anew. Only one window of frames is
held at a time.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from model.clip_inference import ClipTracks, clip_tracks, track_overlaps
from model.config import TeViTConfig
from model.tevit import TeViT

Rle = dict[str, Any]
_SAME_TRACK = 0.1  # least mask IoU in the overlap for one track to continue as another
_SAME_CLASS_BONUS = 0.1


class NoFrames(ValueError):
    """A video without a single frame."""


@dataclass(frozen=True)
class TrackProposal:
    """One track in one window."""

    track: int  # the same through all windows of a video, from 0
    label: int
    score: float  # of this window, 0 to 1
    runners_up: tuple[tuple[int, float], ...]  # further classes, best first
    frame_scores: tuple[float, ...]
    segmentations: tuple[Rle | None, ...]  # COCO RLE of the frame's size; None: believed absent


@dataclass(frozen=True)
class WindowResult:
    """What a window adds: tracks for the frames ``start`` to ``stop`` (exclusive); windows follow without overlap."""

    start: int
    stop: int
    tracks: tuple[TrackProposal, ...]


@dataclass
class _Stitcher:
    """Gives each window's tracks their numbers; remembers the last frames of the window before."""

    overlap: int
    numbers: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    tails: list[tuple[Rle | None, ...]] = field(default_factory=list)  # masks in the overlap, per track
    next_number: int = 0

    def number(self, tracks: ClipTracks, shared: int) -> list[int]:
        """Track numbers of a window whose first ``shared`` frames the window before has seen too."""
        found: dict[int, int] = {}
        if self.tails and tracks.selected and shared:
            heads = [masks[:shared] for masks in tracks.segmentations]
            agreement = track_overlaps([tail[-shared:] for tail in self.tails], heads).numpy()
            same = np.array([[a == s.label for s in tracks.selected] for a in self.labels])
            for old, new in zip(*linear_sum_assignment(-(agreement + _SAME_CLASS_BONUS * same)), strict=True):
                if agreement[old, new] >= _SAME_TRACK:
                    found[int(new)] = self.numbers[int(old)]
        numbers = [found[index] if index in found else self._fresh() for index in range(len(tracks.selected))]
        self.numbers = numbers
        self.labels = [selected.label for selected in tracks.selected]
        self.tails = list(tracks.segmentations)
        return numbers

    def _fresh(self) -> int:
        self.next_number += 1
        return self.next_number - 1


def window_spans(count: int, *, window: int, overlap: int) -> list[tuple[int, int]]:
    """Frames (start, stop) of every window of a video of ``count`` frames; the last one ends with the video."""
    if count <= window:
        return [(0, count)]
    step = max(window - overlap, 1)
    starts = [*list(range(0, count - window, step)), count - window]
    return [(start, start + window) for start in starts]


def _nothing(done: int, total: int) -> None:
    return None


def _never() -> bool:
    return False


def propose(
    network: TeViT,
    frames: Iterable[np.ndarray],
    *,
    count: int,
    config: TeViTConfig,
    rule: str = "review",
    precision: str = "float32",
    max_tracks: int | None = None,
    window: int | None = None,
    overlap: int | None = None,
    on_window: Callable[[int, int], None] = _nothing,
    cancelled: Callable[[], bool] = _never,
) -> Iterator[WindowResult]:
    """Tracks of a video, window by window.

    frames: ``count`` uint8 RGB arrays (H, W, 3) of one size, in order, read as they are needed. ``on_window`` hears
    (frames done, ``count``) after each window; ``cancelled`` is asked before each.
    """
    if count < 1:
        raise NoFrames("the video has no frame to look at")
    length, shared = window or config.window, config.overlap if overlap is None else overlap
    source, held, first = iter(frames), [], 0
    stitcher, done = _Stitcher(shared), 0
    for start, stop in window_spans(count, window=length, overlap=shared):
        if cancelled():
            return
        held, first = held[start - first :], start
        while first + len(held) < stop:
            held.append(next(source))
        tracks = clip_tracks(
            network, held, config=config, rule=rule, precision=precision, max_tracks=max_tracks or config.max_tracks
        )
        numbers = stitcher.number(tracks, done - start)
        yield WindowResult(done, stop, _proposals(tracks, numbers, skip=done - start))
        done = stop
        on_window(done, count)


def _proposals(tracks: ClipTracks, numbers: list[int], *, skip: int) -> tuple[TrackProposal, ...]:
    return tuple(
        TrackProposal(
            track=number,
            label=selected.label,
            score=selected.score,
            runners_up=selected.runners_up,
            frame_scores=selected.frame_scores[skip:],
            segmentations=masks[skip:],
        )
        for number, selected, masks in zip(numbers, tracks.selected, tracks.segmentations, strict=True)
    )
