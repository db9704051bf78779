"""Frames that the next window covers too: each window's prediction, kept until they are averaged.

A frame is settled once no later window covers it. A window's votes weigh least at its ends. A track is present in a
frame if the windows that detect it there outweigh those that do not, and its mask is their weighted mean.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from pycocotools import mask as coco

from model.tracking.clip_inference import SMALLEST
from model.tracking.soft_masks import mean_rle, on_grid, overlap_in_boxes
from model.tracking.whole_video import Rle, TrackProposal

LEVELS = 255  # steps of the probabilities of soft masks that are kept


@dataclass(frozen=True)
class WindowVote:
    """One window's prediction of a track in one frame; ``score`` 0 to 1."""

    weight: float
    present: bool
    score: float
    probability: np.ndarray  # (S, S) float32 inside the box; uint8 in steps of 1 / LEVELS once quantized
    box: np.ndarray  # (4,) float32 xyxy in pixels of the frame

    def soft(self) -> np.ndarray:
        """Probabilities (S, S) float32, 0 to 1."""
        if self.probability.dtype == np.uint8:
            return self.probability.astype(np.float32) / np.float32(LEVELS)
        return self.probability

    def quantized(self) -> "WindowVote":
        """The same vote with its probabilities as uint8."""
        if self.probability.dtype == np.uint8:
            return self
        steps = np.round(self.probability * np.float32(LEVELS)).astype(np.uint8)
        return WindowVote(self.weight, self.present, self.score, steps, self.box)


@dataclass
class HeldFrames:
    """Votes by track and frame, and the summed weight of all windows that cover a frame."""

    coverage: dict[int, float] = field(default_factory=dict)
    votes: dict[int, dict[int, list[WindowVote]]] = field(default_factory=dict)

    def cover(self, start: int, weights: np.ndarray, *, skip: int) -> None:
        """Adds the weights (T,) of a window that begins at frame ``start``; frames before ``skip`` are settled."""
        for frame, weight in enumerate(weights.tolist(), start=start):
            if frame >= skip:
                self.coverage[frame] = self.coverage.get(frame, 0.0) + weight

    def add(self, track: int, frame: int, vote: WindowVote) -> None:
        """Adds a window's vote on a track in a frame that the window covers."""
        self.votes.setdefault(track, {}).setdefault(frame, []).append(vote)

    def on_grid(
        self, track: int, frames: Iterable[int], *, frame_hw: tuple[int, int], grid_hw: tuple[int, int]
    ) -> np.ndarray:
        """Soft masks (F, h, w) float32 of a track on a grid over the frame; zeros where it is absent."""
        numbers = list(frames)
        soft = np.zeros((len(numbers), *grid_hw), np.float32)
        own: Mapping[int, list[WindowVote]] = self.votes.get(track, {})
        for row, number in enumerate(numbers):
            shown = [vote for vote in own.get(number, ()) if vote.present]
            if not shown or not self._is_present(own[number], number):
                continue
            drawn = on_grid(
                np.stack([vote.soft() for vote in shown]),
                np.stack([vote.box for vote in shown]),
                frame_hw=frame_hw,
                grid_hw=grid_hw,
            )
            soft[row] = np.average(drawn, axis=0, weights=[vote.weight for vote in shown])
        return soft

    def settle(self, start: int, stop: int, *, frame_hw: tuple[int, int], rule: str) -> tuple[TrackProposal, ...]:
        """Average and drop the votes of frames ``start`` to ``stop`` (exclusive); later frames stay, quantized.

        Returns the tracks that have a vote in these frames, by number.
        """
        frames = range(start, stop)
        settled = []
        for track in sorted(self.votes):
            own = self.votes[track]
            if any(frame in own for frame in frames):
                masks = tuple(self._mask(own.get(frame, []), frame, frame_hw, rule) for frame in frames)
                scores = tuple(self._score(own.get(frame, []), frame) for frame in frames)
                agreements = tuple(self._agreement(own.get(frame, []), frame) for frame in frames)
                settled.append(TrackProposal(track, scores, masks, agreements))
            left = {frame: [vote.quantized() for vote in votes] for frame, votes in own.items() if frame >= stop}
            self.votes[track] = left
        self.votes = {track: own for track, own in self.votes.items() if own}
        self.coverage = {frame: weight for frame, weight in self.coverage.items() if frame >= stop}
        return tuple(settled)

    def _is_present(self, votes: list[WindowVote], frame: int) -> bool:
        return 2 * sum(vote.weight for vote in votes if vote.present) >= self.coverage[frame]

    def _score(self, votes: list[WindowVote], frame: int) -> float:
        if len(votes) == 1 and votes[0].weight == self.coverage[frame]:
            return votes[0].score
        return sum(vote.weight * vote.score for vote in votes) / self.coverage[frame]

    def _agreement(self, votes: list[WindowVote], frame: int) -> float | None:
        """How far the windows that cover a frame agree on a present track: the lowest IoU of two of their masks, times
        the share of the windows that detect it. None where only one window covers the frame, or the track is absent."""
        shown = [vote for vote in votes if vote.present]
        if not shown or not self._is_present(votes, frame):
            return None
        share = sum(vote.weight for vote in shown) / self.coverage[frame]
        if len(shown) == 1:
            return share if share < 1 - 1e-6 else None
        pairs = combinations(shown, 2)
        return share * min(overlap_in_boxes((a.soft(), a.box), (b.soft(), b.box)) for a, b in pairs)

    def _mask(self, votes: list[WindowVote], frame: int, frame_hw: tuple[int, int], rule: str) -> Rle | None:
        shown = [vote for vote in votes if vote.present]
        if not shown or not self._is_present(votes, frame):
            return None
        mask = mean_rle([(vote.weight, vote.soft(), vote.box) for vote in shown], frame_hw)
        return None if rule == "review" and int(coco.area(mask)) < SMALLEST else mask
