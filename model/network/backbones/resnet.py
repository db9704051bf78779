"""ResNet with frozen statistics (arXiv 1512.03385), as mmdetection's `backbones/resnet.py` in style 'pytorch'.

The stride sits in the 3 x 3 convolution, batch norms always use their stored statistics, and the stem and the first
stages are frozen. Module names follow the official `state_dict`. Frames are processed independently.
"""

from typing import Self

from torch import Tensor, nn
from torch.nn import functional as F

from model.config import ResNetConfig

EXPANSION = 4  # channels that leave a bottleneck / channels inside it


class Bottleneck(nn.Module):
    """1 x 1, 3 x 3, 1 x 1 convolutions beside a shortcut."""

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        out = width * EXPANSION
        self.conv1 = nn.Conv2d(channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out)
        self.downsample: nn.Sequential | None = None
        if stride != 1 or channels != out:
            self.downsample = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, 4 * width, H / stride, W / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.relu(self.bn2(self.conv2(x)))
        return F.relu(self.bn3(self.conv3(x)) + shortcut)


class ResNet(nn.Module):
    """The backbone: clips (B, T, 3, H, W) -> four maps (B*T, C_i, H_i, W_i) at strides 4, 8, 16, 32."""

    def __init__(self, config: ResNetConfig) -> None:
        super().__init__()
        self.channels = tuple(config.width * 2**stage * EXPANSION for stage in range(len(config.blocks)))
        self.conv1 = nn.Conv2d(3, config.width, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(config.width)
        channels = config.width
        self._stages = [f"layer{stage + 1}" for stage in range(len(config.blocks))]
        for stage, (name, blocks) in enumerate(zip(self._stages, config.blocks, strict=True)):
            width, out = config.width * 2**stage, self.channels[stage]
            stride = 1 if stage == 0 else 2
            rest = [Bottleneck(out, width, 1) for _ in range(blocks - 1)]
            self.add_module(name, nn.Sequential(Bottleneck(channels, width, stride), *rest))
            channels = out
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        if config.frozen_stages >= 0:
            frozen = [self.conv1, self.bn1, *(getattr(self, name) for name in self._stages[: config.frozen_stages])]
            for part in frozen:
                part.requires_grad_(False)

    def train(self, mode: bool = True) -> Self:
        """As usual, except that batch norms stay in evaluation mode: their statistics never change."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self

    def forward(self, clips: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Maps of all stages; the second list, tokens in other backbones, is empty."""
        x = F.relu(self.bn1(self.conv1(clips.flatten(0, 1))))
        x = F.max_pool2d(x, 3, stride=2, padding=1)
        maps = []
        for name in self._stages:
            x = getattr(self, name)(x)
            maps.append(x)
        return maps, []
