"""Dynamic mask head (QueryInst, arXiv 2105.01928): a query filters its 14 x 14 region into a 28 x 28 mask per class."""

from collections import OrderedDict

from torch import Tensor, nn
from torch.nn import functional as F

from model.config import HeadConfig
from model.network.dynamic_conv import DynamicConv


def _conv_norm(channels: int) -> nn.Sequential:
    conv = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
    nn.init.kaiming_normal_(conv.weight, mode="fan_out", nonlinearity="relu")
    return nn.Sequential(OrderedDict(conv=conv, bn=nn.BatchNorm2d(channels)))


def _upsample(x: Tensor, layer: nn.ConvTranspose2d) -> Tensor:
    """The transposed convolution of kernel 2 and stride 2 as one matrix product: (R, C, S, S) -> (R, C', 2S, 2S).

    Every output pixel depends on exactly one input pixel, which the general routine does not exploit on a CPU.
    """
    count, channels, side, _ = x.shape
    weight = layer.weight.permute(1, 2, 3, 0).reshape(-1, channels)  # (C' * 4, C)
    assert layer.bias is not None
    out = F.linear(x.flatten(2).transpose(1, 2), weight, layer.bias.repeat_interleave(4))  # (R, S*S, C' * 4)
    return F.pixel_shuffle(out.transpose(1, 2).reshape(count, len(weight), side, side), 2)


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
        x = self.instance_interactive_conv(queries, rois)
        for conv in self.convs:
            x = F.relu(conv(x))
        return F.relu(_upsample(x, self.upsample))

    def forward(self, queries: Tensor, rois: Tensor, labels: Tensor) -> Tensor:
        """Mask logits (R, 2S, 2S) of each region's own class ``labels`` (R,) int64; only that class is computed."""
        x = self.embed(queries, rois)
        weight = self.conv_logits.weight.flatten(1)[labels]  # (R, C)
        assert self.conv_logits.bias is not None
        bias = self.conv_logits.bias[labels]
        logits = (weight[:, None] @ x.flatten(2))[:, 0] + bias[:, None]
        return logits.view(len(x), *x.shape[2:])
