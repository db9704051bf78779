"""EfficientNet-Lite0 as its package writes it: a normalisation behind each convolution, padding found per picture.

Written apart from `model.pretrained.lite0`, after the paper and the state dict; slow and plain.
"""

import torch
from torch import Tensor
from torch.nn import functional

# kernel, stride, expansion, channels in, channels out: each block of its own line.
BLOCKS = (
    (3, 1, 1, 32, 16),
    (3, 2, 6, 16, 24),
    (3, 1, 6, 24, 24),
    (5, 2, 6, 24, 40),
    (5, 1, 6, 40, 40),
    (3, 2, 6, 40, 80),
    (3, 1, 6, 80, 80),
    (3, 1, 6, 80, 80),
    (5, 1, 6, 80, 112),
    (5, 1, 6, 112, 112),
    (5, 1, 6, 112, 112),
    (5, 2, 6, 112, 192),
    (5, 1, 6, 192, 192),
    (5, 1, 6, 192, 192),
    (5, 1, 6, 192, 192),
    (3, 1, 6, 192, 320),
)
# Stride -> index of the block whose output is the feature map.
MAPS = {4: 2, 8: 4, 16: 10, 32: 15}


def random_state(seed: int = 0) -> dict[str, Tensor]:
    """A state dict in the layout of the package, with random weights of sane sizes."""
    random = torch.Generator().manual_seed(seed)
    state: dict[str, Tensor] = {}

    def convolution(name: str, out: int, into: int, kernel: int) -> None:
        spread = (2 / (into * kernel * kernel)) ** 0.5
        state[f"{name}.weight"] = torch.randn(out, into, kernel, kernel, generator=random) * spread

    def norm(name: str, channels: int) -> None:
        state[f"{name}.weight"] = 0.5 + torch.rand(channels, generator=random)
        state[f"{name}.bias"] = torch.randn(channels, generator=random) * 0.2
        state[f"{name}.running_mean"] = torch.randn(channels, generator=random) * 0.2
        state[f"{name}.running_var"] = 0.2 + torch.rand(channels, generator=random)
        state[f"{name}.num_batches_tracked"] = torch.tensor(7)

    convolution("_conv_stem", 32, 3, 3)
    norm("_bn0", 32)
    for at, (kernel, _, expansion, into, out) in enumerate(BLOCKS):
        inside = into * expansion
        if expansion > 1:
            convolution(f"_blocks.{at}._expand_conv", inside, into, 1)
            norm(f"_blocks.{at}._bn0", inside)
        convolution(f"_blocks.{at}._depthwise_conv", inside, 1, kernel)
        norm(f"_blocks.{at}._bn1", inside)
        convolution(f"_blocks.{at}._project_conv", out, inside, 1)
        norm(f"_blocks.{at}._bn2", out)
    convolution("_conv_head", 1280, 320, 1)
    norm("_bn1", 1280)
    state["_fc.weight"] = torch.randn(1000, 1280, generator=random) * 0.02
    state["_fc.bias"] = torch.randn(1000, generator=random) * 0.02
    return state


def run(state: dict[str, Tensor], pictures: Tensor) -> tuple[dict[int, Tensor], Tensor]:
    """Feature maps by stride and logits for pictures that are normalised already."""

    def convolved(x: Tensor, name: str, stride: int = 1) -> Tensor:
        weight = state[f"{name}.weight"]
        kernel, pads = weight.shape[-1], []
        for side in (x.shape[-1], x.shape[-2]):
            more = max((-(-side // stride) - 1) * stride + kernel - side, 0)
            pads += [more // 2, more - more // 2]
        groups = x.shape[1] if weight.shape[1] == 1 else 1
        return functional.conv2d(functional.pad(x, pads), weight, None, stride, groups=groups)

    def normed(x: Tensor, name: str) -> Tensor:
        parts = (state[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias"))
        return functional.batch_norm(x, *parts, training=False, eps=1e-3)

    x = normed(convolved(pictures, "_conv_stem", 2), "_bn0").clamp(0, 6)
    outputs = []
    for at, (_, stride, expansion, into, out) in enumerate(BLOCKS):
        name, inner = f"_blocks.{at}.", x
        if expansion > 1:
            inner = normed(convolved(inner, f"{name}_expand_conv"), f"{name}_bn0").clamp(0, 6)
        inner = normed(convolved(inner, f"{name}_depthwise_conv", stride), f"{name}_bn1").clamp(0, 6)
        inner = normed(convolved(inner, f"{name}_project_conv"), f"{name}_bn2")
        x = inner + x if stride == 1 and into == out else inner
        outputs.append(x)
    head = normed(convolved(x, "_conv_head"), "_bn1").clamp(0, 6).mean((2, 3))
    return {stride: outputs[at] for stride, at in MAPS.items()}, head @ state["_fc.weight"].T + state["_fc.bias"]
