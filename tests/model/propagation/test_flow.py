"""Flows: they follow a shift, their check fails where something is hidden, and they can be chained."""

import cv2
import numpy as np
import pytest

from model.propagation.flow import SMALLEST, Dis, FlowPair, agreement, composed, pixel_grid, warped
from tests.model.propagation.scenes import HEIGHT, WIDTH, line, moving, texture

GRID = pixel_grid(HEIGHT, WIDTH)


def shifted(x: int, y: int) -> np.ndarray:
    """A constant flow."""
    return np.broadcast_to(np.array([x, y], np.float32), (HEIGHT, WIDTH, 2)).copy()


def grey(frame: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)


def test_the_flow_of_a_shift_is_the_shift_and_passes_the_check() -> None:
    whole = grey(texture(3, HEIGHT + 10, WIDTH + 10))
    first, second = whole[5 : 5 + HEIGHT, 5 : 5 + WIDTH], whole[3 : 3 + HEIGHT, 1 : 1 + WIDTH]

    pair = Dis().pair(np.ascontiguousarray(first), np.ascontiguousarray(second))

    inner = np.s_[15:-15, 15:-15]
    assert np.abs(pair.there[inner] - (4, 2)).mean() < 0.2
    assert np.abs(pair.back[inner] + (4, 2)).mean() < 0.2
    assert agreement(pair, GRID)[inner].mean() > 0.9
    turned = pair.turned()
    assert turned.there is pair.back and turned.back is pair.there


def test_flow_that_is_not_undone_fails_the_check() -> None:
    good, bad = FlowPair(shifted(3, 0), shifted(-3, 0)), FlowPair(shifted(3, 0), shifted(3, 0))

    assert agreement(good, GRID)[:, :-4].min() > 0.99
    assert agreement(good, GRID)[:, -2:].max() == 0  # it leads out of the frame
    assert agreement(bad, GRID).max() < 0.01


def test_a_passing_thing_fails_the_check_where_it_hides_the_background() -> None:
    scene = moving([line((20, 30), (6, 0), 2)])
    pair = Dis().pair(grey(scene.frames[1]), grey(scene.frames[0]))

    checked = agreement(pair, GRID)

    uncovered = scene.masks[0, 0] & ~scene.masks[1, 0]
    still = np.zeros(checked.shape, bool)
    still[5:20, 5:-5] = True
    assert checked[uncovered].mean() + 0.1 < checked[still].mean()


def test_values_are_taken_from_where_the_flow_leads() -> None:
    values = texture(1).astype(np.float32)

    assert np.allclose(warped(values, shifted(5, 3), GRID)[:-3, :-5], values[3:, 5:])
    assert np.allclose(warped(values[..., 0], shifted(-5, 0), GRID)[:, 5:], values[:, :-5, 0])


def test_two_flows_make_one() -> None:
    rng = np.random.default_rng(0)
    first, second = (
        cv2.GaussianBlur(rng.normal(size=(HEIGHT, WIDTH, 2)).astype(np.float32) * 40, (0, 0), 12) for _ in range(2)
    )
    values = cv2.GaussianBlur(texture(2), (0, 0), 3).astype(np.float32)

    at_once = warped(values, composed(first, second, GRID), GRID)
    one_by_one = warped(warped(values, second, GRID), first, GRID)

    assert np.abs(at_once - one_by_one)[20:-20, 20:-20].mean() < 1.0


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_an_estimate_that_is_no_number_begins_without_motion(value: float) -> None:
    first, second = (grey(texture(seed, HEIGHT, WIDTH)) for seed in (3, 4))
    spoiled, plain = shifted(1, 0), shifted(1, 0)
    spoiled[5:10, 5:10, 0], plain[5:10, 5:10] = value, 0

    found = Dis().flow(first, second, spoiled)

    assert np.array_equal(found, Dis().flow(first, second, plain)), "and the process lives"


def test_what_would_end_the_process_is_refused() -> None:
    frame = grey(texture(3, HEIGHT, WIDTH))
    start = shifted(0, 0)
    for first, second in ((frame, frame[:-1]), (frame.astype(np.float32), frame), (np.dstack([frame] * 3), frame)):
        with pytest.raises(ValueError, match="two grey frames"):
            Dis().flow(first, second, start)
    with pytest.raises(ValueError, match="shape"):
        Dis().flow(frame, frame, start[:-1])
    flat = np.zeros((SMALLEST - 1, 200), np.uint8)
    with pytest.raises(ValueError, match=f"at least {SMALLEST} x {SMALLEST} pixels, not 200 x 15"):
        Dis().pair(flat, flat)
