"""Who is held out: by the number of corrected videos, and always the same ones."""

import pytest

from app.training.folds import default_steps, evaluation_kind, folds


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
