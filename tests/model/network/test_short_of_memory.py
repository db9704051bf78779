"""What is done where a GPU lacks memory: again with all that can be freed, then on the CPU; without a GPU nothing."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from model.network import short_of_memory
from model.network.short_of_memory import with_memory

FULL = torch.OutOfMemoryError("CUDA out of memory")


class OnGpu:
    """Stands for a network, which lies on a GPU at first."""

    def __init__(self, device: str = "cuda:0") -> None:
        self.moves = [torch.device(device)]

    def parameters(self) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(device=self.moves[-1])

    def to(self, device: Any) -> None:
        self.moves.append(torch.device(device))


class Work:
    """Fails with these errors in turn, then gives the device that the network is on."""

    def __init__(self, network: OnGpu, *errors: Exception) -> None:
        self.network, self.errors, self.calls = network, list(errors), 0

    def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return self.network.moves[-1].type


@pytest.fixture
def freed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The networks whose graphs were dropped."""
    networks: list[object] = []
    monkeypatch.setattr(short_of_memory, "forget", networks.append)
    return networks


def run(network: OnGpu, work: Work) -> str:
    return with_memory(network, work)  # type: ignore[arg-type]


def test_with_enough_memory_it_is_done_once(freed: list[object]) -> None:
    network = OnGpu()
    assert run(network, work := Work(network)) == "cuda" and work.calls == 1 and not freed


def test_what_graphs_and_caches_hold_may_be_enough(freed: list[object]) -> None:
    network = OnGpu()
    assert run(network, Work(network, FULL)) == "cuda" and freed == [network] and len(network.moves) == 1


def test_else_it_is_done_on_the_cpu_and_the_network_comes_back(freed: list[object]) -> None:
    network = OnGpu()
    with pytest.warns(RuntimeWarning, match="cuda:0 lacks memory, so this part runs on the CPU"):
        assert run(network, Work(network, FULL, FULL)) == "cpu"
    assert [one.type for one in network.moves] == ["cuda", "cpu", "cuda"]


def test_a_lack_on_the_cpu_and_any_other_error_is_raised(freed: list[object]) -> None:
    network = OnGpu()
    with pytest.warns(RuntimeWarning), pytest.raises(MemoryError):
        run(network, Work(network, FULL, FULL, MemoryError()))
    assert network.moves[-1].type == "cuda"
    with pytest.raises(RuntimeError, match="wrong shape"):
        run(network, Work(network, RuntimeError("wrong shape")))
    here = OnGpu("cpu")
    with pytest.raises(MemoryError):
        run(here, work := Work(here, MemoryError()))
    assert work.calls == 1
