"""Cached features are those of the trunk, in memory and on the disk, and are computed once."""

import torch

from model.adapting.trunk_cache import TrunkCache
from tests.model.small import normal_clips, small_network


def test_features_are_computed_once_and_equal_wherever_they_are_kept() -> None:
    network = small_network()
    windows = [normal_clips(1, 3, seed=seed)[0] for seed in range(3)]
    one = sum(level.numel() for level in network.encode(windows[0][None], torch.tensor([[64.0, 96.0]])).levels) * 2
    cache = TrunkCache(network, limit_bytes=int(1.5 * one))
    computed = []

    def levels(number: int) -> tuple[torch.Tensor, ...]:
        return cache.levels(number, lambda: computed.append(number) or windows[number], (64, 96))  # type: ignore[func-returns-value]

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
