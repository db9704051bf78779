"""Latency of frames, from the file to the canvas, with generated H.264 videos of 720p.

``--minutes N``: length of the videos (10). ``--steps N``: steps and jumps of each kind (300). ``--media DIR``: keep the
videos there and reuse them. ``--only reader,formats,http,page,hours,cache``: some parts.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from storage import frames
from tests.benchmarks._served import Served, served
from tests.benchmarks._tables import Table, options, show
from tests.benchmarks._targets import Latency, latency_table
from tests.benchmarks._timing import Row, from_times, measured, timing_table
from tests.benchmarks.frame_formats import formats_table
from tests.benchmarks.frame_http import cache_note, http_rows, jumps, meanwhile
from tests.benchmarks.frame_page import first_frame_note, page_rows
from tests.benchmarks.long_video import RATE, long_video

PARTS = ("reader", "formats", "http", "page", "hours", "cache")
HOURS_KBIT = 900
CACHE_MIB = 24


def reader_rows(path: Path) -> list[Row]:
    """What storage alone takes: no server, no JPEG."""
    table = [measured("list the packets", lambda: frames.probe(path), repeats=3)]
    index = frames.probe(path)
    steps, leaps = [], []
    with frames.open_reader(index) as reader:
        for k in range(100):
            began = time.perf_counter()
            reader.read(k)
            steps.append((time.perf_counter() - began) * 1000)
        for k in np.random.default_rng(0).integers(0, index.count, 60):
            began = time.perf_counter()
            reader.read(int(k))
            leaps.append((time.perf_counter() - began) * 1000)
    return [*table, from_times("next frame", steps), from_times("jump to any frame", leaps)]


@contextmanager
def scratch(kept: Path | None) -> Iterator[tuple[Path, Path]]:
    """(folder for data, folder for videos)."""
    with tempfile.TemporaryDirectory(prefix="frames-") as folder:
        yield Path(folder), kept or Path(folder) / "media"


def through_the_server(data: Path, media: Path, *, minutes: int, steps: int, parts: set[str]) -> Iterator[Table]:
    """The tables of HTTP, page and two hours, each as soon as it is measured."""
    with served(data) as server:
        if parts & {"http", "page"}:
            near, far = (server.add(long_video(media, minutes=minutes, gop=gop)) for gop in (60, 250))
            for video in (near, far):
                server.wait_until_counted(video)
            # Videos are whole numbers of parts, which are not equally long.
            count = min(server.call("GET", f"/data/videos/{video}/counted")["count"] for video in (near, far))
            title = f"videos of {minutes} minutes, 1280 x 720, H.264, {RATE} frames a second"
            if "http" in parts:
                rows = http_and_meanwhile(server, near, far, count, steps)
                yield latency_table(f"{title}: over HTTP", rows, what="over HTTP")
            if "page" in parts:
                rows, notes = page_rows(server, near=near, far=far, count=count, steps=steps)
                what = "in the page, until it is drawn"
                yield latency_table(f"{title}: in the page, until drawn", rows, notes, what=what)
        if "hours" in parts:
            path = long_video(media, minutes=120, gop=250, kbit=HOURS_KBIT)
            row, note = first_frame_note(server, path)
            yield latency_table("a video of two hours that nobody has counted", [row], [note])


def http_and_meanwhile(server: Served, near: str, far: str, count: int, steps: int) -> list[Latency]:
    """All rows over HTTP."""
    rows = http_rows(server, near=near, far=far, count=count, steps=steps)
    return [*rows, *meanwhile(server, video=far, count=count, seconds=10)]


def limited_cache(data: Path, media: Path, *, minutes: int) -> Table:
    """A server that may keep little on disk is asked for much more."""
    os.environ["TEVIT_FRAME_DISK_MIB"] = str(CACHE_MIB)
    with served(data) as server:
        video = server.add(long_video(media, minutes=minutes, gop=60))
        server.end_jobs()
        count = server.call("GET", f"/data/videos/{video}/counted")["count"]
        note = cache_note(server, video=video, frames=sorted(jumps(count, 500, seed=9)), limit_mib=CACHE_MIB)
    return latency_table("the cache", [], [note])


def main() -> None:
    """Prints the tables that were asked for."""
    parser = options(__doc__)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--media", type=Path, default=None)
    parser.add_argument("--only", default=",".join(PARTS))
    asked = parser.parse_args()
    for table in tables(asked, set(asked.only.split(","))):
        show(table, asked)


def tables(asked: argparse.Namespace, parts: set[str]) -> Iterator[Table]:
    """The tables of ``parts``, each as soon as it is measured."""
    with scratch(asked.media) as (folder, media):
        if "formats" in parts:
            yield formats_table()
        if "reader" in parts:
            rows = reader_rows(long_video(media, minutes=asked.minutes, gop=250))
            yield timing_table("storage alone, key frames 250 apart", rows)
        if parts & {"http", "page", "hours"}:
            yield from through_the_server(folder / "data", media, minutes=asked.minutes, steps=asked.steps, parts=parts)
        if "cache" in parts:
            yield limited_cache(folder / "data", media, minutes=asked.minutes)


if __name__ == "__main__":
    main()
