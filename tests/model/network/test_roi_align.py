import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.network.roi_align import Table, adaptive_roi_align, pyramid_levels, roi_align
from tests.material import material

STRIDES = (4.0, 8.0)


def slow_sample(feature: np.ndarray, y: float, x: float) -> np.ndarray:
    """Bilinear value (C,) of a map (C, H, W) at a position, as the paper's implementation clamps it."""
    height, width = feature.shape[1:]
    if y < -1 or y > height or x < -1 or x > width:
        return np.zeros(feature.shape[0])
    y, x = max(y, 0.0), max(x, 0.0)
    y0, x0 = min(int(y), height - 1), min(int(x), width - 1)
    y1, x1 = min(y0 + 1, height - 1), min(x0 + 1, width - 1)
    fy, fx = (0.0 if y0 >= height - 1 else y - y0), (0.0 if x0 >= width - 1 else x - x0)
    top = feature[:, y0, x0] * (1 - fx) + feature[:, y0, x1] * fx
    low = feature[:, y1, x0] * (1 - fx) + feature[:, y1, x1] * fx
    return top * (1 - fy) + low * fy


def slow_roi_align(feature: np.ndarray, box: np.ndarray, *, scale: float, cells: int, ratio: int) -> np.ndarray:
    """One box (4,) of one map (C, H, W) by plain loops -> (C, cells, cells); ratio 0 adapts to the box."""
    x1, y1, x2, y2 = box * scale - 0.5
    rows = ratio or max(math.ceil((y2 - y1) / cells), 0)
    columns = ratio or max(math.ceil((x2 - x1) / cells), 0)
    out = np.zeros((feature.shape[0], cells, cells))
    for i in range(cells):
        for j in range(cells):
            for a in range(rows):
                for b in range(columns):
                    y = y1 + (i + (a + 0.5) / rows) * (y2 - y1) / cells
                    x = x1 + (j + (b + 0.5) / columns) * (x2 - x1) / cells
                    out[:, i, j] += slow_sample(feature, y, x) / (rows * columns)
    return out


def random_boxes(count: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    start = torch.rand((count, 2), generator=generator) * 60 - 10
    return torch.cat((start, start + torch.rand((count, 2), generator=generator) * 60 + 0.5), dim=1)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), cells=st.integers(1, 4), ratio=st.integers(1, 3))
def test_equals_plain_loops_over_levels_and_frames(seed: int, cells: int, ratio: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    features = [torch.randn((2, 3, 10, 14), generator=generator), torch.randn((2, 3, 5, 7), generator=generator)]
    boxes = random_boxes(6, seed)
    frames, levels = torch.tensor([0, 1, 0, 1, 1, 0]), torch.tensor([0, 0, 1, 1, 0, 1])
    out = roi_align(features, boxes, frames, levels, strides=STRIDES, cells=cells, ratio=ratio)
    for index in range(6):
        feature = features[levels[index]][frames[index]].double().numpy()
        box, scale = boxes[index].double().numpy(), 1 / STRIDES[levels[index]]
        slow = slow_roi_align(feature, box, scale=scale, cells=cells, ratio=ratio)
        np.testing.assert_allclose(out[index].numpy(), slow, atol=2e-5)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_adaptive_equals_plain_loops(seed: int) -> None:
    maps = torch.rand((5, 24, 30), generator=torch.Generator().manual_seed(seed))
    boxes = random_boxes(5, seed)
    boxes[0] = torch.tensor([3.0, 4.0, 3.0, 9.0])  # without width
    out = adaptive_roi_align(maps, boxes, cells=4)
    for index in range(5):
        feature, box = maps[index][None].double().numpy(), boxes[index].double().numpy()
        slow = slow_roi_align(feature, box, scale=1.0, cells=4, ratio=0)[0]
        np.testing.assert_allclose(out[index].numpy(), slow, atol=2e-5)


def test_levels_that_lie_one_after_the_other_are_used_in_place() -> None:
    memory = torch.randn(2 * 12 + 2 * 6, 5)
    fine, coarse = memory[:24].view(2, 3, 4, 5).permute(0, 3, 1, 2), memory[24:].view(2, 2, 3, 5).permute(0, 3, 1, 2)
    table = Table.of([fine, coarse])
    assert table.vectors.data_ptr() == memory.data_ptr() and torch.equal(table.vectors, memory)
    assert table.shapes == ((2, 3, 4), (2, 2, 3))
    assert torch.equal(Table.of([coarse, fine]).vectors, torch.cat((memory[24:], memory[:24])))


def test_a_table_keeps_the_gradients_of_its_levels() -> None:
    memory = torch.randn(2 * 12 + 2 * 6, 5, requires_grad=True)
    levels = [memory[:24].view(2, 3, 4, 5).permute(0, 3, 1, 2), memory[24:].view(2, 2, 3, 5).permute(0, 3, 1, 2)]
    Table.of(levels).vectors.sum().backward()
    assert torch.equal(memory.grad, torch.ones_like(memory))


def test_all_uses_of_a_table_add_to_one_gradient_and_a_second_pass_begins_anew() -> None:
    torch.manual_seed(0)
    levels = [torch.randn(2, 3, side, side).requires_grad_() for side in (12, 6)]
    boxes = torch.rand(5, 2).mul(20).repeat(1, 2) + torch.tensor([0.0, 0.0, 15.0, 15.0])
    frames, chosen = torch.tensor([0, 1, 1, 0, 1]), torch.tensor([0, 1, 0, 0, 1])
    options = {"strides": (4.0, 8.0), "cells": 3}

    def loss(table: Table) -> torch.Tensor:
        uses = (roi_align(table, boxes + shift, frames, chosen, **options) for shift in range(3))  # type: ignore[arg-type]
        return torch.stack([(use * (number + 1)).square().sum() for number, use in enumerate(uses)]).sum()

    table = Table.of(levels)
    assert table.gradient is not None
    plain = torch.cat([level.permute(0, 2, 3, 1).reshape(-1, 3) for level in levels])
    expected = torch.autograd.grad(loss(Table(plain, table.shapes)), levels)
    for _ in range(2):
        whole = loss(table) + table.vectors.sum()  # the vectors may be used by themselves, too
        found = torch.autograd.grad(whole, levels)
        for one, other in zip(found, expected, strict=True):
            torch.testing.assert_close(one, other + 1)
    nothing = roi_align(table, boxes[:0], frames[:0], chosen[:0], **options)  # type: ignore[arg-type]
    for gradient in torch.autograd.grad(nothing.sum(), levels):
        assert not gradient.any()


def test_a_pass_that_ended_before_the_levels_leaves_nothing_to_the_next_one() -> None:
    torch.manual_seed(0)
    level = torch.randn(1, 2, 8, 8, requires_grad=True)
    table, zero = Table.of([level]), torch.zeros(1, dtype=torch.int64)
    box = torch.tensor([[4.0, 4.0, 20.0, 20.0]])
    use = roi_align(table, box, zero, zero, strides=(4.0,), cells=3).square().sum()
    (expected,) = torch.autograd.grad(use, level, retain_graph=True)
    torch.autograd.grad(use, table.vectors, retain_graph=True, allow_unused=True)
    assert torch.equal(torch.autograd.grad(table.vectors.sum(), level, retain_graph=True)[0], torch.ones_like(level))
    torch.autograd.grad(use, table.vectors, retain_graph=True, allow_unused=True)
    assert torch.equal(torch.autograd.grad(use, level)[0], expected)


def test_gradients_reach_features_and_never_boxes() -> None:
    feature = torch.randn(1, 2, 8, 8, requires_grad=True)
    boxes = torch.tensor([[4.0, 4.0, 20.0, 20.0]], requires_grad=True)
    zero = torch.zeros(1, dtype=torch.int64)
    roi_align([feature], boxes, zero, zero, strides=(4.0,), cells=3).sum().backward()
    assert boxes.grad is None
    assert feature.grad is not None
    assert feature.grad.sum() == pytest.approx(2 * 9, rel=1e-5)  # weights of a box inside the map sum to one


def test_no_boxes_give_no_regions() -> None:
    none = torch.zeros(0, dtype=torch.int64)
    out = roi_align([torch.randn(1, 4, 8, 8)], torch.zeros(0, 4), none, none, strides=(4.0,), cells=7)
    assert out.shape == (0, 4, 7, 7)
    assert adaptive_roi_align(torch.zeros(0, 8, 8), torch.zeros(0, 4), cells=7).shape == (0, 7, 7)


def test_a_box_far_outside_is_empty() -> None:
    zero = torch.zeros(1, dtype=torch.int64)
    box = torch.tensor([[500.0, 500.0, 600.0, 600.0]])
    assert roi_align([torch.ones(1, 2, 8, 8)], box, zero, zero, strides=(4.0,), cells=7).abs().sum() == 0


@pytest.mark.parametrize(("side", "level"), [(10, 0), (111, 0), (113, 1), (223, 1), (225, 2), (449, 3), (5000, 3)])
def test_larger_boxes_come_from_coarser_levels(side: float, level: int) -> None:
    box = torch.tensor([[3.0, 5.0, 3.0 + side, 5.0 + side]])
    assert pyramid_levels(box, canonical_size=56.0, levels=4).tolist() == [level]


def test_a_box_turned_inside_out_has_a_level() -> None:
    box = torch.tensor([[10.0, 10.0, 5.0, 20.0]])
    assert pyramid_levels(box, canonical_size=56.0, levels=4).tolist() == [0]


@pytest.fixture(scope="module")
def units() -> dict[str, np.ndarray]:
    with np.load(material("reference/golden/units/units.npz")) as file:
        return dict(file)


@pytest.mark.parametrize("case", ["roi_align_sr2_o7", "roi_align_sr2_o14"])
def test_regions_and_gradients_equal_the_reference(units: dict[str, np.ndarray], case: str) -> None:
    part = {key.split("/")[1]: torch.from_numpy(value) for key, value in units.items() if key.startswith(case + "/")}
    feature, rois = part["input"].requires_grad_(), part["rois"]
    levels = torch.zeros(len(rois), dtype=torch.int64)
    stride = 1 / float(part["spatial_scale"])
    cells = part["output"].shape[-1]
    out = roi_align([feature], rois[:, 1:], rois[:, 0].long(), levels, strides=(stride,), cells=cells)
    torch.testing.assert_close(out, part["output"], atol=2e-5, rtol=0)
    out.backward(part["grad_output"])
    torch.testing.assert_close(feature.grad, part["grad_input"], atol=5e-5, rtol=0)


def test_adaptive_regions_equal_the_reference(units: dict[str, np.ndarray]) -> None:
    case = "roi_align_sr0_o7"
    maps, rois = torch.from_numpy(units[f"{case}/input"]), torch.from_numpy(units[f"{case}/rois"])
    boxes = rois[:, 1:] * float(units[f"{case}/spatial_scale"])
    for channel in range(maps.shape[1]):
        out = adaptive_roi_align(maps[rois[:, 0].long(), channel], boxes, cells=7)
        torch.testing.assert_close(out, torch.from_numpy(units[f"{case}/output"][:, channel]), atol=2e-5, rtol=0)


def test_levels_and_pyramid_regions_equal_the_reference(units: dict[str, np.ndarray]) -> None:
    rois = torch.from_numpy(units["roi_levels/rois"])
    levels = pyramid_levels(rois[:, 1:], canonical_size=56.0, levels=4)
    assert levels.tolist() == units["roi_levels/levels"].tolist()
    features = [torch.from_numpy(units[f"roi_levels/feat{level}"]) for level in range(4)]
    out = roi_align(features, rois[:, 1:], rois[:, 0].long(), levels, strides=(4.0, 8.0, 16.0, 32.0), cells=7)
    torch.testing.assert_close(out, torch.from_numpy(units["roi_levels/out"]), atol=5e-5, rtol=0)
