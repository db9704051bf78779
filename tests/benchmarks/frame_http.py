"""Latency of frames over HTTP: next frame, jumps, and other routes meanwhile; and whether the cache's limit holds."""

import http.client
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from app.pictures.byte_caches import BLOCK
from tests.benchmarks._served import Served
from tests.benchmarks._targets import Latency

WIDTH = 960
# Frames of a jump are this far apart, so that none was decoded on the way to another one's neighbours.
APART = 59


class Asking:
    """One connection that stays open, as a browser's."""

    def __init__(self, served: Served) -> None:
        self.connection = http.client.HTTPConnection(served.host, timeout=120)

    def timed(self, path: str) -> float:
        """Milliseconds until the whole answer is there."""
        began = time.perf_counter()
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        content = answer.read()
        took = (time.perf_counter() - began) * 1000
        assert answer.status == 200, content.decode(errors="replace")
        return took


def picture(video: str, frame: int, width: int = WIDTH) -> str:
    """Path of a frame's picture."""
    return f"/data/videos/{video}/frames/{frame}.jpg?w={width}"


def jumps(count: int, steps: int, *, seed: int) -> list[int]:
    """Frames all over the video in no order, far apart where there is room."""
    grid = np.arange(APART // 2, count, max(1, min(APART, count // (steps + 1))))
    return [int(k) for k in np.random.default_rng(seed).permutation(grid)[:steps]]


def timed(asking: Asking, video: str, frames: Iterable[int], width: int = WIDTH) -> tuple[float, ...]:
    return tuple(asking.timed(picture(video, k, width)) for k in frames)


def http_rows(served: Served, *, near: str, far: str, count: int, steps: int) -> list[Latency]:
    """``near``: a video with key frames 60 apart, ``far``: 250 apart; both of ``count`` frames and counted."""
    asking = Asking(served)
    # Jumps in the page are what counts; here half as many show what of it is the server's.
    wanted = jumps(count, steps // 2, seed=1)
    asking.timed(picture(far, 0))
    begin = count // 3
    return [
        Latency("next frame, stepping forward, not cached", timed(asking, far, range(begin, begin + steps)), 33),
        Latency("jump, key frames 60 apart, not cached", timed(asking, near, wanted), 250),
        Latency("jump, key frames 250 apart, not cached", timed(asking, far, wanted), 450),
        Latency("jump, cached", timed(asking, far, wanted), 250),
        Latency("full resolution where only the small picture is cached", timed(asking, far, wanted[:50], 1280)),
    ]


def meanwhile(served: Served, *, video: str, count: int, seconds: float) -> list[Latency]:
    """How quick a short route is while three connections jump through a video; beside it, the same in peace."""
    path = f"/data/videos/{video}/counted"
    asking = Asking(served)
    quiet = _repeated(asking, path, seconds / 2)
    ended = threading.Event()

    def scrub(seed: int) -> None:
        own = Asking(served)
        for k in jumps(count, count, seed=seed):
            if ended.is_set():
                return
            own.timed(picture(video, k, 320))

    threads = [threading.Thread(target=scrub, args=(seed,)) for seed in (5, 6, 7)]
    for thread in threads:
        thread.start()
    busy = _repeated(asking, path, seconds)
    ended.set()
    for thread in threads:
        thread.join()
    return [
        Latency("a short request, nothing else running", quiet),
        Latency("a short request while three connections jump all the time", busy),
    ]


def _repeated(asking: Asking, path: str, seconds: float) -> tuple[float, ...]:
    asking.timed(path)
    times = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        times.append(asking.timed(path))
        time.sleep(0.02)
    return tuple(times)


def cache_note(served: Served, *, video: str, frames: Sequence[int], limit_mib: int) -> str:
    """Asks for many full pictures of a server whose disk cache may take ``limit_mib``; says the most it ever took."""
    asking = Asking(served)
    folder = served.server.data / "frames"
    most = written = 0
    for at, k in enumerate(frames):
        asking.timed(picture(video, k, 8000))
        if at % 20 == 0:
            most = max(most, taken(folder))
        written += 1
    most = max(most, taken(folder))
    verdict = "holds" if most <= limit_mib << 20 else "BROKEN"
    asked = f"{written} full pictures asked for"
    return f"Disk cache limit {limit_mib} MiB: {asked}, at most {most / 2**20:.1f} MiB taken: {verdict}."


def taken(folder: Path) -> int:
    """Bytes that the files of a folder take on disk, in blocks."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += -(-path.stat().st_size // BLOCK) * BLOCK if path.is_file() else 0
        except FileNotFoundError:
            continue  # evicted while the folder is read
    return total
