"""A small project with corrected videos and an untrained checkpoint."""

from collections.abc import Sequence
from dataclasses import replace

import torch

from app.settings import Settings
from model.config import named
from model.network.tevit import build
from model.weights import checkpoint
from storage import checkpoints
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import new_track, send, square

CLASSES = ("fish", "star", "jelly", "wheel", "leaf")


def checkpoint_in(
    database: Database, settings: Settings, project: Project, classes: Sequence[str] = CLASSES
) -> checkpoints.Checkpoint:
    """A registered, active, untrained `tevit_tiny`; without the demo's classes it has no golden set."""
    torch.manual_seed(1)
    config = replace(named("tevit_tiny"), classes=len(classes))
    path = settings.checkpoints / "start.safetensors"
    checkpoint.save(path, checkpoint.from_network(build(config), tuple(classes)))
    with database.atomic() as tx:
        made = checkpoints.add_checkpoint(
            tx,
            name="start",
            path=str(path.relative_to(settings.data)),
            sha256=checkpoint.file_hash(path),
            config="tevit_tiny",
            categories=classes,
            size_bytes=path.stat().st_size,
        )
        checkpoints.activate(tx, project.id, made.id)
    return made


def drawn(database: Database, video: Video, category: str, frames: int = 6) -> None:
    masks = {frame: square(5 + 2 * frame, 10, 14) for frame in range(frames)}
    assert send(database, video, new_track(category, masks)[1])["status"] == "applied"
