"""Which part of a long list is whose, and on which device."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.shards import Shard


def test_without_torchrun_one_process_does_all() -> None:
    shard = Shard.of_environment({})

    assert (shard.rank, shard.count, shard.first, shard.session) == (0, 1, True, "")
    assert list(shard.mine([1, 2, 3])) == [1, 2, 3]


def test_the_environment_says_which_part_is_whose() -> None:
    found = {"RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "MASTER_ADDR": "a", "MASTER_PORT": "29500"}
    shard = Shard.of_environment(found)

    assert (shard.rank, shard.count, shard.local, shard.first) == (3, 4, 1, False)
    assert list(shard.mine(range(9))) == [3, 7]
    assert shard.session == Shard.of_environment({**found, "RANK": "0", "LOCAL_RANK": "0"}).session
    assert shard.session != Shard.of_environment({**found, "MASTER_PORT": "29501"}).session


@given(st.integers(1, 7), st.lists(st.integers(), max_size=30))
def test_every_item_has_exactly_one_process(count: int, items: list[int]) -> None:
    parts = [list(Shard(rank, count).mine(items)) for rank in range(count)]

    assert sorted(item for part in parts for item in part) == sorted(items)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize(
    "wrong", [{"RANK": "2", "WORLD_SIZE": "2"}, {"RANK": "1"}, {"WORLD_SIZE": "0"}, {"RANK": "x"}, {"RANK": "-1"}]
)
def test_an_environment_that_makes_no_sense_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="torchrun"):
        Shard.of_environment(wrong)


def test_each_process_takes_a_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)

    assert [Shard(rank, 4, rank).device(None) for rank in range(4)] == ["cuda:0", "cuda:1", "cuda:0", "cuda:1"]
    assert Shard(1, 2, 1).device("cuda") == "cuda:1"
    assert Shard(1, 2, 1).device("cuda:0") == "cuda:0", "a device that is named is taken"
    assert Shard(1, 2, 1).device("cpu") == "cpu"
    assert Shard().device(None) == "cuda:0"
