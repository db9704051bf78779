"""Where the cells of a hidden track are found again: by their arrangement, near enough, also partly hidden."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import normalize

from model.propagation.matching import STRIDE, Reference
from model.propagation.search import Move, Searching, best_move
from model.propagation.settings import SpreadSettings
from model.propagation.working import WorkingFrames

SHAPE = (9, 12)
CELLS = (slice(3, 6), slice(4, 8))


def features(seed: int) -> Tensor:
    """Cells that are unlike each other, each of length 1: 16 x h x w."""
    return normalize(torch.randn(16, *SHAPE, generator=torch.Generator().manual_seed(seed)), dim=0)


def reference(seed: int = 0) -> Reference:
    labels = np.zeros((*SHAPE, 2), np.float32)
    labels[..., 0] = 1
    labels[CELLS] = 0, 1
    offset, given = {STRIDE: np.zeros((*SHAPE, 2), np.float32)}, np.ones(2, bool)
    return Reference({STRIDE: features(seed)}, {STRIDE: labels}, offset, given, labels[0, 0])


def moved(known: Reference, down: int, aside: int, rows: slice = CELLS[0]) -> Tensor:
    """Another frame, in which these rows of the track's cells lie elsewhere."""
    now = features(99)
    there = slice(rows.start + down, rows.stop + down), slice(CELLS[1].start + aside, CELLS[1].stop + aside)
    now[:, there[0], there[1]] = known.features[STRIDE][:, rows, CELLS[1]]
    return now


@settings(max_examples=25, deadline=None)
@given(st.integers(-3, 3), st.integers(-4, 4))
def test_the_arrangement_is_found_wherever_it_lies(down: int, aside: int) -> None:
    known = reference()

    move = best_move(moved(known, down, aside), known, 1, None, 0)

    assert move is not None and move.shift == (down, aside) and move.similarity == pytest.approx(1, abs=1e-4)


def test_a_part_of_it_is_enough() -> None:
    known = reference()

    move = best_move(moved(known, 2, 3, slice(3, 5)), known, 1, None, 0)

    assert move is not None and move.shift == (2, 3) and move.similarity > 0.9


def test_what_is_too_far_away_is_not_taken() -> None:
    known = reference()
    frame = moved(known, 0, 4)
    before = (4.0, 3.0, 7.0, 6.0)

    near, far = (best_move(frame, known, 1, before, reach) for reach in (0, 3))

    assert near is not None and near.shift != (0, 4) and near.similarity < 0.8
    assert far is not None and far.shift == (0, 4)


def test_a_frame_without_the_track_gives_nothing() -> None:
    known = reference()
    known.labels[STRIDE][..., 1] = 0

    assert best_move(features(1), known, 1, None, 0) is None


def test_one_place_is_distinct_and_one_of_two_alike_is_not() -> None:
    known = reference()
    once = moved(known, 3, -4)
    twice = once.clone()
    twice[:, 0:3, 8:12] = known.features[STRIDE][:, CELLS[0], CELLS[1]]

    alone, doubled = (best_move(frame, known, 1, None, 0) for frame in (once, twice))

    assert alone is not None and alone.distinct and alone.shift == (3, -4)
    assert alone.rival is not None and alone.rival < 0.8
    assert doubled is not None and not doubled.distinct and doubled.rival == pytest.approx(1, abs=1e-4)


def test_a_place_that_is_compared_with_no_other_is_not_distinct() -> None:
    known = reference()
    known.labels[STRIDE][..., 1] = 0
    known.labels[STRIDE][4, 5] = 0, 1

    move = best_move(known.features[STRIDE], known, 1, (5.0, 4.0, 5.0, 4.0), 2)

    assert move is not None and move.shift == (0, 0) and move.similarity == pytest.approx(1, abs=1e-4)
    assert move.rival is None and not move.distinct


@pytest.mark.parametrize(("places", "found"), [(((6, 0),), True), (((6, 0), (0, 8)), False)])
def test_what_has_changed_is_found_again_only_where_no_other_place_is_like_it(
    places: tuple[tuple[int, int], ...], found: bool
) -> None:
    """Cells with a similarity of 0.85, where 1 was usual."""
    known, other = reference(), features(7)
    known.known = np.ones(2, np.float32)
    changed = normalize(known.features[STRIDE] + 0.62 * other, dim=0)

    class Trunk:
        def spread_features(self, frames: np.ndarray) -> dict[int, Tensor]:
            now = features(99)
            for row, column in places:
                now[:, row : row + 3, column : column + 4] = changed[:, CELLS[0], CELLS[1]]
            return {STRIDE: now[None]}

    size = (4 * SHAPE[0], 4 * SHAPE[1])
    frames = WorkingFrames(lambda _: np.zeros((*size, 3), np.uint8), size, SpreadSettings(), Trunk())
    frames._projected = lambda features, stride: features  # type: ignore[method-assign]

    again = Searching(frames).search(1, [known], 1, place=None, hidden=1, area=12 * 16, similar=[1.0])

    assert (again is not None) == found
    if again is not None:
        assert [move.shift for move in again.moves] == [(3, -4)] and 0.82 < again.moves[0].similarity < 0.9


def test_cells_out_of_the_frame_are_like_nothing() -> None:
    known = reference()
    frame = torch.zeros(16, *SHAPE)
    frame[:, 0, :] = known.features[STRIDE][:, 5, :]

    move = best_move(frame, known, 1, None, 0)

    assert move is None or move.similarity < 0.7


def test_a_move_leads_the_matching_to_the_cells_of_the_reference() -> None:
    known = reference()
    move = Move(known, (2, -3), 1.0)

    asked = move.query(SHAPE, 1)

    assert asked[5:8, 1:5].all() and not asked[:2].any()
    assert (move.moved().offset[STRIDE] == (3, -2)).all()
    assert not known.offset[STRIDE].any()
    move.lead(1)
    assert (known.offset[STRIDE][asked] == (3, -2)).all() and not known.offset[STRIDE][~asked].any()
