"""A golden set for a network whose own data nobody has here: does a new one find again what the first was sure of?

The truth are the confident tracks of the first checkpoint of the line in open videos (`app.training.open_videos`).
Those videos have the role *golden*: they are never replayed, also in later rounds, and not trained on before they are
corrected, which ends this role. Everything is shown in a mirror, else the first checkpoint would agree with itself
entirely, and no other network could: mirrored, it agrees with itself as much as an equally good network may.
"""

from collections.abc import Callable

from app.sentences import counted
from app.training.golden import GoldenSet
from app.training.open_videos import LEAST_VIDEOS
from app.training.report import AGREEMENT
from model.adapting.confident_replay import ConfidentClips
from model.training.clips import ClipSource
from model.training.mirrored import MirroredClips
from model.weights.checkpoint import ModelCheckpoint

FRAMES = 12  # of each video


def agreement(
    first: ModelCheckpoint, videos: ClipSource, *, device: str, check: Callable[[], None] = lambda: None
) -> GoldenSet | None:
    """The golden set of these open videos; None where the network is sure of something in too few.

    ``check`` is called before each video, and stops this by raising an error.
    """
    most = FRAMES * len(videos.videos)
    found = ConfidentClips(first.build(device), first.categories, videos, most_frames=most, each=FRAMES, check=check)
    if len(found.videos) < LEAST_VIDEOS:
        return None
    name = f"{counted(len(found.videos), 'mirrored video')} that nobody corrected"
    return GoldenSet(AGREEMENT, name, MirroredClips(found), tuple(range(len(found.videos))), "first")
