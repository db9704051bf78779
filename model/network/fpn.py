"""Feature pyramid (arXiv 1612.03144) with the module names of mmdetection's `necks/fpn.py`."""

from collections import OrderedDict
from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F


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
        self.lateral_convs = nn.ModuleList(_named_conv(width, channels, 1) for width in in_channels)
        self.fpn_convs = nn.ModuleList(_named_conv(channels, channels, 3) for _ in in_channels)

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        laterals = [conv(feature) for conv, feature in zip(self.lateral_convs, maps, strict=True)]
        for level in range(len(laterals) - 1, 0, -1):
            size = laterals[level - 1].shape[-2:]
            laterals[level - 1] = laterals[level - 1] + F.interpolate(laterals[level], size=size, mode="nearest")
        return [conv(lateral) for conv, lateral in zip(self.fpn_convs, laterals, strict=True)]
