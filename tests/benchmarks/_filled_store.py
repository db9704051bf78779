"""A database of many videos and masks, as imports leave it: built once in a folder, and used again from there."""

import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pycocotools import mask as coco_mask
from sqlalchemy import Connection

from storage import edits, projects, videos
from storage.database import Database
from storage.edits import NewMask, NewTrack
from storage.masks import prepare_blobs
from storage.rle import Rle
from storage.videos import Video
from tests.benchmarks._tables import progress

FRAMES, TRACKS = 100, 10  # of each video, which has a mask of each track in each frame
HEIGHT, WIDTH = 360, 640


@dataclass(frozen=True)
class FilledStore:
    """The file, and the ids of its videos."""

    path: Path
    videos: tuple[str, ...]


def filled_store(folder: Path, *, count: int) -> FilledStore:
    """The database of ``count`` videos in this folder; it is made where it is missing."""
    path = folder / f"store-{count}.sqlite3"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        with Database.open(f"sqlite:///{unfinished}") as database:
            _fill(database, count)
        unfinished.rename(path)
    with Database.open(f"sqlite:///{path}") as database, database.read() as tx:
        (project,) = projects.list_projects(tx)
        return FilledStore(path, tuple(video.id for video in videos.list_videos(tx, project.id)))


def _fill(database: Database, count: int) -> None:
    rng = np.random.default_rng(0)
    with database.atomic() as tx:
        project = projects.create_project(tx, name="benchmark", categories=["thing"])
    for number in range(count):
        with database.atomic() as tx:
            video = new_video(tx, project.id, f"clip {number}")
            masks = rectangles(rng, TRACKS * FRAMES)
            blobs = prepare_blobs(masks, canonical=True)
            tracks = [str(uuid.uuid4()) for _ in range(TRACKS)]
            addition = edits.prepare_addition(
                video,
                author="run:benchmark",
                kind="import",
                source="imported",
                review="unreviewed",
                tracks=[NewTrack(track, {}) for track in tracks],
                masks=[NewMask(tracks[at % TRACKS], at // TRACKS, name, {}) for at, name in enumerate(blobs.hashes)],
                blobs=blobs,
            )
            edits.add_rows(tx, addition)
            videos.publish_video(tx, video.id, name=video.name)
        if number % 100 == 99:
            progress(f"{number + 1} of {count} videos")


def new_video(tx: Connection, project_id: str, name: str) -> Video:
    """A staged video without a file; nothing here decodes."""
    return videos.add_video(
        tx,
        project_id=project_id,
        name=name,
        index_json={},
        kind="video",
        path="/nowhere",
        copied=False,
        count=FRAMES,
        width=WIDTH,
        height=HEIGHT,
        confirmed=True,
        content_hash="0",
        staged=True,
    )


def rectangles(rng: np.random.Generator, count: int) -> list[Rle]:
    """Masks of rectangles, hardly any two of them equal."""
    sides = rng.integers(20, 200, (count, 2))
    corners = (rng.random((count, 2)) * (np.array([WIDTH, HEIGHT]) - sides)).astype(int)
    codes = coco_mask.frPyObjects(np.concatenate([corners, sides], axis=1).astype(np.float64), HEIGHT, WIDTH)
    return [{"size": [HEIGHT, WIDTH], "counts": code["counts"].decode("ascii")} for code in codes]
