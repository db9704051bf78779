"""Means of likeness over windows are those that plain loops give."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from model.identity.likeness import Likeness, windows

from .scenes import BLUE, LEFT, RED, RIGHT, pictures, seen

A, B = seen({"a": LEFT, "b": RIGHT}, pictures((LEFT, RED), (RIGHT, BLUE)))
DRAW = np.random.default_rng(3)


def noisy(one, seed):  # type: ignore[no-untyped-def]
    draw = np.random.default_rng(seed)
    looks = draw.random(one.looks.shape).astype(np.float32)
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    return replace(one, looks=looks, trust=draw.random(len(looks)).astype(np.float32) + 0.1)


ends = st.integers(0, len(A.seen))


@given(st.integers(0, 99), ends, ends, ends, ends, st.booleans())
@settings(max_examples=40, deadline=None)
def test_means_are_those_of_loops(seed: int, r0: int, r1: int, c0: int, c1: int, same: bool) -> None:
    one = noisy(A, seed)
    other = one if same else noisy(B, seed + 1)
    (r0, r1), (c0, c1) = sorted((r0, r1)), sorted((c0, c1))
    total = weight = 0.0
    for i in range(r0, r1):
        for j in range(c0, c1):
            if same and i == j:
                continue
            trust = float(one.trust[i]) * float(other.trust[j])
            total += trust * float(one.looks[i] @ other.looks[j])
            weight += trust
    runs = (np.array([r0]), np.array([r1])), (np.array([c0]), np.array([c1]))
    (found,) = Likeness(one, other).mean(*runs)
    assert np.isnan(found) if weight < 1e-3 else abs(found - total / weight) < 1e-4


def test_windows_end_where_the_looks_do() -> None:
    (start, stop), (begin, end) = windows(A, np.array([0, 2, 20, 40]), 4)
    assert start.tolist() == [0, 0, 16, 36] and stop.tolist() == [0, 2, 20, 40]
    assert begin.tolist() == [0, 2, 20, 40] and end.tolist() == [4, 6, 24, 40]


def test_one_colour_is_like_itself_and_unlike_another() -> None:
    every = np.array([0]), np.array([len(A.seen)])
    assert Likeness(A, A).mean(every, every)[0] > 0.95
    assert Likeness(A, B).mean(every, every)[0] < 0.05
