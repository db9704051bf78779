"""Where the cells of a hidden track are found again: by their arrangement, near enough, also partly hidden."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import normalize

from model.propagation.matching import Reference
from model.propagation.search import STRIDE, Move, best_move

SHAPE = (9, 12)
CELLS = (slice(3, 6), slice(4, 8))


def features(seed: int) -> Tensor:
    """Cells that are unlike each other, each of length 1: 16 x h x w."""
    return normalize(torch.randn(16, *SHAPE, generator=torch.Generator().manual_seed(seed)), dim=0)


def reference(seed: int = 0) -> Reference:
    labels = np.zeros((*SHAPE, 2), np.float32)
    labels[..., 0] = 1
    labels[CELLS] = 0, 1
    return Reference(
        {STRIDE: features(seed)}, {STRIDE: labels}, {STRIDE: np.zeros((*SHAPE, 2), np.float32)}, True, labels[0, 0]
    )


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
