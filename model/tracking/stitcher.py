"""Makes the tracks of a video out of what each window sees.

What a window sees continues a track when their soft masks agree in the frames that both windows have (Hungarian
matching, as in IFC, arXiv 2106.03299; looks and class break ties). What continues nothing may be a track that was
lost: it comes back when it looks alike, has the class and could have got there in the time. Otherwise it is new.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from model.tracking.appearance import colour_signature
from model.tracking.clip_inference import Sighting
from model.tracking.held_frames import HeldFrames, Word
from model.tracking.soft_masks import overlap
from model.tracking.track_memory import KnownTrack, TrackMemory, blended
from model.tracking.whole_video import TrackProposal, TrackStanding
from model.tracking.window_frames import Window


@dataclass(frozen=True)
class StitchSettings:
    """The numbers of the stitcher; shares and similarities 0 to 1."""

    same_mask: float = 0.1  # least soft IoU in the overlap for a track to go on
    mask_share: float = 0.5  # of the affinity; the rest is looks and class
    continues: float = 0.25  # least score of what may continue a track
    starts: float = 0.4  # least score of what may begin one
    memory: int = 300  # frames after which a lost track is forgotten; 0 forgets at once
    bound: int = 64  # tracks whose looks are kept at most
    alike_colour: float = 0.9  # least agreement of colours for a lost track to come back
    alike_query: float = 0.5  # least cosine of query embeddings for that
    alike_class: float = 0.5  # least cosine of class scores for that
    reach: float = 0.1  # of the frame's longer side: how far it may be from where it was lost at once ..
    speed: float = 0.02  # .. and how much farther per frame


@dataclass
class Stitcher:
    """Follows a video window by window; ``done`` frames are settled, ``looked`` counts those of overlaps anew."""

    rule: str
    settings: StitchSettings
    memory: TrackMemory
    held: HeldFrames
    done: int = 0
    looked: int = 0

    @classmethod
    def new(cls, rule: str, settings: StitchSettings) -> "Stitcher":
        """A stitcher at the beginning of a video."""
        return cls(rule, settings, TrackMemory(settings.bound), HeldFrames())

    def add(self, window: Window, seen: list[Sighting], *, births: int) -> None:
        """Take in what a window sees, best first; at most the first ``births`` sightings may begin tracks."""
        seen = [one for one in seen if any(one.selected.present)]
        masks = self._on_grid(window, seen)
        colours = [colour_signature(window.bins, soft * (soft > 0.5)) for soft in masks]
        tracks: dict[int, KnownTrack] = {}
        if not window.whole:
            tracks = self._continued(window, seen, masks, colours)
            tracks |= self._returned(window, seen, colours, taken=tracks)
        for place, sighting in enumerate(seen):
            sure = window.whole or self.rule == "published" or sighting.selected.score >= self.settings.starts
            if place not in tracks and place < births and sure:
                tracks[place] = self.memory.begin(len(sighting.class_scores))
        self._note(window, seen, colours, tracks)

    def settle(self, stop: int, frame_hw: tuple[int, int]) -> tuple[TrackProposal, ...]:
        """Decide on all frames before ``stop``."""
        tracks = self.held.settle(self.done, stop, frame_hw=frame_hw, rule=self.rule)
        self.memory.forget(stop - self.settings.memory)
        self.done = stop
        return tracks

    def standings(self) -> tuple[TrackStanding, ...]:
        """What is believed of every track so far; published scores are means over all frames, seen in them or not."""
        published = self.rule == "published"
        return tuple(track.standing(track.frames / self.looked if published else 1.0) for track in self.memory.tracks)

    def _on_grid(self, window: Window, seen: list[Sighting]) -> np.ndarray:
        """Soft masks (K, T, h, w) float32 of what a window sees."""
        grid_hw = (window.bins.shape[1], window.bins.shape[2])
        frames = range(len(window.frames))
        soft = [one.on_grid(frames, frame_hw=window.frame_hw, grid_hw=grid_hw) for one in seen]
        return np.stack(soft) if soft else np.zeros((0, len(frames), *grid_hw), np.float32)

    def _continued(
        self, window: Window, seen: list[Sighting], masks: np.ndarray, colours: list[np.ndarray]
    ) -> dict[int, KnownTrack]:
        """Which sightings go on with which track, by their masks in the shared frames."""
        shared = [frame for frame in sorted(self.held.coverage) if window.start <= frame < window.stop]
        known = [track for track in self.memory.remembered() if track.number in self.held.words]
        if not shared or not known or not seen:
            return {}
        size = {"frame_hw": window.frame_hw, "grid_hw": (masks.shape[2], masks.shape[3])}
        before = np.stack([self.held.on_grid(track.number, shared, **size) for track in known])
        agreement = overlap(before, masks[:, [frame - window.start for frame in shared]])
        share = self.settings.mask_share
        affinity = share * agreement + (1 - share) * self._looks(known, seen, colours).mean(axis=0)
        affinity[(agreement < self.settings.same_mask) | self._other_class(known, seen)] = 0.0
        return self._assigned(affinity, known)

    def _returned(
        self, window: Window, seen: list[Sighting], colours: list[np.ndarray], *, taken: dict[int, KnownTrack]
    ) -> dict[int, KnownTrack]:
        """Which of the other sightings are lost tracks that come back."""
        busy = {track.number for track in taken.values()}
        known = [track for track in self.memory.remembered() if track.number not in busy]
        free = [place for place in range(len(seen)) if place not in taken]
        if not known or not free:
            return {}
        some = [seen[place] for place in free]
        query, colour, classes = self._looks(known, some, [colours[place] for place in free])
        away = self._away(window, known, some)
        alike = (
            (query >= self.settings.alike_query)
            & (colour >= self.settings.alike_colour)
            & (classes >= self.settings.alike_class)
            & (away < 1)
            & ~self._other_class(known, some)
        )
        found = self._assigned(np.where(alike, (query + colour + classes) / 3 + 0.5 * (1 - away), 0.0), known)
        return {free[place]: track for place, track in found.items()}

    def _looks(self, known: list[KnownTrack], seen: list[Sighting], colours: list[np.ndarray]) -> np.ndarray:
        """Cosines (3, M, K) of query embeddings, colours and class scores of tracks and sightings."""
        looks = [track.looks for track in known]
        query = np.stack([one.embedding for one in looks]) @ np.stack([one.embedding for one in seen]).T  # type: ignore[union-attr]
        colour = np.stack([one.colour for one in looks]) @ np.stack(colours).T  # type: ignore[union-attr]
        votes = np.stack([track.votes / max(np.linalg.norm(track.votes), 1e-9) for track in known])
        scores = np.stack([one.class_scores / max(np.linalg.norm(one.class_scores), 1e-9) for one in seen])
        return np.clip(np.stack([query, colour, votes @ scores.T]), 0.0, 1.0)

    def _other_class(self, known: list[KnownTrack], seen: list[Sighting]) -> np.ndarray:
        """(M, K) bool: pairs that must not be joined, since published tracks are pairs of query and class."""
        labels = np.array([int(track.votes.argmax()) for track in known])
        others = np.array([one.selected.label for one in seen])
        return (labels[:, None] != others[None]) & (self.rule == "published")

    def _away(self, window: Window, known: list[KnownTrack], seen: list[Sighting]) -> np.ndarray:
        """(M, K) float64, 0 to 1: how far a sighting begins from where a track was lost, as a share of what can be.

        1: it cannot be, also where the track was seen last in or after the sighting's first frame. Over a cut places
        mean nothing, and all is 0.
        """
        away = np.ones((len(known), len(seen)))
        longer = max(window.frame_hw)
        for row, track in enumerate(known):
            looks = track.looks
            assert looks is not None
            for column, sighting in enumerate(seen):
                first = int(np.flatnonzero(sighting.selected.present)[0])
                gap = window.start + first - looks.seen
                if window.fresh:
                    away[row, column] = 0.0
                elif gap > 0:
                    box = sighting.boxes[first] / longer
                    moved = np.hypot(*((box[:2] + box[2:] - looks.box[:2] - looks.box[2:]) / 2))
                    away[row, column] = min(moved / (self.settings.reach + self.settings.speed * gap), 1.0)
        return away

    @staticmethod
    def _assigned(affinity: np.ndarray, known: list[KnownTrack]) -> dict[int, KnownTrack]:
        rows, columns = linear_sum_assignment(-affinity)
        return {int(k): known[m] for m, k in zip(rows, columns, strict=True) if affinity[m, k] > 0}

    def _note(
        self, window: Window, seen: list[Sighting], colours: list[np.ndarray], tracks: dict[int, KnownTrack]
    ) -> None:
        """Remember what was decided about a window."""
        weights = window.weights
        self.held.cover(window.start, weights, skip=self.done)
        new = range(max(self.done - window.start, 0), len(window.frames))
        self.looked += len(new)
        for place, track in sorted(tracks.items()):
            sighting = seen[place]
            track.looks = blended(
                track.looks, sighting, colour=colours[place], start=window.start, longer=max(window.frame_hw)
            )
            there = sighting.selected.present
            track.vote(sighting.class_scores, len(new) if self.rule == "published" else sum(there))
            for t in new:
                word = Word(
                    float(weights[t]),
                    there[t],
                    sighting.selected.frame_scores[t],
                    sighting.probabilities[t],
                    sighting.boxes[t],
                )
                self.held.add(track.number, window.start + t, word)
