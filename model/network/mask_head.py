"""Dynamic mask head (QueryInst, arXiv 2105.01928): a query filters its 14 x 14 region into a 28 x 28 mask per class."""

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.config import HeadConfig
from model.network.dynamic_conv import DynamicConv
from model.network.layers import pointwise, portions, to_sequence


def _conv_norm(channels: int) -> nn.Sequential:
    conv = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
    nn.init.kaiming_normal_(conv.weight, mode="fan_out", nonlinearity="relu")
    return nn.Sequential(OrderedDict(conv=conv, bn=nn.BatchNorm2d(channels)))


def _upsample(x: Tensor, layer: nn.Module) -> Tensor:
    """The transposed convolution of kernel 2 and stride 2 as one matrix product: (R, C, S, S) -> (R, S, S, 2, 2, C').

    Every output pixel depends on exactly one input pixel, which the general routine does not exploit on a CPU. The two
    axes of length 2 are the rows and columns that come out of each pixel.
    """
    count, _, side, _ = x.shape
    cells = to_sequence(x)
    if isinstance(layer, nn.ConvTranspose2d):
        out = F.linear(cells, *upsampling_weight(layer))
    else:  # prepared for inference
        out = pointwise(cells, layer)
    return out.view(count, side, side, 2, 2, -1)


def upsampling_weight(layer: nn.ConvTranspose2d) -> tuple[Tensor, Tensor]:
    """Weight (2 * 2 * C', C) and bias of the linear layer that :func:`_upsample` computes."""
    assert layer.bias is not None
    return layer.weight.permute(2, 3, 1, 0).reshape(-1, layer.in_channels), layer.bias.repeat(4)


class MaskHead(nn.Module):
    """The mask branch of one stage."""

    def __init__(self, config: HeadConfig, classes: int) -> None:
        super().__init__()
        channels = config.channels
        self.convs = nn.ModuleList(_conv_norm(channels) for _ in range(config.mask_convs))
        self.upsample = nn.ConvTranspose2d(channels, channels, 2, stride=2)
        self.conv_logits = nn.Conv2d(channels, classes, 1)
        self.instance_interactive_conv = DynamicConv(channels, config.dynamic)

    def embed(self, queries: Tensor, rois: Tensor) -> Tensor:
        """queries (R, C), rois (R, C, S, S) -> features (R, C, 2S, 2S) before the class-specific layer."""
        blocks = self.blocks(queries, rois).permute(0, 5, 1, 3, 2, 4)  # (R, C, S, 2, S, 2)
        return blocks.flatten(2, 3).flatten(3, 4)

    def blocks(self, queries: Tensor, rois: Tensor) -> Tensor:
        """The features of :meth:`embed` as (R, S, S, 2, 2, C)."""
        x = self.instance_interactive_conv(queries, rois)
        for conv in self.convs:
            x = F.relu_(conv(x))
        return F.relu_(_upsample(x, self.upsample))

    def forward(self, queries: Tensor, rois: Tensor, labels: Tensor) -> Tensor:
        """Mask logits (R, 2S, 2S) of each region's own class ``labels`` (R,) int64; only that class is computed."""
        size = 4 * rois[0].numel() if len(rois) else 1
        parts = [self._logits(queries[p], rois[p], labels[p]) for p in portions(len(rois), size, rois)]
        return torch.cat(parts) if parts else rois.new_zeros(0, 2 * rois.shape[2], 2 * rois.shape[3])

    def _logits(self, queries: Tensor, rois: Tensor, labels: Tensor) -> Tensor:
        blocks = self.blocks(queries, rois)
        count, side = blocks.shape[:2]
        weight = self.conv_logits.weight.flatten(1)[labels].to(blocks.dtype)  # (R, C)
        assert self.conv_logits.bias is not None
        logits = (blocks.flatten(1, 4) @ weight[:, :, None])[..., 0] + self.conv_logits.bias[labels][:, None]
        return logits.view(count, side, side, 2, 2).transpose(2, 3).reshape(count, 2 * side, 2 * side)
