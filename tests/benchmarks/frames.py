"""How fast frames come: the next one, a jump, and as JPEG, from a procedural 720p video of 600 frames."""

import tempfile
import time
from pathlib import Path

import numpy as np

from storage import frames
from tests.benchmarks._timing import Row, from_times, measured, show
from tests.storage.made_videos import make_video

COUNT, SIZE = 600, (1280, 720)


def rows(path: Path) -> list[Row]:
    table = [measured("index by demuxing alone", lambda: frames.probe(path), repeats=3)]
    index = frames.index(path)
    table.append(measured("confirm by decoding all frames", lambda: frames.index(path), repeats=1))
    steps, jumps = [], []
    with frames.open_reader(index) as reader:
        for k in range(100):
            began = time.perf_counter()
            reader.read(k)
            steps.append((time.perf_counter() - began) * 1000)
        for k in np.random.default_rng(0).integers(0, COUNT, 40):
            began = time.perf_counter()
            reader.read(int(k))
            jumps.append((time.perf_counter() - began) * 1000)
        pixels = reader.read(0)
    table += [from_times("next frame", steps), from_times("jump to any frame, nothing cached", jumps)]
    table.append(measured("to JPEG, 1280 wide", lambda: frames.encode_jpeg(pixels), repeats=30))
    return table


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = make_video(Path(folder) / "video.mp4", frames=COUNT, size=SIZE)
        show(f"frames, {SIZE[0]}x{SIZE[1]}, {COUNT} frames", rows(path))


if __name__ == "__main__":
    main()
