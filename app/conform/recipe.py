"""The recipe of a folder of figures: deterministic weights and inputs, and networks with these weights."""

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from app.conform.checks import UnreadableCase
from model.config import MessengerShiftConfig, SwinConfig, TeViTConfig, named
from model.network.prepared import prepare
from model.network.tevit import TeViT, build


class Recipe:
    """``recipe/fill.py`` and ``recipe/make_ytvis.py`` of a folder, loaded at first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def fill(self) -> Any:
        """The module that generates weights, clips and ground truth."""
        return self._module("fill")

    @property
    def make_ytvis(self) -> Any:
        """The module that writes a tiny data set."""
        self._module("fill")  # make_ytvis imports fill by its name
        return self._module("make_ytvis")

    def _module(self, name: str) -> ModuleType:
        path = self._folder / f"{name}.py"
        known = sys.modules.get(name)
        if known is not None and getattr(known, "__file__", None) == str(path):
            return known
        if not path.is_file():
            raise UnreadableCase(f"the recipe {path.name} is not in {self._folder}")
        module = ModuleType(name)
        module.__file__ = str(path)
        before, sys.modules[name] = known, module
        try:
            # Not imported: that would write bytecode into a folder of figures, which is somebody's.
            exec(compile(path.read_bytes(), path, "exec"), module.__dict__)
        except (Exception, SystemExit) as error:  # sys.exit in a recipe must not end this program
            sys.modules.pop(name)
            if before is not None:
                sys.modules[name] = before
            raise UnreadableCase(f"the recipe {path.name} does not run: {type(error).__name__} {error}") from error
        return module


class Networks:
    """The latest network with the recipe's weights, kept because cases of one network follow each other."""

    def __init__(self, recipe: Recipe, device: str) -> None:
        self._recipe, self.device = recipe, device
        self._key: tuple[str, str] | None = None
        self._network: TeViT | None = None

    def filled(self, config: str, salt: str) -> TeViT:
        """The network in evaluation mode, on a CPU prepared as it is for proposals; treat it as read-only."""
        if self._network is None or self._key != (config, salt):
            self._network = None  # freed before the next one is built
            network = self._build(named(config), salt).eval()
            self._network = prepare(network) if self.device == "cpu" else network
            self._key = (config, salt)
        return self._network

    def for_training(self, config: str, salt: str) -> TeViT:
        """A new network in training mode, without stochastic depth."""
        self._network = None
        described = named(config)
        if isinstance(described.backbone, MessengerShiftConfig | SwinConfig):
            described = replace(described, backbone=replace(described.backbone, drop_path=0.0))
        return self._build(described, salt).train()

    def forget(self) -> None:
        """Frees the network."""
        self._network = self._key = None

    def _build(self, config: TeViTConfig, salt: str) -> TeViT:
        network = build(config)
        self._recipe.fill.fill_model(network, salt)
        return network.to(torch.device(self.device))
