from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.likely_errors.found import running_median, strength, stretches


def test_strength_is_one_half_at_the_half_and_rises() -> None:
    assert float(strength(0.6, half=0.6, steep=9)) == pytest.approx(0.5)
    values = strength(np.linspace(-200, 200, 9), half=0.6, steep=9)
    assert (np.diff(values) >= 0).all() and 0 <= values[0] < 0.01 and 0.99 < values[-1] <= 1


@given(st.lists(st.booleans(), max_size=30), st.integers(0, 3))
def test_stretches_cover_every_true_value_and_no_long_hole(flags: list[bool], bridge: int) -> None:
    found = stretches(np.array(flags, bool), bridge=bridge)
    inside = {t for first, last in found for t in range(first, last + 1)}
    assert {t for t, flag in enumerate(flags) if flag} <= inside
    for first, last in found:
        assert flags[first] and flags[last]
        holes = "".join("x" if flag else "." for flag in flags[first : last + 1]).split("x")
        assert all(len(hole) <= bridge for hole in holes)
    assert all(after[0] - before[1] > bridge + 1 for before, after in pairwise(found))


def test_a_running_median_leaves_its_own_value_out() -> None:
    assert running_median(np.array([1.0, 1.0, 1.0, 9.0, 1.0, 1.0, 1.0]), 2).tolist() == [1.0] * 7
    assert running_median(np.array([4.0]), 2).tolist() == [4.0]
