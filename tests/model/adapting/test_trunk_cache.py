"""Cached features are those of the trunk, in memory and on the disk, and are computed once."""

import errno
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from model.adapting.trunk_cache import TrunkCache
from model.training.clips import ClipSubset, origin
from tests.model.small import made_source, normal_clips, small_network


def test_features_are_computed_once_and_equal_wherever_they_are_kept() -> None:
    network = small_network()
    windows = [normal_clips(1, 3, seed=seed)[0] for seed in range(3)]
    one = sum(level.numel() for level in network.encode(windows[0][None], torch.tensor([[64.0, 96.0]])).levels) * 2
    cache = TrunkCache(network, limit_bytes=int(1.5 * one))
    computed = []

    def levels(number: int) -> tuple[torch.Tensor, ...]:
        return cache.levels(network, number, lambda: computed.append(number) or windows[number], (64, 96))  # type: ignore[func-returns-value]

    first = [levels(number) for number in range(3)]
    assert (cache.bytes_in_memory, cache.bytes_on_disk) == (one, 2 * one)
    again = [levels(number) for number in (2, 0, 1)]
    assert computed == [0, 1, 2]
    for number, found in zip((2, 0, 1), again, strict=True):
        whole = network.encode(windows[number][None], torch.tensor([[64.0, 96.0]])).levels
        for a, b, c in zip(found, first[number], whole, strict=True):
            assert a.dtype is torch.float16 and torch.equal(a, b)
            torch.testing.assert_close(a.float(), c, atol=2e-2, rtol=1e-3)
    cache.close()
    assert cache.bytes_in_memory == cache.bytes_on_disk == 0
    levels(1)
    assert computed == [0, 1, 2, 1]


def counted(cache: TrunkCache, source: object, number: int, computed: list[int]) -> None:
    def pixels() -> torch.Tensor:
        computed.append(number)
        return normal_clips(1, 3, seed=number)[0]

    cache.levels(source, number, pixels, (64, 96))


def test_what_is_beyond_the_limit_of_the_file_is_computed_each_time() -> None:
    cache, computed = TrunkCache(small_network().eval(), limit_bytes=0, disk_bytes=0), list[int]()
    for _ in range(2):
        counted(cache, cache, 1, computed)
    assert computed == [1, 1] and cache.bytes_on_disk == 0


def test_a_full_disk_costs_time_and_keeps_what_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    cache, computed = TrunkCache(small_network().eval(), limit_bytes=0), list[int]()
    counted(cache, cache, 1, computed)
    stored = cache.bytes_on_disk

    def refuse(self: TrunkCache, level: torch.Tensor) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(TrunkCache, "_append", refuse)
        counted(cache, cache, 2, computed)
    for number in (1, 2, 2):
        counted(cache, cache, number, computed)
    assert computed == [1, 2, 2, 2] and cache.bytes_on_disk == stored > 0
    monkeypatch.setattr(TrunkCache, "_append", lambda self, level: int("broken"))
    other = TrunkCache(small_network().eval(), limit_bytes=0)
    with pytest.raises(ValueError, match="broken"):
        counted(other, other, 3, computed)


def test_some_of_the_disk_is_left_free_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.adapting.trunk_cache.LEFT_FREE", 1 << 60)
    cache, computed = TrunkCache(small_network().eval(), limit_bytes=0), list[int]()
    for _ in range(2):
        counted(cache, cache, 1, computed)
    assert computed == [1, 1] and cache.bytes_on_disk == 0


class ShortFile(io.FileIO):
    """A file on a disk that has room for half of what is written."""

    def write(self, data: Any, /) -> int:
        return super().write(data[: len(data) // 2])


def full_file(**more: Any) -> Any:
    return Path("/dev/full").open("w+b", buffering=more.get("buffering", -1))


def test_a_full_disk_is_known_by_its_file_which_closes_without_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for made in (full_file, lambda **_: ShortFile(tmp_path / "short", "w+")):
        monkeypatch.setattr("model.adapting.trunk_cache.tempfile.TemporaryFile", made)
        cache, computed = TrunkCache(small_network().eval(), limit_bytes=0), list[int]()
        for _ in range(2):
            counted(cache, cache, 1, computed)
        assert computed == [1, 1] and cache.bytes_on_disk == 0
        cache.close()


def test_two_sources_have_windows_of_their_own_and_subsets_share_those_of_the_whole() -> None:
    one, two = made_source(), replace(made_source())
    cache = TrunkCache(small_network().eval(), limit_bytes=1 << 24)
    reads: list[int] = []

    def windows(source: Any, video: int) -> None:
        whole, place = origin(source, video)
        cache.levels(whole, place, lambda: reads.append(place) or normal_clips(1, 3, seed=1)[0], (64, 96))  # type: ignore[func-returns-value]

    windows(ClipSubset(one, [1]), 0)
    windows(ClipSubset(ClipSubset(one, [0, 1]), [1]), 0)
    windows(one, 1)
    assert reads == [1]
    windows(two, 1)
    assert reads == [1, 1]
