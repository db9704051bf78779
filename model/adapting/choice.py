"""How far a training goes: the rule that chooses its steps and its blend from what the folds show.

The figures of a few videos vary by more than longer training changes them, and truth that is the base's own accepted
proposals shows every change of its masks as a loss. So the longest training is taken that is not clearly worse than the
best one, and the two figures without classes count by how much of the truth a person drew.

What the network knew before may be lost on the way. Where that can be measured, only what loses next to nothing is
taken: less of the trained weights, or fewer steps.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from model.adapting.blending import BLENDS
from model.training.clips import ClipSource
from model.weights.checkpoint import ModelCheckpoint

NAMES = ("AP", "AP_without_classes", "best_iou")
NOISE = 0.2  # two standard errors of the mean figures of one video, between equally good networks
ACCEPTED_WEIGHT = 0.25  # of the figures without classes where all truth is accepted proposals; 1 if a person drew it
MOST_FORGOTTEN = 0.01  # AP, as much as a promotion allows on other videos: with half of it hardly anything is learnt
Figures = dict[str, float]
Forgotten = Callable[[Sequence[ModelCheckpoint]], float]
"""AP (0 to 1) that networks, one of each fold, have lost of what the base knew; negative if they have gained."""
_Row = tuple[int, float, Sequence[Figures]]  # steps, blend, figures of each fold


class MeasuredFold(Protocol):
    """A trained fold: its figures ``at`` the marks, those of the ``base``, and the share of the truth that is drawn."""

    base: Figures
    drawn: float
    at: dict[int, Figures]

    @property
    def held(self) -> ClipSource:
        """The videos that the fold does not learn."""

    def figures(self, mark: int, share: float) -> Figures:
        """The figures of the weights at a mark, blended with those before training."""

    def checkpoint(self, steps: int, share: float) -> ModelCheckpoint:
        """The network that has them."""


@dataclass(frozen=True)
class Choice:
    """How to train: ``steps``, and the ``blend`` of the outcome (0: not at all).

    ``table`` has a line per step and blend that was tried, with the mean figures over the folds (0 to 1). ``stopped``:
    a sentence for each fold whose training failed on its way.
    """

    steps: int
    blend: float
    table: list[dict[str, Any]] = field(default_factory=list)
    stopped: tuple[str, ...] = ()


def objective(found: Figures, base: Figures, drawn: float = 1.0) -> float:
    """The mean of the figures; what falls below the base's without classes counts against it once more.

    ``drawn``: the share of the truth that a person drew, by which the figures without classes count.
    """
    weight = ACCEPTED_WEIGHT + (1 - ACCEPTED_WEIGHT) * drawn
    named, others = NAMES[0], NAMES[1:]
    mean = (found[named] + weight * sum(found[name] for name in others)) / (1 + weight * len(others))
    return mean - weight * sum(max(base[name] - found[name], 0.0) for name in others)


def noise(folds: Sequence[MeasuredFold]) -> float:
    """A difference in the objective that the held-out videos of these folds cannot tell from none."""
    return NOISE / math.sqrt(max(sum(len(fold.held.videos) for fold in folds), 1))


def chosen(folds: Sequence[MeasuredFold], forgotten: Forgotten | None = None) -> tuple[Choice, list[dict[str, Any]]]:
    """The choice, and for each fold the line of the table that the other folds choose.

    ``forgotten`` measures what the networks of the folds have lost at some steps and blend. Lines of the table that
    were measured have it; none of more than `MOST_FORGOTTEN` is chosen, unless the base names nothing there and all
    else is no better: then that which forgets least is better than a network that finds nothing. It is asked for as few
    lines as possible.
    """
    marks = sorted(set.intersection(*(set(fold.at) for fold in folds)))
    rows: list[_Row] = [(mark, 1.0, [fold.at[mark] for fold in folds]) for mark in marks]
    untouched: _Row = (0, 0.0, [fold.base for fold in folds])
    limit = _Limit(folds, forgotten)
    best = _best(folds, rows, untouched)
    # Half of the way may be better than all of it and nothing, and forgets less.
    if rows and (best is untouched or not limit.holds(best)):
        steps = best[0] or marks[-1]
        rows += [(steps, share, [fold.figures(steps, share) for fold in folds]) for share in BLENDS if share < 1.0]
        best = _best_within(limit, folds, rows, untouched)
    alone = []
    for fold in folds:
        others = [k for k, other in enumerate(folds) if other is not fold] or [0]
        found = [(mark, share, [figures[k] for k in others]) for mark, share, figures in (*rows, untouched)]
        judges = [folds[k] for k in others]
        alone.append(line_of(judges, *_best_within(limit, judges, found[:-1], found[-1])))
    table = [{**line_of(folds, *row), **limit.measured(row)} for row in (*rows, untouched)]
    return Choice(best[0], best[1], table), alone


class _Limit:
    """What was measured of forgetting, by steps and blend."""

    def __init__(self, folds: Sequence[MeasuredFold], forgotten: Forgotten | None) -> None:
        self._folds, self._forgotten = folds, forgotten
        self._known: dict[tuple[int, float], float] = {}

    def holds(self, row: _Row) -> bool:
        """Whether networks trained and blended so have forgotten next to nothing; true where nobody can measure it."""
        return self._forgotten is None or not row[0] or self.of(row) <= MOST_FORGOTTEN

    def of(self, row: _Row) -> float:
        """What such networks have forgotten."""
        steps, share, _ = row
        assert self._forgotten is not None
        if (steps, share) not in self._known:
            self._known[steps, share] = self._forgotten([fold.checkpoint(steps, share) for fold in self._folds])
        return self._known[steps, share]

    def measured(self, row: _Row) -> dict[str, float]:
        """``forgotten`` of a row, if it was measured."""
        known = self._known.get(row[:2])
        return {} if known is None else {"forgotten": known}


def _best_within(limit: _Limit, folds: Sequence[MeasuredFold], rows: Sequence[_Row], untouched: _Row) -> _Row:
    """The best row of those within the limit; where they are no better than a base without an AP, see `chosen`."""
    left, beyond = list(rows), list[_Row]()
    while True:
        best = _best(folds, left, untouched)
        if best is untouched and beyond and not any(one[NAMES[0]] for one in untouched[2]):
            return min(beyond, key=limit.of)
        if best is untouched or limit.holds(best):
            return best
        left.remove(best)
        beyond.append(best)


def _best(folds: Sequence[MeasuredFold], rows: Sequence[_Row], untouched: _Row) -> _Row:
    """The row that goes furthest, in steps and share, of those that are as good as the best but for noise.

    All of them are better than the base; where none is, the base is kept.
    """

    def value(row: _Row) -> float:
        return float(line_of(folds, *row)["objective"])

    better = [row for row in rows if value(row) > value(untouched)]
    if not better:
        return untouched
    least = max(map(value, better)) - noise(folds)
    return max((row for row in better if value(row) >= least), key=lambda row: row[:2])


def line_of(folds: Sequence[MeasuredFold], steps: int, share: float, found: Sequence[Figures]) -> dict[str, Any]:
    """One line of the table: means over the folds, weighted by videos."""
    weights = [len(fold.held.videos) for fold in folds]
    mean = {name: float(np.average([one[name] for one in found], weights=weights)) for name in NAMES}
    values = [objective(one, fold.base, fold.drawn) for one, fold in zip(found, folds, strict=True)]
    return {"steps": steps, "blend": share, **mean, "objective": float(np.average(values, weights=weights))}
