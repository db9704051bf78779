"""Initial weights of an untrained network, as the official code draws them if no file is given.

Sources: `init_weights` of TeViT `msgshift.py`, mmdetection `resnet.py`, `swin.py`, `sparse_rcnn` heads; mmcv's
`trunc_normal_`. All other parts (pyramid, box heads, mask heads, queries) draw their weights when they are built.
"""

import math

from torch import nn

from model.network.backbones.messenger_shift import MessengerShift
from model.network.backbones.resnet import Bottleneck, ResNet
from model.network.backbones.swin import Swin, WindowAttention
from model.network.tevit import TeViT

_STD = 0.02  # of linear layers and messenger tokens, truncated at -2 and 2


def initialise(network: TeViT) -> None:
    """Draw the weights of an untrained network anew, in place; heads and pyramid were drawn when it was built."""
    initialise_backbone(network.backbone)


def initialise_backbone(backbone: nn.Module) -> None:
    """Draw a backbone's weights anew, in place."""
    if isinstance(backbone, MessengerShift):
        nn.init.trunc_normal_(backbone.msg_tokens, std=_STD)
        _convolutions(backbone)
        _linear_layers(backbone)
    elif isinstance(backbone, ResNet):
        for module in backbone.modules():  # the convolutions were drawn when they were built
            if isinstance(module, Bottleneck):
                nn.init.zeros_(module.bn3.weight)  # each block starts as its shortcut (arXiv 1706.02677)
    elif isinstance(backbone, Swin):
        _linear_layers(backbone)
        for module in backbone.modules():
            if isinstance(module, WindowAttention):
                nn.init.zeros_(module.relative_position_bias_table)


def _convolutions(backbone: nn.Module) -> None:
    """Normal with variance 2 / (kernel area x outputs per group); biases zero."""
    for module in backbone.modules():
        if isinstance(module, nn.Conv2d):
            fan_out = math.prod(module.kernel_size) * module.out_channels // module.groups
            nn.init.normal_(module.weight, std=math.sqrt(2 / fan_out))
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def _linear_layers(backbone: nn.Module) -> None:
    for module in backbone.modules():
        if isinstance(module, nn.Linear):
            nn.init.trunc_normal_(module.weight, std=_STD)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
