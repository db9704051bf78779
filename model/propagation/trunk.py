"""Features for matching from EfficientNet-Lite0: the widened channels in front of a block's spatial convolution.

They match better than the narrow ones between the blocks, with six times as many channels.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import relu6

from model.pretrained.lite0 import Lite0, normalised

BLOCKS = {8: 5}
"""Stride -> index of the block whose widened input is taken: the last one of that stride."""


class Lite0Trunk:
    """The features of a Lite0 for spreading."""

    def __init__(self, network: Lite0) -> None:
        self._network = network

    @torch.inference_mode()
    def spread_features(self, frames: np.ndarray) -> dict[int, Tensor]:
        """Features of frames (uint8 N x H x W x 3 RGB): stride 8 -> N x 240 x ceil(H / 8) x ceil(W / 8)."""
        height, width = frames.shape[1:3]
        x = relu6(self._network.stem(normalised(frames, self._network.stem.weight.device)))
        wanted = {index: stride for stride, index in BLOCKS.items()}
        maps = {}
        for index, block in enumerate(self._network.blocks):
            if index in wanted:
                stride = wanted[index]
                expanded = relu6(block.expand(x))  # type: ignore[operator]
                maps[stride] = expanded[..., : -(-height // stride), : -(-width // stride)].cpu()
            if index == max(wanted):
                break
            x = block(x)
        return maps
