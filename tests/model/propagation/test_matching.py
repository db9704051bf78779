"""Labels by features: from the most similar cells nearby, for all tracks at once."""

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from model.propagation.matching import match, reference, to_cells, to_pixels

HEIGHT, WIDTH, CHANNELS = 12, 16, 32


def features(seed: int = 0) -> torch.Tensor:
    """Cells that differ from each other."""
    return normalize(torch.randn(CHANNELS, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(seed)), dim=0)


def labels() -> np.ndarray:
    """Background, and two tracks, at 8 pixels a cell."""
    whole = np.zeros((HEIGHT * 8, WIDTH * 8, 3), np.float32)
    whole[16:48, 16:48, 1] = 1
    whole[16:48, 64:96, 2] = 1
    whole[..., 0] = 1 - whole[..., 1:].sum(2)
    return whole


@pytest.mark.parametrize("shift", [(0, 0), (1, 2), (-2, 1)])
def test_labels_follow_cells_that_move(shift: tuple[int, int]) -> None:
    before = features()
    known = reference({8: before}, labels(), 1, given=True)
    now = before.roll(shift, (1, 2))

    found = match(now, np.ones((HEIGHT, WIDTH), bool), [known], 8)

    expected = np.roll(to_cells(labels(), (HEIGHT, WIDTH), 8), shift, (0, 1))
    inner = np.s_[2:-2, 2:-2]  # what a roll brings in at the other side is not nearby
    assert np.abs(found.labels - expected)[inner].max() < 0.1
    assert found.similarity[inner].min() > 0.9


def test_cells_beyond_the_radius_are_found_only_where_the_flow_leads_there() -> None:
    before, far = features(), (0, 9)
    now = before.roll(far, (1, 2))
    lost, led = (reference({8: before}, labels(), 1, given=True) for _ in range(2))
    led.follow({8: np.full((HEIGHT, WIDTH, 2), (-9, 0), np.float32)})
    query = np.zeros((HEIGHT, WIDTH), bool)
    query[2:6, 11:15] = True  # where the first track is now

    assert match(now, query, [lost], 8).labels[query][:, 1].mean() < 0.5
    assert match(now, query, [led], 8).labels[query][:, 1].mean() > 0.9


def test_outside_of_the_query_is_background() -> None:
    known = reference({8: features()}, labels(), 1, given=False)
    query = np.zeros((HEIGHT, WIDTH), bool)
    query[3, 3] = True

    found = match(features(), query, [known], 8)

    assert (found.labels[~query] == (1, 0, 0)).all() and not found.similarity[~query].any()
    assert found.labels[3, 3, 1] > 0.9


def test_cells_are_means_of_their_pixels_and_come_back_as_pixels() -> None:
    values = np.random.default_rng(0).random((21, 29, 5)).astype(np.float32)

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
    unknown = np.array([1, 1, 0], np.float32)
    here = np.ones((HEIGHT, WIDTH), bool)
    same, cell = features(), np.s_[3, 9]  # a cell of the second track

    fair = [
        reference({8: same}, before, 1, given=True, known=unknown),
        reference({8: same}, both, 1, given=True),
    ]
    unfair = [reference({8: same}, before, 1, given=True), fair[1]]

    assert match(same, here, fair, 8).labels[cell][2] > 0.9
    assert match(same, here, unfair, 8).labels[cell][2] < 0.6
