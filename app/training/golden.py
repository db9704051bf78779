"""The golden set of a checkpoint: videos that show whether a retraining forgot what the network knew.

The first of these that can be had: seeded procedural videos, for a network that learnt such; a part of YouTube-VIS that
the user has put into the folder ``golden`` of the data folder; the project's videos that were held out in earlier
rounds. The measure is AP under the published rule, so that thresholds play no part.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app.sentences import counted
from app.training.file_clips import YoutubeVisClips
from model.adapting.procedural_replay import ProceduralClips
from model.network.tevit import TeViT
from model.procedural import DOMAINS
from model.scoring import find_tracks, score
from model.training.clips import ClipSource, ClipVideo
from model.weights.categories import normalised
from model.weights.checkpoint import ModelCheckpoint
from storage.youtube_vis import FRAMES_FOLDER

PROCEDURAL, YOUTUBE_VIS, EARLIER = "procedural", "youtube-vis", "held-out"
FOLDER = "golden"  # in the data folder: ``instances.json`` and the frames beside it
VIDEOS, FRAMES = 60, 12  # the AP of twenty videos varies by three points between equally good networks
SEED = 900_001  # that of no replay, no training and no benchmark
LEAST_EARLIER = 3  # videos held out in earlier rounds
# Configurations whose first checkpoint learnt a procedural domain.
MADE_FOR = {"tevit_tiny": "demo", "tevit_lite": "lifelike"}
MOST_VIDEOS = 50


@dataclass(frozen=True)
class GoldenSet:
    """Videos of a source, and the checkpoint that a new one is compared with on them.

    ``against``: "first", the first checkpoint of the line, or "current", the one in use.
    """

    kind: str
    name: str
    source: ClipSource
    videos: tuple[int, ...]
    against: str

    @property
    def frames(self) -> int:
        """Frames of all its videos."""
        return sum(self.source.videos[index].count for index in self.videos)


def golden_set(first: ModelCheckpoint, data: Path, project: ClipSource, earlier: Sequence[int]) -> GoldenSet | None:
    """The golden set of the line of ``first``; None where there is none.

    ``earlier``: the videos of the project that were held out in earlier rounds already. Raises
    `storage.youtube_vis.YouTubeVisError` if the user's file cannot be read.
    """
    domain = MADE_FOR.get(first.config.name)
    if domain is not None and knows(first.categories, DOMAINS[domain].categories):
        size = first.config.scales.test
        clips = ProceduralClips(domain, count=VIDEOS, frames=FRAMES, size=size, seed=SEED)
        return GoldenSet(PROCEDURAL, f"{VIDEOS} procedural videos ({domain})", clips, tuple(range(VIDEOS)), "first")
    file = data / FOLDER / "instances.json"
    if file.is_file():
        own = YoutubeVisClips(file, file.parent / FRAMES_FOLDER)
        videos = tuple(range(min(len(own.videos), MOST_VIDEOS)))
        name = f"{counted(len(videos), 'video')} of YouTube-VIS in the folder {FOLDER}"
        return GoldenSet(YOUTUBE_VIS, name, own, videos, "first")
    if len(earlier) >= LEAST_EARLIER:
        name = f"{counted(len(earlier), 'video')} held out in earlier rounds"
        return GoldenSet(EARLIER, name, project, tuple(earlier), "current")
    return None


def knows(classes: Sequence[str], categories: Sequence[str]) -> bool:
    """Whether a network with these classes can name all the categories."""
    return {normalised(name) for name in categories} <= {normalised(name) for name in classes}


def measure_golden(
    golden: GoldenSet,
    network: TeViT,
    classes: Sequence[str],
    *,
    agnostic: bool,
    on_frames: Callable[[int], None] = lambda frames: None,
) -> float | None:
    """AP (0 to 1) of a network with these class names on the set; with ``agnostic`` all classes are one.

    ``on_frames`` gets the number of frames of each video that is done.
    """
    network.eval()
    labels = {normalised(name): label for label, name in enumerate(golden.source.categories)}
    own = [labels.get(normalised(name), len(labels)) for name in classes]
    source: ClipSource = OneClass(golden.source) if agnostic else golden.source

    def find(network: TeViT, _: ClipSource, video: int) -> list[dict[str, object]]:
        found = find_tracks(network, golden.source, video)
        on_frames(golden.source.videos[video].count)
        return [{**track, "label": 0 if agnostic else own[track["label"]]} for track in found]

    return score(network, source, golden.videos, find=find).stats["AP"]


class OneClass:
    """A clip source whose categories are taken as one (`model.training.clips.ClipSource`)."""

    categories: tuple[str, ...] = ("thing",)

    def __init__(self, source: ClipSource) -> None:
        self._source = source
        self.videos: Sequence[ClipVideo] = [_with_one_label(video) for video in source.videos]

    def read_frames(self, video: int, frames: Sequence[int]) -> np.ndarray:
        """uint8 RGB (T, H, W, 3) of the chosen frames of ``videos[video]``."""
        return self._source.read_frames(video, frames)


def _with_one_label(video: ClipVideo) -> ClipVideo:
    tracks = tuple(replace(track, label=0) for track in video.tracks)
    declared = None if video.complete is None else tuple(frozenset({0} if labels else ()) for labels in video.complete)
    return replace(video, tracks=tracks, complete=declared)
