"""Labels of cells at pixels: thin parts come out whole where colours show them; elsewhere nothing changes."""

import numpy as np

from model.propagation.matching import to_cells, to_pixels
from model.propagation.upsampling import need_of_colours, sharpened

CELL = 8.0
SHAPE = (12, 16)
WHOLE = (0, 0, 128, 96)


def scene(*, contrast: float) -> tuple[np.ndarray, np.ndarray]:
    """A body with a limb of three pixels (bool 96 x 128), and its picture (uint8) that shows it with some noise."""
    mask = np.zeros((96, 128), bool)
    mask[30:60, 20:50] = mask[43:46, 50:110] = True
    picture = 110 + contrast * mask[..., None] * np.array([60, 40, -50])
    picture = picture + np.random.default_rng(3).normal(0, 2, (96, 128, 3))
    return mask, np.clip(picture, 0, 255).astype(np.uint8)


def found(mask: np.ndarray, picture: np.ndarray, box: tuple[int, int, int, int] = WHOLE) -> np.ndarray:
    labels = to_cells(mask.astype(np.float32), SHAPE, CELL)
    colours = to_cells(picture.astype(np.float32) / 255, SHAPE, CELL)
    x0, y0, x1, y1 = box
    return sharpened(labels, colours, box, CELL, picture[y0:y1, x0:x1])


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


def test_a_part_thinner_than_a_cell_comes_out_whole() -> None:
    mask, picture = scene(contrast=1.0)
    plain = to_pixels(to_cells(mask.astype(np.float32), SHAPE, CELL), WHOLE, CELL) > 0.5
    assert not plain[:, 60:104].any(), "the cells alone lose the limb"
    assert overlap(found(mask, picture) > 0.5, mask) > 0.95


def test_labels_stay_where_colours_say_nothing() -> None:
    mask, _ = scene(contrast=0.0)
    flat = np.full((96, 128, 3), 90, np.uint8)
    plain = to_pixels(to_cells(mask.astype(np.float32), SHAPE, CELL), WHOLE, CELL)
    assert np.abs(found(mask, flat) - plain).max() < 1e-5


def test_a_box_shows_the_same_as_the_whole_frame_and_stays_within_0_and_1() -> None:
    mask, picture = scene(contrast=1.0)
    whole = found(mask, picture)
    assert whole.min() >= 0 and whole.max() <= 1 and whole.dtype == np.float32
    for x0, y0, x1, y1 in ((45, 38, 70, 52), (0, 0, 9, 7), (100, 80, 128, 96)):
        part = found(mask, picture, (x0, y0, x1, y1))
        assert np.abs(part - whole[y0:y1, x0:x1]).max() < 1e-4


def test_colours_are_needed_for_what_cells_lose_alone() -> None:
    thin, _ = scene(contrast=1.0)
    large = np.zeros((96, 128), bool)
    large[16:80, 16:112] = True
    assert need_of_colours(thin.astype(np.float32), SHAPE, CELL) == 1
    assert need_of_colours(large.astype(np.float32), SHAPE, CELL) == 0
    labels, flat = to_cells(thin.astype(np.float32), SHAPE, CELL), np.zeros((*SHAPE, 3), np.float32)
    noise = np.random.default_rng(4).integers(0, 255, (96, 128, 3), np.uint8)
    plain = to_pixels(labels, WHOLE, CELL)
    assert np.abs(sharpened(labels, flat, WHOLE, CELL, noise, need=0.0) - plain).max() < 1e-6
