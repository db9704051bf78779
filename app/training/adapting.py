"""What a retraining replays, so that the network does not forget what it knew before the corrections."""

from model.adapting.procedural_replay import ProceduralClips
from model.procedural import DOMAINS
from model.training.clips import ClipSource
from model.weights.checkpoint import ModelCheckpoint

VIDEOS = 24
SEED = 500_001  # that of no golden set and no benchmark
_MADE_FOR = {"tevit_tiny": "demo"}  # configurations whose factory checkpoint learned a procedural domain


def replay_of(start: ModelCheckpoint) -> ClipSource | None:
    """Clips of what the checkpoint was trained on; None if they cannot be had."""
    domain = _MADE_FOR.get(start.config.name)
    if domain is None or not set(DOMAINS[domain].categories) <= set(start.categories):
        return None
    size = start.config.scales.test
    return ProceduralClips(domain, count=VIDEOS, frames=start.config.window, size=size, seed=SEED)
