"""Convolutions whose gradients are computed with the channels first in memory, where that is faster.

With AVX2 alone, oneDNN takes four times as long for the gradient of the weights of a 3 x 3 kernel if the channels are
last in memory as if they are first; the result and the gradient of the input are as fast.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

_LARGE = 1 << 25  # multiplications for one place of the kernel from which the gain is worth two copies


def convolved(conv: nn.Module, x: Tensor) -> Tensor:
    """The output of a layer for maps (N, C, H, W); where that is faster, its gradients are computed in another way."""
    if isinstance(conv, nn.Conv2d) and _gains(conv, x):
        return _PlanarConvolution.apply(x, conv.weight, conv.bias, conv.stride, conv.padding)  # type: ignore[no-any-return, no-untyped-call]
    out: Tensor = conv(x)
    return out


def _gains(conv: nn.Conv2d, x: Tensor) -> bool:
    plain = conv.kernel_size == (3, 3) and conv.dilation == (1, 1) and conv.groups == 1
    if not plain or isinstance(conv.padding, str) or conv.padding_mode != "zeros":
        return False
    learns = torch.is_grad_enabled() and conv.weight.requires_grad and x.device.type == "cpu"
    if not learns or x.dtype != torch.float32 or torch.is_autocast_enabled("cpu"):
        return False
    size = len(x) * x.shape[2] * x.shape[3] // (conv.stride[0] * conv.stride[1]) * x.shape[1] * conv.out_channels
    last = x.is_contiguous(memory_format=torch.channels_last)
    return last and size >= _LARGE and torch.backends.cpu.get_cpu_capability() == "AVX2"


class _PlanarConvolution(torch.autograd.Function):
    """x (N, C, H, W), weight (C', C, 3, 3), bias (C',) or None -> (N, C', H', W')."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, stride: tuple[int, ...], padding: tuple[int, ...]
    ) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.stride, ctx.padding = stride, padding
        return F.conv2d(x, weight, bias, stride, padding)

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        of_x, of_weight, of_bias, *_ = ctx.needs_input_grad

        def gradient(grad: Tensor, x: Tensor, place: int) -> Tensor:
            only = [place == 0, place == 1, False]
            steps = (ctx.stride, ctx.padding, (1, 1), False, (0, 0), 1)
            found: Tensor = torch.ops.aten.convolution_backward(grad, x, weight, None, *steps, only)[place]
            return found

        return (
            gradient(grad, x, 0) if of_x else None,
            gradient(grad.contiguous(), x.contiguous(), 1) if of_weight else None,
            grad.sum(dim=(0, 2, 3)) if of_bias else None,
            None,
            None,
        )
