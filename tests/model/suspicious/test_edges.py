import numpy as np
import pytest

from model.suspicious.edges import edge_fit

HW = (96, 160)


def disc(x: float, y: float, radius: float, hw: tuple[int, int] = HW) -> np.ndarray:
    down, across = np.mgrid[: hw[0], : hw[1]]
    return (((across - x) ** 2 + (down - y) ** 2) <= radius**2).astype(np.uint8)


def picture(mask: np.ndarray) -> np.ndarray:
    ground = np.random.default_rng(1).integers(70, 90, (*mask.shape, 3))
    return np.where(mask[..., None] > 0, (200, 60, 50), ground).astype(np.uint8)


def box(mask: np.ndarray) -> tuple[int, int, int, int]:
    ys, xs = np.nonzero(mask)
    return int(xs.min()), int(ys.min()), int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1


def test_an_outline_on_the_edge_of_a_thing_fits_better_than_one_beside_it() -> None:
    thing = disc(80, 48, 20)
    shown = picture(thing)
    fits = [edge_fit(moved, shown, box(moved)) for moved in (thing, disc(90, 48, 20), disc(30, 48, 12))]
    assert fits[0] > 0.5
    assert max(fits[1:]) < 0.2


@pytest.mark.parametrize("scale", [2, 4])
def test_the_picture_may_be_smaller_than_the_mask(scale: int) -> None:
    mask = disc(80 * scale, 48 * scale, 20 * scale, (96 * scale, 160 * scale))
    assert edge_fit(mask, picture(disc(80, 48, 20)), box(mask)) > 0.4


def test_a_picture_without_edges_speaks_neither_for_nor_against_a_mask() -> None:
    mask = disc(80, 48, 20)
    assert edge_fit(mask, np.full((*HW, 3), 80, np.uint8), box(mask)) == 0.0


def test_the_border_of_the_frame_is_no_outline() -> None:
    whole = np.ones(HW, np.uint8)
    assert edge_fit(whole, picture(disc(80, 48, 20)), box(whole)) == 0.0
    half = disc(0, 48, 20)
    assert edge_fit(half, picture(half), box(half)) > 0.5
