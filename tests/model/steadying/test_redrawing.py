"""Masks drawn anew: where a network of edges is sure of the same thing, and nowhere else."""

import cv2
import numpy as np

from model.prompts.salient import LEAST_SIDE, SIDE
from model.steadying.redrawing import LEAST_BOX, SAME, redrawn
from tests.model.prompts.overlap import iou
from tests.model.prompts.scenes import RedNetwork, disc

PICTURE, TRUTH = disc()


def rough(grown: int) -> np.ndarray:
    """The thing with so many pixels more on each side, or fewer."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(grown) + 1,) * 2)
    change = cv2.dilate if grown > 0 else cv2.erode
    return np.asarray(change(TRUTH.astype(np.uint8), kernel)).astype(bool)


def test_a_rough_mask_gets_the_edges_of_the_thing() -> None:
    for grown in (-2, 2):
        found = redrawn(PICTURE, rough(grown), RedNetwork())
        assert found is not None
        assert iou(found, TRUTH) > 0.97 > iou(rough(grown), TRUTH)


def test_a_mask_of_another_thing_in_the_same_place_stays() -> None:
    half = TRUTH.copy()
    half[:, : PICTURE.shape[1] // 2] = False
    ring = TRUTH & ~rough(-6)
    for mask in (half & rough(-8), ring):
        assert mask.any() and iou(mask, TRUTH) < SAME
        assert redrawn(PICTURE, mask, RedNetwork()) is None


def test_where_nothing_stands_out_and_where_no_pixel_is_the_mask_stays() -> None:
    assert redrawn(np.full_like(PICTURE, 90), TRUTH, RedNetwork()) is None
    assert redrawn(PICTURE, np.zeros_like(TRUTH), RedNetwork()) is None


def test_a_small_part_of_a_picture_is_seen_in_a_small_square() -> None:
    asked: list[tuple[int, ...]] = []

    class Noting(RedNetwork):
        def saliency(self, picture: np.ndarray, side: int) -> np.ndarray:
            asked.append((*picture.shape[:2], side))
            return super().saliency(picture, side)

    for times in (0.5, 1, 8):
        large = (cv2.resize(part, None, fx=times, fy=times) for part in (PICTURE, TRUTH.astype(np.uint8)))
        picture, mask = large
        assert redrawn(picture, mask.astype(bool), Noting()) is not None
    sides = [side for *_, side in asked]
    assert sides[0] == LEAST_SIDE < sides[1] < sides[2] == SIDE
    assert all(side % 32 == 0 and (side == SIDE or side >= max(seen)) for *seen, side in asked)


def test_a_mask_larger_than_its_picture_keeps_its_size() -> None:
    large = cv2.resize(rough(2).astype(np.uint8), None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST).astype(bool)
    found = redrawn(PICTURE, large, RedNetwork())

    assert found is not None and found.shape == large.shape and found.dtype == bool
    true = cv2.resize(TRUTH.astype(np.uint8), None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST).astype(bool)
    assert iou(found, true) > 0.93


def test_what_is_tiny_in_a_small_picture_of_a_large_frame_stays() -> None:
    small = cv2.resize(PICTURE, None, fx=0.2, fy=0.2, interpolation=cv2.INTER_AREA)
    assert max(np.ptp(np.nonzero(TRUTH)[1]), np.ptp(np.nonzero(TRUTH)[0])) * 0.2 < LEAST_BOX
    assert redrawn(small, TRUTH, RedNetwork()) is None
    of_small = cv2.resize(TRUTH.astype(np.uint8), small.shape[1::-1], interpolation=cv2.INTER_AREA).astype(bool)
    assert redrawn(small, of_small, RedNetwork()) is not None, "a frame that is small itself loses nothing"
