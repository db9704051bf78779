"""How fast edits are stored: a proposal of 10 tracks over 500 frames, its undo, one stroke, reading all rows.

The last two rows are what being on the disk at the end costs a small transaction (``synchronous`` FULL and NORMAL).
"""

import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from storage import edits, projects, rle, tracks, videos
from storage.database import Database
from storage.edits import Change, Edit
from storage.videos import Video
from tests.benchmarks._tables import options, show
from tests.benchmarks._timing import Row, measured, timing_table

FRAMES, TRACKS = 500, 10


def mask_at(x: int) -> dict[str, Any]:
    mask = np.zeros((360, 640), bool)
    mask[100:200, x : x + 90] = True
    return dict(rle.encode(mask))


def new_video(database: Database) -> Video:
    """A video without a file; nothing here decodes."""
    with database.atomic() as tx:
        project = projects.create_project(tx, name=uuid.uuid4().hex, categories=["thing"])
        return videos.add_video(
            tx,
            project_id=project.id,
            name="clip",
            index_json={},
            kind="video",
            path="/nowhere",
            copied=False,
            count=FRAMES,
            width=640,
            height=360,
            confirmed=True,
            content_hash="0",
        )


def proposal(video: Video) -> Edit:
    """One edit as a proposal run writes it."""
    changes = []
    for number in range(TRACKS):
        track = str(uuid.uuid4())
        changes.append(Change(track, None, 0, {"score": 0.5}))
        for frame in range(FRAMES):
            changes.append(Change(track, frame, 0, {"state": "present", "rle": mask_at((frame + 50 * number) % 540)}))
    return Edit(str(uuid.uuid4()), "propose", "run:benchmark", video.id, tuple(changes))


def rows(database: Database) -> list[Row]:
    video = new_video(database)
    pending = [proposal(new_video(database)) for _ in range(4)]

    def apply() -> None:
        with database.atomic() as tx:
            edits.apply_edit(tx, pending.pop())

    table = [measured(f"store {TRACKS} tracks x {FRAMES} frames as one edit", apply, repeats=3)]
    base = proposal(video)
    with database.atomic() as tx:
        edits.apply_edit(tx, base)
    track = str(base.changes[0].track)

    def stroke() -> None:
        with database.atomic() as tx:
            (row,) = [r for r in tracks.rows(tx, video.id, start=7, stop=8, track_ids=[track])]
            change = Change(track, 7, row.version, {"state": "present", "rle": mask_at(int(row.version) % 500)})
            edits.apply_edit(tx, Edit(str(uuid.uuid4()), "brush", "you", video.id, (change,)))

    table.append(measured("store one stroke", stroke, repeats=50))

    def take_back() -> None:
        with database.atomic() as tx:
            edits.undo(tx, video=video.id, author="you", new_id=str(uuid.uuid4()))

    table.append(measured("undo one stroke", take_back, repeats=40))

    def read() -> None:
        with database.read() as tx:
            tracks.rows(tx, video.id)

    table.append(measured("read all rows of the video", read, repeats=5))
    return table + commits(database)


def commits(database: Database) -> list[Row]:
    """A transaction of one small row, as the server answers a person for it and as a job writes it."""

    def commit(handle: Database) -> Callable[[], None]:
        def call() -> None:
            with handle.atomic() as tx:
                projects.set_setting(tx, "benchmark", uuid.uuid4().hex)

        return call

    durable = database.durable(patience_seconds=30)
    full = measured("commit one row for a person (FULL)", commit(durable), repeats=200)
    return [full, measured("commit one row for a job (NORMAL)", commit(database), repeats=200, rival=full)]


def main() -> None:
    asked = options(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder, Database.open(f"sqlite:///{Path(folder)}/b.sqlite3") as database:
        show(timing_table("store", rows(database)), asked)


if __name__ == "__main__":
    main()
