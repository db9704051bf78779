"""The videos of the effort benchmark: procedural ones that no training saw, and annotated ones from files."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools import mask as coco

from app.errors import BadInput
from app.exchange.import_frames import find_pictures
from model.adapting.procedural_replay import ProceduralClips
from model.network.tevit import TeViT
from model.thresholds import Thresholds
from model.tracking.settings import ProposeSettings
from model.tracking.whole_video import gather
from model.tracking.windows import propose
from model.weights import checkpoint
from model.weights.categories import for_proposals
from storage import frames
from storage.frames import VideoError
from storage.youtube_vis import PictureFinder, VisDataset, VisResult, VisVideo, parse_results, read_dataset
from tests.benchmarks._held_out import truth_of
from tests.benchmarks.annotator.plan import ShownTrack, TrueTrack
from tests.benchmarks.annotator.tools import Pictures
from tests.readmes import ROOT

DEMO = ROOT / "assets" / "demo" / "checkpoint.safetensors"
VIDEO_FILES = (".mp4", ".mov", ".mkv", ".webm", ".avi")


@dataclass(frozen=True)
class EffortVideo:
    """One video: what the annotator knows of it, and what is proposed; None: no model knows its things."""

    name: str
    count: int
    size: tuple[int, int]  # height, width
    truth: Sequence[TrueTrack]
    shown: Sequence[ShownTrack] | None
    pictures: Pictures

    @property
    def frames(self) -> int:
        """The number of its true masks."""
        return sum(len(thing.masks) for thing in self.truth)


def procedural(domain: str, *, count: int, frames: int, size: tuple[int, int], seed: int) -> Iterator[EffortVideo]:
    """Procedural videos with the proposals of the demo checkpoint, by the rule of the app."""
    source = ProceduralClips(domain, count=count, frames=frames, size=size, seed=seed)
    loaded = checkpoint.load(DEMO)
    own = for_proposals(loaded)
    network = own.build("cpu").eval()
    thresholds = Thresholds.of_provenance(loaded.provenance)
    for number, video in enumerate(source.videos):

        def picture(frame: int, number: int = number) -> np.ndarray:
            return np.asarray(source.read_frames(number, [frame])[0])

        shown = _proposed(network, own.categories, (picture(k) for k in range(video.count)), video.count, thresholds)
        truth = truth_of(video, source.categories)
        yield EffortVideo(video.name, video.count, (video.height, video.width), truth, shown, picture)


def _proposed(
    network: TeViT, names: Sequence[str], pixels: Iterator[np.ndarray], count: int, thresholds: Thresholds
) -> list[ShownTrack]:
    settings = ProposeSettings(rule="review", thresholds=thresholds)
    found = propose(network, pixels, expected=count, config=network.config, settings=settings, keep_state=False)
    return [
        ShownTrack(str(track.track), names[track.label], _masks(track.segmentations)) for track in gather(found).tracks
    ]


def _masks(segmentations: Sequence[Mapping[str, Any] | None]) -> dict[int, np.ndarray]:
    return {t: coco.decode(dict(mask)).astype(bool) for t, mask in enumerate(segmentations) if mask is not None}


@contextmanager
def annotated(file: Path) -> Iterator[list[EffortVideo]]:
    """The videos of a YouTube-VIS file in which every frame of every track is annotated, with their pictures beside it.

    Results beside the file (``*_results.json``) are the proposals.
    """
    dataset = read_dataset(file)
    results = _results_beside(file, dataset)
    with ExitStack() as stack:
        found = []
        for video in dataset.videos:
            picture = _pictures(stack, video, file.parent)
            if picture is not None:
                shown = None if results is None else _shown(video, results, dataset)
                found.append(_annotated(video, dataset, shown, picture))
        yield found


def _annotated(video: VisVideo, dataset: VisDataset, shown: list[ShownTrack] | None, picture: Pictures) -> EffortVideo:
    names = {category.id: category.name for category in dataset.categories}
    truth = [
        TrueTrack(names[track.category_id], _masks(track.segmentations))
        for track in dataset.tracks
        if track.video_id == video.id
    ]
    name = Path(video.file_names[0]).parent.name or f"video {video.id}"
    return EffortVideo(name, video.length, (video.height, video.width), truth, shown, picture)


def _results_beside(file: Path, dataset: VisDataset) -> tuple[VisResult, ...] | None:
    found = sorted(file.parent.glob("*_results.json"))
    if len(found) != 1:
        return None
    return parse_results(found[0].read_bytes(), where=str(found[0]), dataset=dataset)


def _shown(video: VisVideo, results: Sequence[VisResult], dataset: VisDataset) -> list[ShownTrack]:
    names = {category.id: category.name for category in dataset.categories}
    return [
        ShownTrack(str(k), names[one.category_id], _masks(one.segmentations))
        for k, one in enumerate(results)
        if one.video_id == video.id
    ]


def _pictures(stack: ExitStack, video: VisVideo, folder: Path) -> Pictures | None:
    """The pictures of a video in a folder, or those of the one video file there that has as many; None: neither."""
    for place in (folder, *sorted(one for one in folder.iterdir() if one.suffix in VIDEO_FILES)):
        try:
            index = find_pictures(video, PictureFinder(place)).index
        except (BadInput, VideoError, ValueError):
            continue
        reader = stack.enter_context(frames.open_reader(index))
        kept: dict[int, np.ndarray] = {}

        def picture(frame: int, kept: dict[int, np.ndarray] = kept, reader: frames.Reader = reader) -> np.ndarray:
            if frame not in kept:
                kept.update({frame: reader.read(frame)})
            return kept[frame]

        return picture
    return None
