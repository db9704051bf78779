"""Dynamic convolution: each query makes the weights that filter its own region (Sparse R-CNN, arXiv 2011.12450)."""

from torch import Tensor, nn
from torch.nn import functional as F


class DynamicConv(nn.Module):
    """A query's two matrices, applied to every cell of its RoI; with ``cells`` also a projection to one vector."""

    def __init__(self, channels: int, inner: int, *, cells: int | None = None) -> None:
        super().__init__()
        self.inner = inner
        self.dynamic_layer = nn.Linear(channels, 2 * channels * inner)
        self.norm_in = nn.LayerNorm(inner)
        self.norm_out = nn.LayerNorm(channels)
        self.projects = cells is not None
        if cells is not None:
            self.fc_layer = nn.Linear(cells * cells * channels, channels)
            self.fc_norm = nn.LayerNorm(channels)

    def forward(self, queries: Tensor, rois: Tensor) -> Tensor:
        """queries (R, C), rois (R, C, S, S) -> (R, C) with projection, else (R, C, S, S)."""
        count, channels, side, _ = rois.shape
        first, second = self.dynamic_layer(queries).chunk(2, dim=1)
        cells = rois.flatten(2).transpose(1, 2)  # (R, S*S, C)
        cells = F.relu(self.norm_in(cells @ first.view(count, channels, self.inner)))
        cells = F.relu(self.norm_out(cells @ second.view(count, self.inner, channels)))
        if self.projects:
            return F.relu(self.fc_norm(self.fc_layer(cells.flatten(1))))
        return cells.transpose(1, 2).reshape(count, channels, side, side)
