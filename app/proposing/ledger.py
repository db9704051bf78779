"""Which of a run's tracks is which track of the video, decided as the windows come in and kept between them.

The overlap of the run's tracks with those that were there before is summed window by window, so that nothing of the
video has to be read twice. A track of the run that clearly lies on an older one becomes that one at once; the others
are tracks of their own, until the whole video has been seen and a weaker agreement will do.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.proposing.matching import MATCH_IOU, Shared, best_pairs, iou_of, shared

# Part of a video says less than all of it: before the end, two tracks must agree better to be taken for one.
EARLY_IOU = 0.5
_TRACKS_OF_RUNS = uuid.UUID("6f2f6f0e-4f6b-5d0e-9d3c-0d0b7a1f6a55")


@dataclass(frozen=True)
class Candidate:
    """Something that a track could be: its name and the category or class within which it is matched."""

    name: str
    kind: str


@dataclass(frozen=True)
class Standing:
    """What the run last believed of one of its tracks: class, score (0 to 1), and further classes, best first."""

    track: int
    label: int
    score: float
    runners_up: tuple[tuple[int, float], ...]


@dataclass
class Ledger:
    """What a run knows of the video's tracks.

    ``old``: ids of the tracks that were there when it began. ``bound``: the run's track number -> the track of the
    video that it is. ``made``: those among them that the run made itself. The counts are of tracks. ``standings``: of
    every track of the run, after the last window that is stored.
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
    standings: tuple[Standing, ...] = ()

    @property
    def free(self) -> tuple[str, ...]:
        """Older tracks that none of the run's tracks is."""
        taken = set(self.bound.values())
        return tuple(track_id for track_id in self.old if track_id not in taken)

    def seen(self, old: Mapping[str, Mapping[int, Any]], new: Mapping[int, Mapping[int, Any]]) -> None:
        """Adds a stretch of the video: masks (frame -> RLE) of older tracks by id, and of the run's by number."""
        pixels = shared(list(old.values()), list(new.values()))
        for i, name in enumerate(old):
            self.old_pixels[name] = self.old_pixels.get(name, 0.0) + float(pixels.old[i])
        for j, number in enumerate(new):
            self.new_pixels[number] = self.new_pixels.get(number, 0.0) + float(pixels.new[j])
        for i, j in zip(*np.nonzero(pixels.both), strict=True):
            key = (tuple(old)[i], tuple(new)[j])
            self.both_pixels[key] = self.both_pixels.get(key, 0.0) + float(pixels.both[i, j])

    def matches(self, old: Sequence[Candidate], numbers: Mapping[int, str], *, least: float) -> list[tuple[str, int]]:
        """(older track, the run's number) pairs that agree in kind and, as far as was seen, by at least ``least``.

        ``numbers``: the run's tracks that may still become another one, with their kinds.
        """
        names, news = [one.name for one in old], list(numbers)
        both = [[self.both_pixels.get((name, number), 0.0) for number in news] for name in names]
        pixels = Shared(
            np.reshape(np.array(both, float), (len(names), len(news))),
            np.array([self.old_pixels.get(name, 0.0) for name in names]),
            np.array([self.new_pixels.get(number, 0.0) for number in news]),
        )
        same = np.array([[one.kind == numbers[number] for number in news] for one in old], bool)
        pairs = best_pairs(iou_of(pixels), same.reshape(len(names), len(news)), least=least)
        return [(names[i], news[j]) for i, j in pairs]

    def copy(self) -> "Ledger":
        """A ledger of its own with the same entries."""
        return Ledger.from_json(self.as_json())

    def as_json(self) -> dict[str, Any]:
        """The ledger as JSON; `from_json` gives an equal one back."""
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
                [one.track, one.label, one.score, [list(pair) for pair in one.runners_up]] for one in self.standings
            ],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Ledger":
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
            standings=tuple(
                Standing(track, label, score, tuple((other, value) for other, value in others))
                for track, label, score, others in stored["standings"]
            ),
        )


def track_id_of(run_id: str, number: int) -> str:
    """The id of the track that a run makes for its track ``number``: the same whenever the run goes on."""
    return str(uuid.uuid5(_TRACKS_OF_RUNS, f"{run_id} {number}"))


def least_overlap(*, at_the_end: bool) -> float:
    """The IoU from which two tracks are taken for one."""
    return MATCH_IOU if at_the_end else EARLY_IOU


def _pairs(stored: Iterable[Sequence[Any]]) -> Iterable[tuple[Any, Any]]:
    return ((one[0], one[1]) for one in stored)
