"""Processes that train together take the step that one process with all their clips would take."""

import os
import socket
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import multiprocessing as processes
from torch import nn

from model.config import TrainingConfig
from model.training import ranks
from model.training.clips import ClipVideo, clip_batches
from model.training.trainer import StepReport, Trainer, TrainingSettings, UnevenBatch
from tests.model.small import MadeSource, box_track, small_network, with_frozen_statistics, with_recipe

HW = (48, 64)


def source() -> MadeSource:
    """Two videos of one shape; the second has one track, so that the processes see different numbers of positives."""
    busy = (box_track(1, 0, (1, 1, 1), (4, 5, 20, 25), HW), box_track(2, 2, (1, 1, 0), (30, 10, 20, 20), HW))
    return MadeSource(
        (
            ClipVideo("a", 3, *HW, tracks=busy),
            ClipVideo("b", 3, *HW, tracks=(box_track(7, 1, (1, 1, 1), (9, 9, 24, 30), HW),)),
        )
    )


def recipe(**changes: object) -> TrainingConfig:
    base = {"steps": 2, "batch": 2, "warmup_steps": 0, "flip": 0.0, "decay_steps": (), "ema": 0.0}
    return with_recipe(**{**base, **changes})


def trained(folder: Path | None = None) -> tuple[Trainer, list[StepReport]]:
    settings = TrainingSettings(resume_path=folder / "resume.pt" if folder else None)
    made = Trainer(with_frozen_statistics(small_network()), source(), recipe(), settings)
    reports: list[StepReport] = []
    made.run(on_step=reports.append)
    return made, reports


def one_of_two(rank: int, port: int, out: str) -> None:
    """What each of two processes does; its findings go to a file."""
    os.environ |= {"WORLD_SIZE": "2", "RANK": str(rank), "LOCAL_RANK": str(rank)}
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    torch.set_num_threads(1)
    found: dict[str, Any] = {}
    with ranks.joined("cpu") as device:
        found["place"] = (ranks.rank(), ranks.ranks(), ranks.is_first(), device)
        found["total"] = ranks.total(torch.tensor([1.0, rank])).tolist()
        found["share"] = [ranks.share_of_positives(count, "cpu") for count in (rank * 4, 0)]
        layer = nn.ParameterList(
            [nn.Parameter(torch.zeros(3)), nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(1))]
        )
        layer[0].grad = torch.full((3,), 1.0 + rank)
        layer[1].grad = torch.ones(2) if rank else None
        ranks.average_gradients(layer)
        found["gradients"] = [None if p.grad is None else p.grad.tolist() for p in layer]
        other = nn.Linear(2, 1)
        nn.init.constant_(other.weight, rank)
        ranks.equalise(other)
        found["weight"] = other.weight.detach().tolist()
        try:
            ranks.require_agreement("number of frames", 5 + rank)
        except ranks.RanksDisagree as error:
            found["disagreement"] = str(error)
        try:
            Trainer(small_network(), source(), recipe(batch=3), TrainingSettings())
        except UnevenBatch as error:
            found["uneven"] = str(error)
        made, reports = trained(Path(out))
        found["losses"] = [(report.loss, report.parts, report.gradient_norm) for report in reports]
        found["state"] = made.network.state_dict()
        ranks.wait()
        found["files"] = sorted(path.name for path in Path(out).iterdir() if path.suffix == ".pt")
        again = Trainer(small_network(5), source(), recipe(), TrainingSettings(resume_path=Path(out) / "resume.pt"))
        found["resumed"] = (again.resume(), again.step)
        ranks.wait()
    torch.save(found, Path(out) / f"{rank}.found")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The findings of two processes that were started together."""
    out = tmp_path_factory.mktemp("together")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    processes.spawn(one_of_two, args=(port, str(out)), nprocs=2)
    return [torch.load(out / f"{rank}.found", weights_only=True) for rank in range(2)]


def test_each_process_knows_its_place(both: list[dict[str, Any]]) -> None:
    assert [found["place"] for found in both] == [(0, 2, True, "cpu"), (1, 2, False, "cpu")]


def test_sums_and_shares_count_every_process(both: list[dict[str, Any]]) -> None:
    for found in both:
        assert found["total"] == [2.0, 1.0]
        assert found["share"] == [2.0, 0.5]  # of 0 and 4 positives, and of none at all


def test_gradients_are_averaged_and_a_missing_one_counts_as_zeros(both: list[dict[str, Any]]) -> None:
    for found in both:
        assert found["gradients"] == [[1.5] * 3, [0.5] * 2, None]


def test_every_process_starts_from_the_weights_of_the_first(both: list[dict[str, Any]]) -> None:
    assert [found["weight"] for found in both] == [[[0.0, 0.0]]] * 2


def test_processes_with_different_data_stop(both: list[dict[str, Any]]) -> None:
    for found in both:
        assert found["disagreement"] == "the processes of this run do not agree on the number of frames (5, 6)"
        assert found["uneven"] == "3 clips of a step cannot be dealt out evenly to 2 processes"


def test_two_processes_take_the_steps_of_one_with_the_joint_batch(both: list[dict[str, Any]]) -> None:
    alone, reports = trained()
    for found in both:
        for report, (loss, parts, norm) in zip(reports, found["losses"], strict=True):
            assert loss == pytest.approx(report.loss, rel=1e-5)
            assert parts == pytest.approx(report.parts, rel=1e-4)
            assert norm == pytest.approx(report.gradient_norm, rel=1e-3)
        for key, value in alone.network.state_dict().items():
            # A weight moves by the learning rate, 1e-3, a step, whatever the size of its gradient.
            torch.testing.assert_close(found["state"][key], value, atol=2e-4, rtol=1e-3)
    for key, value in both[0]["state"].items():
        assert torch.equal(value, both[1]["state"][key])


def test_only_the_first_process_keeps_the_state_and_all_go_on_from_it(both: list[dict[str, Any]]) -> None:
    for found in both:
        assert found["files"] == ["resume.pt"]
        assert found["resumed"] == (True, 2)


def test_the_processes_share_the_clips_of_a_step_without_overlap() -> None:
    dataset = Trainer(small_network(), source(), recipe(), TrainingSettings()).dataset
    whole = clip_batches(dataset, count=3, size=4)
    parts = [clip_batches(dataset, count=3, size=2, rank=rank, ranks=2) for rank in range(2)]
    for step, batch in enumerate(whole):
        assert sorted(parts[0][step] + parts[1][step]) == batch


def test_one_process_alone_needs_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with ranks.joined("cuda:3") as device:
        assert device == "cuda:3"
    assert (ranks.rank(), ranks.ranks(), ranks.is_first(), ranks.started_together()) == (0, 1, True, 1)
    assert ranks.share_of_positives(0, "cpu") == 1.0 and ranks.share_of_positives(7, "cpu") == 7.0
    values = torch.tensor([1.0])
    assert ranks.total(values) is values
    ranks.require_agreement("anything", 3)
    ranks.wait()
