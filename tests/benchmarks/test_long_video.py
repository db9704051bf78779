"""The videos that benchmarks generate are what their tables say: length, key frames, and pictures that differ."""

from pathlib import Path

import numpy as np
import pytest

from storage import frames
from tests.benchmarks.frame_http import jumps
from tests.benchmarks.long_video import PART_SECONDS, RATE, long_video, picture, texture

SIZE = (96, 64)


@pytest.mark.parametrize("gop", [60, 250])
def test_a_repeated_part_is_one_video_with_evenly_spread_key_frames(tmp_path: Path, gop: int) -> None:
    path = long_video(tmp_path, minutes=1, size=SIZE, gop=gop, kbit=60)
    index = frames.index(path)
    assert index.count >= 60 * RATE
    assert index.confirmed and not index.gaps and not index.damage
    assert index.keyframes == tuple(range(0, index.count, gop))
    assert set(np.diff(index.pts)) == {index.pts[1] - index.pts[0]}
    assert [found.name for found in tmp_path.iterdir()] == [path.name]
    assert long_video(tmp_path, minutes=1, size=SIZE, gop=gop, kbit=60) == path


def test_every_frame_of_a_part_is_another_picture() -> None:
    wall = texture((SIZE[0] * 3 // 2, SIZE[1] * 3 // 2))
    seen = {picture(wall, k, SIZE).tobytes() for k in range(0, PART_SECONDS * RATE, 7)}
    assert len(seen) == len(range(0, PART_SECONDS * RATE, 7))


def test_jumps_are_far_apart_and_never_twice_to_one_place() -> None:
    found = jumps(18_000, 300, seed=1)
    assert len(found) == 300
    assert min(np.diff(sorted(found))) >= 50
    assert min(found) >= 0 and max(found) < 18_000
    assert len(set(jumps(600, 300, seed=1))) == 300
