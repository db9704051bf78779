import cv2
import numpy as np
import pytest

from model.suspicious.motion import FARTHEST, REACH, Motion

HW = (96, 160)
TEXTURE = np.random.default_rng(3).integers(0, 255, (24, 24, 3)).astype(np.uint8)
GROUND = cv2.GaussianBlur(np.random.default_rng(4).integers(60, 120, (*HW, 3)).astype(np.uint8), (9, 9), 0)


def mask(x: int, y: int = 40) -> np.ndarray:
    out = np.zeros(HW, np.uint8)
    out[y : y + 24, x : x + 24] = 1
    return out


def shown(x: int, y: int = 40) -> np.ndarray:
    out = GROUND.copy()
    out[y : y + 24, x : x + 24] = cv2.GaussianBlur(TEXTURE, (5, 5), 0)
    return out


def test_a_mask_that_moves_with_its_thing_continues_it_and_one_that_stays_does_not() -> None:
    motion = Motion()
    motion.add(0, shown(30), [0, 1], [mask(30), mask(30)])
    motion.add(1, shown(42), [0, 1], [mask(42), mask(30)])
    [found] = motion.found
    assert (found.earlier, found.later, found.rows, found.columns) == (0, 1, (0, 1), (0, 1))
    assert found.overlap[0, 0] > 0.75
    assert found.overlap[1, 1] < 0.5


def test_without_pictures_masks_are_compared_where_they_are() -> None:
    motion = Motion()
    motion.add(0, None, [0], [mask(30)])
    motion.add(1, None, [0], [mask(42)])
    assert motion.found[0].overlap[0, 0] == pytest.approx(1 / 3, abs=0.02)


def test_a_frame_is_compared_with_some_frames_before_it_that_are_not_too_far() -> None:
    motion = Motion()
    frames = [0, 1, 2, 3, 4, 4 + FARTHEST, 6 + 2 * FARTHEST]
    for frame in frames:
        motion.add(frame, None, [0], [mask(30)])
    pairs = [(one.earlier, one.later) for one in motion.found]
    assert pairs[-1] == (4, 4 + FARTHEST)
    assert sum(later == 4 for _, later in pairs) == REACH


def test_masks_of_another_size_of_frame_are_not_compared() -> None:
    motion = Motion()
    motion.add(0, None, [0], [mask(30)])
    motion.add(1, None, [0], [np.ones((50, 50), np.uint8)])
    assert motion.found == []
