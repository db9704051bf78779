"""Linear layers and convolutions that train on a CPU by the faster of the libraries that PyTorch has.

PyTorch computes float32 products of matrices by MKL, which takes AVX2 on processors that are not from Intel: with
AVX-512 oneDNN is twice as fast. With AVX2 alone oneDNN adds the bias without a pass of its own, and its gradient of the
weights of a convolution takes four times as long if the channels are last in memory.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, Self

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from model.network.packed import can_pack

_blocks: ContextVar[int] = ContextVar("blocks", default=0)  # blocks of `OneDnnLinear` around the code that runs


@contextmanager
def trained_products(device: torch.device) -> Iterator[None]:
    """In this block layers of float32 on a CPU are computed by the faster library, and so are their gradients."""
    with ExitStack() as block:
        if device.type == "cpu" and can_pack() and not torch.is_autocast_enabled("cpu"):
            block.enter_context(OneDnnLinear())
            if not _has_avx512():
                block.enter_context(PlanarWeightGradients())
        yield


def _has_avx512() -> bool:
    return torch.backends.cpu.get_cpu_capability() == "AVX512"


def same_products() -> tuple[AbstractContextManager[object], AbstractContextManager[object]]:
    """For `torch.utils.checkpoint`: what `backward` computes again, it computes as the forward pass did.

    `backward` runs after the block of :func:`trained_products`.
    """
    return nullcontext(), OneDnnLinear() if _blocks.get() else nullcontext()


class OneDnnLinear(TorchFunctionMode):
    """Replaces `torch.nn.functional.linear` of float32."""

    def __enter__(self) -> Self:
        super().__enter__()
        _blocks.set(_blocks.get() + 1)
        return self

    def __exit__(self, *error: Any) -> None:
        _blocks.set(_blocks.get() - 1)
        super().__exit__(*error)

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        values = kwargs or {}
        if func is F.linear and not values:
            x, weight, bias = (*args, None)[:3]
            if x.dtype == weight.dtype == torch.float32 and x.dim() > 1 and x.numel():
                # Reshaped outside of the function, because the network changes some results in place.
                rows = _Linear.apply(x.reshape(-1, x.shape[-1]), weight, bias)  # type: ignore[no-untyped-call]
                return rows.view(*x.shape[:-1], len(weight))
        return func(*args, **values)


class _Linear(torch.autograd.Function):
    """x (N, C), weight (C', C), bias (C',) or None -> (N, C')."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(x, weight)
        return _product(x, weight, bias)

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        of_x, of_weight, of_bias = ctx.needs_input_grad
        return (
            _product(grad, weight.t()) if of_x else None,
            _outer(grad, x) if of_weight else None,
            grad.sum(dim=0) if of_bias else None,
        )


def _product(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """(N, C) and (C', C) -> (N, C')."""
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")


def _outer(rows: Tensor, x: Tensor) -> Tensor:
    """(N, C') and (N, C) -> (C', C), the sum over N; with the longer side as columns, which is faster."""
    if not _has_avx512():
        return rows.t() @ x  # MKL is up to twice as fast here
    if rows.shape[1] > x.shape[1]:
        return _product(x.t(), rows.t()).t()
    return _product(rows.t(), x.t())


class PlanarWeightGradients(TorchFunctionMode):
    """Gradients of the weights of 3 x 3 convolutions are computed with the channels first in memory."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        values = kwargs or {}
        if func is F.conv2d and not values and len(args) == _CONVOLUTION:
            x, weight, bias, stride, padding, dilation, groups = args
            wanted = weight.requires_grad and weight.shape[2:] == (3, 3) and groups == 1 and dilation == (1, 1)
            if wanted and x.dtype == weight.dtype == torch.float32 and isinstance(padding, tuple):
                return _PlanarConvolution.apply(x, weight, bias, stride, padding)  # type: ignore[no-untyped-call]
        return func(*args, **values)


_CONVOLUTION = 7  # arguments of a convolution as `torch.nn.Conv2d` calls it


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
