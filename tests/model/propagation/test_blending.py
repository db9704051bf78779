"""Both directions put together: the nearer and the more trusted one counts more, given masks stand."""

from dataclasses import replace

import numpy as np
import pytest

from model.propagation.blending import KeptStep, blended, guesses
from model.propagation.guess import UNLIKE
from model.propagation.walk import Step

SHAPE = (20, 30)


def step(first: int, last: int, *, trust: float = 0.8, distance: int = 5, high: float = 0.9) -> Step:
    """A bar of columns."""
    chance = np.full(SHAPE, 0.05, np.float32)
    chance[5:15, first:last] = high
    return Step(chance, trust, distance)


HIDDEN = Step(None, 0.0, 5)


def area(one: Step | None) -> int:
    return 0 if one is None or one.chance is None else int((one.chance > 0.5).sum())


@pytest.mark.parametrize(("near", "far", "kept"), [(1, 9, 0), (9, 1, 1)])
def test_the_nearer_side_decides_where_they_differ(near: int, far: int, kept: int) -> None:
    sides = [step(5, 15, distance=near), step(10, 20, distance=far)]

    both = blended(*sides)

    assert both is not None and both.chance is not None and sides[kept].chance is not None
    assert np.array_equal(both.chance > 0.5, sides[kept].chance > 0.5)
    assert both.distance == min(near, far)


def test_the_more_trusted_side_decides_at_equal_distance() -> None:
    sure, unsure = step(5, 15, trust=0.9), step(10, 20, trust=0.2)

    for both in (blended(sure, unsure), blended(unsure, sure)):
        assert both is not None and both.chance is not None
        assert both.chance[10, 7] > 0.5 > both.chance[10, 17] and 0.7 < both.trust < 0.9


def test_one_side_alone_is_taken_and_a_given_mask_stands() -> None:
    one, given = step(5, 15), Step(step(0, 3).chance, 1.0, 0, given=True)

    assert blended(one, None) is one and blended(None, one) is one and blended(None, None) is None
    assert blended(one, given) is given and blended(given, one) is given


def test_a_supported_mask_wins_over_an_absence_and_an_unsupported_one_only_nearby() -> None:
    assert area(blended(HIDDEN, step(5, 15, trust=0.6, distance=9))) == 100
    assert area(blended(HIDDEN, step(5, 15, trust=0.1, distance=9))) == 0
    assert area(blended(step(5, 15, trust=0.1, distance=2), HIDDEN)) == 100
    assert area(blended(HIDDEN, HIDDEN)) == 0


def test_a_kept_step_comes_back_as_it_was() -> None:
    for one in (step(5, 15), HIDDEN, Step(np.zeros(SHAPE, np.float32), 0.3, 2, lost=True)):
        back = KeptStep.of(one).whole(*SHAPE)

        assert (back.trust, back.distance, back.given, back.lost) == (one.trust, one.distance, one.given, one.lost)
        assert area(back) == area(one)
        if one.chance is not None and back.chance is not None:
            assert np.abs(back.chance - one.chance).max() < 1 / 250


def test_guesses_share_no_pixel_and_leave_out_what_was_given() -> None:
    steps = {1: step(5, 15, high=0.9), 2: step(10, 20, high=0.8), 3: HIDDEN, 4: Step(None, 1.0, 0, given=True)}

    found = guesses(steps, (40, 60))

    assert sorted(found) == [1, 2, 3]
    first, second = found[1].mask, found[2].mask
    assert first is not None and second is not None and first.shape == (40, 60)
    assert not (first & second).any() and first.sum() > second.sum()
    assert found[3].mask is None and found[3].needs_look


def test_less_trust_and_more_distance_mean_less_confidence() -> None:
    figures = [(0.9, 1), (0.9, 20), (0.3, 20)]

    found = [guesses({1: step(5, 15, trust=trust, distance=far)}, SHAPE)[1] for trust, far in figures]

    assert [one.needs_look for one in found] == [False, False, True]
    assert found[0].confidence > found[1].confidence > found[2].confidence > 0


def test_a_mask_of_something_unlike_needs_a_look_whatever_supports_it() -> None:
    same, other = (replace(step(5, 15, trust=0.95), alike=alike) for alike in (UNLIKE + 0.05, UNLIKE - 0.05))

    assert [guesses({1: one}, SHAPE)[1].needs_look for one in (same, other)] == [False, True]
    both = blended(same, other)
    assert both is not None and both.alike == pytest.approx(UNLIKE)
    assert KeptStep.of(other).whole(*SHAPE).alike == other.alike
    unknown = blended(same, step(5, 15))
    assert unknown is not None and unknown.alike is None


def test_of_two_sides_the_nearer_one_says_whether_the_track_was_hidden_on_the_way() -> None:
    def needs_look(forward: Step, backward: Step) -> bool:
        both = blended(forward, backward)
        assert both is not None
        return guesses({1: both}, SHAPE)[1].needs_look

    behind = replace(step(5, 15, distance=2), again=True)
    assert needs_look(behind, step(5, 15, distance=9))
    assert not needs_look(behind, step(5, 15, distance=1))
