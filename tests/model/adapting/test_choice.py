"""The rule that chooses steps and blend: what is gained, what is noise, and what may be forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.adapting.blending import BLENDS
from model.adapting.choice import MOST_FORGOTTEN, NOISE, Figures, chosen, noise, objective

BASE = {"AP": 0.0, "AP_without_classes": 0.3, "best_iou": 0.6}
Made = tuple[int, float]  # steps and blend


@dataclass
class Fold:
    """A fold whose AP is given by steps and blend; its networks are these two numbers."""

    ap: dict[Made, float]
    base: Figures = field(default_factory=lambda: BASE)
    drawn: float = 1.0
    held: Any = field(default_factory=lambda: SimpleNamespace(videos=[None] * 4))

    @property
    def at(self) -> dict[int, Figures]:
        return {steps: self.figures(steps, 1.0) for steps, share in self.ap if share == 1.0}

    def figures(self, mark: int, share: float) -> Figures:
        return {**BASE, "AP": self.ap.get((mark, share), 0.0)}

    def checkpoint(self, steps: int, share: float) -> Any:
        return steps, share


def forgetting(lost: dict[Made, float], asked: list[Made]) -> Any:
    def forgotten(networks: Sequence[Any]) -> float:
        [made] = set(networks)  # all folds at the same steps and blend
        asked.append(made)
        return lost[made]

    return forgotten


def folds(*ap: dict[Made, float]) -> list[Any]:
    return [Fold(one) for one in ap]


def test_more_held_out_videos_tell_smaller_differences_apart() -> None:
    def of(*held: int) -> Any:
        return [SimpleNamespace(held=SimpleNamespace(videos=[None] * count)) for count in held]

    assert noise(of(1)) == NOISE
    assert noise(of(8, 8)) == pytest.approx(NOISE / 4)


def test_falling_below_the_base_without_classes_counts_against_a_blend() -> None:
    better = {"AP": 0.3, "AP_without_classes": 0.3, "best_iou": 0.6}
    worse = {"AP": 0.33, "AP_without_classes": 0.27, "best_iou": 0.6}
    assert objective(better, BASE) > objective(worse, BASE)
    assert objective(BASE, BASE) == pytest.approx(0.3)
    assert objective(better, BASE, 0.0) < objective(worse, BASE, 0.0)  # the truth is the base's own work


GAINS = {(1, 1.0): 0.3, (2, 1.0): 0.9, (2, 0.75): 0.9, (2, 0.5): 0.85, (2, 0.25): 0.2}
LOST = {(2, 1.0): 0.03, (2, 0.75): 0.02, (2, 0.5): 0.009, (2, 0.25): 0.0, (1, 1.0): 0.02}


def test_what_forgets_too_much_gives_way_to_a_part_of_the_trained_weights() -> None:
    asked: list[Made] = []
    choice, alone = chosen(folds(GAINS, GAINS), forgetting(LOST, asked))
    assert (choice.steps, choice.blend) == (2, 0.5)
    assert [(line["steps"], line["blend"]) for line in alone] == [(2, 0.5)] * 2
    assert asked == [(2, 1.0), (2, 0.75), (2, 0.5)], "each once, and none in vain"
    known = {(line["steps"], line["blend"]): line.get("forgotten") for line in choice.table}
    assert known == {**dict.fromkeys(GAINS), (0, 0.0): None, (2, 1.0): 0.03, (2, 0.75): 0.02, (2, 0.5): 0.009}


def test_nothing_is_asked_in_vain_where_the_whole_way_forgets_nothing() -> None:
    asked: list[Made] = []
    choice, _ = chosen(folds(GAINS, GAINS), forgetting({(2, 1.0): MOST_FORGOTTEN}, asked))
    assert (choice.steps, choice.blend, asked) == (2, 1.0, [(2, 1.0)])


def test_a_gain_that_is_forgotten_for_leaves_the_best_of_the_rest() -> None:
    lost = {**LOST, (2, 0.5): 0.02}
    choice, _ = chosen(folds(GAINS, GAINS), forgetting(lost, []))
    assert (choice.steps, choice.blend) == (2, 0.25), "noise of the best that is left, so the furthest"


@dataclass
class Knowing(Fold):
    """A fold whose base knows the categories by name."""

    base: Figures = field(default_factory=lambda: {**BASE, "AP": 0.1})


def test_where_all_that_is_better_forgets_too_much_a_base_that_knows_the_names_is_kept() -> None:
    lost = {**dict.fromkeys(GAINS, 0.03), (2, 0.5): 0.02}
    choice, alone = chosen([Knowing(GAINS), Knowing(GAINS)], forgetting(lost, []))
    assert (choice.steps, choice.blend) == (0, 0.0) and {line["steps"] for line in alone} == {0}


def test_a_base_that_names_nothing_gives_way_to_what_forgets_least() -> None:
    lost = {**dict.fromkeys(GAINS, 0.03), (2, 0.5): 0.02}
    choice, alone = chosen(folds(GAINS, GAINS), forgetting(lost, []))
    assert (choice.steps, choice.blend) == (2, 0.5)
    assert {(line["steps"], line["blend"]) for line in alone} == {(2, 0.5)}
    assert chosen(folds({(1, 1.0): -0.5}), forgetting(lost, []))[0].steps == 0, "nothing is better than it"


def lines_of(choice: Any) -> dict[Made, float]:
    return {(line["steps"], line["blend"]): line["objective"] for line in choice.table}


aps = st.fixed_dictionaries({(mark, share): st.floats(-0.5, 1.0) for mark in (1, 2) for share in BLENDS})
losses = st.fixed_dictionaries({(mark, share): st.floats(-0.1, 0.1) for mark in (1, 2) for share in BLENDS})


@given(st.lists(aps, min_size=1, max_size=3), losses)
def test_what_is_chosen_is_better_than_the_base_and_has_forgotten_next_to_nothing(
    gains: list[dict[Made, float]], lost: dict[Made, float]
) -> None:
    choice, alone = chosen(folds(*gains), forgetting(lost, asked := []))
    assert len(asked) == len(set(asked))
    assert len(alone) == len(gains)
    for made in [(choice.steps, choice.blend), *((line["steps"], line["blend"]) for line in alone)]:
        within = [other for other in lost if lost[other] <= MOST_FORGOTTEN and other in lines_of(choice)]
        better = [other for other in within if lines_of(choice)[other] > lines_of(choice)[0, 0.0]]
        assert made == (0, 0.0) or lost[made] <= MOST_FORGOTTEN or len(gains) > 1 or not better
    lines = lines_of(choice)
    best = lines[choice.steps, choice.blend]
    assert best > lines[0, 0.0] or choice.steps == 0
    free, _ = chosen(folds(*gains))
    harmless, _ = chosen(folds(*gains), lambda networks: -0.01)
    assert (free.steps, free.blend) == (harmless.steps, harmless.blend)
