"""Running commands in this process, as tests see them: exit code, stdout, and the lines of stderr."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app import commands
from model.config import named
from model.network.tevit import build
from model.weights.checkpoint import from_network, save

CATEGORIES = ("fish", "star", "jelly", "wheel", "leaf")


@dataclass(frozen=True)
class Ran:
    """One command that ran."""

    code: int
    out: str
    errors: list[str]

    @property
    def last(self) -> str:
        """The last line of stderr: the sentence, where the command failed."""
        return self.errors[-1] if self.errors else ""

    @property
    def result(self) -> Any:
        """stdout as JSON."""
        return json.loads(self.out)


Run = Callable[..., Ran]


def runner(capsys: pytest.CaptureFixture[str]) -> Run:
    """A function that runs one command; each argument may be text or a path."""

    def run(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        code = commands.main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return Ran(code, told.out, told.err.splitlines())

    return run


def tiny_checkpoint(path: Path) -> Path:
    """An untrained checkpoint of the smallest configuration; its proposals mean nothing, but they are there."""
    import torch

    torch.manual_seed(0)
    save(path, from_network(build(named("tevit_tiny")), CATEGORIES, provenance={"steps": 0}))
    return path


def pictures(folder: Path, *, count: int = 3, size: tuple[int, int] = (64, 48)) -> Path:
    """A folder of ``count`` PNG pictures of (width, height) pixels, each another one."""
    folder.mkdir(parents=True)
    for k in range(count):
        pixels = np.random.default_rng(k).integers(0, 255, (size[1], size[0], 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{k:05d}.png")
    return folder


def annotation_file(
    path: Path, names: list[list[str]], *, categories: tuple[str, ...] = CATEGORIES, **more: Any
) -> Path:
    """A YouTube-VIS file whose videos (64 x 48) have these file names, ids 10, 20, …; categories 101, 102, …"""
    videos = [
        {"id": 10 * (k + 1), "width": 64, "height": 48, "length": len(some), "file_names": some}
        for k, some in enumerate(names)
    ]
    listed = [{"id": 101 + k, "name": name} for k, name in enumerate(categories)]
    path.write_text(json.dumps({"videos": videos, "categories": listed, **more}))
    return path
