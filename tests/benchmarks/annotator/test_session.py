"""The annotator's bill with each set of tools, with tools that are made up."""

import random
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.benchmarks.annotator.costs import SECONDS
from tests.benchmarks.annotator.plan import ShownTrack, TrueTrack
from tests.benchmarks.annotator.session import Bill, Order, boxing, brushing, drawing, spreading
from tests.benchmarks.annotator.tools import Known, Spread, box_of

COUNT, HW = 8, (40, 60)


def square(x: int, side: int = 12) -> np.ndarray:
    mask = np.zeros(HW, bool)
    mask[6 : 6 + side, x : x + side] = True
    return mask


WALK = {t: square(3 + 4 * t) for t in range(COUNT)}
THING = TrueTrack("dog", WALK)
NOTHING = np.zeros(HW, bool)


def sure_box(frame: int, box: tuple[int, int, int, int]) -> np.ndarray:
    """A box tool that draws the box, which is what these things are."""
    assert frame in WALK
    mask = NOTHING.copy()
    mask[box[1] : box[3], box[0] : box[2]] = True
    return mask


def no_box(frame: int, box: tuple[int, int, int, int]) -> np.ndarray:
    return NOTHING


class FakeSpread:
    """Spreads the truth over ``reach`` frames from a given one, and nothing beyond; remembers what it was asked."""

    def __init__(self, reach: int, wrong: Mapping[int, float] | None = None) -> None:
        self.reach, self.wrong = reach, dict(wrong or {})
        self.asked: list[tuple[tuple[int, ...], int, int]] = []
        self.others: list[list[int]] = []

    def __call__(self, right: Known, start: int, stop: int, others: Sequence[Known] = ()) -> dict[int, Spread]:
        self.others = [sorted(one) for one in others]
        self.asked.append((tuple(sorted(right)), start, stop))
        found = {}
        for t in range(start, stop):
            near = min(abs(t - one) for one in right)
            mask = WALK.get(t) if near <= self.reach and t not in self.wrong else square(40)
            found[t] = Spread(mask, self.wrong.get(t, 1.0 - near / 100))
        return found


def run(shown: list[ShownTrack], spread: FakeSpread, order: Order = "played", thing: TrueTrack = THING) -> Bill:
    return spreading(shown, [thing], COUNT, box=sure_box, spread=spread, order=order)


def test_drawing_costs_a_new_track_and_every_mask() -> None:
    bill = drawing([THING, THING])
    assert bill.seconds == {"track": 2 * SECONDS["track"], "draw": 2 * COUNT * SECONDS["draw"]}
    assert bill.hands == 2 + 2 * COUNT


@pytest.mark.parametrize("step", [1, 3, 50])
def test_a_box_that_becomes_the_mask_needs_a_verdict_and_one_that_fails_is_drawn(step: int) -> None:
    good, bad = boxing([THING], sure_box, step=step), boxing([THING], no_box, step=step)
    assert good.gestures == {"track": 1, "box": COUNT, "accept": COUNT}
    assert bad.gestures == {"track": 1, "box": COUNT, "draw": COUNT}


def test_right_proposals_are_watched_and_accepted_at_once() -> None:
    bill = brushing([ShownTrack("a", "dog", WALK)], [THING], COUNT)
    assert bill.gestures == {"accept": 1, "watch": 0, "complete": 1}
    assert bill.seconds["watch"] == pytest.approx(COUNT * SECONDS["watch"])
    assert run([ShownTrack("a", "dog", WALK)], FakeSpread(0)).seconds == pytest.approx(bill.seconds)


def test_one_box_and_one_spread_may_do_for_a_thing_without_proposal() -> None:
    spread = FakeSpread(COUNT)
    bill = run([], spread)
    assert bill.gestures == {"track": 1, "complete": 1, "box": 1, "accept": 2, "spread": 1, "watch": 0}
    assert spread.asked == [((0,), 0, COUNT)]


def test_a_mended_frame_is_spread_to_its_settled_neighbours_only() -> None:
    wrong = {**WALK, 4: square(4 * 4 + 8), 5: square(40), 6: square(40)}
    spread = FakeSpread(COUNT)
    bill = run([ShownTrack("a", "dog", wrong)], spread)
    assert spread.asked == [((3, 4, 7), 4, 7)]
    assert bill.gestures["brush"] == 1 and bill.gestures["spread"] == 1 and "box" not in bill.gestures


def test_finished_things_compete_with_the_next_one() -> None:
    spread = FakeSpread(COUNT)
    second = TrueTrack("cat", {t: square(3, 6) for t in range(COUNT)})
    spreading([ShownTrack("a", "dog", WALK)], [THING, second], COUNT, box=no_box, spread=spread, order="played")
    _, start, stop = spread.asked[-1]
    assert spread.others == [[t for t in range(COUNT) if start - 1 <= t <= stop]]


def test_what_is_shown_where_nothing_is_costs_one_verdict() -> None:
    thing = TrueTrack("dog", {t: mask for t, mask in WALK.items() if t < 5})
    bill = run([ShownTrack("a", "dog", WALK)], FakeSpread(COUNT), thing=thing)
    assert bill.gestures["absent"] == 1 and "brush" not in bill.gestures and "spread" not in bill.gestures


def test_the_queue_leads_to_the_frame_of_which_the_tools_are_least_sure() -> None:
    frames: dict[str, list[int]] = {}
    for order in ("played", "queue"):
        spread = FakeSpread(COUNT, wrong={2: 0.5, 5: 0.1})
        run([], spread, order)
        frames[order] = [right[1] for right, *_ in spread.asked[1:]]  # behind a settled neighbour
    assert frames["played"][0] == 2 and frames["queue"][0] == 5


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 3), st.integers(0, 99), st.sampled_from(["played", "queue"]), st.booleans())
def test_all_becomes_right_with_any_tools(reach: int, seed: int, order: Order, proposed: bool) -> None:
    rng = random.Random(seed)
    seen = {t: mask for t, mask in WALK.items() if rng.random() < 0.7}
    shown = [ShownTrack("a", "dog", {t: rng.choice([mask, square(30)]) for t, mask in WALK.items()})]
    spread = FakeSpread(reach, {t: rng.random() for t in range(COUNT) if rng.random() < 0.3})
    thing = TrueTrack("dog", seen or {0: WALK[0]})
    bill = run(shown if proposed else [], spread, order, thing)
    assert 0 < bill.total < 60 * COUNT + 60


def test_a_box_is_around_all_pixels() -> None:
    mask = square(5) | square(30, 3)
    left, top, right, bottom = box_of(mask)
    assert (left, top, right, bottom) == (5, 6, 33, 18)
    assert mask[top:bottom, left:right].sum() == mask.sum()
