"""What is remembered of every track of a video: its classes and score for good, its looks while it may come back."""

from dataclasses import dataclass, field

import numpy as np

from model.tracking.clip_inference import Sighting
from model.tracking.whole_video import TrackStanding

RUNNERS = 3


@dataclass(frozen=True)
class Looks:
    """What a track looked like, and where it was last."""

    embedding: np.ndarray  # (C,) float32 of unit length, or zeros
    colour: np.ndarray  # (BINS,) float32 of unit length, or zeros
    box: np.ndarray  # (4,) float32 xyxy as shares of the frame's longer side
    seen: int  # the last frame in which it was present


@dataclass
class KnownTrack:
    """One track; ``votes`` is the mean of its class scores over ``frames`` frames that were looked at."""

    number: int
    votes: np.ndarray  # (classes,) float64
    frames: float = 0.0
    looks: Looks | None = None  # None: forgotten, it cannot come back

    def vote(self, scores: np.ndarray, frames: float) -> None:
        """Let a window of ``frames`` frames speak; the first one's scores are kept to the bit."""
        self.frames += frames
        self.votes = self.votes + (scores - self.votes) * (frames / max(self.frames, 1e-9))

    def standing(self, share: float = 1.0) -> TrackStanding:
        """Class, score and runners-up; scores are multiplied by ``share``."""
        ranked = sorted(range(len(self.votes)), key=lambda label: (-self.votes[label], label))
        label, *others = [(one, float(self.votes[one]) * share) for one in ranked[: RUNNERS + 1]]
        return TrackStanding(self.number, *label, tuple(pair for pair in others if pair[1] > 0))


@dataclass
class TrackMemory:
    """All tracks by number. At most ``bound`` of those seen last keep their looks."""

    bound: int
    tracks: list[KnownTrack] = field(default_factory=list)

    def begin(self, classes: int) -> KnownTrack:
        """A new track with the next number."""
        self.tracks.append(KnownTrack(len(self.tracks), np.zeros(classes)))
        return self.tracks[-1]

    def remembered(self) -> list[KnownTrack]:
        """Tracks that may continue or come back."""
        return [track for track in self.tracks if track.looks is not None]

    def forget(self, before: int) -> None:
        """Drop the looks of tracks last seen before frame ``before``, and of the oldest beyond the bound."""
        known = self.remembered()
        known.sort(key=lambda track: (-track.looks.seen, track.number))  # type: ignore[union-attr]
        for place, track in enumerate(known):
            if place >= self.bound or track.looks.seen < before:  # type: ignore[union-attr]
                track.looks = None


def unit(vector: np.ndarray) -> np.ndarray:
    """The vector at length one, float32; zeros stay zeros."""
    return (vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32)


def blended(old: Looks | None, sighting: Sighting, *, colour: np.ndarray, start: int, longer: int) -> Looks:
    """Looks after another sighting in a window that begins at frame ``start``: the mean of old and new.

    ``longer``: the frame's longer side in pixels. The sighting is present in some frame.
    """
    there = np.flatnonzero(sighting.selected.present)
    box = (sighting.boxes[there[-1]] / longer).astype(np.float32)
    seen = start + int(there[-1])
    if old is None:
        return Looks(unit(sighting.embedding), unit(colour), box, seen)
    mixed = unit(old.embedding + unit(sighting.embedding)), unit(old.colour + unit(colour))
    return Looks(*mixed, box, max(seen, old.seen))
