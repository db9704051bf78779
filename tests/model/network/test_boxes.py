import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.network.boxes import cxcywh_to_xyxy, decode_deltas, generalized_iou
from tests.material import material

numbers = st.floats(-500, 500, width=32)
sides = st.floats(1, 400, width=32)


@given(x=numbers, y=numbers, w=sides, h=sides)
def test_corners_lie_half_a_side_from_the_centre(x: float, y: float, w: float, h: float) -> None:
    left, top, right, bottom = cxcywh_to_xyxy(torch.tensor([x, y, w, h])).tolist()
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((x, y), abs=1e-3)
    assert (right - left, bottom - top) == pytest.approx((w, h), rel=1e-4, abs=1e-3)


@given(x=numbers, y=numbers, w=sides, h=sides)
def test_no_delta_moves_nothing(x: float, y: float, w: float, h: float) -> None:
    box = torch.tensor([x, y, x + w, y + h])
    torch.testing.assert_close(decode_deltas(box, torch.zeros(4)), box, atol=1e-3, rtol=1e-5)


def test_deltas_are_half_sides_and_log_ratios() -> None:
    box = torch.tensor([0.0, 0.0, 10.0, 20.0])
    moved = decode_deltas(box, torch.tensor([2.0, -2.0, math.log(2), -math.log(2)]))
    torch.testing.assert_close(moved, torch.tensor([5.0, -15.0, 25.0, -5.0]))


def test_a_side_changes_by_a_bounded_factor() -> None:
    box = torch.tensor([0.0, 0.0, 16.0, 16.0])
    grown, shrunk = (decode_deltas(box, torch.tensor([0.0, 0.0, sign, sign])) for sign in (99.0, -99.0))
    assert (grown[2] - grown[0]).item() == pytest.approx(1000, rel=1e-4)
    assert (shrunk[2] - shrunk[0]).item() == pytest.approx(16 * 16 / 1000, rel=1e-3)


def test_boxes_may_leave_the_picture() -> None:
    moved = decode_deltas(torch.tensor([0.0, 0.0, 10.0, 10.0]), torch.tensor([-4.0, 0.0, 0.0, 0.0]))
    assert moved[0] == -20


def test_giou_of_equal_apart_and_nested_boxes() -> None:
    box = torch.tensor([0.0, 0.0, 2.0, 2.0])
    others = torch.tensor([[0.0, 0.0, 2.0, 2.0], [4.0, 0.0, 6.0, 2.0], [0.0, 0.0, 1.0, 1.0]])
    torch.testing.assert_close(generalized_iou(box, others), torch.tensor([1.0, -1 / 3, 0.25]))


@given(st.lists(st.tuples(numbers, numbers, sides, sides), min_size=2, max_size=2))
def test_giou_is_symmetric_and_bounded(pair: list[tuple[float, float, float, float]]) -> None:
    first, second = (torch.tensor([x, y, x + w, y + h]) for x, y, w, h in pair)
    value = generalized_iou(first, second)
    assert -1.001 <= value <= 1.001
    torch.testing.assert_close(value, generalized_iou(second, first), atol=1e-4, rtol=1e-4)


def test_giou_of_boxes_without_area_is_finite_and_has_a_gradient() -> None:
    first = torch.zeros(3, 4, requires_grad=True)
    value = generalized_iou(first, torch.zeros(3, 4))
    value.sum().backward()
    assert torch.isfinite(value).all() and torch.isfinite(first.grad).all()


def test_decoding_equals_the_reference() -> None:
    with np.load(material("reference/golden/units/units.npz")) as units:
        boxes, deltas, out = (torch.from_numpy(units[f"delta2bbox/{name}"]) for name in ("boxes", "deltas", "out"))
    torch.testing.assert_close(decode_deltas(boxes, deltas), out, atol=1e-3, rtol=1e-5)
