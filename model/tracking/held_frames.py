"""Frames of which a coming window will speak too: what each window said of them, until they are settled.

A frame is settled when no coming window shows it. Each window's word weighs least at its ends; a track is believed to
be there when the windows that see it outweigh those that do not, and its mask is their weighted mean.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from pycocotools import mask as coco

from model.tracking.clip_inference import SMALLEST
from model.tracking.soft_masks import Rle, mean_rle, on_grid
from model.tracking.whole_video import TrackProposal

LEVELS = 255  # soft masks that are held are kept in so many steps


@dataclass(frozen=True)
class Word:
    """What one window says of a track in one frame."""

    weight: float
    there: bool
    score: float
    probability: np.ndarray  # (S, S) float32 inside the box; uint8 in steps of 1 / LEVELS once it is held
    box: np.ndarray  # (4,) float32 xyxy in pixels of the frame

    def soft(self) -> np.ndarray:
        """Probabilities (S, S) float32, 0 to 1."""
        if self.probability.dtype == np.uint8:
            return self.probability.astype(np.float32) / np.float32(LEVELS)
        return self.probability

    def held(self) -> "Word":
        """The same in few bytes."""
        if self.probability.dtype == np.uint8:
            return self
        steps = np.round(self.probability * np.float32(LEVELS)).astype(np.uint8)
        return Word(self.weight, self.there, self.score, steps, self.box)


@dataclass
class HeldFrames:
    """Words by track and frame, and the weight of all windows that have seen a frame."""

    coverage: dict[int, float] = field(default_factory=dict)
    words: dict[int, dict[int, list[Word]]] = field(default_factory=dict)

    def cover(self, start: int, weights: np.ndarray, *, skip: int) -> None:
        """A window from frame ``start`` has looked; frames before ``skip`` are settled already."""
        for frame, weight in enumerate(weights.tolist(), start=start):
            if frame >= skip:
                self.coverage[frame] = self.coverage.get(frame, 0.0) + weight

    def add(self, track: int, frame: int, word: Word) -> None:
        """A window's word on a track in a frame that it covers."""
        self.words.setdefault(track, {}).setdefault(frame, []).append(word)

    def on_grid(
        self, track: int, frames: Iterable[int], *, frame_hw: tuple[int, int], grid_hw: tuple[int, int]
    ) -> np.ndarray:
        """Soft masks (F, h, w) float32 of a track on a grid over the frame; empty where it is believed absent."""
        numbers = list(frames)
        soft = np.zeros((len(numbers), *grid_hw), np.float32)
        own: Mapping[int, list[Word]] = self.words.get(track, {})
        for row, number in enumerate(numbers):
            seen = [word for word in own.get(number, ()) if word.there]
            if not seen or not self._there(own[number], number):
                continue
            drawn = on_grid(
                np.stack([word.soft() for word in seen]),
                np.stack([word.box for word in seen]),
                frame_hw=frame_hw,
                grid_hw=grid_hw,
            )
            soft[row] = np.average(drawn, axis=0, weights=[word.weight for word in seen])
        return soft

    def settle(self, start: int, stop: int, *, frame_hw: tuple[int, int], rule: str) -> tuple[TrackProposal, ...]:
        """Decide on the frames from ``start`` to ``stop`` (exclusive) and let go of them; the rest is held."""
        frames = range(start, stop)
        settled = []
        for track in sorted(self.words):
            own = self.words[track]
            if any(frame in own for frame in frames):
                masks = tuple(self._mask(own.get(frame, []), frame, frame_hw, rule) for frame in frames)
                scores = tuple(self._score(own.get(frame, []), frame) for frame in frames)
                settled.append(TrackProposal(track, scores, masks))
            left = {frame: [word.held() for word in words] for frame, words in own.items() if frame >= stop}
            self.words[track] = left
        self.words = {track: own for track, own in self.words.items() if own}
        self.coverage = {frame: weight for frame, weight in self.coverage.items() if frame >= stop}
        return tuple(settled)

    def _there(self, words: list[Word], frame: int) -> bool:
        return 2 * sum(word.weight for word in words if word.there) >= self.coverage[frame]

    def _score(self, words: list[Word], frame: int) -> float:
        if len(words) == 1 and words[0].weight == self.coverage[frame]:
            return words[0].score
        return sum(word.weight * word.score for word in words) / self.coverage[frame]

    def _mask(self, words: list[Word], frame: int, frame_hw: tuple[int, int], rule: str) -> Rle | None:
        seen = [word for word in words if word.there]
        if not seen or not self._there(words, frame):
            return None
        mask = mean_rle([(word.weight, word.soft(), word.box) for word in seen], frame_hw)
        return None if rule == "review" and int(coco.area(mask)) < SMALLEST else mask
