"""Feature pyramid (arXiv 1612.03144) with the module names of mmdetection's `necks/fpn.py`."""

from collections import OrderedDict
from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from model.network.layers import pointwise, portions, to_map, to_sequence
from model.network.planar_gradients import convolved


def _named_conv(channels: int, out: int, kernel: int) -> nn.Sequential:
    conv = nn.Conv2d(channels, out, kernel, padding=kernel // 2)
    assert conv.bias is not None
    nn.init.xavier_uniform_(conv.weight)
    nn.init.zeros_(conv.bias)
    return nn.Sequential(OrderedDict(conv=conv))


class FPN(nn.Module):
    """Four maps (N, C_i, H_i, W_i) -> four maps (N, ``channels``, H_i, W_i)."""

    def __init__(self, in_channels: Sequence[int], channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.lateral_convs = nn.ModuleList(_named_conv(width, channels, 1) for width in in_channels)
        self.fpn_convs = nn.ModuleList(_named_conv(channels, channels, 3) for _ in in_channels)

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """Four maps, of any layout in memory, from the finest to the coarsest.

        The channels of the results are last in memory. Without gradients on a CPU all results lie in one piece of
        memory, where `roi_align.Table` needs them.
        """
        parts = portions(len(maps[0]), 2 * maps[0].shape[2:].numel() * self.channels, maps[0])
        if len(parts) == 1:
            return self._levels(maps)
        sizes = [len(feature) * feature.shape[2:].numel() for feature in maps]
        first = self._levels([feature[parts[0]] for feature in maps])
        table = first[0].new_empty(sum(sizes), self.channels)
        levels = [
            to_map(rows.view(len(feature), -1, self.channels), (feature.shape[2], feature.shape[3]))
            for rows, feature in zip(table.split(sizes), maps, strict=True)
        ]
        for number, part in enumerate(parts):
            found = self._levels([feature[part] for feature in maps]) if number else first
            for level, one in zip(levels, found, strict=True):
                level[part] = one
        return levels

    def _levels(self, maps: Sequence[Tensor]) -> list[Tensor]:
        laterals = []
        for (conv,), feature in zip(self.lateral_convs, maps, strict=True):  # type: ignore[misc]
            laterals.append(to_map(pointwise(to_sequence(feature), conv), (feature.shape[2], feature.shape[3])))
        for level in range(len(laterals) - 1, 0, -1):
            laterals[level - 1] = _plus_enlarged(laterals[level - 1], laterals[level])
        return [convolved(conv, lateral) for (conv,), lateral in zip(self.fpn_convs, laterals, strict=True)]  # type: ignore[misc]


def _plus_enlarged(fine: Tensor, coarse: Tensor) -> Tensor:
    """``fine`` plus ``coarse`` in its size, by the nearest neighbour."""
    (height, width), size = coarse.shape[-2:], fine.shape[-2:]
    if size != (2 * height, 2 * width):
        return fine + F.interpolate(coarse, size=size, mode="nearest")
    blocks = fine.unflatten(3, (width, 2)).unflatten(2, (height, 2))  # (N, C, H, 2, W, 2)
    return (blocks + coarse[:, :, :, None, :, None]).flatten(2, 3).flatten(3, 4)
