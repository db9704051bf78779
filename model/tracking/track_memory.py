"""What is kept of every track of a video: its class scores always, its appearance while it can still come back."""

from dataclasses import dataclass, field

import numpy as np

from model.tracking.clip_inference import ClipTrack
from model.tracking.whole_video import TrackStanding

RUNNERS = 3


@dataclass(frozen=True)
class TrackAppearance:
    """The appearance of a track and its last position."""

    embedding: np.ndarray  # (C,) float32 of unit length, or zeros
    colour: np.ndarray  # (BINS,) float32 of unit length, or zeros
    box: np.ndarray  # (4,) float32 xyxy as shares of the frame's longer side
    seen: int  # the last frame in which it was present


@dataclass
class KnownTrack:
    """One track; ``class_scores`` (0 to 1) is the mean over ``frames`` processed frames."""

    number: int
    class_scores: np.ndarray  # (classes,) float64
    frames: float = 0.0
    appearance: TrackAppearance | None = None  # None: forgotten, it cannot come back

    def add_scores(self, scores: np.ndarray, frames: float) -> None:
        """Averages in a window's scores (classes,) over ``frames`` frames; those of the first window stay exact."""
        self.frames += frames
        self.class_scores = self.class_scores + (scores - self.class_scores) * (frames / max(self.frames, 1e-9))

    def standing(self, share: float = 1.0) -> TrackStanding:
        """Class, score and runners-up; scores are multiplied by ``share``."""
        ranked = sorted(range(len(self.class_scores)), key=lambda label: (-self.class_scores[label], label))
        label, *others = [(one, float(self.class_scores[one]) * share) for one in ranked[: RUNNERS + 1]]
        return TrackStanding(self.number, *label, tuple(pair for pair in others if pair[1] > 0))


@dataclass
class TrackMemory:
    """All tracks by number. At most ``bound`` of them, those seen last, keep their appearance."""

    bound: int
    tracks: list[KnownTrack] = field(default_factory=list)

    def begin(self, classes: int) -> KnownTrack:
        """A new track with the next number."""
        self.tracks.append(KnownTrack(len(self.tracks), np.zeros(classes)))
        return self.tracks[-1]

    def remembered(self) -> list[KnownTrack]:
        """Tracks that can continue or come back."""
        return [track for track in self.tracks if track.appearance is not None]

    def forget(self, before: int) -> None:
        """Drops the appearance of tracks last seen before frame ``before``, and of the oldest ones beyond the bound."""
        known = self.remembered()
        known.sort(key=lambda track: (-track.appearance.seen, track.number))  # type: ignore[union-attr]
        for place, track in enumerate(known):
            if place >= self.bound or track.appearance.seen < before:  # type: ignore[union-attr]
                track.appearance = None


def unit(vector: np.ndarray) -> np.ndarray:
    """The vector at length one, float32; zeros stay zeros."""
    return (vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32)


def blended(
    old: TrackAppearance | None, clip_track: ClipTrack, *, colour: np.ndarray, start: int, longer: int
) -> TrackAppearance:
    """The appearance of a track after one more window, which begins at frame ``start``: the mean of old and new.

    ``longer``: the frame's longer side in pixels. The clip track is present in at least one frame.
    """
    shown = np.flatnonzero(clip_track.selected.present)
    box = (clip_track.boxes[shown[-1]] / longer).astype(np.float32)
    seen = start + int(shown[-1])
    if old is None:
        return TrackAppearance(unit(clip_track.embedding), unit(colour), box, seen)
    mixed = unit(old.embedding + unit(clip_track.embedding)), unit(old.colour + unit(colour))
    return TrackAppearance(*mixed, box, max(seen, old.seen))
