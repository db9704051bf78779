"""Stitches the tracks of windows into the tracks of a video.

A clip track continues a known track if their soft masks agree in the frames that both windows share (Hungarian
matching, as in IFC, arXiv 2106.03299; appearance and class break ties). One that continues nothing may be a lost track
that comes back: similar in appearance and class, and within reach in the time passed. Otherwise it is new.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from model.thresholds import Thresholds
from model.tracking.appearance import colour_signature
from model.tracking.clip_inference import ClipTrack
from model.tracking.held_frames import HeldFrames, WindowVote
from model.tracking.soft_masks import overlap
from model.tracking.track_memory import KnownTrack, TrackMemory, blended
from model.tracking.whole_video import TrackProposal, TrackStanding
from model.tracking.window_frames import Window


@dataclass(frozen=True)
class StitchSettings:
    """The numbers of the stitcher; shares and similarities 0 to 1. Stored in states, so the names must stay."""

    same_mask: float = 0.1  # least soft IoU in the overlap for a track to continue
    mask_share: float = 0.5  # of masks in the affinity; the rest is appearance and class
    continues: float = Thresholds.go_on  # least score of a clip track that may continue a track
    starts: float = Thresholds.begin  # least score of one that may begin a track
    memory: int = 300  # frames after which a lost track can no longer come back; 0: at once
    bound: int = 64  # most tracks whose appearance is kept
    alike_colour: float = 0.9  # least similarity of colours for a lost track to come back
    alike_query: float = 0.5  # least cosine of query embeddings for the same
    alike_class: float = 0.5  # least cosine of class scores for the same
    reach: float = 0.1  # distance from where it was lost, as a share of the frame's longer side ..
    speed: float = 0.02  # .. plus this much per frame since then

    @classmethod
    def at(cls, thresholds: Thresholds) -> "StitchSettings":
        """The settings with the scores at which the tracks of a checkpoint begin and go on."""
        return cls(continues=thresholds.go_on, starts=thresholds.begin)


@dataclass
class Stitcher:
    """Processes a video window by window.

    ``done`` frames are settled; ``processed`` counts processed frames, those of overlaps in each of their windows.
    """

    rule: str
    settings: StitchSettings
    memory: TrackMemory
    held: HeldFrames
    done: int = 0
    processed: int = 0

    @classmethod
    def new(cls, rule: str, settings: StitchSettings) -> "Stitcher":
        """A stitcher at the beginning of a video."""
        return cls(rule, settings, TrackMemory(settings.bound), HeldFrames())

    def add(self, window: Window, found: list[ClipTrack], *, births: int) -> None:
        """Adds the clip tracks of a window, best first; only the first ``births`` of them may begin tracks."""
        found = [one for one in found if any(one.selected.present)]
        masks = self._on_grid(window, found)
        colours = [colour_signature(window.bins, soft * (soft > 0.5)) for soft in masks]
        tracks: dict[int, KnownTrack] = {}
        if not window.whole:
            tracks = self._continued(window, found, masks, colours)
            tracks |= self._returned(window, found, colours, taken=tracks)
        for place, clip_track in enumerate(found):
            may_begin = window.whole or self.rule == "published" or clip_track.selected.score >= self.settings.starts
            if place not in tracks and place < births and may_begin:
                tracks[place] = self.memory.begin(len(clip_track.class_scores))
        self._record(window, found, colours, tracks)

    def settle(self, stop: int, frame_hw: tuple[int, int]) -> tuple[TrackProposal, ...]:
        """Settles all frames before ``stop``."""
        tracks = self.held.settle(self.done, stop, frame_hw=frame_hw, rule=self.rule)
        self.memory.forget(stop - self.settings.memory)
        self.done = stop
        return tracks

    def track_standings(self) -> tuple[TrackStanding, ...]:
        """Class and score of every track so far; published scores are means over all frames, whether present or not."""
        published = self.rule == "published"
        return tuple(
            track.standing(track.frames / self.processed if published else 1.0) for track in self.memory.tracks
        )

    def _on_grid(self, window: Window, found: list[ClipTrack]) -> np.ndarray:
        """Soft masks (K, T, h, w) float32 of the clip tracks of a window."""
        grid_hw = (window.bins.shape[1], window.bins.shape[2])
        frames = range(len(window.frames))
        soft = [one.on_grid(frames, frame_hw=window.frame_hw, grid_hw=grid_hw) for one in found]
        return np.stack(soft) if soft else np.zeros((0, len(frames), *grid_hw), np.float32)

    def _continued(
        self, window: Window, found: list[ClipTrack], masks: np.ndarray, colours: list[np.ndarray]
    ) -> dict[int, KnownTrack]:
        """The known tracks that clip tracks continue, by the masks in the shared frames: index -> track."""
        shared = [frame for frame in sorted(self.held.coverage) if window.start <= frame < window.stop]
        known = [track for track in self.memory.remembered() if track.number in self.held.votes]
        if not shared or not known or not found:
            return {}
        size = {"frame_hw": window.frame_hw, "grid_hw": (masks.shape[2], masks.shape[3])}
        before = np.stack([self.held.on_grid(track.number, shared, **size) for track in known])
        agreement = overlap(before, masks[:, [frame - window.start for frame in shared]])
        share = self.settings.mask_share
        affinity = share * agreement + (1 - share) * self._similarity(known, found, colours).mean(axis=0)
        affinity[(agreement < self.settings.same_mask) | self._other_class(known, found)] = 0.0
        return self._assigned(affinity, known)

    def _returned(
        self, window: Window, found: list[ClipTrack], colours: list[np.ndarray], *, taken: dict[int, KnownTrack]
    ) -> dict[int, KnownTrack]:
        """The lost tracks that other clip tracks bring back: index -> track."""
        busy = {track.number for track in taken.values()}
        known = [track for track in self.memory.remembered() if track.number not in busy]
        free = [place for place in range(len(found)) if place not in taken]
        if not known or not free:
            return {}
        some = [found[place] for place in free]
        query, colour, classes = self._similarity(known, some, [colours[place] for place in free])
        away = self._away(window, known, some)
        alike = (
            (query >= self.settings.alike_query)
            & (colour >= self.settings.alike_colour)
            & (classes >= self.settings.alike_class)
            & (away < 1)
            & ~self._other_class(known, some)
        )
        affinity = np.where(alike, (query + colour + classes) / 3 + 0.5 * (1 - away), 0.0)
        return {free[place]: track for place, track in self._assigned(affinity, known).items()}

    def _similarity(self, known: list[KnownTrack], found: list[ClipTrack], colours: list[np.ndarray]) -> np.ndarray:
        """Cosines (3, M, K) of query embeddings, colours and class scores of tracks and clip tracks."""
        before = [track.appearance for track in known]
        query = np.stack([one.embedding for one in before]) @ np.stack([one.embedding for one in found]).T  # type: ignore[union-attr]
        colour = np.stack([one.colour for one in before]) @ np.stack(colours).T  # type: ignore[union-attr]
        classes = _unit_scores(known) @ _unit_scores(found).T
        return np.clip(np.stack([query, colour, classes]), 0.0, 1.0)

    def _other_class(self, known: list[KnownTrack], found: list[ClipTrack]) -> np.ndarray:
        """(M, K) bool: pairs that must not be joined, since published tracks are pairs of query and class."""
        labels = np.array([int(track.class_scores.argmax()) for track in known])
        others = np.array([one.selected.label for one in found])
        return (labels[:, None] != others[None]) & (self.rule == "published")

    def _away(self, window: Window, known: list[KnownTrack], found: list[ClipTrack]) -> np.ndarray:
        """(M, K) float64, 0 to 1: distance from where a track was lost to where a clip track begins, as a share of the
        reach.

        1: out of reach, also if the track was last seen in or after the clip track's first frame. After a cut positions
        are not comparable, and all distances are 0.
        """
        away = np.ones((len(known), len(found)))
        longer = max(window.frame_hw)
        for row, track in enumerate(known):
            before = track.appearance
            assert before is not None
            for column, clip_track in enumerate(found):
                first = int(np.flatnonzero(clip_track.selected.present)[0])
                gap = window.start + first - before.seen
                if window.fresh:
                    away[row, column] = 0.0
                elif gap > 0:
                    box = clip_track.boxes[first] / longer
                    moved = np.hypot(*((box[:2] + box[2:] - before.box[:2] - before.box[2:]) / 2))
                    away[row, column] = min(moved / (self.settings.reach + self.settings.speed * gap), 1.0)
        return away

    @staticmethod
    def _assigned(affinity: np.ndarray, known: list[KnownTrack]) -> dict[int, KnownTrack]:
        rows, columns = linear_sum_assignment(-affinity)
        return {int(k): known[m] for m, k in zip(rows, columns, strict=True) if affinity[m, k] > 0}

    def _record(
        self, window: Window, found: list[ClipTrack], colours: list[np.ndarray], tracks: dict[int, KnownTrack]
    ) -> None:
        """Stores the votes, scores and appearance of the tracks in a window."""
        weights = window.weights
        self.held.cover(window.start, weights, skip=self.done)
        new = range(max(self.done - window.start, 0), len(window.frames))
        self.processed += len(new)
        for place, track in sorted(tracks.items()):
            clip_track = found[place]
            track.appearance = blended(
                track.appearance, clip_track, colour=colours[place], start=window.start, longer=max(window.frame_hw)
            )
            present = clip_track.selected.present
            track.add_scores(clip_track.class_scores, len(new) if self.rule == "published" else sum(present))
            for t in new:
                vote = WindowVote(
                    float(weights[t]),
                    present[t],
                    clip_track.selected.frame_scores[t],
                    clip_track.probabilities[t],
                    clip_track.boxes[t],
                )
                self.held.add(track.number, window.start + t, vote)


def _unit_scores(tracks: Sequence[KnownTrack] | Sequence[ClipTrack]) -> np.ndarray:
    """Class scores (K, classes) float64 of tracks, each row of unit length; zeros stay zeros."""
    return np.stack([one.class_scores / max(np.linalg.norm(one.class_scores), 1e-9) for one in tracks])
