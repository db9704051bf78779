"""Linear layers that train on a CPU by oneDNN, whose products are twice as fast as PyTorch's own with AVX-512.

PyTorch computes float32 products of matrices by MKL, which takes AVX2 on processors that are not from Intel.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Any, Self

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from model.network.packed import can_pack

_blocks: ContextVar[int] = ContextVar("blocks", default=0)  # blocks of `OneDnnLinear` around the code that runs


def trained_products(device: torch.device) -> AbstractContextManager[object]:
    """In this block linear layers of float32 are computed by oneDNN where it is faster, and so are their gradients."""
    fits = device.type == "cpu" and torch.backends.cpu.get_cpu_capability() == "AVX512" and can_pack()
    return OneDnnLinear() if fits and not torch.is_autocast_enabled("cpu") else nullcontext()


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
    if rows.shape[1] > x.shape[1]:
        return _product(x.t(), rows.t()).t()
    return _product(rows.t(), x.t())
