"""Keeps the network of the last job loaded, so that the next job with the same checkpoint starts at once."""

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.checkpoints.find import checkpoint_file
from app.machine import choose_device, choose_precision
from app.settings import Settings
from model.thresholds import Thresholds
from storage.checkpoints import Checkpoint

if TYPE_CHECKING:
    from model.config import TeViTConfig
    from model.network.tevit import TeViT


@dataclass(frozen=True)
class LoadedNetwork:
    """A network ready to run; ``categories`` are the names of its labels, ``precision`` is 'float32' or 'fast'.

    ``thresholds`` are those of its checkpoint.
    """

    network: "TeViT"
    config: "TeViTConfig"
    categories: tuple[str, ...]
    device: str
    precision: str
    thresholds: Thresholds = field(default_factory=Thresholds)


class WarmModel:
    """Loads networks for a worker process; only the last one stays loaded."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._key: tuple[str, str, str] | None = None
        self._loaded: LoadedNetwork | None = None
        self._lock = threading.Lock()  # one thread may use the network while another one releases the GPU

    def get(self, checkpoint: Checkpoint, *, precision: str | None = None, device: str | None = None) -> LoadedNetwork:
        """The network of a checkpoint; ``precision`` is 'float32' or 'fast', without it fast on CUDA only.

        ``device``: without it that of the settings.

        Raises `BadInput` if the file is gone, `model.weights.checkpoint.CheckpointError` if it does not fit.
        """
        device = choose_device(device or self._settings.device)
        wanted = choose_precision(device, precision)
        key = (checkpoint.sha256, device, wanted)
        with self._lock:
            if self._loaded is None or self._key != key:
                # Two large networks may not fit into memory together, so the old one is released first.
                self._loaded = None
                self._loaded, self._key = self._load(checkpoint, device, wanted), key
            return self._loaded

    def release_gpu(self) -> None:
        """Give the memory of a GPU back, which another process needs; in main memory the network stays."""
        with self._lock:
            if self._loaded is not None and self._loaded.device.startswith("cuda"):
                import torch

                self._loaded = self._key = None
                torch.cuda.empty_cache()

    def _load(self, checkpoint: Checkpoint, device: str, precision: str) -> LoadedNetwork:
        from model.weights.categories import for_proposals
        from model.weights.checkpoint import load

        found = for_proposals(load(checkpoint_file(self._settings, checkpoint)))
        network = found.for_inference(device, precision)
        return LoadedNetwork(network, found.config, tuple(found.categories), device, precision, found.thresholds)
