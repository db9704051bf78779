"""Colour signatures: equal for equal colours, apart for others, weighted, and independent of positions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.tracking.appearance import BINS, colour_bins, colour_signature


def flat(colour: tuple[int, int, int], hw: tuple[int, int] = (12, 20)) -> np.ndarray:
    return np.full((*hw, 3), colour, np.uint8)


def signature(frame: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    bins = colour_bins(frame, (6, 10))
    return colour_signature(bins, np.ones(bins.shape) if weights is None else weights)


@settings(deadline=None)
@given(st.integers(0, 300))
def test_bins_are_in_range_and_signatures_have_unit_length(seed: int) -> None:
    frame = np.random.default_rng(seed).integers(0, 256, (12, 20, 3), dtype=np.uint8)
    bins = colour_bins(frame, (6, 10))
    assert bins.shape == (6, 10) and bins.min() >= 0 and bins.max() < BINS
    assert np.linalg.norm(signature(frame)) == pytest.approx(1.0, abs=1e-5)


def test_equal_colours_agree_and_others_do_not() -> None:
    assert signature(flat((200, 30, 30))) @ signature(flat((200, 30, 30))) == pytest.approx(1.0)
    assert signature(flat((200, 30, 30))) @ signature(flat((30, 30, 200))) == 0.0


def test_grey_levels_are_told_apart() -> None:
    assert signature(flat((20, 20, 20))) @ signature(flat((230, 230, 230))) == 0.0


def test_where_the_colours_are_does_not_matter() -> None:
    halves = np.concatenate([flat((200, 30, 30)), flat((30, 160, 30))], axis=1)
    assert signature(halves) @ signature(halves[:, ::-1].copy()) == pytest.approx(1.0, abs=1e-5)


def test_only_what_weighs_counts() -> None:
    frame = np.concatenate([flat((200, 30, 30), (12, 10)), flat((30, 160, 30), (12, 10))], axis=1)
    weights = np.zeros((6, 10))
    weights[:, :4] = 1
    assert signature(frame, weights) @ signature(flat((200, 30, 30))) == pytest.approx(1.0, abs=1e-5)
    assert not signature(frame, np.zeros((6, 10))).any()
