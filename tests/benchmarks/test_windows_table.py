"""The window table and the memory benchmark run and print their figures."""

import itertools
import json

import numpy as np
import pytest

from model.weights import checkpoint
from tests.benchmarks import windows_memory
from tests.benchmarks.windows import CHECKPOINT, FORGETFUL, SEPARATE, Kind, measure, table


@pytest.fixture(scope="module")
def lines() -> list:
    kinds = (
        Kind("windows", 6, 2),
        Kind("forgetful", 6, 2, FORGETFUL),
        Kind("separate", 6, 2, SEPARATE),
        Kind("whole", 0, 0),
        Kind("oracle", 6, 2, oracle=True),
    )
    return measure(checkpoint.load(CHECKPOINT).build(), kinds, videos=1, frames=14, size=(96, 64), seed=23)


def test_every_kind_of_window_has_a_line(lines: list) -> None:
    assert [line.name for line in lines] == ["windows", "forgetful", "separate", "whole", "oracle"]
    made = table(lines, "windows", {"videos": 1})
    assert [row[0] for row in made.rows] == [line.name for line in lines]
    assert made.facts["videos"] == 1 and len(made.facts["rows"]) == 5
    assert "network" in made.text() and "network" not in made.markdown()


def test_windows_by_themselves_keep_no_identity_and_an_oracle_keeps_all(lines: list) -> None:
    by_name = {line.name: line for line in lines}
    assert by_name["separate"].kept == 0.0 if by_name["separate"].met else by_name["separate"].kept == 1.0
    assert by_name["oracle"].met > 0 and by_name["oracle"].kept >= 0.95
    assert by_name["oracle"].idf1 > 0.8
    assert by_name["whole"].met == 0


def test_only_the_network_has_the_published_rule_and_costs_time(lines: list) -> None:
    assert [line.ap_published is None for line in lines] == [False] * 4 + [True]
    assert all((line.network_ms > 0) == (line.name != "oracle") for line in lines)
    assert all(0 <= line.ap_review <= 1 and line.stitching_ms > 0 for line in lines)


def test_frames_of_the_memory_benchmark_are_made_one_at_a_time() -> None:
    stream = windows_memory.frames(10**9, (64, 36))
    first = list(itertools.islice(stream, 3))
    assert all(frame.shape == (36, 64, 3) and frame.dtype == np.uint8 for frame in first)
    assert not np.array_equal(first[0], first[2])


def test_the_memory_of_a_process_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["windows_memory", "--alone", "5"])
    windows_memory.main()
    told = json.loads(capsys.readouterr().out)
    assert told["frames"] == 5 and told["peak_mib"] > 50


def test_the_memory_table_is_one_line_with_the_ratio_of_the_peaks() -> None:
    short, long = {"frames": 300, "tracks": 2, "peak_mib": 500.0}, {"frames": 3000, "tracks": 5, "peak_mib": 510.0}
    made = windows_memory.table("tevit_tiny", "review", short, long)

    assert made.rows == [("`tevit_tiny`, review", "300 frames: 500.0 MiB", "3000 frames: 510.0 MiB", "1.020")]
    assert made.facts["rows"] == [short, long] and made.facts["ratio"] == pytest.approx(1.02)
