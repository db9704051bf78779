"""The run for a GPU, on a CPU: every section gives its figures, and a mistake of a part shows."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from model.network.fpn import FPN
from tests.benchmarks import cuda
from tests.benchmarks._device_checks import deviations, replay_deviation
from tests.benchmarks.cuda import TINY, Line, Run, table
from tests.model.small import CONFIG, normal_clips, small_network

SIZE = torch.tensor([[40.0, 90.0]])


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    return list(Run("cpu", TINY, golden=None, until=time.monotonic() + 600).lines())


def test_every_section_gives_its_figures(lines: list[Line]) -> None:
    assert [line.what for line in lines if line.what.startswith(("failed", "left out"))] == []
    sections = {line.section for line in lines if line.what != "time of the section"}
    assert sections == {"parts", "speed", "video", "step", "trained", "bfloat16", "training", "golden"}
    verdicts = {line.what: line.verdict for line in lines if line.section in ("parts", "video")}
    assert set(verdicts.values()) == {"holds", ""}
    assert sum(line.section == "bfloat16" and line.value > 0 for line in lines) > 5


def test_a_device_that_computes_another_part_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    network, clips = small_network(), normal_clips(1, 2, (64, 96))
    exact = {one.part: one.share for one in deviations(network, clips, SIZE, "cpu")}
    assert set(exact.values()) == {0.0} and len(exact) == 5 + CONFIG.head.stages
    right, calls = FPN.forward, []

    def wrong(self: FPN, maps: list[torch.Tensor]) -> list[torch.Tensor]:
        calls.append(self)
        return [level * (1.0 if self is calls[0] else 1.01) for level in right(self, maps)]

    monkeypatch.setattr(FPN, "forward", wrong)
    found = {one.part: one.share for one in deviations(network, clips, SIZE, "cpu")}
    assert found["pyramid"] == pytest.approx(0.01, rel=0.01) and found["whole"] > 0
    assert {found[name] for name in ("backbone", "RoIAlign", "stage 1", "masks")} == {0.0}


def test_replayed_clips_are_compared_with_passes_as_usual() -> None:
    network, clips = small_network(), [normal_clips(1, 2, (64, 96)) + seed for seed in range(3)]

    def stale(run: Callable[[], None]) -> Callable[[], None]:
        run()
        return lambda: None  # gives the results of the clip that was recorded

    def fresh(run: Callable[[], None]) -> Callable[[], None]:
        run()
        return run

    def none(run: Callable[[], None]) -> Callable[[], None]:
        raise RuntimeError("no graphs here")

    assert replay_deviation(network, clips, SIZE, autocast=None, record=fresh) == 0.0
    assert replay_deviation(network, clips, SIZE, autocast=None, record=stale) > 0.0
    with pytest.warns(RuntimeWarning), pytest.raises(RuntimeError, match="no graph was recorded"):
        replay_deviation(network, clips, SIZE, autocast=None, record=none)


def test_a_section_that_fails_is_named_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run("cpu", TINY, golden=None, until=time.monotonic() + 600)

    def broken() -> Iterator[Line]:
        raise RuntimeError("out of memory")
        yield

    def short() -> Iterator[Line]:
        yield Line("video", "frames", 3.0, "3", least=2.0)

    for name in ("_parts", "_speed", "_step", "_trained", "_bfloat16", "_training", "_ways", "_compiled"):
        monkeypatch.setattr(run, name, broken)
    monkeypatch.setattr(run, "_video", short)
    found = table(list(run.lines()), device="cpu")
    assert found.facts["missed"] == 8
    assert ("parts", "failed: RuntimeError: out of memory", "", "<= 0", "MISSED") in found.rows
    assert ("video", "frames", "3", ">= 2", "holds") in found.rows


def test_what_no_longer_fits_is_left_out() -> None:
    lines = list(Run("cpu", TINY, golden=None, until=0.0).lines())
    assert {line.what for line in lines} == {"left out: the time is over"}
    assert {line.verdict for line in lines} == {"MISSED"}, "what was not looked at does not hold"
    sections = [line.section for line in lines]
    assert sections[:4] == ["parts", "golden", "ways", "video"] and sections[-1] == "compiled", "no goal depends on it"


def test_nothing_is_compiled_before_the_goals_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run("cpu", TINY, golden=None, until=time.monotonic() + 60)
    run.device = "cuda"
    monkeypatch.setattr(cuda, "frames_a_second", lambda *_, way: {"graph": 1.0, "compiled": 2.0}[way])
    monkeypatch.setattr(run, "_replayed", lambda autocast: iter(()))
    assert [line.value for line in run._ways()] == [1.0] and [line.value for line in run._compiled()] == [2.0]


def test_a_figure_that_is_no_number_is_missed() -> None:
    assert Line("a", "b", float("nan"), "", most=1.0).verdict == "MISSED"
    assert Line("a", "b", 2.0, "", least=1.0).verdict == "holds" and Line("a", "b", 2.0, "").verdict == ""


def test_the_command_writes_json_and_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Run, "lines", lambda self: iter([Line("a", "b", 2.0, "2", most=1.0)]))
    out = tmp_path / "found.json"
    monkeypatch.setattr(sys, "argv", ["cuda", "--device", "cpu", "--tiny", "--out", str(out)])
    assert cuda.main() == 1
    assert json.loads(out.read_text())["lines"][0]["verdict"] == "MISSED"
    assert "| a | b | 2 | <= 1 | MISSED |" in out.with_suffix(".md").read_text()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(sys, "argv", ["cuda"])
    assert cuda.main() == 1 and "no CUDA GPU" in capsys.readouterr().err


def test_golden_figures_are_checked_in_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Done:
        stdout, stderr = json.dumps({"checks": 12, "failed": 1}), ""

    ran: list[list[str]] = []

    def fake(command: list[str], **options: object) -> Done:
        ran.append(command[1:])
        return Done()

    monkeypatch.setattr(cuda.subprocess, "run", fake)
    run = Run("cpu", TINY, golden=tmp_path, until=time.monotonic() + 60)
    assert [line.verdict for line in run._conform()] == ["holds", "MISSED"]
    assert ran == [["-m", "app.commands", "conform", str(tmp_path), "--device", "cpu", "--json"]]
    monkeypatch.setattr(Done, "stdout", "")
    monkeypatch.setattr(Done, "stderr", "no such folder")
    with pytest.raises(RuntimeError, match="no such folder"):
        list(run._conform())
