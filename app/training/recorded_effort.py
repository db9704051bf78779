"""The effort on record: how long people's work in a project took, by tool and by what had proposed, from the edit log.

The time of an edit is that since the author's edit before it. A pause of more than `IDLE_SECONDS` is idle time and is
not counted; the edit after it is. A gesture is one edit: a stroke, a polygon, a verdict on a range, an undo. The work
in a video belongs to the latest proposals that stood when it was done.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from storage import effort
from storage.effort import PersonEdit, ProposedBy

IDLE_SECONDS = 120.0
BY_HAND = ""
"""The name of what had proposed where there were no proposals."""
NOBODY = frozenset(("demo", "person:import"))
"""Authors whose edits are no work at a screen: the demo project, and ``import --accept``."""


@dataclass(frozen=True)
class EffortLine:
    """The work with one tool, or on the proposals of ``name``.

    ``seconds`` without idle time; ``gestures`` edits; ``frames`` rows of tracks (a track in a frame) that stand now as
    a person's work and that these edits were the last to change.
    """

    name: str
    seconds: float
    gestures: int
    frames: int

    @property
    def per_frame(self) -> float | None:
        """Seconds per track-frame; None without one."""
        return self.seconds / self.frames if self.frames else None


@dataclass(frozen=True)
class RecordedEffort:
    """All work in a project. ``by_tool``: by kinds of edits, the longest first; ``by_model`` in order of time."""

    whole: EffortLine
    by_tool: tuple[EffortLine, ...]
    by_model: tuple[EffortLine, ...]
    idle_seconds: float = IDLE_SECONDS

    def as_json(self) -> dict[str, object]:
        """The lines with their seconds and gestures per track-frame."""
        return {
            **_line(self.whole),
            "by_tool": [_line(one) for one in self.by_tool],
            "by_model": [_line(one) for one in self.by_model],
            "idle_seconds": self.idle_seconds,
        }


def recorded_effort(tx: Connection, project_id: str) -> RecordedEffort:
    """The work of people in a project so far."""
    edits = [one for one in effort.person_edits(tx, project_id) if one.author not in NOBODY]
    return summed(edits, effort.proposers(tx, project_id))


def summed(edits: Iterable[PersonEdit], proposers: Sequence[ProposedBy]) -> RecordedEffort:
    """The work of these edits; ``proposers`` oldest first."""
    whole, tools, models = _Sum(), dict[str, _Sum](), dict[str, _Sum]()
    runs = _Proposers(proposers)
    for edit in edits:
        for one in (
            whole,
            tools.setdefault(edit.kind, _Sum()),
            models.setdefault(runs.at(edit.video_id, edit.created), _Sum()),
        ):
            one.add(edit)
    by_tool = sorted((one.line(name) for name, one in tools.items()), key=lambda line: (-line.seconds, line.name))
    return RecordedEffort(whole.line(""), tuple(by_tool), tuple(one.line(name) for name, one in models.items()))


@dataclass
class _Sum:
    seconds: float = 0.0
    gestures: int = 0
    frames: int = 0

    def add(self, edit: PersonEdit) -> None:
        counts = edit.seconds is not None and 0 <= edit.seconds <= IDLE_SECONDS
        self.seconds += edit.seconds or 0.0 if counts else 0.0
        self.gestures += 1
        self.frames += edit.frames

    def line(self, name: str) -> EffortLine:
        return EffortLine(name, round(self.seconds, 1), self.gestures, self.frames)


@dataclass(frozen=True)
class _Proposers:
    """Which proposals stood in a video at a time."""

    runs: Sequence[ProposedBy]
    by_video: dict[str, tuple[list[float], list[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for run in self.runs:
            times, names = self.by_video.setdefault(run.video_id, ([], []))
            times.append(run.created)
            names.append(run.name)

    def at(self, video_id: str, moment: float) -> str:
        times, names = self.by_video.get(video_id, ([], []))
        at = bisect_right(times, moment)
        return names[at - 1] if at else BY_HAND


def _line(one: EffortLine) -> dict[str, object]:
    per_frame = None if one.per_frame is None else round(one.per_frame, 2)
    gestures = round(one.gestures / one.frames, 3) if one.frames else None
    counts = {"seconds": one.seconds, "gestures": one.gestures, "frames": one.frames}
    return {"name": one.name, **counts, "seconds_per_frame": per_frame, "gestures_per_frame": gestures}
