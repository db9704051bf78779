"""Names corrections that look spoiled, before a network learns from them; see `model.suspicious`.

Nothing is left out of the training because of it: a person decides. But the share of suspicious masks counts against a
promotion (`app.training.promotion`), and the plan, the job and the report name the masks by video, track and frame.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import cv2
import numpy as np

from app.errors import Cancelled
from app.progress import Report, quiet
from app.training.project_clips import ProjectClips, videos_with_human_masks
from model.likely_errors import TrackInput
from model.suspicious import MaskSearch, SuspiciousMask
from model.training.clips import ClipSource, ClipVideo
from model.training.targets import PRESENT
from storage.database import Database
from storage.frames import VideoError

MOST_NAMED = 500  # masks that are stored with a retraining
MOST_LINES = 10  # that the command prints
_MASKS = 20_000  # masks that are measured together, about 5 KiB each
_LARGEST = 480  # longer side of the pictures that are compared, in pixels
_WORDS = {
    "motion": "it does not continue the track's masks before and after it",
    "size": "its size differs much from theirs",
    "colour": "its colours are not those of the track's other masks",
    "ground": "its colours are those around it",
    "edge": "its outline follows no edge of the picture",
}


@dataclass(frozen=True)
class NamedMask:
    """One suspicious mask: ``track`` and ``rival`` are numbers of tracks; ``reason`` is a sentence for people.

    ``rival`` is the track that the mask continues better than its own; ``kinds`` are those of `model.suspicious`.
    ``mask`` is the hash of the mask in the database, where that was asked for.
    """

    video_id: str
    video: str
    track: int
    frame: int
    probability: float
    kinds: tuple[str, ...]
    rival: int | None
    reason: str
    mask: str = ""


@dataclass(frozen=True)
class CorrectionCheck:
    """What the check of a snapshot's human masks found: ``masks`` were checked, ``suspicious`` of them are so.

    ``named`` holds them, the most suspicious of all videos first; of a stored check perhaps only the first ones.
    """

    masks: int
    suspicious: int
    named: tuple[NamedMask, ...] = ()

    @property
    def share(self) -> float:
        """The share (0 to 1) of the human masks that are suspicious; 0 without masks."""
        return self.suspicious / self.masks if self.masks else 0.0

    def share_with(self, left_out: int) -> float:
        """The share (0 to 1) of the human masks that are suspicious, ``left_out`` more than were checked among them.

        What a search names is not all that is spoiled. So leaving it out must not make the rest look sound.
        """
        masks = self.masks + left_out
        return (self.suspicious + left_out) / masks if masks else 0.0

    def as_json(self, *, most: int | None = None) -> dict[str, Any]:
        """The fields by name, and ``share``; ``most``: how many are named at most (None: all)."""
        return {**asdict(replace(self, named=self.named[:most])), "share": round(self.share, 4)}

    @classmethod
    def of_json(cls, values: Mapping[str, Any]) -> "CorrectionCheck":
        """The check that `as_json` gave."""
        named = (NamedMask(**{**one, "kinds": tuple(one["kinds"])}) for one in values["named"])
        return cls(values["masks"], values["suspicious"], tuple(named))


def check_corrections(
    source: ClipSource,
    video_ids: Sequence[str],
    *,
    report: Report = quiet,
    cancelled: Callable[[], bool] = lambda: False,
) -> CorrectionCheck:
    """Checks all human masks of ``source``, frame by frame; takes a few seconds per 1,000 masks.

    ``video_ids`` are those of the videos of the source. ``report(progress 0..1, message)`` is called on the way. In
    frames that cannot be read only the places of masks are compared. Raises `app.errors.Cancelled`.
    """
    masks = 0
    named: list[NamedMask] = []
    for index, video in enumerate(source.videos):
        inputs = _inputs(video)
        count = sum(len(track.masks) for track in inputs)
        report(index / len(source.videos), f"Checking the corrections of video {index + 1} of {len(source.videos)}")
        found = _search(source, index, inputs, cancelled) if count else []
        masks += count
        named += [_named(video_ids[index], video.name, one) for one in found]
    return CorrectionCheck(masks, len(named), tuple(sorted(named, key=lambda one: -one.probability)))


def check_project(
    database: Database,
    project_id: str,
    *,
    report: Report = quiet,
    cancelled: Callable[[], bool] = lambda: False,
) -> CorrectionCheck:
    """Checks the human masks that a retraining of the project would train on now; see `check_corrections`."""
    with database.read() as tx:
        corrected = videos_with_human_masks(tx, project_id)
    source = ProjectClips(database, project_id=project_id, video_ids=corrected)
    try:
        return check_corrections(source, source.video_ids, report=report, cancelled=cancelled)
    finally:
        source.close()


def sentences(found: CorrectionCheck, *, left_out: bool = False) -> tuple[str, ...]:
    """The result of a check in plain words, one sentence a line; nothing if no mask is suspicious.

    ``left_out``: whether the training leaves these masks out.
    """
    if not found.suspicious:
        return ()
    masks = f"{found.suspicious:,} of {found.masks:,} {'mask' if found.masks == 1 else 'masks'}"
    verb, they_are, them = ("looks", "it is", "it") if found.suspicious == 1 else ("look", "they are", "them")
    taught = f"{they_are} trained on unless you correct {them}"
    lines = [f"{masks} {verb} spoiled; {'left out of this training' if left_out else taught}:"]
    lines += [f"{one.video}, track {one.track}, frame {one.frame}: {one.reason}" for one in found.named[:MOST_LINES]]
    more = found.suspicious - MOST_LINES
    return (*lines, f"… and {more:,} more.") if more > 0 else tuple(lines)


def _inputs(video: ClipVideo) -> list[TrackInput]:
    """The human masks of a video as the search takes them."""
    tracks = []
    for track in video.tracks:
        masks = {
            frame: mask
            for frame, mask in enumerate(track.segmentations)
            if mask is not None and track.states[frame] == PRESENT and (track.human is None or track.human[frame])
        }
        tracks.append(TrackInput(str(track.id), masks, {}))
    return tracks


def _search(
    source: ClipSource, index: int, inputs: Sequence[TrackInput], cancelled: Callable[[], bool]
) -> list[SuspiciousMask]:
    video = source.videos[index]
    found = []
    for part in _parts(inputs):
        search = MaskSearch(part, video.count)
        for frame in search.frames:
            if cancelled():
                raise Cancelled
            search.add(frame, _picture(source, index, frame))
        found += search.found()
    return found


def _parts(inputs: Sequence[TrackInput]) -> Iterator[list[TrackInput]]:
    """The tracks cut into stretches of frames with at most `_MASKS` masks each, one frame at least."""
    frames = sorted(frame for track in inputs for frame in track.masks)
    start = 0
    while start < len(frames):
        last = frames[min(start + _MASKS, len(frames)) - 1]
        first = frames[start]
        yield [
            TrackInput(track.id, {t: mask for t, mask in track.masks.items() if first <= t <= last}, {})
            for track in inputs
        ]
        start = int(np.searchsorted(frames, last, side="right"))


def _picture(source: ClipSource, video: int, frame: int) -> np.ndarray | None:
    try:
        pixels = source.read_frames(video, [frame])[0]
    except VideoError:
        return None  # the training itself names a source that is gone
    height, width = pixels.shape[:2]
    scale = _LARGEST / max(height, width)
    if scale >= 1:
        return pixels
    return cv2.resize(pixels, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)


def _named(video_id: str, name: str, one: SuspiciousMask) -> NamedMask:
    rival = None if one.rival is None else int(one.rival)
    words = [
        f"it continues track {rival} better" if kind == "rival" else _WORDS.get(kind)
        for kind in one.kinds
        if kind != "rival" or rival is not None
    ]
    if "other" in one.kinds:
        words.append("its colours are those of another track")
    text = ", and ".join(word for word in words if word)
    reason = f"{text[:1].upper()}{text[1:]}."
    return NamedMask(video_id, name, int(one.track), one.frame, one.probability, one.kinds, rival, reason)
