"""The comparison with other programs counts equal masks, wrong categories and missing ones."""

from typing import Any

import numpy as np

from storage import rle
from tests.benchmarks.readers import SIZE, Compared, compared, table


def square(x: int, side: int = 10) -> str:
    pixels = np.zeros((SIZE[1], SIZE[0]), bool)
    pixels[5 : 5 + side, x : x + side] = True
    return rle.encode(pixels)["counts"]


def line(*masks: tuple[str, int, str, str]) -> dict[str, Any]:
    return {"program": "peer", "version": "1.2", "format": "coco", "masks": [list(mask) for mask in masks]}


TRUTH = {("va", 0, "bee"): [square(0), square(30)], ("va", 1, "bee"): [square(2)]}


def test_all_masks_in_any_order_are_equal() -> None:
    found = compared(
        line(("va", 1, "bee", square(2)), ("va", 0, "bee", square(30)), ("va", 0, "bee", square(0))), TRUTH
    )
    assert (found.masks, found.equal, found.lowest_iou) == (3, 3, 1.0)


def test_a_mask_of_another_category_frame_or_shape_is_not_equal() -> None:
    found = compared(
        line(("va", 1, "wasp", square(2)), ("va", 0, "bee", square(30)), ("vb", 0, "bee", square(0))), TRUTH
    )
    assert (found.masks, found.equal, found.lowest_iou) == (3, 1, 0.0)
    grown = compared(
        line(("va", 1, "bee", square(2)), ("va", 0, "bee", square(30)), ("va", 0, "bee", square(0, 11))), TRUTH
    )
    assert (grown.equal, round(grown.lowest_iou, 3)) == (2, round(100 / 121, 3))


def test_one_mask_that_is_found_twice_counts_once() -> None:
    assert compared(line(*[("va", 0, "bee", square(0))] * 3), TRUTH).equal == 1


def test_an_error_is_a_row_and_a_program_that_is_missing_is_none() -> None:
    failed = {"program": "peer", "version": "1.2", "format": "coco", "error": "KeyError: 'x'"}
    assert compared(failed, TRUTH).cells == ("peer 1.2", "`coco`", "fails", "KeyError: 'x'", "-")
    assert Compared("peer", "1.2", "coco", 3, 3, 1.0).cells == ("peer 1.2", "`coco`", "3", "3", "1.000")
    assert "None of these programs" in table([]).text()
