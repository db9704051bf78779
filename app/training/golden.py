"""The golden set of a checkpoint: videos that show whether a retraining forgot what the network knew.

The first of these that can be had: seeded procedural videos, for a network that learnt such; a part of YouTube-VIS that
the user has put into the folder ``golden`` of the data folder; the project's videos that were held out in earlier
rounds; what the first checkpoint is sure of in videos that nobody corrected (`app.training.agreement`). The measure is
AP under the published rule, so that thresholds play no part.

How much is forgotten also limits how far a training goes. That is measured on other videos of the same kind, so that
what judges a retraining has no part in it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app.sentences import counted
from app.training.file_clips import YoutubeVisClips
from app.training.golden_file import FOLDER, MADE_FOR, path_in
from model.adapting.procedural_replay import ProceduralClips
from model.config import TeViTConfig
from model.network.tevit import TeViT
from model.procedural import DOMAINS
from model.scoring import find_tracks, score
from model.training.clips import ClipSource, ClipSubset, ClipVideo
from model.weights.categories import normalised
from model.weights.checkpoint import ModelCheckpoint
from storage.youtube_vis import FRAMES_FOLDER

PROCEDURAL, YOUTUBE_VIS, EARLIER = "procedural", "youtube-vis", "held-out"
VIDEOS, FRAMES = 60, 12  # the AP of twenty videos varies by three points between equally good networks
SEED = 900_001  # that of no replay, no training and no benchmark
CHOOSING_SEED = 910_001  # the same for the videos by which a training is chosen
LEAST_TO_SHARE = 6  # videos of the user, of which every third is for choosing
LEAST_TO_REPLAY = 18  # videos of the user, of which every third is replayed and every third judges
LEAST_EARLIER = 3  # videos held out in earlier rounds
MOST_VIDEOS = 50


@dataclass(frozen=True)
class GoldenSet:
    """Videos of a source, and the checkpoint that a new one is compared with on them.

    ``against``: "first", the first checkpoint of the line, or "current", the one in use. ``choosing``: other videos of
    the same kind, by which it is chosen how far a training goes; None if there are none. ``replay``: others again that
    trainings may replay, named as classes of the first checkpoint.
    """

    kind: str
    name: str
    source: ClipSource
    videos: tuple[int, ...]
    against: str
    choosing: "GoldenSet | None" = None
    replay: ClipSource | None = None

    @property
    def frames(self) -> int:
        """Frames of all its videos."""
        return sum(self.source.videos[index].count for index in self.videos)


def golden_set(
    first: ModelCheckpoint, data: Path, project: ClipSource, earlier: Sequence[int], *, chooses: bool = True
) -> GoldenSet | None:
    """The golden set of the line of ``first``; None where there is none.

    ``earlier``: the videos of the project that were held out in earlier rounds already. ``chooses``: whether videos for
    choosing are wanted; made ones take seconds. Raises
    `storage.youtube_vis.YouTubeVisError` if the user's file cannot be read.
    """
    domain = MADE_FOR.get(first.config.name)
    if domain is not None and knows(first.categories, DOMAINS[domain].categories):
        return _procedural(domain, first.config, chooses)
    file = path_in(data)
    if file.is_file():
        own = YoutubeVisClips(file, file.parent / FRAMES_FOLDER)
        return _of_user(own, replays=knows(first.categories, own.categories))
    if len(earlier) >= LEAST_EARLIER:
        name = f"{counted(len(earlier), 'video')} held out in earlier rounds"
        return GoldenSet(EARLIER, name, project, tuple(earlier), "current")
    return None


def _procedural(domain: str, config: TeViTConfig, chooses: bool) -> GoldenSet:
    def clips(seed: int, frames: int) -> ProceduralClips:
        return ProceduralClips(domain, count=VIDEOS, frames=frames, size=config.scales.test, seed=seed)

    every = tuple(range(VIDEOS))
    name = f"{VIDEOS} procedural videos ({domain})"
    choosing = None
    if chooses:
        made = clips(CHOOSING_SEED, min(FRAMES, config.window))  # one window each, since several networks see them
        choosing = GoldenSet(PROCEDURAL, f"{name} for choosing", made, every, "first")
    return GoldenSet(PROCEDURAL, name, clips(SEED, FRAMES), every, "first", choosing)


def _of_user(own: ClipSource, *, replays: bool) -> GoldenSet:
    """The user's videos: with enough of them every third is for choosing, and another third may be replayed."""

    def of(videos: Sequence[int], use: str, choosing: GoldenSet | None = None) -> GoldenSet:
        chosen = tuple(videos[:MOST_VIDEOS])
        name = f"{counted(len(chosen), 'video')} of YouTube-VIS in the folder {FOLDER}{use}"
        return GoldenSet(YOUTUBE_VIS, name, own, chosen, "first", choosing)

    every = range(len(own.videos))
    if len(every) < LEAST_TO_SHARE:
        return of(every, "")
    choosing = of(every[2::3], " for choosing")
    if not replays or len(every) < LEAST_TO_REPLAY:
        return of([k for k in every if k % 3 < 2], "", choosing)
    replayed = every[1::3][:MOST_VIDEOS]
    judging = of(every[::3], f"; {len(replayed)} others are replayed", choosing)
    return replace(judging, replay=ClipSubset(own, replayed))


def knows(classes: Sequence[str], categories: Sequence[str]) -> bool:
    """Whether a network with these classes can name all the categories."""
    return {normalised(name) for name in categories} <= {normalised(name) for name in classes}


def measure_golden(
    golden: GoldenSet,
    networks: Sequence[TeViT],
    classes: Sequence[str],
    *,
    agnostic: bool,
    on_frames: Callable[[int], None] = lambda frames: None,
) -> float | None:
    """AP (0 to 1) of networks with these class names on the set; with ``agnostic`` all classes are one.

    Several networks take the videos in turn, so that they are measured together in the time of one. ``on_frames`` gets
    the number of frames of each video that is done.
    """
    labels = {normalised(name): label for label, name in enumerate(golden.source.categories)}
    own = [labels.get(normalised(name), len(labels)) for name in classes]
    source: ClipSource = OneClass(golden.source) if agnostic else golden.source

    def find(_: TeViT, __: ClipSource, video: int) -> list[dict[str, object]]:
        network = networks[golden.videos.index(video) % len(networks)]
        found = find_tracks(network.eval(), golden.source, video)
        on_frames(golden.source.videos[video].count)
        return [{**track, "label": 0 if agnostic else own[track["label"]]} for track in found]

    return score(networks[0], source, golden.videos, find=find).stats["AP"]


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
