"""U2-Netp (Qin et al., Pattern Recognition 2020): how much each pixel belongs to the salient thing of a picture.

The network is written out in plain PyTorch, channels last, which takes two thirds of the time of OpenCV's own engine
where the processor has AVX-512, and as much without it; OpenCV only reads the weights out of the ONNX file, so that no
other package is needed. In bfloat16 a pass takes less than half the time, but thin parts of things are lost, and masks
get clearly worse. Frozen and optimised by `torch.jit` it takes a quarter more: most of the time goes into the
convolutions, above all the first one of the last block, which run near what the processor can do already. The batch
normalisations are folded into the convolutions in that file.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

SIDE = 320
"""Side of the square that the network sees, in pixels."""
_MEAN = np.array((0.485, 0.456, 0.406), dtype=np.float32)
_DEVIATION = np.array((0.229, 0.224, 0.225), dtype=np.float32)
# Channels between the blocks and within them.
_WIDE, _NARROW = 64, 16
# Levels of the blocks at strides 1, 2, 4 and 8; at 16 and 32 the blocks widen their convolutions instead.
_LEVELS = (7, 6, 5, 4)


class U2NetpError(ValueError):
    """A file is not the network; the message is one sentence."""


class _ConvolutionReLU(nn.Conv2d):
    """A convolution of 3 x 3 that keeps the size, and ReLU."""

    def __init__(self, into: int, out: int, dilation: int = 1) -> None:
        super().__init__(into, out, 3, padding=dilation, dilation=dilation)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu_(super().forward(x))


class _ResidualUBlock(nn.Module):
    """A small U-Net whose input is added to its output.

    Each level but the last halves the size of the level before, or, where the block is ``dilated``, doubles the
    dilation of its convolution.
    """

    def __init__(self, into: int, levels: int, *, dilated: bool = False) -> None:
        super().__init__()
        self._halves = [not dilated and 0 < level < levels - 1 for level in range(levels)]
        dilations = [1, 2, 4, 8] if dilated else [1] * (levels - 1) + [2]
        inputs = [_WIDE] + [_NARROW] * (levels - 1)
        outputs = [_NARROW] * (levels - 2) + [_WIDE]
        self.first = _ConvolutionReLU(into, _WIDE)
        self.down = nn.ModuleList(map(_ConvolutionReLU, inputs, [_NARROW] * levels, dilations))
        self.up = nn.ModuleList(map(_ConvolutionReLU, [2 * _NARROW] * (levels - 1), outputs, dilations[-2::-1]))

    def forward(self, x: Tensor) -> Tensor:
        first = x = self.first(x)
        passed: list[Tensor] = []
        for halves, down in zip(self._halves, self.down, strict=True):
            x = down(_halved(x) if halves else x)
            passed.append(x)
        passed.pop()
        for up in self.up:
            x = up(_joined(x, passed.pop()))
        return x.add_(first)


class _Network(nn.Module):
    """The layers, in the order in which the ONNX file has them."""

    def __init__(self) -> None:
        super().__init__()
        plain = [_ResidualUBlock(3 if level == 7 else _WIDE, level) for level in _LEVELS]
        self.down = nn.ModuleList(
            [*plain, _ResidualUBlock(_WIDE, 4, dilated=True), _ResidualUBlock(_WIDE, 4, dilated=True)]
        )
        plain = [_ResidualUBlock(2 * _WIDE, level) for level in reversed(_LEVELS)]
        self.up = nn.ModuleList([_ResidualUBlock(2 * _WIDE, 4, dilated=True), *plain])
        self.sides = nn.ModuleList(nn.Conv2d(_WIDE, 1, 3, padding=1) for _ in self.down)
        self.fuse = nn.Conv2d(len(self.down), 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        passed: list[Tensor] = []
        for level, down in enumerate(self.down):
            x = down(_halved(x) if level else x)
            passed.append(x)
        found = [passed.pop()]
        for up in self.up:
            found.append(up(_joined(found[-1], passed.pop())))
        maps = [side(x) for side, x in zip(self.sides, reversed(found), strict=True)]
        return torch.sigmoid(self.fuse(torch.cat([_enlarged(map_, maps[0]) for map_ in maps], dim=1)))


class U2Netp:
    """The network; it holds nothing between pictures."""

    def __init__(self, path: Path, device: str = "cpu", go_on: Callable[[], object] | None = None) -> None:
        """Read the network of an ONNX file, for ``device``. Raises `U2NetpError` for a file that is not one.

        ``go_on`` is called before each layer, so that what it raises ends a pass within a part of its time.
        """
        network = _Network()
        try:
            _take(network, list(_blobs(path)))
        except (cv2.error, ValueError) as error:
            raise U2NetpError(f"{path} does not hold the network U2-Netp.") from error
        if go_on is not None:
            _call_before_layers(network, go_on)
        self._network = network.eval().requires_grad_(False).to(device)
        self._device = device

    def saliency(self, picture: np.ndarray, side: int = SIDE) -> np.ndarray:
        """Probability of each pixel (float32 ``side`` x ``side``, 0 to 1) of ``picture`` (uint8 H x W x 3 RGB).

        The picture is stretched to the square, whose side is a multiple of 32; time grows with its area. Values are the
        sigmoid that the network ends with: they are not stretched to 0 and 1, so that a low maximum shows that nothing
        was found.
        """
        return self.evaluate(normalised(picture, side))

    @torch.inference_mode()
    def evaluate(self, pixels: np.ndarray) -> np.ndarray:
        """As `saliency`, of pixels as `normalised` makes them."""
        seen = torch.from_numpy(pixels[None]).to(self._device).contiguous(memory_format=torch.channels_last)
        return self._network(seen)[0, 0].cpu().numpy()


def _call_before_layers(network: nn.Module, go_on: Callable[[], object]) -> None:
    def before(*_: object) -> None:
        go_on()

    for layer in network.modules():
        if isinstance(layer, _ConvolutionReLU):
            layer.register_forward_pre_hook(before)


def normalised(picture: np.ndarray, side: int = SIDE) -> np.ndarray:
    """The picture (uint8 H x W x 3 RGB) as the network takes it: float32 3 x ``side`` x ``side``."""
    shrinks = picture.shape[0] > side or picture.shape[1] > side
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    square = cv2.resize(picture, (side, side), interpolation=method).astype(np.float32)
    square /= max(1.0, float(square.max()))
    return ((square - _MEAN) / _DEVIATION).transpose(2, 0, 1)


def _blobs(path: Path) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Weight and bias of each convolution of an ONNX file, in the order of the file. Raises `cv2.error`."""
    # The newer engine of OpenCV does not give its weights out.
    net = cv2.dnn.readNetFromONNX(str(path), engine=cv2.dnn.ENGINE_CLASSIC)
    for name in net.getLayerNames():
        blobs = net.getLayer(name).blobs
        if len(blobs) == 2:
            yield blobs[0], blobs[1]


def _take(network: nn.Module, blobs: list[tuple[np.ndarray, np.ndarray]]) -> None:
    """Give each convolution its weights. Raises ValueError where they do not fit."""
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    for layer, (weight, bias) in zip(layers, blobs, strict=True):
        if weight.shape != layer.weight.shape or bias.size != layer.out_channels or layer.bias is None:
            raise ValueError(f"the file has weights of {weight.shape} for {tuple(layer.weight.shape)}")
        layer.weight.data = torch.from_numpy(weight.copy()).contiguous(memory_format=torch.channels_last)
        layer.bias.data = torch.from_numpy(bias.reshape(-1).copy())


def _halved(x: Tensor) -> Tensor:
    return functional.max_pool2d(x, 2)


def _enlarged(x: Tensor, like: Tensor) -> Tensor:
    if x.shape[2:] == like.shape[2:]:
        return x
    return functional.interpolate(x, size=like.shape[2:], mode="bilinear", align_corners=False)


def _joined(deeper: Tensor, passed: Tensor) -> Tensor:
    """Both along the channels, ``deeper`` enlarged to the size of the other."""
    return torch.cat((_enlarged(deeper, passed), passed), dim=1)
