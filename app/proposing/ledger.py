"""Matches the tracks of a proposal run to the video's existing tracks, window by window.

The overlap of the run's tracks with the existing tracks is summed over the windows, so that no window is read twice. A
track of the run that clearly overlaps an existing one is matched to it at once. The others are new tracks, until the
whole video has been processed and a smaller overlap suffices.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.proposing.matching import MATCH_IOU, Masks, Shared, best_pairs, iou_of, shared
from model.tracking.whole_video import TrackStanding

# Before the end of the video two tracks need a larger overlap to be matched, since only part of it is known.
EARLY_IOU = 0.5
_TRACKS_OF_RUNS = uuid.UUID("6f2f6f0e-4f6b-5d0e-9d3c-0d0b7a1f6a55")


@dataclass(frozen=True)
class ExistingTrack:
    """A track of the video that a track of the run can be matched to: its id and its kind (category or class)."""

    track_id: str
    kind: str


@dataclass
class TrackLedger:
    """How the tracks of a run relate to the tracks of its video.

    ``old``: ids of the tracks that existed when the run began. ``bound``: number of a run's track -> id of the track
    that it is stored as. ``made``: those numbers whose track the run made itself. The four counts are of tracks. The
    ``*_pixels`` are mask areas summed over the frames so far: of existing tracks, of the run's tracks, and of their
    intersections. ``track_standings``: class and score of every track of the run after the last stored window.
    """

    old: tuple[str, ...]
    bound: dict[int, str] = field(default_factory=dict)
    made: set[int] = field(default_factory=set)
    added: int = 0
    replaced: int = 0
    dropped: int = 0
    deleted: int = 0
    old_pixels: dict[str, float] = field(default_factory=dict)
    new_pixels: dict[int, float] = field(default_factory=dict)
    both_pixels: dict[tuple[str, int], float] = field(default_factory=dict)
    track_standings: tuple[TrackStanding, ...] = ()

    @property
    def free(self) -> tuple[str, ...]:
        """Ids of existing tracks that no track of the run is matched to."""
        taken = set(self.bound.values())
        return tuple(track_id for track_id in self.old if track_id not in taken)

    @property
    def overlapping(self) -> frozenset[int]:
        """Numbers of the run's tracks that overlap an existing track that none is matched to."""
        free = set(self.free)
        return frozenset(number for (name, number), pixels in self.both_pixels.items() if pixels and name in free)

    def add_overlaps(self, old: Mapping[str, Masks], new: Mapping[int, Masks]) -> None:
        """Adds a range of frames: masks (frame -> RLE) of existing tracks by id, and of the run's tracks by number."""
        pixels = shared(list(old.values()), list(new.values()))
        for i, name in enumerate(old):
            self.old_pixels[name] = self.old_pixels.get(name, 0.0) + float(pixels.old[i])
        for j, number in enumerate(new):
            self.new_pixels[number] = self.new_pixels.get(number, 0.0) + float(pixels.new[j])
        for i, j in zip(*np.nonzero(pixels.both), strict=True):
            key = (tuple(old)[i], tuple(new)[j])
            self.both_pixels[key] = self.both_pixels.get(key, 0.0) + float(pixels.both[i, j])

    def matches(
        self, old: Sequence[ExistingTrack], numbers: Mapping[int, str | None], *, least: float
    ) -> list[tuple[str, int]]:
        """(id of an existing track, number of the run's track) pairs of one kind with an IoU of at least ``least``.

        ``numbers``: the run's tracks that may still be matched, with their kinds; None: any kind. The IoU is over all
        frames so far.
        """
        names, news = [one.track_id for one in old], list(numbers)
        both = [[self.both_pixels.get((name, number), 0.0) for number in news] for name in names]
        pixels = Shared(
            np.reshape(np.array(both, float), (len(names), len(news))),
            np.array([self.old_pixels.get(name, 0.0) for name in names]),
            np.array([self.new_pixels.get(number, 0.0) for number in news]),
        )
        same = np.array([[numbers[number] in (None, one.kind) for number in news] for one in old], bool)
        pairs = best_pairs(iou_of(pixels), same.reshape(len(names), len(news)), least=least)
        return [(names[i], news[j]) for i, j in pairs]

    def copy(self) -> "TrackLedger":
        """An independent ledger with the same entries."""
        return TrackLedger.from_json(self.as_json())

    def as_json(self) -> dict[str, Any]:
        """The ledger as JSON, which `from_json` reads back."""
        both = [[name, number, pixels] for (name, number), pixels in self.both_pixels.items()]
        return {
            "old": list(self.old),
            "bound": [[number, name] for number, name in self.bound.items()],
            "made": sorted(self.made),
            "counts": [self.added, self.replaced, self.dropped, self.deleted],
            "old_pixels": dict(self.old_pixels),
            "new_pixels": [[number, pixels] for number, pixels in self.new_pixels.items()],
            "both_pixels": both,
            "standings": [
                [one.track, one.label, one.score, [list(pair) for pair in one.runners_up]]
                for one in self.track_standings
            ],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "TrackLedger":
        """The ledger that `as_json` wrote."""
        added, replaced, dropped, deleted = stored["counts"]
        return cls(
            old=tuple(stored["old"]),
            bound=dict(_pairs(stored["bound"])),
            made=set(stored["made"]),
            added=added,
            replaced=replaced,
            dropped=dropped,
            deleted=deleted,
            old_pixels=dict(stored["old_pixels"]),
            new_pixels=dict(_pairs(stored["new_pixels"])),
            both_pixels={(name, number): pixels for name, number, pixels in stored["both_pixels"]},
            track_standings=tuple(
                TrackStanding(track, label, score, tuple((other, value) for other, value in others))
                for track, label, score, others in stored["standings"]
            ),
        )


def track_id_of(run_id: str, number: int) -> str:
    """The id of the track that a run makes for its track ``number``; a resumed run gives the same id."""
    return str(uuid.uuid5(_TRACKS_OF_RUNS, f"{run_id} {number}"))


def least_overlap(*, at_the_end: bool) -> float:
    """The IoU from which two tracks are matched."""
    return MATCH_IOU if at_the_end else EARLY_IOU


def _pairs(stored: Iterable[Sequence[Any]]) -> Iterable[tuple[Any, Any]]:
    return ((one[0], one[1]) for one in stored)
