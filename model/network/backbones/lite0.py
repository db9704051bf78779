"""EfficientNet-Lite0 of ImageNet as a backbone: `model.pretrained.lite0` without its classifier.

It takes what every backbone takes, frames with ImageNet statistics; Lite0 itself was trained on (x - 127) / 128. Frames
are processed independently. The batch norms are folded into the convolutions, so nothing depends on the mode.
"""

import torch
from torch import Tensor, nn

from model.config import Lite0Config
from model.network.input import MEAN, STD
from model.pretrained.lite0 import CHANNELS, STRIDES, Lite0

_SCALE = [float(std) / 128 for std in STD]
_SHIFT = [(float(mean) - 127) / 128 for mean in MEAN]


class Lite0Backbone(nn.Module):
    """The backbone: clips (B, T, 3, H, W) -> four maps (B*T, C_i, H_i, W_i) at strides 4, 8, 16, 32."""

    def __init__(self, config: Lite0Config) -> None:
        super().__init__()
        self.channels = tuple(CHANNELS[stride] for stride in STRIDES)
        self.trunk = Lite0(classifies=False)
        if config.frozen:
            self.trunk.requires_grad_(False)

    def forward(self, clips: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Maps of all stages; the second list, tokens in other backbones, is empty."""
        x = clips.flatten(0, 1)
        # Made anew: a network whose weights are assigned from a file has no other place for constants.
        scale, shift = (
            torch.tensor(values, dtype=x.dtype, device=x.device)[:, None, None] for values in (_SCALE, _SHIFT)
        )
        maps = self.trunk(x * scale + shift)
        return [maps[stride] for stride in STRIDES], []
