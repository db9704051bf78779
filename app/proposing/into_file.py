"""Use case: a model finds the tracks of video files, outside any project, and they are written as YouTube-VIS results.

Frames are read as the model needs them and counted on the way, so that a video is decoded once and memory does not
grow with its length. A video that cannot be read does not stop the others; it is told among the failed ones.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from app.checkpoints.find import FoundModel
from app.errors import BadInput, Cancelled
from app.progress import Report
from app.proposing.video_lists import FileVideo
from app.sentences import known_sentence
from model.tracking.settings import ProposeSettings, SettledSettings
from storage import frames
from storage.atomic import write_text
from storage.frames import FrameIndex
from storage.rle import Rle
from storage.youtube_vis import VisCategory, VisResult, match_category, write_results

Share = Callable[[float], None]


@dataclass(frozen=True)
class Failure:
    """A video that could not be looked at, and why, in one sentence."""

    video: FileVideo
    reason: str


@dataclass(frozen=True)
class Looked:
    """What came of one video. ``entry`` describes it in the meta file."""

    entry: Mapping[str, Any]
    results: tuple[VisResult, ...]

    @property
    def dropped(self) -> Mapping[str, int]:
        """How many tracks were dropped, by the classes for which there is no category."""
        found: Mapping[str, int] = self.entry["dropped"]
        return found


@dataclass
class Outcome:
    """The results of all videos, and the settings and device that they were made with."""

    settings: SettledSettings
    device: str
    categories: tuple[VisCategory, ...]
    looked_at: list[Looked] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)

    @property
    def results(self) -> list[VisResult]:
        """All tracks, video by video, best first."""
        return [result for looked in self.looked_at for result in looked.results]

    @property
    def dropped(self) -> Counter[str]:
        """How many tracks were dropped, by class."""
        return sum((Counter(looked.dropped) for looked in self.looked_at), Counter())


class Looker:
    """A model at work on video files."""

    def __init__(
        self, model: FoundModel, *, categories: Sequence[VisCategory], settings: ProposeSettings, device: str
    ) -> None:
        """``categories``: where the model's classes go, by name.

        Raises `model.tracking.settings.WindowsTooClose`.
        """
        self.settings = settings.settled(model.checkpoint.config)
        self.device = device
        self._model = model
        self._ids = category_ids(model, categories)
        self._network: Any = None

    def look(self, video: FileVideo, share: Share, *, cancelled: Callable[[], bool] = lambda: False) -> Looked:
        """The tracks of one video; ``share`` hears how much of it is done, from 0 to 1.

        Raises `Cancelled`, and many errors for a video that cannot be read: `app.sentences.known_sentence` has
        their sentences.
        """
        from model.tracking import windows

        if self._network is None:
            self._network = self._model.checkpoint.build(self.device, self.settings.precision)
        with frames.open_counting(_index(video)) as passing:
            results = windows.propose(
                self._network,
                _pixels(passing),
                expected=passing.announced,
                config=self._model.checkpoint.config,
                settings=self.settings,
                keep_state=False,
                on_window=lambda done, expected: share(min(done / max(expected, 1), 1.0)),
                cancelled=cancelled,
            )
            # The published rule has so many tracks a video, however many windows it takes.
            limit = self.settings.max_tracks if self.settings.rule == "published" else None
            whole = windows.gather(results, max_tracks=limit)
            if cancelled():
                raise Cancelled
            return self._kept(video, passing.confirmed, whole)

    def _kept(self, video: FileVideo, index: FrameIndex, whole: Any) -> Looked:
        dropped: Counter[str] = Counter()
        kept = []
        for track in whole.tracks:
            category = self._ids[track.label]
            if category is None:
                dropped[self._model.categories[track.label]] += 1
            else:
                masks = tuple(_as_text(mask) for mask in track.segmentations)
                kept.append(VisResult(video.id, category, masks, track.score))
        return Looked({**_entry(video, index), "dropped": dict(dropped)}, tuple(kept))


def own_categories(model: FoundModel) -> tuple[VisCategory, ...]:
    """The model's classes as categories with ids from 1."""
    return tuple(VisCategory(number, name) for number, name in enumerate(model.categories, start=1))


def category_ids(model: FoundModel, categories: Sequence[VisCategory]) -> list[int | None]:
    """For each class of the model the id of the category with its name, or None."""
    by_name = {category.name: category.id for category in categories}
    matches = [match_category(name, by_name) for name in model.categories]
    return [None if match is None else by_name[match] for match in matches]


def propose_files(
    model: FoundModel,
    videos: Sequence[FileVideo],
    *,
    categories: Sequence[VisCategory],
    settings: ProposeSettings,
    device: str,
    report: Report,
    cancelled: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Look at every video in this process, keeping all that comes out.

    Raises `model.tracking.settings.WindowsTooClose`, `Cancelled`; a bad video only shows in the outcome.
    """
    looker = Looker(model, categories=categories, settings=settings, device=device)
    outcome = Outcome(looker.settings, device, tuple(categories))
    for position, video in enumerate(videos):
        share = part_of(report, position, len(videos), video.shown)
        try:
            outcome.looked_at.append(looker.look(video, share, cancelled=cancelled))
        except Cancelled:
            raise
        except Exception as error:
            reason = known_sentence(error)
            if reason is None:
                raise
            outcome.failed.append(Failure(video, reason))
    return outcome


def write_outcome(out: Path, outcome: Outcome, model: FoundModel) -> Path:
    """Write the results to ``out``, and what they belong to beside it as ``OUT.meta.json``; returns that path."""
    meta = meta_path(out)
    content = {
        "videos": [dict(looked.entry) for looked in outcome.looked_at],
        "categories": [{"id": category.id, "name": category.name} for category in outcome.categories],
        "model": {
            "name": model.name,
            "sha256": model.sha256,
            "config": model.checkpoint.config.name,
            "categories": list(model.categories),
        },
        "settings": {**asdict(outcome.settings), "device": outcome.device},
        "dropped": dict(outcome.dropped),
        "failed": [{"id": failure.video.id, "reason": failure.reason} for failure in outcome.failed],
    }
    write_results(out, outcome.results)
    try:
        write_text(meta, json.dumps(content, indent=1) + "\n")
    except BaseException:
        # Results without what they belong to would be half of a whole.
        out.unlink(missing_ok=True)
        raise
    return meta


def meta_path(out: Path) -> Path:
    """Where it is written what the results in ``out`` belong to."""
    return out.with_name(f"{out.name}.meta.json")


def part_of(report: Report, position: int, count: int, name: str) -> Share:
    """Progress of one video as progress of all."""

    def share(done: float) -> None:
        report((position + done) / count, f"{name} ({position + 1} of {count})")

    return share


def _index(video: FileVideo) -> FrameIndex:
    """The frames of a video, as far as they are known without decoding it.

    Raises `storage.frames.VideoError`, `BadInput` for pictures of another size than the annotation file says.
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


def _pixels(passing: Iterator[tuple[int, np.ndarray]]) -> Iterator[np.ndarray]:
    return (pixels for _, pixels in passing)


def _as_text(mask: Mapping[str, Any] | None) -> Rle | None:
    """An RLE as JSON takes it: counts as text."""
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
