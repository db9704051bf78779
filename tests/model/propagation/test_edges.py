"""The guided filter: edges go to those of the picture; checked against the solution of each window."""

import numpy as np

from model.propagation.edges import MOST_SPECK, UNDECIDED, most_speck, snapped, without_islands_and_holes


def test_an_edge_that_is_off_by_pixels_moves_to_the_edge_of_the_picture() -> None:
    colour = np.full((60, 80, 3), 0.2, np.float32)
    colour[:, 40:] = (0.8, 0.5, 0.3)
    colour += np.random.default_rng(0).normal(0, 0.01, colour.shape).astype(np.float32)
    mask = np.zeros((60, 80), np.float32)
    mask[:, 42:] = 1

    found = snapped(mask, colour, 4) > 0.5

    assert found[5:-5, 41:].all() and not found[5:-5, :40].any()


def test_each_window_is_solved_by_least_squares() -> None:
    rng = np.random.default_rng(1)
    colour, mask = rng.random((9, 9, 3)).astype(np.float32), rng.random((9, 9)).astype(np.float32)
    radius, epsilon = 1, 1e-2

    slopes, offsets = np.zeros((9, 9, 3)), np.zeros((9, 9))
    for y in range(1, 8):
        for x in range(1, 8):
            part, level = (
                colour[y - 1 : y + 2, x - 1 : x + 2].reshape(-1, 3),
                mask[y - 1 : y + 2, x - 1 : x + 2].ravel(),
            )
            centred = part - part.mean(0)
            matrix = centred.T @ centred / 9 + epsilon * np.eye(3)
            slopes[y, x] = np.linalg.solve(matrix, centred.T @ (level - level.mean()) / 9)
            offsets[y, x] = level.mean() - slopes[y, x] @ part.mean(0)
    window = np.s_[3:6, 3:6]
    expected = (slopes[window].mean((0, 1)) * colour[4, 4]).sum() + offsets[window].mean()

    assert abs(snapped(mask, colour, radius, epsilon)[4, 4] - np.clip(expected, 0, 1)) < 1e-3


def test_a_flat_picture_only_blurs() -> None:
    mask = np.zeros((40, 40), np.float32)
    mask[10:30, 10:30] = 1

    found = snapped(mask, np.full((40, 40, 3), 0.5, np.float32), 4)

    assert ((found > 0.5) == (mask > 0.5)).mean() > 0.95 and 0 <= found.min() <= found.max() <= 1


def test_specks_and_pinholes_go_and_parts_of_some_size_stay() -> None:
    chance = np.full((60, 80), 0.1, np.float32)
    chance[10:50, 10:50] = chance[20:30, 60:70] = 0.9
    chance[30:38, 20:30] = 0.2
    clean = chance.copy()
    chance[5, 70], chance[15:18, 15:18] = 0.8, 0.3

    found = without_islands_and_holes(chance)

    assert ((found > 0.5) == (clean > 0.5)).all()
    assert found[5, 70] == np.float32(UNDECIDED[0]) and (found[15:18, 15:18] == np.float32(UNDECIDED[1])).all()
    assert (
        without_islands_and_holes(clean) is clean and not without_islands_and_holes(np.zeros((9, 9), np.float32)).any()
    )


def test_a_thin_diagonal_is_one_piece() -> None:
    chance = np.zeros((60, 80), np.float32)
    chance[5:45, 5:45] = chance[range(20, 55), range(45, 80)] = 1

    assert (without_islands_and_holes(chance)[range(20, 55), range(45, 80)] > 0.5).all()


def test_background_that_a_side_cuts_off_is_no_hole() -> None:
    chance = np.ones((200, 300), np.float32)
    for side in np.s_[:8, 100:108], np.s_[-8:, 100:108], np.s_[100:108, :8], np.s_[100:108, -8:]:
        chance[side] = 0
    cut = chance.copy()
    chance[100:108, 100:108] = 0

    assert np.array_equal(without_islands_and_holes(chance) > 0.5, cut > 0.5)


def test_a_piece_of_some_pixels_is_no_noise_beside_however_large_a_thing() -> None:
    chance = np.zeros((220, 260), np.float32)
    chance[10:210, 10:210] = chance[50:70, 230:245] = 1  # the second piece has less than a hundredth

    assert without_islands_and_holes(chance) is chance


def test_what_was_given_is_no_noise_even_where_it_gets_smaller() -> None:
    given = np.zeros((200, 220), np.float32)
    given[20:180, 10:170] = given[50:75, 190:200] = 1  # a body and an arm that a pole cuts off
    given[150:155, 190:195] = 1  # a speck of the given mask
    later = given.copy()
    later[50:75, 197:] = later[100:106, 100:106] = 0

    found = without_islands_and_holes(later, most_speck(given)) > 0.5

    assert most_speck(given) == 125
    assert found[50:75, 190:197].all() and found[103, 103] and not found[150:155, 190:195].any()
    assert not (without_islands_and_holes(later) > 0.5)[52, 192], "it is noise where nothing says that it was given"
    assert most_speck(np.zeros((40, 40), np.float32)) == most_speck(np.ones((40, 40), np.float32)) == MOST_SPECK
