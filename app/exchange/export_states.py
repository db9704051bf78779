"""The state of each track in each frame of a video, and the frames in which every track is known.

Loaders of YouTube-VIS take null for *absent*. A frame in which a track is unknown must therefore not be in the file.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection

from storage import edits, tracks
from storage.edits import CompleteRange
from storage.tracks import MaskRow, Track
from storage.videos import Video


class State(StrEnum):
    """The state of a track in a frame."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"
    REJECTED = "rejected"  # a person rejected the mask; the frame is unknown


@dataclass(frozen=True)
class VideoRows:
    """A video with its tracks that are not deleted, their rows by track id and frame, and its complete ranges."""

    video: Video
    tracks: tuple[Track, ...]
    rows: Mapping[str, Mapping[int, MaskRow]]
    complete: tuple[CompleteRange, ...]
    _states: dict[tuple[str, bool], "TrackStates"] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def load(cls, tx: Connection, video: Video) -> "VideoRows":
        """Those of a video, without the masks themselves."""
        found = tracks.list_tracks(tx, video.id)
        rows: dict[str, dict[int, MaskRow]] = {track.id: {} for track in found}
        for row in tracks.rows(tx, video.id):
            rows[row.track_id][row.frame] = row
        return cls(video, found, rows, edits.list_complete(tx, video.id))

    def complete_frames(self, category_id: str | None) -> frozenset[int]:
        """Frames that a person declared complete for a category; None: for all categories of the project."""
        count = self.video.count
        ranges = [
            range(found.start, min(found.stop, count))
            for found in self.complete
            if not found.categories or category_id in found.categories
        ]
        return frozenset(frame for frames in ranges for frame in frames)

    def states(self, track: Track, *, reviewed_only: bool) -> "TrackStates":
        """The states of a track; with ``reviewed_only`` only a person's rows are known."""
        key = (track.id, reviewed_only)
        if key not in self._states:
            self._states[key] = TrackStates(self.rows[track.id], self.complete_frames(track.category_id), reviewed_only)
        return self._states[key]


@dataclass(frozen=True)
class TrackStates:
    """The states of a track, from its rows by frame and the frames that are complete for its category."""

    rows: Mapping[int, MaskRow]
    complete: frozenset[int]
    reviewed_only: bool
    _found: dict[int, State] = field(default_factory=dict, repr=False, compare=False)

    def state(self, frame: int) -> State:
        """The state in a frame.

        In a complete frame a track without a row, and one with a rejected row, is absent: a person said that the tracks
        that have a mask there are all. A mask that nobody judged stays unknown even there.
        """
        found = self._found.get(frame)
        if found is None:
            found = self._found[frame] = self._state(frame)
        return found

    def _state(self, frame: int) -> State:
        row = self.rows.get(frame)
        if row is None:
            return State.ABSENT if frame in self.complete else State.UNKNOWN
        if row.review == "rejected":
            return State.REJECTED
        if self.reviewed_only and not row.human:
            is_absent = row.state == "absent" and frame in self.complete
            return State.ABSENT if is_absent else State.UNKNOWN
        if row.state == "absent":
            return State.ABSENT
        return State.PRESENT if row.area else State.UNKNOWN

    def is_known(self, frame: int) -> bool:
        """Whether null, or the mask, in this frame is true."""
        found = self.state(frame)
        return found in (State.PRESENT, State.ABSENT) or (found is State.REJECTED and frame in self.complete)


def known_frames(frames: Sequence[int], found: Iterable[TrackStates]) -> tuple[int, ...]:
    """Those of ``frames`` in which every one of the tracks is known."""
    kept = list(frames)
    for states in found:
        kept = [frame for frame in kept if states.is_known(frame)]
    return tuple(kept)


def state_runs(states: TrackStates, count: int) -> list[list[object]]:
    """The states of frames 0 to ``count`` - 1 as runs [state, origin, first frame, frame after the last].

    The origin is "person", "model", "import" or "complete" (absent because the frame is complete); null for unknown.
    """
    runs: list[list[object]] = []
    last = None
    for frame in range(count):
        key = (states.state(frame), origin(states, frame))
        if key == last:
            runs[-1][3] = frame + 1
        else:
            runs.append([key[0].value, key[1], frame, frame + 1])
        last = key
    return runs


def origin(states: TrackStates, frame: int) -> str | None:
    """Who said what the state of a frame is; see `state_runs`."""
    row = states.rows.get(frame)
    if row is None:
        return "complete" if frame in states.complete else None
    if row.human or row.review == "rejected":
        return "person"
    return "import" if row.source == "imported" else "model"
