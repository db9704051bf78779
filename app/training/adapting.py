"""What a retraining replays, so that the network does not forget what it knew before the corrections."""

from collections.abc import Callable

from app.training.golden_file import MADE_FOR
from model.adapting.confident_replay import ConfidentClips
from model.adapting.procedural_replay import ProceduralClips
from model.procedural import DOMAINS
from model.training.clips import ClipSource
from model.weights.checkpoint import ModelCheckpoint

VIDEOS = 24
SEED = 500_001  # that of no golden set and no benchmark
MOST_FRAMES = 144  # in which a network looks for what it knows; one window of each video


def replay_of(start: ModelCheckpoint) -> ClipSource | None:
    """Clips of the domain that the checkpoint was trained on; None if they cannot be made."""
    domain = MADE_FOR.get(start.config.name)
    if domain is None or not set(DOMAINS[domain].categories) <= set(start.categories):
        return None
    size = start.config.scales.test
    return ProceduralClips(domain, count=VIDEOS, frames=start.config.window, size=size, seed=SEED)


def replay_for(
    start: ModelCheckpoint,
    videos: Callable[[], ClipSource],
    *,
    device: str,
    check: Callable[[], None] = lambda: None,
) -> ClipSource | None:
    """Clips of the checkpoint's own domain, or else its confident tracks in open ``videos``.

    ``check`` is called before each video, and stops this by raising an error. None if there is nothing to replay.
    """
    made = replay_of(start)
    if made is not None:
        return made
    source = videos()
    if not source.videos:
        return None
    network = start.build(device)
    found = ConfidentClips(network, start.categories, source, most_frames=MOST_FRAMES, check=check)
    return found if found.videos else None
