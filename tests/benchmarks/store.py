"""How fast edits are stored and read, beside SQLite alone with the same rows.

The database has ``--videos`` videos with a thousand masks each. Calls of both sides take turns in one run, each with a
video by chance; times are CPU time. Then follow an undo, and what a transaction costs that is on the disk at its end
(``synchronous`` FULL and NORMAL).
"""

import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from storage import edits, projects, rle, videos
from storage.database import Database
from storage.edits import Change, Edit
from storage.videos import Video
from tests.benchmarks._filled_store import FRAMES, TRACKS, filled_store
from tests.benchmarks._sqlite_alone import SqliteAlone
from tests.benchmarks._store_calls import Pair, StoreCalls
from tests.benchmarks._tables import Table, milliseconds, options, show
from tests.benchmarks._timing import Row, from_times, measured

VIDEOS = 20  # unless asked otherwise
ON_THE_WALL = ", until it is on the disk"  # what a person waits for


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
            count=500,
            width=640,
            height=360,
            confirmed=True,
            content_hash="0",
        )


def compared(
    name: str, pairs: Callable[[], Pair], repeats: int, *, clock: Callable[[], float] = time.process_time
) -> tuple[Row, Row]:
    """Median CPU time of both sides, whose calls take turns; the ratio of the store's row is SQLite's time / its."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(repeats + 1):
        sides = list(zip(pairs(), times, strict=True))
        for call, found in sides if number % 2 else reversed(sides):  # the second one finds pages that are read already
            began = clock()
            call()
            if number:  # the first is a warm-up
                found.append((clock() - began) * 1000)
    raw = from_times(f"{name}: SQLite alone", times[1])
    return from_times(name, times[0], rival=raw), raw


def table(pairs: Sequence[tuple[Row, Row]], others: Sequence[Row], *, count: int) -> Table:
    """A line for each kind of call: the store, SQLite alone, and how many times as long the store takes."""
    lines = [
        (
            ours.name,
            milliseconds(ours.median_ms),
            milliseconds(raw.median_ms),
            f"{ours.median_ms / raw.median_ms:.2f} x",
        )
        for ours, raw in pairs
    ]
    lines += [(row.name, milliseconds(row.median_ms), "", "") for row in others]
    title = f"store of {count:,} videos and {count * TRACKS * FRAMES:,} masks"
    return Table(
        title,
        ("what", "the store", "SQLite alone", "store / SQLite"),
        lines,
        facts={"title": title, "rows": [asdict(row) for row in (*(one for pair in pairs for one in pair), *others)]},
        notes=(
            f"The database has {count:,} videos and {count * TRACKS * FRAMES:,} masks. Times are medians of calls that "
            "take turns: CPU time; for a stroke until it is on the disk, and where SQLite alone has none, time on the "
            "wall. SQLite alone gets values that are ready, the store masks and changes as the page sends them. The "
            "goal is 2 x.",
        ),
        timed=True,
    )


def undo_row(database: Database) -> Row:
    """Strokes on a video of one track, taken back one by one."""
    video, track = new_video(database), str(uuid.uuid4())

    def drawn(frame: int, version: int) -> Change:
        return Change(track, frame, version, {"state": "present", "rle": mask_at(version % 500)})

    with database.atomic() as tx:
        first = edits.apply_edit(tx, _edit(video, Change(track, None, 0, {}), drawn(7, 0)))
        version = first.number if isinstance(first, edits.Applied) else 0
        for _ in range(50):
            done = edits.apply_edit(tx, _edit(video, drawn(7, version)))
            version = done.number if isinstance(done, edits.Applied) else 0

    def take_back() -> None:
        with database.atomic() as tx:
            edits.undo(tx, video=video.id, author="you", new_id=str(uuid.uuid4()))

    return measured("undo one stroke", take_back, repeats=40)


def _edit(video: Video, *changes: Change) -> Edit:
    return Edit(str(uuid.uuid4()), "brush", "you", video.id, changes)


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
    parser = options(__doc__)
    parser.add_argument("--videos", type=int, default=VIDEOS, help=f"videos of the database (default {VIDEOS})")
    parser.add_argument("--folder", type=Path, help="keep the filled database here, and use it again")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        store = filled_store(asked.folder or Path(temporary), count=asked.videos)
        with Database.open(f"sqlite:///{store.path}") as database, closing(SqliteAlone(store.path)) as alone:
            calls = StoreCalls(store, database, alone)
            pairs = [compared(*kind) for kind in calls.kinds()]
            pairs.append(compared(f"write one stroke{ON_THE_WALL}", calls.stroke, 200, clock=time.perf_counter))
        with Database.open(f"sqlite:///{Path(temporary)}/b.sqlite3") as database:
            others = [undo_row(database), *commits(database)]
        show(table(pairs, others, count=asked.videos), asked)


if __name__ == "__main__":
    main()
