"""A small project with corrected videos and an untrained checkpoint."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from app.settings import Settings
from app.training import adapting, golden
from model.network.tevit import build
from model.weights import checkpoint
from storage import checkpoints
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import new_track, project_with, send, square, video_in
from tests.model.small import CONFIG

CLASSES = ("fish", "star", "jelly", "wheel", "leaf")


def checkpoint_in(
    database: Database, settings: Settings, project: Project, classes: Sequence[str] = CLASSES
) -> checkpoints.Checkpoint:
    """A registered, active, untrained network, smaller than `tevit_tiny`; a golden set needs the demo's classes."""
    torch.manual_seed(1)
    # Many whole trainings run in these projects; the name says which procedural videos the network is taken to know.
    config = replace(CONFIG, name="tevit_tiny", classes=len(classes), window=8, overlap=3)
    path = settings.checkpoints / "start.safetensors"
    made = checkpoint.from_network(build(config), tuple(classes))
    checkpoint.save(path, made, dtype=torch.float16)  # as those that come with the program are
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


def corrected_project(database: Database, settings: Settings, folder: Path) -> tuple[Project, list[Video]]:
    """A project with a checkpoint and two videos, in each of which a person has drawn a fish on six frames."""
    made, categories = project_with(database, "fish", "crab")
    checkpoint_in(database, settings, made)
    clips = [video_in(database, settings, made, folder, name) for name in ("one", "two")]
    for clip in clips:
        drawn(database, clip, categories["fish"].id)
    return made, clips


def small_sets(patch: pytest.MonkeyPatch) -> None:
    """Make the sets of procedural videos, to replay and to measure on, as small as can be."""
    patch.setattr(adapting, "VIDEOS", 2)
    patch.setattr(golden, "VIDEOS", 2)
    patch.setattr(golden, "FRAMES", 2)
