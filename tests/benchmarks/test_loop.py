import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.benchmarks import loop
from tests.benchmarks._loop_project import JobFailed, LoopProject, LoopState

FIGURES = {
    **dict.fromkeys(loop.PERCENT, 0.5),
    "proposed": 30,
    "true": 28,
    "effort": 4.0,
    "effort_spread": 2.5,
    "golden_agnostic": 0.6,
}


def test_the_state_is_kept_and_read_again(tmp_path: Path) -> None:
    state = LoopState(tmp_path / "state.json", "p", ["a", "b"], {"a": 3.5}, [{"corrected": 0}])
    state.keep()
    assert LoopState.of(tmp_path / "state.json") == state
    assert LoopState.of(tmp_path / "other.json") == LoopState(tmp_path / "other.json")
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


class Product(LoopProject):
    """A project in which correcting a video costs its number."""

    def __init__(self, file: Path, videos: int, suggested: list[str]) -> None:
        names = [str(number) for number in range(videos)]
        answer: Any = SimpleNamespace(call=lambda *_: {"videos": [{"id": name} for name in suggested]})
        super().__init__(answer, None, LoopState(file, "p", names), None)  # type: ignore[arg-type]

    def correct(self, video: str) -> float:
        return self.state.effort.setdefault(video, float(video))


def test_videos_are_corrected_in_their_order_or_as_suggested(tmp_path: Path) -> None:
    product = Product(tmp_path / "state.json", 6, ["4", "2"])
    loop.correct_until(product, 2, "added")
    assert list(product.state.effort) == ["0", "1"]
    loop.correct_until(product, 5, "suggested")
    assert list(product.state.effort) == ["0", "1", "4", "2", "3"]
    loop.correct_until(product, 5, "suggested")
    assert len(product.state.effort) == 5


def test_the_table_has_a_line_for_each_round() -> None:
    rounds = [
        {"corrected": 0, "new": FIGURES},
        {"corrected": 4, "new": FIGURES, "promoted": True, "seconds": 90.0},
    ]
    found = loop.table({11: rounds})
    assert [row[0] for row in found.rows] == ["11, 0 videos", "11, 4 videos"]
    assert [len(row) for row in found.rows] == [len(found.columns)] * 2
    assert found.rows[1][4:7] == ("30 / 28", "4.0 s", "2.5 s") and found.rows[1][-2:] == ("yes", "1.5 min")
    assert found.rows[0][-2:] == ("", "") and json.dumps(found.facts)


@pytest.mark.parametrize("promoted", [True, False])
def test_the_table_of_corrupted_rounds_shows_what_was_named(promoted: bool) -> None:
    found = loop.corrupted_table([{"seed": 1, "spoiled": 20, "right": 15, "wrong": 1, "promoted": promoted}])
    assert found.rows == [("1", "20", "75 %", "1 of 16", "yes" if promoted else "no")]


def test_the_outcome_keeps_what_the_table_needs() -> None:
    result = {"name": "round 1", "promoted": False, "verdict": "…", "steps": 9, "corrections": {"share": 0.25}}
    kept = loop._outcome(result, 12.34)
    assert kept == {
        "name": "round 1",
        "promoted": False,
        "verdict": "…",
        "steps": 9,
        "seconds": 12.3,
        "suspicious": 0.25,
    }


def test_a_failed_job_ends_the_loop(tmp_path: Path) -> None:
    served: Any = SimpleNamespace(
        call=lambda *_: {"id": "j", "kind": "retrain", "status": "failed", "error": "no disk"}
    )
    product = LoopProject(served, None, LoopState(tmp_path / "s.json"), None)  # type: ignore[arg-type]
    with pytest.raises(JobFailed, match="no disk"):
        product.wait({"id": "j", "kind": "retrain", "status": "running"})


@pytest.mark.parametrize(("options", "rounds"), [([], 3), (["--first", "0"], 0), (["--first", "9"], 3)])
def test_no_round_at_all_measures_the_base_alone(
    options: list[str], rounds: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[int, int]] = []

    def run(seed: int, out: Path, rounds: int, steps: int | None) -> list[dict[str, Any]]:
        asked.append((seed, rounds))
        return [{"corrected": 0, "new": FIGURES}]

    monkeypatch.setattr(loop, "run_seed", run)
    monkeypatch.setattr("sys.argv", ["loop", *options])
    loop.main()

    assert asked == [(11, rounds), (12, rounds)]
    assert "11, 0 videos" in capsys.readouterr().out
