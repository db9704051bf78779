"""Labels by features: from the most similar cells nearby, for all tracks at once."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import normalize

from model.propagation.matching import (
    FALL,
    GIVEN_RADIUS,
    MOST,
    RADIUS,
    TEMPERATURE,
    Reference,
    match,
    to_cells,
    to_pixels,
)

HEIGHT, WIDTH, CHANNELS = 12, 16, 32


def features(seed: int = 0) -> torch.Tensor:
    """Cells that differ from each other."""
    return normalize(torch.randn(CHANNELS, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(seed)), dim=0)


def labels() -> np.ndarray:
    """Background, and two tracks."""
    cells = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    cells[2:6, 2:6, 1] = 1
    cells[2:6, 8:12, 2] = 1
    cells[..., 0] = 1 - cells[..., 1:].sum(2)
    return cells


def reference(
    one: torch.Tensor, cells: np.ndarray, *, given: bool, known: tuple[float, float, float] = (1, 1, 1)
) -> Reference:
    """A frame with these features and labels, which knows of all tracks or of some."""
    return Reference.begun({8: one}, {8: cells}, given=np.full(3, given), known=np.array(known, np.float32))


@pytest.mark.parametrize("shift", [(0, 0), (1, 2), (-2, 1)])
def test_labels_follow_cells_that_move(shift: tuple[int, int]) -> None:
    before = features()
    known = reference(before, labels(), given=True)
    now = before.roll(shift, (1, 2))

    found = match(now, np.ones((HEIGHT, WIDTH), bool), [known], 8)

    expected = np.roll(labels(), shift, (0, 1))
    inner = np.s_[2:-2, 2:-2]  # what a roll brings in at the other side is not nearby
    assert np.abs(found.labels - expected)[inner].max() < 0.1
    assert found.similarity[inner].min() > 0.9


def test_cells_beyond_the_radius_are_found_only_where_the_flow_leads_there() -> None:
    before, far = features(), (0, 9)
    now = before.roll(far, (1, 2))
    lost, led = (reference(before, labels(), given=True) for _ in range(2))
    led.follow({8: np.full((HEIGHT, WIDTH, 2), (-9, 0), np.float32)})
    query = np.zeros((HEIGHT, WIDTH), bool)
    query[2:6, 11:15] = True  # where the first track is now

    assert match(now, query, [lost], 8).labels[query][:, 1].mean() < 0.5
    assert match(now, query, [led], 8).labels[query][:, 1].mean() > 0.9


def test_the_similarity_to_given_frames_does_not_count_the_others() -> None:
    here, now = np.ones((HEIGHT, WIDTH), bool), features(7)
    before, same = reference(features(), labels(), given=True), reference(now, labels(), given=False)

    found = match(now, here, [before, same], 8)

    alone = match(now, here, [before], 8)
    for label in (1, 2):
        assert np.allclose(found.to_given[label], alone.similarity)
        assert np.allclose(alone.to_given[label], alone.similarity)
        assert found.similarity.min() > found.to_given[label].max()
    assert not match(now, here, [same], 8).to_given


def test_a_frame_that_another_track_is_given_in_is_not_given_for_this_one() -> None:
    here, now = np.ones((HEIGHT, WIDTH), bool), features(7)
    before, same = reference(features(), labels(), given=True), reference(now, labels(), given=True)
    before.given[2] = same.given[1] = False

    found = match(now, here, [before, same], 8)

    assert found.to_given[1].max() < 0.9 < found.to_given[2].min()
    before.given[1] = False
    assert set(match(now, here, [before, same], 8).to_given) == {2}


def test_outside_of_the_query_is_background() -> None:
    known = reference(features(), labels(), given=False)
    query = np.zeros((HEIGHT, WIDTH), bool)
    query[3, 3] = True

    found = match(features(), query, [known], 8)

    assert (found.labels[~query] == (1, 0, 0)).all() and not found.similarity[~query].any()
    assert found.labels[3, 3, 1] > 0.9


def test_cells_are_means_of_their_pixels_and_come_back_as_pixels() -> None:
    values = np.random.default_rng(0).random((21, 29, 4)).astype(np.float32)

    cells = to_cells(values, (3, 4), 8.0)

    assert np.allclose(cells[0, 0], values[:8, :8].mean((0, 1)), atol=1e-5)
    assert np.allclose(cells[1, 2], values[8:16, 16:24].mean((0, 1)), atol=1e-5)
    back = to_pixels(np.ascontiguousarray(cells[..., 0]), (2, 1, 29, 21), 8.0)
    assert back.shape == (20, 27)
    # Pixels 3 and 4 lie on both sides of the centre of the first cell.
    assert back[2:4, 1:3].mean() == pytest.approx(cells[0, 0, 0], abs=0.1)


def test_a_frame_that_knows_nothing_of_a_track_is_not_counted_against_it() -> None:
    both = labels()
    before = labels()
    before[..., 0] += before[..., 2]
    before[..., 2] = 0  # the second track was not followed yet
    here = np.ones((HEIGHT, WIDTH), bool)
    same, cell = features(), np.s_[3, 9]  # a cell of the second track

    fair = [
        reference(same, before, given=True, known=(1, 1, 0)),
        reference(same, both, given=True),
    ]
    unfair = [reference(same, before, given=True), fair[1]]

    assert match(same, here, fair, 8).labels[cell][2] > 0.9
    assert match(same, here, unfair, 8).labels[cell][2] < 0.6


def one_by_one(now: torch.Tensor, cell: tuple[int, int], references: list[Reference]) -> tuple[np.ndarray, float]:
    """Labels and similarity of one cell, by the definition."""
    votes = []
    for one in references:
        radius = (GIVEN_RADIUS if one.given.any() else RADIUS)[8]
        aside, down = one.offset[8][cell]
        for y in range(HEIGHT):
            for x in range(WIDTH):
                apart = (cell[0] + down - y) ** 2 + (cell[1] + aside - x) ** 2
                if apart <= radius**2:
                    similar = float(now[:, cell[0], cell[1]] @ one.features[8][:, y, x])
                    votes.append((similar - apart * FALL * TEMPERATURE / radius**2, one.known, one.labels[8][y, x]))
    best = sorted(votes, key=lambda vote: -vote[0])[:MOST]
    weights = [np.exp((similar - best[0][0]) / TEMPERATURE) * known for similar, known, _ in best]
    total = sum(weight * cells for weight, (_, _, cells) in zip(weights, best, strict=True))
    return total / np.maximum(sum(weights), 1e-6), best[0][0]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_the_vote_is_that_of_each_cell_by_itself(seed: int) -> None:
    """Frames of several kinds, whose cells are led to various places, at the edge of the frame and beside it, too."""
    random = np.random.default_rng(seed)
    references = []
    for number, given_one in enumerate((True, False, False)):
        one = reference(features(seed + number), labels(), given=given_one, known=(1, 1, float(number > 0)))
        one.offset[8] = random.normal(0, 2.5, (HEIGHT, WIDTH, 2)).astype(np.float32)
        references.append(one)
    now, query = features(seed + 9), random.random((HEIGHT, WIDTH)) < 0.1

    found = match(now, query, references, 8)

    for row, column in zip(*np.nonzero(query), strict=True):
        expected, similarity = one_by_one(now, (row, column), references)
        assert np.allclose(found.labels[row, column], expected, atol=1e-3)
        assert found.similarity[row, column] == pytest.approx(similarity, abs=1e-4)
