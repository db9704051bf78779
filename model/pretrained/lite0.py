"""EfficientNet-Lite0 (Google, 2020), trained on ImageNet: features of a picture at four strides, and class logits.

The batch normalisations (epsilon 1e-3) are folded into the convolutions before them when the weights are loaded, since
they are never trained here. Padding is TensorFlow's "same": a kernel of size k that moves by 2 has k - 2 more cells of
padding, one more after than before.
"""

import pickle
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDES = (4, 8, 16, 32)
"""Pixels per cell of the feature maps that `Lite0.features` returns."""
CHANNELS = {2: 16, 4: 24, 8: 40, 16: 112, 32: 320}
CLASSES = 1000
SIDE = 224
"""Side of the square picture that the classifier was trained with."""
_STEM, _HEAD = 32, 1280
_EPSILON = 1e-3
# What torch.load and the keys of another state dict raise.
_UNREADABLE = (
    OSError,
    EOFError,
    pickle.UnpicklingError,
    RuntimeError,
    LookupError,
    TypeError,
    AttributeError,
    ValueError,
)
# Repeats, kernel size, stride of the first block, expansion of the channels, channels.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


class Lite0Error(ValueError):
    """A weight file is not that of EfficientNet-Lite0; the message is one sentence."""


@dataclass(frozen=True)
class _BlockSizes:
    kernel: int
    stride: int
    inside: int
    out: int


class _Convolution(nn.Conv2d):
    """A convolution with "same" padding as TensorFlow has it, for sides that the stride divides."""

    def __init__(self, into: int, out: int, kernel: int, stride: int = 1, *, groups: int = 1) -> None:
        super().__init__(into, out, kernel, stride, groups=groups)
        more = kernel - stride
        self._pad = (more // 2, more - more // 2)
        if self._pad[0] == self._pad[1]:
            self.padding = (self._pad[0], self._pad[0])

    def forward(self, x: Tensor) -> Tensor:
        before, after = self._pad
        return super().forward(x if before == after else functional.pad(x, (before, after, before, after)))


class _InvertedResidual(nn.Module):
    """Expand, convolve each channel, project; the input is added where the shape stays."""

    def __init__(self, into: int, block: _BlockSizes) -> None:
        super().__init__()
        self.expand = _Convolution(into, block.inside, 1) if block.inside != into else None
        self.depthwise = _Convolution(block.inside, block.inside, block.kernel, block.stride, groups=block.inside)
        self.project = _Convolution(block.inside, block.out, 1)
        self._adds = block.stride == 1 and into == block.out

    def forward(self, x: Tensor) -> Tensor:
        inner = x if self.expand is None else functional.relu6(self.expand(x))
        out = self.project(functional.relu6(self.depthwise(inner)))
        return out + x if self._adds else out


class Lite0(nn.Module):
    """The network; a new one has random weights, `load` makes one with those of a file.

    Without ``classifies`` it has no layers behind the feature maps, and no `logits`.
    """

    def __init__(self, *, classifies: bool = True) -> None:
        super().__init__()
        self.stem = _Convolution(3, _STEM, 3, 2)
        self.blocks = nn.ModuleList()
        self._last: dict[int, int] = {}  # stride -> index of the last block that keeps it
        channels, stride = _STEM, 2
        for block in _blocks():
            self.blocks.append(_InvertedResidual(channels, block))
            channels, stride = block.out, stride * block.stride
            self._last[stride] = len(self.blocks) - 1
        if classifies:
            self.head = _Convolution(channels, _HEAD, 1)
            self.classifier = nn.Linear(_HEAD, CLASSES)

    @classmethod
    def load(cls, path: Path, device: torch.device | str = "cpu") -> "Lite0":
        """The network with the weights of ``path`` (a state dict, read without running code), in evaluation mode.

        Raises `Lite0Error` for a file that cannot be read as such.
        """
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            network = cls()
            network.load_state_dict(folded(state))
        except _UNREADABLE as error:
            raise Lite0Error(f"{path} does not hold the weights of EfficientNet-Lite0.") from error
        return network.eval().requires_grad_(False).to(device)

    def forward(self, pictures: Tensor, *, strides: Collection[int] = STRIDES) -> dict[int, Tensor]:
        """Feature maps by stride, float N x C x H/stride x W/stride, of ``pictures`` as `normalised` makes them.

        ``strides``: those that are wanted, of `CHANNELS`; blocks behind the last one are not computed. Gradients flow
        where the weights ask for them. Sides must be multiples of the largest stride.
        """
        x = functional.relu6(self.stem(pictures))
        maps: dict[int, Tensor] = {}
        at = {self._last[stride]: stride for stride in strides}
        for index, block in enumerate(self.blocks[: max(at) + 1]):
            x = block(x)
            if index in at:
                maps[at[index]] = x
        return maps

    @torch.inference_mode()
    def features(self, frames: np.ndarray) -> dict[int, Tensor]:
        """Feature maps of frames (uint8 N x H x W x 3 RGB, any size): stride (4, 8, 16, 32) -> float32 N x C x h x w.

        h = ceil(H / stride), w = ceil(W / stride), C = `CHANNELS`; cell (i, j) stands for the square of stride pixels
        whose upper left corner is pixel (j * stride, i * stride). Frames are continued at their right and lower edge
        up to a multiple of 32. The maps lie on the device of the network.
        """
        height, width = frames.shape[1:3]
        maps = self(normalised(frames, self.stem.weight.device))
        return {stride: map_[..., : -(-height // stride), : -(-width // stride)] for stride, map_ in maps.items()}

    @torch.inference_mode()
    def logits(self, pictures: np.ndarray) -> Tensor:
        """Logits of the 1000 ImageNet classes, float32 N x 1000, of pictures (uint8 N x H x W x 3 RGB).

        Classes stand in ImageNet's usual order. The network was trained with pictures of `SIDE` x `SIDE` pixels.
        """
        head = functional.relu6(self.head(self(normalised(pictures, self.stem.weight.device))[32]))
        return self.classifier(head.mean((2, 3)))


def normalised(frames: np.ndarray, device: torch.device | str = "cpu") -> Tensor:
    """Frames (uint8 N x H x W x 3 RGB) as the network takes them: float32 N x 3 x H' x W', (x - 127) / 128.

    H' and W' are the next multiples of 32; the pixels of the right and lower edge are repeated there.
    """
    height, width = frames.shape[1:3]
    pad = ((0, 0), (0, -height % 32), (0, -width % 32), (0, 0))
    whole = np.pad(frames, pad, mode="edge") if height % 32 or width % 32 else np.ascontiguousarray(frames)
    return (torch.from_numpy(whole).to(device).permute(0, 3, 1, 2).float() - 127) / 128


def _blocks() -> Iterator[_BlockSizes]:
    into = _STEM
    for repeats, kernel, stride, expansion, out in _STAGES:
        for at in range(repeats):
            yield _BlockSizes(kernel, stride if at == 0 else 1, into * expansion, out)
            into = out


def folded(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state dict of `Lite0` from that of the package, in which each convolution has a batch normalisation.

    Raises KeyError for a key that is missing.
    """
    found = {
        **_fold(state, "_conv_stem", "_bn0", "stem"),
        **_fold(state, "_conv_head", "_bn1", "head"),
        "classifier.weight": state["_fc.weight"],
        "classifier.bias": state["_fc.bias"],
    }
    for index in range(sum(stage[0] for stage in _STAGES)):
        theirs, ours = f"_blocks.{index}.", f"blocks.{index}."
        if f"{theirs}_expand_conv.weight" in state:
            found |= _fold(state, f"{theirs}_expand_conv", f"{theirs}_bn0", f"{ours}expand")
        found |= _fold(state, f"{theirs}_depthwise_conv", f"{theirs}_bn1", f"{ours}depthwise")
        found |= _fold(state, f"{theirs}_project_conv", f"{theirs}_bn2", f"{ours}project")
    return found


def _fold(state: Mapping[str, Tensor], convolution: str, norm: str, name: str) -> dict[str, Tensor]:
    """Weight and bias of a convolution that does what the convolution and its normalisation did; in float64."""
    weight = state[f"{convolution}.weight"].double()
    scale = state[f"{norm}.weight"].double() / (state[f"{norm}.running_var"].double() + _EPSILON).sqrt()
    bias = state[f"{norm}.bias"].double() - state[f"{norm}.running_mean"].double() * scale
    return {f"{name}.weight": (weight * scale[:, None, None, None]).float(), f"{name}.bias": bias.float()}
