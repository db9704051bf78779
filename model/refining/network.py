"""The network that refines: from a square of the picture and a coarse mask in it to the mask with the thing's edges.

Its backbone is EfficientNet-Lite0 (`model.pretrained.lite0`), frozen, so that it knows real pictures though it learns
from drawn ones. What it learns is a decoder that goes from coarse cells to pixels (U-Net, Ronneberger et al., MICCAI
2015). At each stride the decoder sees the features, the coarse mask, and how much each cell is like the mean of the
cells in the mask and like the mean of those beside it, as few-shot segmentation compares with prototypes (Wang et al.,
PANet, ICCV 2019). So what belongs together is found by likeness, and not by what the things of the training look like.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.pretrained.lite0 import CHANNELS, Lite0

SIDE = 128
"""Side of the square that the network sees, in pixels."""
STRIDES = (16, 8, 4, 2)
_FEATURES = {16: 61, 8: 29, 4: 13, 2: 7}  # what is left of the features of a stride; the mask and likenesses are 3 more
_INNER = {16: 64, 8: 48, 4: 32, 2: 24, 1: 16}
_GROUPS = 4
PRIOR = 2.0
"""Logit of a pixel in the coarse mask, before the network adds its own; beside the mask it is the negative of it."""


class _DecoderBlock(nn.Module):
    """Two convolutions of 3 x 3, each with a normalisation."""

    def __init__(self, into: int, out: int) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(into, out, 3, padding=1), nn.Conv2d(out, out, 3, padding=1)
        self.first_norm, self.second_norm = nn.GroupNorm(_GROUPS, out), nn.GroupNorm(_GROUPS, out)

    def forward(self, x: Tensor) -> Tensor:
        inner = functional.relu(self.first_norm(self.first(x)))
        return functional.relu(self.second_norm(self.second(inner)))


class RefiningNetwork(nn.Module):
    """The decoder; a new one has random weights."""

    def __init__(self) -> None:
        super().__init__()
        self.narrow, self.blocks = nn.ModuleDict(), nn.ModuleDict()
        before = 0
        for stride in STRIDES:
            self.narrow[str(stride)] = nn.Conv2d(CHANNELS[stride], _FEATURES[stride], 1)
            self.blocks[str(stride)] = _DecoderBlock(before + _FEATURES[stride] + 3, _INNER[stride])
            before = _INNER[stride]
        self.blocks["1"] = _DecoderBlock(before + 3 + 1, _INNER[1])
        self.out = nn.Conv2d(_INNER[1], 1, 1)

    def forward(self, maps: Mapping[int, Tensor], pictures: Tensor, masks: Tensor) -> Tensor:
        """Logits (N x 1 x SIDE x SIDE) of the pixels to belong to the thing.

        maps: of `Lite0.forward` with `STRIDES`. pictures: N x 3 x SIDE x SIDE as `model.pretrained.lite0.normalised`
        makes them. masks: N x 1 x SIDE x SIDE, 0 to 1, the coarse ones.
        """
        x: Tensor | None = None
        for stride in STRIDES:
            coarse = functional.avg_pool2d(masks, stride)
            features = self.narrow[str(stride)](maps[stride])
            seen = torch.cat([features, likeness(maps[stride], coarse), coarse], 1)
            x = self.blocks[str(stride)](seen if x is None else torch.cat([_twice(x), seen], 1))
        assert x is not None
        own = self.out(self.blocks["1"](torch.cat([_twice(x), pictures, masks], 1)))
        return own + PRIOR * (2 * masks - 1)


def likeness(features: Tensor, masks: Tensor) -> Tensor:
    """Cosine of each cell with the mean of the cells in the mask, and with that of the others: N x 2 x h x w, -1 to 1.

    features: N x C x h x w; what is common to all cells of a picture is taken away first. masks: N x 1 x h x w, 0 to 1.
    """
    own = features - features.mean((2, 3), keepdim=True)
    cells = own / own.norm(dim=1, keepdim=True).clamp_min(1e-4)
    found = []
    for weights in (masks, 1 - masks):
        mean = (own * weights).sum((2, 3)) / weights.sum((2, 3)).clamp_min(1e-3)
        mean = mean / mean.norm(dim=1, keepdim=True).clamp_min(1e-4)
        found.append((cells * mean[:, :, None, None]).sum(1, keepdim=True))
    return torch.cat(found, 1)


def features_of(backbone: Lite0, pictures: Tensor) -> dict[int, Tensor]:
    """The maps that `RefiningNetwork` takes, by stride; no gradient flows into the backbone."""
    with torch.no_grad():
        return backbone(pictures, strides=STRIDES)


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
