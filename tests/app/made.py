"""Small projects made on the spot: a video, a project with tracks, and edits as the page sends them."""

import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from app.library.videos import add_video
from app.settings import Settings
from app.web.edit_batches import apply_batch
from storage import checkpoints, projects, rle
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.edits import Change, Edit
from storage.projects import Category, Project
from storage.videos import Video
from tests.storage.made_videos import make_video

SIZE = (64, 48)
FRAMES = 12
PERSON = "person:tester"


def square(x: int, y: int, side: int = 10, size: tuple[int, int] = SIZE) -> dict[str, Any]:
    """COCO RLE of a filled square with its upper left corner at (x, y) in a frame of ``size`` (width, height)."""
    mask = np.zeros((size[1], size[0]), bool)
    mask[y : y + side, x : x + side] = True
    return dict(rle.encode(mask))


def project_with(database: Database, *categories: str, name: str = "street") -> tuple[Project, dict[str, Category]]:
    """A project and its categories by name."""
    with database.atomic() as tx:
        project = projects.create_project(tx, name=name, categories=categories)
        return project, {category.name: category for category in projects.list_categories(tx, project.id)}


def add_checkpoint(database: Database, *classes: str, name: str = "demo", chosen_in: str | None = None) -> Checkpoint:
    """A registered checkpoint of these classes, whose file is not there; its hash is its name.

    ``chosen_in``: the id of a project that proposes with it from then on.
    """
    facts: dict[str, Any] = {"path": f"checkpoints/{name}.safetensors", "sha256": name, "config": "tevit_tiny"}
    with database.atomic() as tx:
        made = checkpoints.add_checkpoint(tx, name=name, categories=classes, size_bytes=1, **facts)
        if chosen_in is not None:
            checkpoints.activate(tx, chosen_in, made.id)
        return made


def video_in(database: Database, settings: Settings, project: Project, folder: Path, name: str = "clip") -> Video:
    """A short real video file in the project; files of different names have different content."""
    path = make_video(folder / f"{name}.mp4", frames=FRAMES, size=SIZE)
    with path.open("ab") as file:  # an unused part of the file at its end
        file.write((8 + len(name)).to_bytes(4, "big") + b"free" + name.encode())
    return add_video(database, settings, project_id=project.id, path=path)


def new_track(category: str | None, masks: dict[int, dict[str, Any]], **own: Any) -> tuple[str, list[dict[str, Any]]]:
    """Id and changes (as the page sends them) of a new track with these masks by frame."""
    track = str(uuid.uuid4())
    changes: list[dict[str, Any]] = [
        {"track": track, "frame": None, "before_version": 0, "after": {"category": category, **own}}
    ]
    changes += [
        {"track": track, "frame": frame, "before_version": 0, "after": {"state": "present", "rle": found}}
        for frame, found in masks.items()
    ]
    return track, changes


def edit(changes: list[dict[str, Any]], kind: str = "draw", **more: Any) -> dict[str, Any]:
    """One edit with an id of its own."""
    return {"id": str(uuid.uuid4()), "kind": kind, "changes": changes, **more}


def send(database: Database, video: Video, changes: Iterable[dict[str, Any]], kind: str = "draw") -> dict[str, Any]:
    """The answer to one edit of a person."""
    rows = tuple(Change(**{"track": None, "frame": None, "before_version": 0, **change}) for change in changes)
    [result] = apply_batch(database, [Edit(str(uuid.uuid4()), kind, PERSON, video.id, rows)])
    return result
