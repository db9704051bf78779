"""Prompts from a file of true masks: the box or the most inner point of each, answered one by one.

This measures the tools at the cursor: nothing of the truth but that box or point reaches them.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from app.errors import BadInput
from model.prompts import Prompt, Prompter, PromptError, PromptPoint
from model.prompts.cursor import CursorPrompter
from storage import frames, rle
from storage.frames import Reader, VideoError
from storage.rle import Rle
from storage.youtube_vis import (
    PictureFinder,
    VisDataset,
    VisResult,
    VisTrack,
    VisVideo,
    note_lines,
    read_dataset,
    require_frames,
)

Report = Callable[[float, str], None]


@dataclass(frozen=True)
class TruthPrompts:
    """What is to be asked: a dataset, where its frames are, boxes or clicks, and which frames (None: all with a mask).

    notes: sentences about deviations of the file.
    """

    dataset: VisDataset
    frames: Path
    clicks: bool = False
    at: frozenset[int] | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def read(cls, file: Path, folder: Path, *, clicks: bool = False, at: Sequence[int] | None = None) -> "TruthPrompts":
        """Read ``file``. Raises `BadInput`, `storage.youtube_vis.YouTubeVisError`."""
        try:
            dataset = read_dataset(file)
        except OSError as error:
            raise BadInput(f"{file} cannot be read ({error.strerror or error}).") from error
        if not folder.exists():
            raise BadInput(f"There is no folder {folder}; give the folder that holds the frames of {file.name}.")
        if not dataset.tracks:
            raise BadInput(f"{file} has no track, so there is nothing to ask for.")
        if folder.is_file() and len(dataset.videos) != 1:
            raise BadInput(f"{file} has {len(dataset.videos)} videos; give the folder of their frames.")
        wanted = None if at is None else frozenset(at)
        return cls(dataset, folder, clicks, wanted, note_lines(dataset.notes))

    @property
    def videos(self) -> int:
        """How many videos have a track."""
        return len({track.video_id for track in self.dataset.tracks})


@dataclass(frozen=True)
class PromptedResults:
    """``results``: one for each track; ``failed``: (video, reason) for each video whose frames cannot be read."""

    results: tuple[VisResult, ...]
    failed: tuple[tuple[str, str], ...]


def prompted_results(asked: TruthPrompts, prompter: Prompter | None = None, *, report: Report) -> PromptedResults:
    """Answer every prompt. A result's ``segmentations``, ``confidence`` and ``source`` are None where none was given.

    ``report`` is called with the share that is done, 0 to 1, and the name of the video. A frame in which nothing was
    found has no segmentation, but a confidence of 0.
    """
    answering = prompter or CursorPrompter()
    tracks: dict[int, list[VisTrack]] = defaultdict(list)
    for track in asked.dataset.tracks:
        tracks[track.video_id].append(track)
    finder = PictureFinder(asked.frames) if asked.frames.is_dir() else None
    results: list[VisResult] = []
    failed: list[tuple[str, str]] = []
    for number, video in enumerate(video for video in asked.dataset.videos if video.id in tracks):
        report(number / len(tracks), f"video {video.id}")
        try:
            with _reader(video, asked.frames, finder) as reader:
                results += _of_video(asked, reader, tracks[video.id], answering)
        except VideoError as error:
            failed.append((f"video {video.id}", str(error)))
    return PromptedResults(tuple(results), tuple(failed))


def _of_video(asked: TruthPrompts, reader: Reader, tracks: Sequence[VisTrack], prompter: Prompter) -> list[VisResult]:
    length = max(len(track.segmentations) for track in tracks)
    found = {track.id: _Answers(length) for track in tracks}
    for frame in range(length):
        if asked.at is not None and frame not in asked.at:
            continue
        given = [(track, mask) for track in tracks if (mask := _mask_at(track, frame)) is not None]
        picture = reader.read(frame) if given else None
        for track, mask in given:
            if picture is not None:
                found[track.id].ask(frame, picture, _prompt(mask, click=asked.clicks), prompter)
    return [found[track.id].result(track) for track in tracks]


def _mask_at(track: VisTrack, frame: int) -> Rle | None:
    mask = track.segmentations[frame] if frame < len(track.segmentations) else None
    return mask if mask is not None and rle.area(mask) else None


def _prompt(mask: Rle, *, click: bool) -> Prompt:
    if not click:
        x, y, width, height = rle.bbox(mask)
        return Prompt(box=(x, y, x + width, y + height))
    pixels = np.pad(rle.decode(mask), 1).astype(np.uint8)
    inner = cv2.distanceTransform(pixels, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    row, column = np.unravel_index(int(inner.argmax()), inner.shape)
    return Prompt(points=(PromptPoint(float(column) + 0.5, float(row) + 0.5, True),))


class _Answers:
    """What the prompts of one track gave, frame by frame."""

    def __init__(self, length: int) -> None:
        self.masks: list[Rle | None] = [None] * length
        self.confidence: list[float | None] = [None] * length
        self.source: list[str | None] = [None] * length

    def ask(self, frame: int, picture: np.ndarray, prompt: Prompt, prompter: Prompter) -> None:
        try:
            answer = prompter.mask(picture, prompt)
        except PromptError:
            # The box of a file may lie beside its picture; that is an answer without a mask.
            self.confidence[frame], self.source[frame] = 0.0, ""
            return
        self.masks[frame] = rle.encode(answer.mask) if answer.mask.any() else None
        self.confidence[frame] = round(answer.confidence, 4)
        self.source[frame] = answer.source

    def result(self, track: VisTrack) -> VisResult:
        given = [value for value in self.confidence if value is not None]
        return VisResult(
            video_id=track.video_id,
            category_id=track.category_id,
            segmentations=tuple(self.masks),
            score=sum(given) / len(given) if given else 0.0,
            extra={"track_id": track.id, "confidence": self.confidence, "source": self.source},
        )


def _reader(video: VisVideo, place: Path, finder: PictureFinder | None) -> Reader:
    """The frames of a video: its pictures below a folder, or a video file. Raises `VideoError`."""
    if finder is None:
        index = frames.index(place)
    else:
        found = finder.find(video)
        index = frames.index_files(found.place, found.files)
    require_frames(video, index)
    return frames.open_reader(index)
