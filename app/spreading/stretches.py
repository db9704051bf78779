"""Which frames a spread is to fill: a chosen range, or from a frame to the next frames that a person judged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, get_args

from app.errors import BadInput

Way = Literal["forward", "backward", "both"]
WAYS: tuple[Way, ...] = get_args(Way)


@dataclass(frozen=True)
class SpreadRequest:
    """What a person asks for: these tracks, spread from what people drew or judged around ``frame``.

    ``start`` and ``stop`` (exclusive) name a range that is to be filled, as far as it lies in the direction ``way`` of
    ``frame``; without them the frames from ``frame`` on, that way, to the next frame that a person judged.
    """

    tracks: tuple[str, ...]
    frame: int
    way: Way = "both"
    start: int | None = None
    stop: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As the job stores it."""
        return {
            "tracks": list(self.tracks),
            "frame": self.frame,
            "way": self.way,
            "start": self.start,
            "stop": self.stop,
        }

    @staticmethod
    def of(parameters: Mapping[str, Any]) -> "SpreadRequest":
        """The request that a job has stored."""
        names = ("frame", "way", "start", "stop")
        return SpreadRequest(tuple(parameters["tracks"]), **{name: parameters[name] for name in names})

    @property
    def chosen(self) -> range | None:
        """The frames of the chosen range that lie that way, may be none; None if no range was chosen."""
        if self.start is None or self.stop is None:
            return None
        start = max(self.start, self.frame) if self.way == "forward" else self.start
        stop = min(self.stop, self.frame + 1) if self.way == "backward" else self.stop
        return range(start, max(start, stop))

    def checked(self, count: int) -> "SpreadRequest":
        """The request, if it fits a video of ``count`` counted frames. Raises `BadInput`."""
        if not self.tracks:
            raise BadInput("Choose a track to spread.")
        if not 0 <= self.frame < count:
            raise BadInput(f"Frames 0 to {count - 1} can carry masks now, so nothing can be spread from {self.frame}.")
        if (self.start is None) != (self.stop is None):
            raise BadInput("A range of frames has a first and a last one.")
        if self.start is not None and self.stop is not None and not (0 <= self.start < self.stop <= count):
            raise BadInput(f"A range lies within the frames 0 to {count - 1}, not {self.start} to {self.stop}.")
        if self.chosen is not None and not self.chosen:
            raise BadInput(f"The chosen range has no frame {self.way} of frame {self.frame}.")
        return self


def stretch(human: Iterable[int], request: SpreadRequest, count: int) -> range:
    """The frames that are to be filled for one track, those that a person judged included; may be empty.

    ``human``: the frames that a person judged, in any order. ``count``: frames of the video that can carry masks.
    """
    if request.chosen is not None:
        return request.chosen
    frame = request.frame
    judged = set(human)
    before = max((k for k in judged if k < frame), default=-1)
    after = min((k for k in judged if k > frame), default=count)
    start = frame if request.way == "forward" else before + 1
    stop = frame + 1 if request.way == "backward" else after
    if frame in judged:
        # The frame itself is not filled; it begins or ends what is.
        start, stop = (frame + 1 if start == frame else start), (frame if stop == frame + 1 else stop)
    return range(start, max(start, stop))


def givers(human: Iterable[int], filled: range) -> tuple[int, ...]:
    """The judged frames that a stretch grows from: those in it, and the nearest one on each side, in order."""
    judged = sorted(human)
    before = [k for k in judged if k < filled.start][-1:]
    after = [k for k in judged if k >= filled.stop][:1]
    return (*before, *(k for k in judged if k in filled), *after)


def pieces(filled: range, given: Iterable[Iterable[int]], frame: int) -> list[range]:
    """Parts of ``filled`` that are spread one after another: from ``frame`` outwards.

    They end where the given frames end, so that a part in which everything is lost can be left early, and at ``frame``
    if every track is given there. ``given``: the given frames of each track.
    """
    sets = [set(frames) for frames in given]
    known = set().union(*sets)
    if not known:
        return []
    borders = {min(known), max(known)} | ({frame} if all(frame in one for one in sets) else set())
    ends = [filled.start, *sorted(k for k in borders if filled.start < k < filled.stop), filled.stop]
    parts = [range(first, last) for first, last in pairwise(ends) if first < last]
    onward = [part for part in parts if part.stop > frame]
    return [*onward, *reversed([part for part in parts if part.stop <= frame])]
