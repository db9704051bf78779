"""The table of what the network of edges makes of masks."""

from collections.abc import Sequence

import numpy as np
import pytest

from app.checkpoints.networks import kept_refiner
from model.refining.examples import MaskedPicture
from model.refining.make import scenes
from model.refining.refiner import MOST_DOUBT
from model.steadying.steady import SURE
from tests.benchmarks.refining import ANYTHING, SEED, measure, table

SHAPE = (96, 128)


class Drawing:
    """A refiner that gives each mask of a picture ``answer``, with so much doubt."""

    def __init__(self, doubt: float, answer: np.ndarray) -> None:
        self.doubt, self.answer = doubt, answer

    def refined(
        self, picture: np.ndarray, masks: Sequence[np.ndarray], *, most_doubt: float
    ) -> list[np.ndarray | None]:
        return [self.answer if self.doubt <= most_doubt else None for _ in masks]


def square(side: int) -> np.ndarray:
    mask = np.zeros(SHAPE, bool)
    mask[20 : 20 + side, 30 : 30 + side] = True
    return mask


def spoiled_square() -> list[MaskedPicture]:
    return [MaskedPicture(np.zeros((*SHAPE, 3), np.uint8), [square(40), square(3)])] * 3


@pytest.mark.parametrize(
    ("doubt", "side", "trusts", "is_sure"),
    [(SURE, 40, True, True), (MOST_DOUBT, 40, True, False), (0.5, 40, False, False), (0.0, 30, False, True)],
)
def test_what_is_taken_depends_on_trust_and_doubt(doubt: float, side: int, trusts: bool, is_sure: bool) -> None:
    found = measure("one", spoiled_square(), Drawing(doubt, square(side)))  # type: ignore[arg-type]
    better = (side / 40) ** 2

    assert found.masks == 3, "specks are left out"
    assert found.drawn == found.exact == pytest.approx(better) and found.spoiled < 1
    assert found.trusted == pytest.approx(better if trusts else found.spoiled)
    assert found.sure == pytest.approx(better if is_sure else found.spoiled)


def test_the_network_of_the_program_mends_spoiled_masks() -> None:
    refiner = kept_refiner("cpu")
    assert refiner is not None
    found = measure("demo", scenes("demo", 4, ((160, 96),), SEED), refiner)

    assert found.masks >= 4 and found.spoiled < 0.9
    assert found.drawn > found.spoiled + 0.05 and found.exact > 0.9
    [row] = table([found]).rows
    assert row[:3] == ("demo", str(found.masks), f"{found.spoiled:.3f}") and len(row) == 7
    assert refiner.refined(np.zeros((*SHAPE, 3), np.uint8), [], most_doubt=ANYTHING) == []
