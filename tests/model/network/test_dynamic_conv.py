import pytest
import torch
from torch.nn import functional as F

from model.network.dynamic_conv import DynamicConv


def slow(layer: DynamicConv, query: torch.Tensor, roi: torch.Tensor) -> torch.Tensor:
    """One query (C,) over its region (C, S, S), cell by cell, before the projection: (S*S, C)."""
    channels, side = roi.shape[0], roi.shape[1]
    weights = layer.dynamic_layer(query)
    inward = weights[: channels * layer.inner].view(channels, layer.inner)
    outward = weights[channels * layer.inner :].view(layer.inner, channels)
    cells = []
    for i in range(side):
        for j in range(side):
            hidden = F.relu(layer.norm_in(roi[:, i, j] @ inward))
            cells.append(F.relu(layer.norm_out(hidden @ outward)))
    return torch.stack(cells)


@pytest.mark.parametrize("projects", [True, False])
def test_each_query_filters_its_own_region_cell_by_cell(projects: bool) -> None:
    torch.manual_seed(0)
    layer = DynamicConv(6, 3, cells=4 if projects else None)
    queries, rois = torch.randn(5, 6), torch.randn(5, 6, 4, 4)
    with torch.inference_mode():
        out = layer(queries, rois)
        for index in range(5):
            cells = slow(layer, queries[index], rois[index])
            vector = F.relu(layer.fc_norm(layer.fc_layer(cells.flatten()))) if projects else None
            expected = cells.T.reshape(6, 4, 4) if vector is None else vector
            torch.testing.assert_close(out[index], expected, atol=1e-5, rtol=1e-4)


def test_shapes_with_and_without_projection() -> None:
    assert DynamicConv(6, 3, cells=7)(torch.randn(2, 6), torch.randn(2, 6, 7, 7)).shape == (2, 6)
    assert DynamicConv(6, 3)(torch.randn(2, 6), torch.randn(2, 6, 14, 14)).shape == (2, 6, 14, 14)


def test_no_regions_are_no_error() -> None:
    assert DynamicConv(6, 3)(torch.randn(0, 6), torch.randn(0, 6, 14, 14)).shape == (0, 6, 14, 14)


def test_only_the_projecting_one_has_a_projection() -> None:
    assert not any("fc_" in key for key in DynamicConv(6, 3).state_dict())
    assert any("fc_layer" in key for key in DynamicConv(6, 3, cells=2).state_dict())
