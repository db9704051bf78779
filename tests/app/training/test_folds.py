"""Who is held out: by the number of corrected videos, and always the same ones."""

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.training.folds import K_FOLD, LAST_THIRD, Fold, default_steps, evaluation_kind, folds


@pytest.mark.parametrize(("videos", "kind"), [(1, "last-third"), (2, "k-fold"), (4, "k-fold"), (5, "held-out")])
def test_how_it_is_measured_depends_on_the_number_of_videos(videos: int, kind: str) -> None:
    assert evaluation_kind(videos) == kind


def test_k_fold_holds_out_each_video_once() -> None:
    found = folds(["a", "b", "c"], ["1", "2", "3"])
    assert [fold.held_out for fold in found] == [(0,), (1,), (2,)]
    assert all(not set(fold.held_out) & set(fold.taught) for fold in found)


def test_a_held_out_video_stays_held_out_when_the_order_changes() -> None:
    contents = [f"content {n}" for n in range(10)]
    (fold,) = folds([f"v{n}" for n in range(10)], contents)
    (other,) = folds([f"v{n}" for n in range(10)], contents[::-1])
    assert len(fold.held_out) == 2 and not set(fold.held_out) & set(fold.taught)
    assert {contents[n] for n in fold.held_out} == {contents[::-1][n] for n in other.held_out}


def test_steps_grow_with_the_clips_within_limits() -> None:
    assert [default_steps(n) for n in (1, 50, 1000)] == [200, 500, 1500]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 30))
def test_every_corrected_video_is_held_out_where_that_is_possible_and_none_teaches_its_own_measure(count: int) -> None:
    contents = [f"content {k}" for k in range(count)]
    found = folds([f"v{k}" for k in range(count)], contents)
    kind = evaluation_kind(count)
    if kind == LAST_THIRD:
        assert found == (Fold((0,), (0,)),), "one video teaches its first part and is measured on its last"
        return
    for fold in found:
        assert fold.taught and fold.held_out
        assert sorted((*fold.taught, *fold.held_out)) == list(range(count))
    if kind == K_FOLD:
        assert sorted(index for fold in found for index in fold.held_out) == list(range(count))
    else:
        assert len(found) == 1 and len(found[0].held_out) == count // 5


@settings(max_examples=40, deadline=None)
@given(st.integers(5, 20), st.randoms(use_true_random=False))
def test_a_video_that_was_held_out_is_so_again_in_any_order(count: int, random: Any) -> None:
    contents = [f"content {k}" for k in range(count)]
    shuffled = random.sample(contents, count)
    one, other = (folds(["v"] * count, some)[0] for some in (contents, shuffled))
    assert {contents[k] for k in one.held_out} == {shuffled[k] for k in other.held_out}


@pytest.mark.parametrize(
    ("contents", "taught"),
    [
        ("aab", [{2}, {2}, {0, 1}]),
        ("aa", [{1}, {0}]),
        ("abcd", [{1, 2, 3}, {0, 2, 3}, {0, 1, 3}, {0, 1, 2}]),
    ],
)
def test_a_copy_of_a_held_out_video_does_not_teach_unless_there_is_nothing_else(
    contents: str, taught: list[set[int]]
) -> None:
    assert [set(fold.taught) for fold in folds(list(contents), list(contents))] == taught


def test_copies_of_a_held_out_video_among_many_do_not_teach() -> None:
    ranked = sorted((f"content {k}" for k in range(9)), key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    (fold,) = folds(["v"] * 12, ranked[:1] * 4 + ranked[1:])
    assert set(fold.held_out) == {0, 1} and set(fold.taught) == set(range(4, 12)), "2 and 3 are copies of 0 and 1"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_steps_stay_within_their_limits_and_never_fall(clips: int) -> None:
    assert 200 <= default_steps(clips) <= default_steps(clips + 1) <= 1500
