"""The networks that spreading and steadying use: those of the installation, and a checkpoint of the user."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import BadInput
from app.settings import ASSETS
from model.pretrained import COMMAND, find, missing, sound

if TYPE_CHECKING:
    from app.checkpoints.find import FoundCheckpoint
    from model.pretrained.lite0 import Lite0
    from model.prompts.salient import SaliencyNetwork
    from model.propagation import ClipModel, Trunk
    from model.refining import MaskRefiner
    from model.steadying import SteadyNetworks

REFINER = ASSETS / "refiner" / "refiner.safetensors"


def load_trunk(device: str = "cpu") -> "tuple[Trunk | None, str]":
    """The network and ""; without its weights None and a sentence that says what brings them.

    Raises `model.pretrained.lite0.Lite0Error` for a damaged file.
    """
    path = find("lite0")
    if path is None:
        return None, f"Spreading by flow alone, which is less exact. {missing('lite0')}"
    from model.propagation.trunk import Lite0Trunk

    return Lite0Trunk(_kept_lite0(path, device)), ""


def why_unsteady() -> str | None:
    """Why masks cannot be made steady on this machine, one sentence; None where they can."""
    path = find("lite0")
    if path is None:
        return f"Masks cannot be made steady. {missing('lite0')}"
    if not sound(path, "lite0"):
        return f"Masks cannot be made steady: the file {path} is damaged. Delete it; {COMMAND} brings it anew."
    return None


def steady_networks(device: str) -> "SteadyNetworks | None":
    """The networks where masks can be made steady, else None."""
    return None if why_unsteady() else kept_networks(device)


def kept_networks(device: str) -> "SteadyNetworks":
    """The networks that make masks steady, each loaded once in a process; see `kept_trunk` for errors.

    Without a sound file of U2-Netp it draws no edges.
    """
    from model.steadying import SteadyNetworks

    path = find("u2netp")
    salient = _kept_salient(path, device) if path is not None and sound(path, "u2netp") else None
    return SteadyNetworks(kept_trunk(device), salient, kept_refiner(device))


def kept_refiner(device: str) -> "MaskRefiner | None":
    """The network that gives masks edges, loaded once in a process; None where its file or Lite0's is missing.

    Raises `Lite0Error` and `model.refining.RefinerError` for a damaged file.
    """
    path = find("lite0")
    return None if path is None or not REFINER.is_file() else _kept_refiner(REFINER, path, device)


@cache
def _kept_refiner(weights: Path, lite0: Path, device: str) -> "MaskRefiner":
    from model.refining import MaskRefiner

    return MaskRefiner.load(weights, _kept_lite0(lite0, device))


@cache
def _kept_lite0(path: Path, device: str) -> "Lite0":
    from model.pretrained.lite0 import Lite0

    return Lite0.load(path, device)


@cache
def _kept_salient(path: Path, device: str) -> "SaliencyNetwork":
    from model.pretrained.u2netp import U2Netp

    return U2Netp(path, device)


@cache
def kept_trunk(device: str) -> "Trunk":
    """The network, loaded once in a process. Raises `Lite0Error` for a damaged file, `BadInput` without a file."""
    trunk, _ = load_trunk(device)
    if trunk is None:
        raise BadInput(missing("lite0"))
    return trunk


def clip_model(checkpoint: "FoundCheckpoint", device: str = "cpu") -> "ClipModel":
    """The network of a checkpoint, which adds the shapes that it finds by itself.

    Raises `model.weights.checkpoint.CheckpointError` for a file that does not fit its configuration.
    """
    from model.propagation import TeViTCandidates

    return TeViTCandidates(checkpoint.weights.for_inference(device))
