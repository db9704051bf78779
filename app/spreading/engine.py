"""What computes a spread in the worker: the engine with its networks, which stay loaded between spreads."""

from functools import cache, lru_cache, partial
from pathlib import Path

from app.checkpoints.find import checkpoint_file
from app.errors import BadInput
from app.machine import choose_device
from app.settings import Settings
from app.spreading.into_drafts import Spreader
from app.spreading.networks import load_trunk
from model.pretrained import find
from model.propagation import ClipModel, SpreadSettings, TeViTCandidates, Trunk, spread
from model.weights.checkpoint import CheckpointError, load
from storage.checkpoints import Checkpoint

MOST_ON_CPU = 64 << 20
"""Bytes of a checkpoint's file above which its network takes seconds a frame without a GPU."""


def make_spreader(device: str | None, shapes: ClipModel | None = None) -> Spreader:
    """The engine on ``device`` (None: chosen); without the network's weights by flow and colours alone.

    shapes: the network of a checkpoint, which adds what it finds by itself.
    """
    chosen = choose_device(device)
    # Weights that are missing may come while the worker lives: only what was found is kept.
    trunk = _trunk(chosen) if find("lite0") is not None else None
    return partial(spread, trunk=trunk, model=shapes, settings=SpreadSettings())


def load_shapes(settings: Settings, checkpoint: Checkpoint) -> tuple[ClipModel | None, str]:
    """The network of a checkpoint, and words that say whether it takes part; None where it cannot."""
    device = choose_device(settings.device)
    without = f"without {checkpoint.name}"
    try:
        path = checkpoint_file(settings, checkpoint)
        if device == "cpu" and path.stat().st_size > MOST_ON_CPU:
            return None, f"{without}, which is too slow without a GPU"
        return _shapes(path, checkpoint.sha256, device), f"with {checkpoint.name}"
    except (BadInput, OSError):
        return None, f"{without}, whose file is gone"
    except CheckpointError:
        return None, f"{without}, whose file is damaged"


@cache
def _trunk(device: str) -> Trunk | None:
    return load_trunk(device)[0]


@lru_cache(maxsize=1)
def _shapes(path: Path, sha256: str, device: str) -> ClipModel:
    """``sha256`` tells files of the same path apart."""
    return TeViTCandidates(load(path).for_inference(device))
