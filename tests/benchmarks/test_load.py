"""What the benchmark of several people counts, and that nobody's stroke is lost on a real server."""

import math
import uuid
from pathlib import Path

import numpy as np
import pytest

from storage import rle
from tests.benchmarks._served import Served
from tests.benchmarks.load import FRAMES, SIZE, Row, Waits, middle, row, stroke, table, together
from tests.benchmarks.long_video import code_part
from tests.serving import RunningServer


def waits(sent: dict[str, float], seen: dict[str, float], refused: int = 0) -> Waits:
    return Waits([10.0] * len(sent), [5.0] * len(sent), sent, seen, refused)


def test_strokes_of_others_are_timed_from_their_sending() -> None:
    one = waits({"a": 1.0, "b": 2.0}, {"a": 1.5, "b": 2.5, "c": 3.25})
    two = waits({"c": 3.0}, {"a": 1.125, "b": 2.125, "c": 9.0})
    found = row("two", [one, two], {"a", "b", "c"})

    assert (found.strokes, found.refused, found.lost, found.unseen) == (3, 0, 0, 0)
    assert found.others_ms[0] == pytest.approx(125.0) and found.stroke_ms == (10.0, 10.0)


def test_what_is_not_stored_is_lost_unless_it_was_refused_and_what_somebody_did_not_see_is_counted() -> None:
    one = waits({"a": 1.0, "b": 2.0, "c": 3.0}, {"a": 1.5}, refused=1)
    found = row("one", [one, waits({}, {})], {"a"})

    assert (found.refused, found.lost) == (1, 1)
    assert found.unseen == 2 + 3
    assert all(map(math.isnan, found.others_ms))  # nobody saw a stroke of somebody else


def test_a_person_alone_is_told_of_their_own_strokes() -> None:
    assert row("alone", [waits({"a": 1.0}, {"a": 1.25})], {"a"}).others_ms == (250.0, 250.0)


def test_middle_is_median_and_percentile() -> None:
    assert middle([1.0, 2.0, 3.0]) == pytest.approx((2.0, 2.9))


def test_a_stroke_is_a_mask_of_the_video() -> None:
    for seed in range(5):
        mask = rle.decode(stroke(np.random.default_rng(seed)))
        assert mask.shape == SIZE[::-1] and mask.any() and not mask.all()


def test_the_table_has_a_line_for_each_row() -> None:
    made = table([Row("1 person", 3, (1.0, 2.0), (3.0, 4.0), (5.0, 1500.0), 0, 0, 0)])
    assert made.rows == [("1 person", "3", "1.0 ms / 2.0 ms", "3.0 ms / 4.0 ms", "5.0 ms / 1.50 s", "0, 0, 0")]


def test_no_stroke_of_three_people_is_lost(server: RunningServer, tmp_path: Path) -> None:
    made = Served(server, "").call("POST", "/data/projects", {"name": f"load {uuid.uuid4()}", "categories": ["disc"]})
    whole = Served(server, str(made["id"]))
    video = whole.add(code_part(tmp_path / "video.mp4", frames=FRAMES, size=SIZE, gop=30, kbit=200))
    found = together(whole, video, people=3, seconds=1.5, name="three")

    assert (found.refused, found.lost, found.unseen) == (0, 0, 0) and found.strokes >= 3
    assert len(whole.call("GET", f"/data/videos/{video}/history")["edits"]) == found.strokes
