"""Colours of a track against its surroundings: certain where they differ, undecided where they do not."""

import numpy as np

from model.propagation.palette import TrackPalette, colour_bins

GREEN, RED, BLUE, GREY = (30, 160, 40), (200, 30, 30), (30, 40, 190), (128, 128, 128)


def striped(*colours: tuple[int, int, int]) -> np.ndarray:
    """Bins of a frame of upright stripes, 20 pixels each."""
    return colour_bins(np.repeat(np.array(colours, np.uint8), 20, axis=0)[None].repeat(40, 0))


def middle(stripes: np.ndarray, number: int) -> float:
    return float(stripes[5:-5, 20 * number + 5 : 20 * number + 15].mean())


def test_own_colours_are_likely_others_unlikely_and_unknown_ones_undecided() -> None:
    bins = striped(GREEN, RED, GREEN)
    mask = np.zeros(bins.shape, np.float32)
    mask[:, 20:40] = 1

    chance = TrackPalette(bins, mask).chance(striped(RED, GREEN, BLUE))

    assert middle(chance, 0) > 0.95 and middle(chance, 1) < 0.05 and abs(middle(chance, 2) - 0.5) < 0.05


def test_a_colour_of_both_sides_says_little() -> None:
    bins = striped(GREY, GREY, RED)
    mask = np.zeros(bins.shape, np.float32)
    mask[:, 20:60] = 1

    chance = TrackPalette(bins, mask).chance(bins)

    assert 0.2 < middle(chance, 0) < 0.5 and middle(chance, 2) > 0.95


def test_what_is_far_away_counts_less_than_what_is_near() -> None:
    near, far = striped(RED, RED, GREY, GREY, GREY), striped(GREY, GREY, GREY, GREY, RED)
    mask = np.zeros(near.shape, np.float32)
    mask[10:20, 0:10] = 1
    own_near, own_far = near.copy(), far.copy()
    own_near[10:20, 0:10] = own_far[10:20, 0:10] = near[0, 0]

    assert TrackPalette(own_near, mask).chance(near[:1, :1]) < TrackPalette(own_far, mask).chance(near[:1, :1])
