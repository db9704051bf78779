"""The strongest places, each far enough from the stronger ones."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.identity.places import peaks


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(0, 5), st.floats(0, 1))
def test_peaks_are_far_apart_and_nothing_stronger_is_left_out(values: list[float], apart: int, least: float) -> None:
    at, strength = np.arange(len(values)) * 2, np.array(values)
    found = list(peaks(at, strength, apart, least=least))
    assert all(strength[n] >= least for n in found)
    assert [strength[n] for n in found] == sorted((strength[n] for n in found), reverse=True)
    assert all(abs(at[m] - at[n]) > apart for k, m in enumerate(found) for n in found[:k])
    for n in set(range(len(values))) - set(found):
        near = [m for m in found if abs(at[m] - at[n]) <= apart]
        assert strength[n] < least or any(strength[m] >= strength[n] for m in near)
