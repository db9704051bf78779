"""The model that stays loaded between jobs: one at a time, replaced when another checkpoint is asked for."""

from dataclasses import dataclass
from typing import Any

from app.checkpoints.find import checkpoint_file
from app.machine import choose_device, choose_precision
from app.settings import Settings
from storage.checkpoints import Checkpoint


@dataclass(frozen=True)
class LoadedNetwork:
    """A network ready to run, with what belongs to it."""

    network: Any
    config: Any
    categories: tuple[str, ...]
    device: str
    precision: str


class WarmModel:
    """Loads networks for a worker process and keeps the last one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._key: tuple[str, str, str] | None = None
        self._loaded: LoadedNetwork | None = None

    def get(self, checkpoint: Checkpoint, *, precision: str | None = None) -> LoadedNetwork:
        """The network of a checkpoint; ``precision`` is 'float32' or 'fast', without it fast on CUDA only.

        Raises `BadInput` when the file is gone, and the model's own errors when it does not fit its configuration.
        """
        device = choose_device(self._settings.device)
        wanted = choose_precision(device, precision)
        key = (checkpoint.sha256, device, wanted)
        if self._loaded is None or self._key != key:
            # Two large networks do not fit side by side: the old one goes first.
            self._loaded = None
            self._loaded, self._key = self._load(checkpoint, device, wanted), key
        return self._loaded

    def _load(self, checkpoint: Checkpoint, device: str, precision: str) -> LoadedNetwork:
        from model.weights.checkpoint import load

        found = load(checkpoint_file(self._settings, checkpoint))
        network = found.build(device, precision)
        return LoadedNetwork(network, found.config, tuple(found.categories), device, precision)
