"""Linear layers with fixed weights in the memory layout of oneDNN, which are faster than those that they replace.

Only for inference on an x86 CPU. PyTorch has these layouts for the code that it compiles; they need no compiler here.
The weights can be bfloat16, which processors with `avx512_bf16` or `amx_bf16` multiply several times faster.
"""

import torch
from torch import Tensor, nn

_OPERATORS = ("_linear_pointwise", "_reorder_linear_weight")


def can_pack() -> bool:
    """Whether this PyTorch can pack layers on this machine."""
    known = torch.backends.mkldnn.is_available() and torch.cpu._is_avx2_supported()
    return known and all(hasattr(torch.ops.mkldnn, name) for name in _OPERATORS)


def packs_bfloat16() -> bool:
    """Whether weights can be packed as bfloat16 too: AVX2 alone is not enough for that."""
    return can_pack() and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def computes_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 itself; elsewhere it is emulated and slower than float32."""
    return packs_bfloat16() and (torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


class PackedLinear(nn.Module):
    """A linear layer; input and output have the same dtype, the product is computed in that of the weight."""

    def __init__(self, weight: Tensor, bias: Tensor | None, *, dtype: torch.dtype, rows: int = 0) -> None:
        """weight (C', C), bias (C',); ``rows``: about how many vectors there are at once, 0 if that varies."""
        super().__init__()
        self.dtype = dtype
        self.out_features, self.in_features = weight.shape
        self.weight = torch.ops.mkldnn._reorder_linear_weight(weight.detach().to(dtype).contiguous(), rows or None)
        self.bias = None if bias is None else bias.detach().to(dtype)

    def forward(self, x: Tensor) -> Tensor:
        """(..., C) -> (..., C')."""
        out = torch.ops.mkldnn._linear_pointwise(x.to(self.dtype), self.weight, self.bias, "none", [], "")
        return out.to(x.dtype)


class PackedAttention(nn.Module):
    """The projections of a multi-head attention; `layers.attend` computes it."""

    def __init__(self, attention: nn.MultiheadAttention, *, dtype: torch.dtype) -> None:
        super().__init__()
        dim, weight, bias = attention.embed_dim, attention.in_proj_weight, attention.in_proj_bias
        self.num_heads = attention.num_heads
        self.query = PackedLinear(weight[:dim], bias[:dim], dtype=dtype)
        self.key_value = PackedLinear(weight[dim:], bias[dim:], dtype=dtype)
        self.out_proj = PackedLinear(attention.out_proj.weight, attention.out_proj.bias, dtype=dtype)
