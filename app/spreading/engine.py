"""What computes a spread in the worker: the engine with its networks, which stay loaded between spreads."""

from functools import partial

from app.checkpoints.find import checkpoint_file
from app.checkpoints.networks import kept_refiner, kept_trunk
from app.checkpoints.warm_model import WarmModel
from app.errors import BadInput
from app.machine import choose_device, slow_here
from app.settings import Settings
from app.spreading.into_drafts import Spreader
from model.pretrained import find
from model.propagation import ClipModel, SpreadSettings, TeViTCandidates, spread
from model.weights.checkpoint import CheckpointError
from storage.checkpoints import Checkpoint


def make_spreader(device: str | None, shapes: ClipModel | None = None) -> Spreader:
    """The engine on ``device`` (None: chosen); without the network's weights by flow and colours alone.

    shapes: the network of a checkpoint, which adds what it finds by itself.
    """
    chosen = choose_device(device)
    # Weights that are missing may come while the worker lives: only what was found is kept.
    trunk = kept_trunk(chosen) if find("lite0") is not None else None
    return partial(spread, trunk=trunk, model=shapes, refiner=kept_refiner(chosen), settings=SpreadSettings())


def load_shapes(settings: Settings, warm: WarmModel, checkpoint: Checkpoint) -> tuple[ClipModel | None, str]:
    """The network of a checkpoint, and words that say whether it takes part; None where it cannot."""
    device = choose_device(settings.device)
    without = f"without {checkpoint.name}"
    try:
        path = checkpoint_file(settings, checkpoint)
        if slow_here(path, device):
            return None, f"{without}, which is too slow without a GPU"
        return TeViTCandidates(
            warm.get(checkpoint, precision="float32", device=device).network
        ), f"with {checkpoint.name}"
    except (BadInput, OSError):
        return None, f"{without}, whose file is gone"
    except CheckpointError:
        return None, f"{without}, whose file is damaged"
