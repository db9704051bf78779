"""Use case: a model proposes tracks for video files outside any project, as YouTube-VIS results.

Frames are read as the model needs them and counted on the way: a video is decoded once, and memory does not grow with
its length. A video that cannot be read does not stop the others; it is listed among the failed ones.
"""

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from app.checkpoints.find import FoundCheckpoint
from app.errors import BadInput, Cancelled
from app.progress import Report
from app.proposing.over_videos import Line, Share, VideoDone, over_videos
from app.proposing.results_file import BatchResult, VideoResult
from app.proposing.steadying import choose_steady, proposed_windows
from app.proposing.video_lists import FileVideo
from app.sentences import known_sentence
from model.tracking.reading_ahead import frames_ahead
from model.tracking.settings import ProposeSettings
from model.tracking.whole_video import WholeVideo, gather
from storage import frames
from storage.frames import FrameIndex
from storage.rle import Rle
from storage.youtube_vis import VisCategory, VisResult, match_category

if TYPE_CHECKING:
    from model.network.tevit import TeViT


class FileProposer:
    """Proposes tracks for video files with one model, which is loaded at the first video."""

    def __init__(
        self, checkpoint: FoundCheckpoint, *, categories: Sequence[VisCategory], settings: ProposeSettings, device: str
    ) -> None:
        """``categories``: the categories to which the model's classes are mapped, by name.

        Raises `model.tracking.settings.WindowsTooClose`, `BadInput` for steady masks that cannot be.
        """
        settings = replace(settings, steady=choose_steady(settings))
        self.settings = settings.settled(checkpoint.weights.config, checkpoint.weights.thresholds)
        self.device = device
        self.categories = tuple(categories)
        self._checkpoint = checkpoint
        self._ids = category_ids(checkpoint, categories)
        self._network: TeViT | None = None

    def require_a_category(self) -> None:
        """Raises `BadInput` if none of the categories is a class of the model: no track could be written."""
        if any(category is not None for category in self._ids):
            return
        raise BadInput(
            f"The model {self._checkpoint.name} knows none of the categories of this file: its classes are "
            f"{_some(self._checkpoint.categories)}, and the file has {_some([one.name for one in self.categories])}. "
            "Choose another --model, or add --allow-empty to write results without a track."
        )

    def propose(self, video: FileVideo, share: Share, *, cancelled: Callable[[], bool] = lambda: False) -> VideoResult:
        """The tracks of one video; ``share`` is called with the part that is done, 0 to 1.

        Raises `Cancelled`, and many errors for a video that cannot be read: `app.sentences.known_sentence` gives their
        sentences.
        """
        if self._network is None:
            self._network = self._checkpoint.weights.for_inference(self.device, self.settings.precision)
        with frames.open_counting(_index(video)) as counting:
            results = proposed_windows(
                self._network,
                _pixels(counting),
                device=self.device,
                expected=counting.announced,
                config=self._checkpoint.weights.config,
                settings=self.settings,
                keep_state=False,
                ahead=frames_ahead(self.device),
                on_window=lambda done, expected: share(min(done / max(expected, 1), 1.0)),
                cancelled=cancelled,
            )
            # The published rule bounds the tracks of a video, however many windows it takes.
            limit = self.settings.max_tracks if self.settings.rule == "published" else None
            with contextlib.closing(results):
                whole = gather(results, max_tracks=limit)
            if cancelled():
                raise Cancelled
            return self._result(video, counting.confirmed, whole)

    def _result(self, video: FileVideo, index: FrameIndex, whole: WholeVideo) -> VideoResult:
        dropped: Counter[str] = Counter()
        kept = []
        for track in whole.tracks:
            category = self._ids[track.label]
            if category is None:
                dropped[self._checkpoint.categories[track.label]] += 1
            else:
                masks = tuple(_as_text(mask) for mask in track.segmentations)
                kept.append(VisResult(video.id, category, masks, track.score))
        return VideoResult({**_entry(video, index), "dropped": dict(dropped)}, tuple(kept))


def _some(names: Sequence[str], most: int = 5) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more if names else "none"


def own_categories(checkpoint: FoundCheckpoint) -> tuple[VisCategory, ...]:
    """The model's classes as categories with ids from 1."""
    return tuple(VisCategory(number, name) for number, name in enumerate(checkpoint.categories, start=1))


def category_ids(checkpoint: FoundCheckpoint, categories: Sequence[VisCategory]) -> list[int | None]:
    """For each class of the model the id of the category of this name, or None."""
    by_name = {category.name: category.id for category in categories}
    matches = [match_category(name, by_name) for name in checkpoint.categories]
    return [None if match is None else by_name[match] for match in matches]


def propose_files(
    proposer: FileProposer,
    videos: Sequence[FileVideo],
    *,
    report: Report,
    cancelled: Callable[[], bool] = lambda: False,
) -> BatchResult:
    """Proposes for every video in this process and keeps the results in memory; bad videos are among the failed ones.

    Raises `Cancelled`, and any error that is a mistake of the program.
    """
    lines: list[Line] = []
    over_videos(
        videos,
        lambda video, share: VideoDone(proposer.propose(video, share, cancelled=cancelled).as_line()),
        add=lines.append,
        report=report,
        reason_of=known_sentence,
    )
    batch = BatchResult(proposer.settings, proposer.device, proposer.categories)
    batch.add_lines(videos, {line["id"]: line for line in lines})
    return batch


def _index(video: FileVideo) -> FrameIndex:
    """The frames of a video, as far as they are known before decoding.

    Raises `storage.frames.VideoError`, `BadInput` for frames of another size than the annotation file gives.
    """
    if video.names is None:
        return frames.probe(video.path)
    if not video.names:
        raise BadInput(f"Video {video.id} has no file_names, so its frames cannot be found.")
    index = frames.index_files(video.path, video.names)
    if video.size is not None and (index.width, index.height) != video.size:
        raise BadInput(
            f"The frames of video {video.id} are {index.width} x {index.height}, but the file says "
            f"{video.size[0]} x {video.size[1]}."
        )
    return index


def _pixels(counting: Iterator[tuple[int, np.ndarray]]) -> Iterator[np.ndarray]:
    return (pixels for _, pixels in counting)


def _as_text(mask: Mapping[str, Any] | None) -> Rle | None:
    """An RLE that JSON accepts: counts as text."""
    if mask is None:
        return None
    counts = mask["counts"]
    text = counts.decode("ascii") if isinstance(counts, bytes) else counts
    return {"size": [int(side) for side in mask["size"]], "counts": text}


def _entry(video: FileVideo, index: FrameIndex) -> dict[str, Any]:
    return {
        "id": video.id,
        "path": os.fspath(video.path),
        "width": index.width,
        "height": index.height,
        "length": index.count,
        "file_names": list(video.names or ()),
        "content_hash": index.content_hash,
    }
