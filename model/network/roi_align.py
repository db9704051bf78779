"""RoIAlign over a pyramid as one weighted gather (Mask R-CNN, arXiv 1703.06870; mmcv `roi_align`, aligned=True).

Every output cell is a weighted sum of a few feature vectors. All levels and frames are laid out as one table of
vectors (:class:`Table`), and all cells are summed by one `embedding_bag`: no loop over levels, the same code on CPU and
CUDA.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from model.network.constants import constant


def pyramid_levels(boxes: Tensor, *, canonical_size: float, levels: int) -> Tensor:
    """Level of each box (..., 4) xyxy in input pixels: floor(log2(sqrt(area) / canonical_size)), clamped."""
    sides = boxes[..., 2:] - boxes[..., :2]
    scale = torch.sqrt(sides[..., 0] * sides[..., 1])
    level = torch.floor(torch.log2(scale / canonical_size + 1e-6))
    return level.nan_to_num(0.0).clamp(0, levels - 1).long()


@dataclass(frozen=True)
class Table:
    """All vectors of a pyramid in one table, from which regions are gathered; make it once per clip."""

    vectors: Tensor  # (rows, C): level after level, frame after frame, row after row
    shapes: tuple[tuple[int, int, int], ...]  # per level: frames, height, width
    gradient: "_SharedGradient | None" = None  # that of the vectors on a CPU, if they have one

    @classmethod
    def of(cls, features: Sequence[Tensor]) -> "Table":
        """The table of levels (N, C, H_l, W_l); those that lie in memory as the table needs them are not copied."""
        shapes = tuple((len(level), level.shape[2], level.shape[3]) for level in features)
        rows = [level.permute(0, 2, 3, 1).reshape(-1, level.shape[1]) for level in features]
        vectors = _joined(rows)
        if not (vectors.requires_grad and vectors.device.type == "cpu"):
            return cls(vectors, shapes)
        gradient = _SharedGradient()
        return cls(_SharedVectors.apply(vectors, gradient), shapes, gradient)  # type: ignore[no-untyped-call]


def _joined(parts: Sequence[Tensor]) -> Tensor:
    """The parts (n_i, C) one after the other."""
    first, offset = parts[0], parts[0].storage_offset()
    for part in parts:
        same = part.untyped_storage().data_ptr() == first.untyped_storage().data_ptr() and part.dtype == first.dtype
        if not same or part.requires_grad or not part.is_contiguous() or part.storage_offset() != offset:
            return torch.cat(list(parts))
        offset += part.numel()
    return first.as_strided((sum(len(part) for part in parts), first.shape[1]), (first.shape[1], 1))


def _axis_samples(start: Tensor, length: Tensor, size: Tensor, cells: int, ratio: int) -> tuple[Tensor, Tensor, Tensor]:
    """Sampling positions along one axis, for R boxes: low index, high index and weight of the high one.

    start, length (R,) in feature cells, size (R,) the map's extent -> three of (R, cells * ratio); a weight below 0
    marks a position outside the map, which contributes nothing.
    """
    steps = (torch.arange(cells * ratio, device=start.device, dtype=start.dtype) + 0.5) / ratio
    position = start[:, None] + steps[None] * (length / cells)[:, None]
    # A box that is no number (diverged training) samples nothing: as an index it would be outside of any table.
    position = position.nan_to_num(nan=-2.0)
    extent = size[:, None].to(start.dtype)
    outside = (position < -1.0) | (position > extent)
    position = position.clamp_min(0)
    low = torch.minimum(position.floor(), extent - 1)
    high = torch.minimum(low + 1, extent - 1)
    fraction = torch.where(low >= extent - 1, torch.zeros_like(position), position - low)
    return low.long(), high.long(), torch.where(outside, torch.full_like(fraction, -1.0), fraction)


def roi_align(
    features: Table | Sequence[Tensor],
    boxes: Tensor,
    frames: Tensor,
    levels: Tensor,
    *,
    strides: Sequence[float],
    cells: int,
    ratio: int = 2,
) -> Tensor:
    """Resample every box to ``cells`` x ``cells`` vectors.

    features: per level (N, C, H_l, W_l), or their table; boxes (R, 4) xyxy in input pixels; frames (R,) int64 index
    into N; levels (R,) int64 index into features. Returns (R, C, cells, cells), the channels last in memory. Gradients
    reach the features, never the boxes.
    """
    table = features if isinstance(features, Table) else Table.of(features)
    indices, weights = _bags(table.shapes, boxes.detach(), frames, levels, strides, cells, ratio)
    vectors, weights = table.vectors, weights.to(table.vectors.dtype)
    if table.gradient is not None:
        pooled = _WeightedSums.apply(vectors, table.gradient, indices, weights)  # type: ignore[no-untyped-call]
    else:
        pooled = F.embedding_bag(indices, vectors, per_sample_weights=weights, mode="sum")
    return pooled.view(len(boxes), cells, cells, vectors.shape[1]).permute(0, 3, 1, 2)


class _SharedGradient:
    """The gradient of a table's vectors, to which every use of the table adds.

    Otherwise each of a dozen uses makes a gradient of all vectors (100 MB for a clip of 640 x 384), nearly all zeros.
    Only passes that reach what the table was made of get it, not those to `Table.vectors`; what a pass has added that
    did not get so far is dropped.
    """

    def __init__(self) -> None:
        self._sum: Tensor | None = None
        self._pass = -1  # the backward pass that adds

    def add(self, vectors: Tensor, indices: Tensor, weights: Tensor, grad: Tensor) -> None:
        """Add what bags ``indices`` with ``weights`` (B, K) of the vectors (N, C) pass on of their ``grad`` (B, C)."""
        if self._sum is None or self._pass != _this_pass():
            self._sum, self._pass = torch.zeros_like(vectors), _this_pass()
        used = torch.zeros(len(vectors), dtype=torch.bool, device=vectors.device)
        used[indices.view(-1)] = True
        rows = used.nonzero()[:, 0]
        places = torch.zeros(len(vectors), dtype=torch.int64, device=vectors.device)
        places[rows] = torch.arange(len(rows), device=vectors.device)
        self._sum.index_add_(0, rows, _of_bags(grad, places[indices.view(-1)], weights.view(-1), len(rows)))

    def taken(self) -> Tensor | None:
        """The sum of all uses in this pass, which begins anew."""
        found, self._sum = self._sum, None
        return found if self._pass == _this_pass() else None


def _this_pass() -> int:
    """A number of the backward pass that is running, as `torch.utils.checkpoint` tells passes apart; -1 outside."""
    return torch._C._current_graph_task_id()


def _of_bags(grad: Tensor, indices: Tensor, weights: Tensor, count: int) -> Tensor:
    """The gradient (``count``, C) of the vectors of `embedding_bag`; indices and weights (B * K,), ``grad`` (B, C)."""
    size = len(indices) // max(len(grad), 1)
    bags = torch.arange(len(grad), device=grad.device)
    sizes = torch.full_like(bags, size)
    found: Tensor = torch.ops.aten._embedding_bag_dense_backward(
        grad.contiguous(), indices, bags.repeat_interleave(size), sizes, bags, count, False, 0, weights
    )
    return found


class _SharedVectors(torch.autograd.Function):
    """The vectors of a table as they are; their gradient is the sum of all uses."""

    @staticmethod
    def forward(ctx: Any, vectors: Tensor, gradient: _SharedGradient) -> Tensor:
        ctx.set_materialize_grads(False)
        ctx.gradient = gradient
        return vectors.view_as(vectors)

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, grad: Tensor | None) -> tuple[Tensor | None, None]:
        found = ctx.gradient.taken()
        return grad if found is None else found if grad is None else found.add_(grad), None


class _WeightedSums(torch.autograd.Function):
    """Weighted sums (B, C) of vectors (N, C): the rows ``indices`` (B, K) with ``weights`` (B, K)."""

    @staticmethod
    def forward(ctx: Any, vectors: Tensor, gradient: _SharedGradient, indices: Tensor, weights: Tensor) -> Tensor:
        ctx.save_for_backward(vectors, indices, weights)
        ctx.gradient = gradient
        return F.embedding_bag(indices, vectors, per_sample_weights=weights, mode="sum")

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, grad: Tensor) -> tuple[None, None, None, None]:
        vectors, indices, weights = ctx.saved_tensors
        ctx.gradient.add(vectors, indices, weights, grad)
        return None, None, None, None


def _bags(
    shapes: Sequence[tuple[int, int, int]],
    boxes: Tensor,
    frames: Tensor,
    levels: Tensor,
    strides: Sequence[float],
    cells: int,
    ratio: int,
) -> tuple[Tensor, Tensor]:
    """Rows of the table and their weights, (R * cells * cells, 4 * ratio * ratio) each."""
    device = boxes.device
    heights = constant([shape[1] for shape in shapes], dtype=torch.int64, device=device)[levels]
    widths = constant([shape[2] for shape in shapes], dtype=torch.int64, device=device)[levels]
    sizes = [math.prod(shape) for shape in shapes]
    offsets = constant([sum(sizes[:i]) for i in range(len(sizes))], dtype=torch.int64, device=device)[levels]
    stride = constant(strides, dtype=boxes.dtype, device=device)[levels]
    scaled = boxes * (1.0 / stride)[:, None] - 0.5
    columns, column_weights = _corners(
        *_axis_samples(scaled[:, 0], scaled[:, 2] - scaled[:, 0], widths, cells, ratio), cells
    )
    rows, row_weights = _corners(
        *_axis_samples(scaled[:, 1], scaled[:, 3] - scaled[:, 1], heights, cells, ratio), cells
    )
    base = offsets + frames * heights * widths
    rows = rows * widths[:, None, None] + base[:, None, None]
    index = rows[:, :, None, :, None] + columns[:, None, :, None, :]  # (R, cells, cells, 2 * ratio, 2 * ratio)
    weight = (row_weights / (ratio * ratio))[:, :, None, :, None] * column_weights[:, None, :, None, :]
    return index.view(-1, 4 * ratio * ratio), weight.view(-1, 4 * ratio * ratio)


def _corners(low: Tensor, high: Tensor, fraction: Tensor, cells: int) -> tuple[Tensor, Tensor]:
    """Indices and weights of the corners of all samples of a cell along one axis: (R, cells, 2 * ratio) each."""
    return (
        torch.stack((low, high), dim=-1).view(len(low), cells, 2 * low.shape[1] // cells),
        _corner_weights(fraction).view(len(low), cells, 2 * low.shape[1] // cells),
    )


def _corner_weights(fraction: Tensor) -> Tensor:
    inside = (fraction >= 0).to(fraction.dtype)
    return torch.stack(((1 - fraction) * inside, fraction * inside), dim=-1)


def adaptive_roi_align(maps: Tensor, boxes: Tensor, *, cells: int) -> Tensor:
    """RoIAlign with the adaptive number of samples (mmcv's sampling ratio 0), one box per map.

    maps (R, H, W) float; boxes (R, 4) xyxy in pixels of the map -> (R, cells, cells). Each cell is sampled
    ceil(side / cells) times along each axis; a box without extent gives zeros. Separable, so two matrix products.
    """
    rows = _axis_matrices(boxes[:, 1], boxes[:, 3], maps.shape[1], cells)
    columns = _axis_matrices(boxes[:, 0], boxes[:, 2], maps.shape[2], cells)
    return rows @ maps @ columns.transpose(1, 2)


def _axis_matrices(low: Tensor, high: Tensor, size: int, cells: int) -> Tensor:
    """(R, cells, size): weight of each pixel in each cell along one axis; boxes of equal sampling go together."""
    start, length = low - 0.5, (high - 0.5) - (low - 0.5)
    ratios = torch.ceil(length / cells).nan_to_num(0.0, posinf=0.0).clamp_min(0).long()
    matrices = low.new_zeros((len(low), cells, size))
    for ratio in ratios.unique().tolist():
        if ratio == 0:
            continue
        chosen = (ratios == ratio).nonzero()[:, 0]
        extent = torch.full((len(chosen),), size, device=low.device)
        first, second, fraction = _axis_samples(start[chosen], length[chosen], extent, cells, ratio)
        dense = low.new_zeros((len(chosen), cells * ratio, size))
        dense.scatter_add_(2, torch.stack((first, second), dim=2), _corner_weights(fraction) / ratio)
        matrices[chosen] = dense.view(len(chosen), cells, ratio, size).sum(dim=2)
    return matrices
