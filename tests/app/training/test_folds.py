"""Which videos are trained on and measured in a retraining, and what it costs."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.training.folds import (
    HELD_OUT,
    K_FOLD,
    LAST_THIRD,
    MOST_MEASURED,
    Fold,
    Split,
    default_steps,
    evaluation_kind,
    measured_on,
    split,
)
from app.training.roles import CorrectedVideo, assigned
from storage.video_roles import HELD_OUT as HELD_OUT_ROLE

CLIPS = 6  # of a corrected video: thirty frames
STEPS_OF_MEASURING = 40


def videos(contents: str | int) -> list[CorrectedVideo]:
    names = contents if isinstance(contents, str) else [f"content {k}" for k in range(contents)]
    return [CorrectedVideo(name, frozenset({"fish"})) for name in names]


def made(count: int | str, *, learnt: set[str] | None = None, roles: dict[str, str] | None = None) -> Split:
    found = videos(count)
    return split(found, assigned(found, roles or {}), learnt=learnt or set())


@pytest.mark.parametrize(("count", "kind"), [(1, "last-third"), (2, "k-fold"), (4, "k-fold"), (5, "held-out")])
def test_how_it_is_measured_depends_on_the_number_of_different_videos(count: int, kind: str) -> None:
    assert evaluation_kind(count) == made(count).kind == kind


def test_one_video_is_trained_on_its_first_part_and_measured_on_its_last_and_kept_whole() -> None:
    for contents in ("a", "aa"):
        found = made(contents)
        assert found.kind == LAST_THIRD and found.folds == (Fold((0,), (0,)),)
        assert found.kept == Fold(tuple(range(len(contents))), ()) and found.measured == (0,)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=40),
    st.sets(st.integers(0, 40)),
    st.dictionaries(st.integers(0, 40).map(str), st.sampled_from(["trained", "held out", "golden"])),
)
def test_no_measured_video_or_copy_of_it_teaches_its_network(
    contents: list[int], learnt: set[int], given_roles: dict[str, str]
) -> None:
    names = [str(one) for one in contents]
    corrected = [CorrectedVideo(name) for name in names]
    roles = assigned(corrected, given_roles)
    found = split(corrected, roles, learnt={str(one) for one in learnt})
    if found.kind == LAST_THIRD:
        return
    out = {name for name in names if roles[name] == HELD_OUT_ROLE}
    assert {names[k] for k in found.kept.taught} == set(names) - out
    for fold in found.trainings:
        assert not {names[k] for k in fold.held_out} & {names[k] for k in fold.taught}
        assert not {names[k] for k in fold.taught} & out, "a video held out for good teaches no network"
        assert fold.taught or not set(names) - out
    measured = [names[k] for k in found.measured]
    assert len(set(measured)) == len(measured) <= MOST_MEASURED, "each content is measured once"
    assert found.before_learnt or not {int(name) for name in measured} & learnt


def test_under_five_videos_each_is_measured_by_a_network_that_never_saw_it() -> None:
    for count, folds in ((2, 2), (3, 3), (4, 3)):
        found = made(count)
        assert found.kind == K_FOLD and len(found.folds) == folds
        assert sorted(found.measured) == list(range(count)) == list(found.kept.taught)


@pytest.mark.parametrize(("count", "measured", "out"), [(5, 5, 2), (8, 8, 2), (16, 13, 3), (40, 8, 8)])
def test_from_five_videos_folds_add_to_the_held_out_ones_until_these_are_enough(
    count: int, measured: int, out: int
) -> None:
    found = made(count)
    assert (found.kind, len(found.measured), len(found.kept.held_out)) == (HELD_OUT, measured, out)


def test_what_the_checkpoint_in_use_has_learnt_is_not_measured_while_there_are_others() -> None:
    old = {f"content {k}" for k in range(4)}
    roles = dict.fromkeys(old, "trained")
    found = made(8, learnt=old, roles=roles)
    assert sorted(found.measured) == [4, 5, 6, 7] and not found.before_learnt
    nothing_new = made(4, learnt=old, roles=roles)
    assert nothing_new.before_learnt and len(nothing_new.measured) == 4
    assert made(1, learnt={"content 0"}).before_learnt and not made(1).before_learnt


def cost(count: int) -> int:
    """Steps of a retraining of the first round; a measured video counts before and after."""
    found = made(count)
    training = sum(default_steps(CLIPS * len(fold.taught)) for fold in found.trainings)
    return training + 2 * STEPS_OF_MEASURING * len(found.measured)


def test_the_cost_grows_evenly_with_the_number_of_videos() -> None:
    costs = [cost(count) for count in range(1, 26)]
    for few, more in pairwise(costs):
        assert 0.75 * few <= more <= 1.6 * few
    assert cost(5) > cost(4) and cost(4) < 1.6 * cost(3)


def test_the_name_of_the_set_says_how_many_videos_folds_measured() -> None:
    assert made(8).set_name == "8 videos, 6 of them by folds"
    assert made(8).name_of([0, 1, 6, 7]) == "4 videos, 2 of them by folds", "those held out for good come last"
    assert measured_on(HELD_OUT, 8) == "8 held-out videos" and made(3).set_name == "3 videos by k-fold"
    assert made(1).set_name == "the last third of the one corrected video"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_steps_stay_within_their_limits_and_never_fall(clips: int) -> None:
    assert 200 <= default_steps(clips) <= default_steps(clips + 1) <= 1500
    assert [default_steps(n) for n in (1, 50, 1000)] == [200, 500, 1500]
