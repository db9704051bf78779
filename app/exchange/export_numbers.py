"""What an export contains, what it leaves out, and what a loader will take for background: in numbers."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from app.exchange.export_states import State, VideoRows, origin
from app.sentences import counted
from storage.tracks import MaskRow, Track

# Why a mask is not exported, in the order in which the reasons are tried; each mask counts once.
REASONS = {
    "rejected": "that a person rejected",
    "uncategorised": "of tracks without a category",
    "other_category": "of categories that are not exported",
    "empty": "without a pixel",
    "unreviewed": "that nobody judged",
    "between": "on frames outside the stride",
    "unknown_frame": "in frames where a track is unknown",
}
TRACK_REASONS = {
    "rejected": "that a person rejected",
    "uncategorised": "without a category",
    "other_category": "of categories that are not exported",
    "no_mask": "without a mask to export",
}
ORIGINS = {
    "person": "by a person's verdict",
    "complete": "in complete frames",
    "import": "as imported",
    "model": "by a model alone",
}
# Masks of these reasons lie in exported frames without being in the file.
_BACKGROUND = ("rejected", "uncategorised", "other_category")
_NAMED = 6  # most names in one sentence


@dataclass(frozen=True)
class PlannedVideo:
    """A video with the frames and tracks to export. ``wanted`` are its frames at the stride, known or not."""

    source: VideoRows
    wanted: range
    frames: tuple[int, ...]
    tracks: tuple[Track, ...] = ()


@dataclass(frozen=True)
class ExportNumbers:
    """Numbers of an export. Every mask of the chosen videos counts once: in ``masks``, or in ``masks_left_out``.

    Attributes:
        videos, frames, tracks, masks: in the file.
        absent: entries of tracks that are null in the file, by origin (`ORIGINS`).
        empty_frames: exported frames without a mask. without_tracks: names of exported videos without a track.
        masks_left_out, tracks_left_out: by reason (`REASONS`, `TRACK_REASONS`).
        frames_left_out: frames at the stride in which a track is unknown, or that nobody judged.
        videos_left_out: names of videos of which no frame is exported.
        background: masks in exported frames that are not in the file, by reason; loaders take them for background.
    """

    videos: int = 0
    frames: int = 0
    tracks: int = 0
    masks: int = 0
    absent: Mapping[str, int] = field(default_factory=dict)
    empty_frames: int = 0
    without_tracks: tuple[str, ...] = ()
    masks_left_out: Mapping[str, int] = field(default_factory=dict)
    tracks_left_out: Mapping[str, int] = field(default_factory=dict)
    frames_left_out: int = 0
    videos_left_out: tuple[str, ...] = ()
    background: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The numbers with their sentences, for a job, a page, or ``--json``."""
        texts = {
            "inside": self.inside(),
            "outside": self.outside(),
            "taken_for_background": self.taken_for_background(),
        }
        return {**asdict(self), "sentences": texts}

    def inside(self) -> tuple[str, ...]:
        """Sentences about what is in the file."""
        amounts = (
            f"{counted(self.videos, 'video')}, {counted(self.frames, 'frame')}, {counted(self.tracks, 'track')} and "
            f"{counted(self.masks, 'mask')} are in the file."
        )
        total = sum(self.absent.values())
        by = ", ".join(f"{self.absent[key]} {text}" for key, text in ORIGINS.items() if self.absent.get(key))
        if not total:
            return (amounts,)
        return (amounts, f"{counted(total, 'entry', 'entries')} {_are(total)} null, which means absent: {by}.")

    def outside(self) -> tuple[str, ...]:
        """Sentences about what is left out."""
        frames = self.frames_left_out
        found = [_left_out(self.videos_left_out)] if self.videos_left_out else []
        if frames:
            found.append(f"{counted(frames, 'frame')} {_are(frames)} left out: a track is unknown there.")
        found += _by_reason("track", self.tracks_left_out, TRACK_REASONS)
        return (*found, *_by_reason("mask", self.masks_left_out, REASONS))

    def taken_for_background(self) -> tuple[str, ...]:
        """Sentences about what loaders will take for background."""
        found = [
            f"{counted(number, 'mask')} {REASONS[reason]} {_are(number)} background in the file."
            for reason, number in self.background.items()
        ]
        if self.empty_frames:
            are = _are(self.empty_frames)
            found.append(f"{counted(self.empty_frames, 'frame')} {are} without a mask; trainers skip or take them so.")
        if self.without_tracks:
            which = f"{_listed(self.without_tracks)} {_leave(len(self.without_tracks))} with pictures and no track."
            found.append(which)
        return tuple(found)


def count_export(planned: Sequence[PlannedVideo], exportable: Collection[str], *, reviewed_only: bool) -> ExportNumbers:
    """The numbers of an export. ``exportable``: ids of the categories that are exported."""
    counts = [_VideoCounts.of(one, exportable, reviewed_only) for one in planned]
    exported = [one for one in planned if one.frames]
    return ExportNumbers(
        videos=len(exported),
        frames=sum(len(one.frames) for one in exported),
        tracks=sum(len(one.tracks) for one in exported),
        masks=sum(one.masks for one in counts),
        absent=_sum((one.absent for one in counts), ORIGINS),
        empty_frames=sum(one.empty_frames for one in counts),
        without_tracks=tuple(one.source.video.name for one in exported if not one.tracks),
        masks_left_out=_sum((one.left_out for one in counts), REASONS),
        tracks_left_out=_sum((one.tracks_left_out for one in counts), TRACK_REASONS),
        frames_left_out=sum(len(one.wanted) - len(one.frames) for one in planned),
        videos_left_out=tuple(one.source.video.name for one in planned if not one.frames),
        background=_sum((one.background for one in counts), REASONS),
    )


@dataclass
class _VideoCounts:
    """The counts of one video."""

    masks: int
    left_out: Counter[str]
    background: Counter[str]
    tracks_left_out: Counter[str]
    absent: Counter[str]
    empty_frames: int

    @classmethod
    def of(cls, planned: PlannedVideo, exportable: Collection[str], reviewed_only: bool) -> "_VideoCounts":
        found = cls(0, Counter(), Counter(), Counter(), Counter(), 0)
        filled: set[int] = set()
        frames, inside = frozenset(planned.frames), {track.id for track in planned.tracks}
        for track in planned.source.tracks:
            of_track = _reason_of_track(track, exportable)
            if track.id not in inside:
                found.tracks_left_out[of_track or "no_mask"] += 1
            for frame, row in planned.source.rows[track.id].items():
                if row.state != "present":
                    continue
                reason = _reason(row, of_track, reviewed_only=reviewed_only, wanted=planned.wanted, frames=frames)
                if reason is None:
                    found.masks += 1
                    filled.add(frame)
                    continue
                found.left_out[reason] += 1
                if reason in _BACKGROUND and row.area and frame in frames:
                    found.background[reason] += 1
        for track in planned.tracks:
            states = planned.source.states(track, reviewed_only=reviewed_only)
            found.absent.update(str(origin(states, k)) for k in planned.frames if states.state(k) is not State.PRESENT)
        found.empty_frames = len(frames - filled) if planned.tracks else 0
        return found


def _reason_of_track(track: Track, exportable: Collection[str]) -> str | None:
    if track.rejected:
        return "rejected"
    if track.category_id is None:
        return "uncategorised"
    return None if track.category_id in exportable else "other_category"


def _reason(
    row: MaskRow, of_track: str | None, *, reviewed_only: bool, wanted: range, frames: Collection[int]
) -> str | None:
    """Why a mask is not exported; None: it is."""
    if row.review == "rejected" or of_track is not None:
        return "rejected" if row.review == "rejected" else of_track
    if not row.area:
        return "empty"
    if reviewed_only and not row.human:
        return "unreviewed"
    if row.frame not in wanted:
        return "between"
    return None if row.frame in frames else "unknown_frame"


def _sum(counts: Iterable[Counter[str]], order: Mapping[str, str]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return {key: total[key] for key in order if total[key]}


def _by_reason(noun: str, counts: Mapping[str, int], reasons: Mapping[str, str]) -> list[str]:
    return [
        f"{counted(number, noun)} {reasons[reason]} {'stays' if number == 1 else 'stay'} here."
        for reason, number in counts.items()
    ]


def _left_out(names: Sequence[str]) -> str:
    are = "is" if len(names) == 1 else "are"
    return f"{_listed(names)} {are} left out: in no frame are all tracks known."


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{counted(len(names), 'video')} ({shown}{rest})"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _leave(number: int) -> str:
    return "leaves" if number == 1 else "leave"
