"""Products that several parts of the network share, on sequences of vectors and on maps stored channels last.

A map (B, C, H, W) whose channels lie together in memory and a sequence (B, H*W, C) are the same numbers in the same
order, so going from one to the other copies nothing, and convolutions are several times faster on a CPU.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.network.packed import PackedAttention, PackedLinear

_AT_ONCE = 2**23  # numbers of one intermediate result (32 MiB in float32): about what the cache of a CPU holds


def to_map(sequence: Tensor, hw: tuple[int, int]) -> Tensor:
    """(B, H*W, C) -> (B, C, H, W), a view with the channels last in memory."""
    return sequence.unflatten(1, hw).permute(0, 3, 1, 2)


def to_sequence(feature_map: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, H*W, C); a view if the channels are last in memory."""
    return feature_map.permute(0, 2, 3, 1).flatten(1, 2)


def channels_last(feature_map: Tensor) -> Tensor:
    """The same map (B, C, H, W) with the channels last in memory."""
    return feature_map.contiguous(memory_format=torch.channels_last)


def pointwise(x: Tensor, layer: nn.Module) -> Tensor:
    """The output of a linear layer or a 1 x 1 convolution for vectors: (..., C) -> (..., C')."""
    if isinstance(layer, nn.Conv2d):
        return F.linear(x, layer.weight.flatten(1), layer.bias)
    assert isinstance(layer, nn.Linear | PackedLinear)
    return layer(x)


def constant_conv(tokens: Tensor, conv: nn.Module) -> Tensor:
    """The output of ``conv`` inside a constant picture of each token's value: (B, M, C) -> (B, M, C')."""
    assert isinstance(conv, nn.Conv2d)
    kernel = conv.weight.sum(dim=(2, 3))  # (C', C) or, depthwise, (C', 1)
    if conv.groups > 1:
        out = tokens * kernel[:, 0]
        return out if conv.bias is None else out + conv.bias
    return F.linear(tokens, kernel, conv.bias)


def attend(attention: nn.Module, queries: Tensor, keys: Tensor) -> Tensor:
    """Multi-head attention of ``queries`` (B, N, C) over ``keys`` (B, K, C) without the averaged weights."""
    assert isinstance(attention, nn.MultiheadAttention | PackedAttention)
    if isinstance(attention, PackedAttention):
        q, pair = attention.query(queries), attention.key_value(keys)
    else:
        dim, weight, bias = attention.embed_dim, attention.in_proj_weight, attention.in_proj_bias
        q, pair = F.linear(queries, weight[:dim], bias[:dim]), F.linear(keys, weight[dim:], bias[dim:])
    k, v = pair.chunk(2, dim=-1)
    q, k, v = (part.unflatten(-1, (attention.num_heads, -1)).transpose(1, 2) for part in (q, k, v))
    mixed = F.scaled_dot_product_attention(q, k, v)  # (B, heads, N, C / heads)
    return pointwise(mixed.transpose(1, 2).flatten(2), attention.out_proj)


def portions(count: int, size: int, like: Tensor) -> list[slice]:
    """Cut ``count`` items, for each of which ``size`` numbers are computed, into equal portions to compute one by one.

    Without gradients on a CPU a portion fits into the cache, and memory is used again instead of being asked for from
    the system, which costs more than the computation. Elsewhere there is one portion.
    """
    whole = like.device.type != "cpu" or torch.is_grad_enabled()
    if whole or count == 0:
        return [slice(0, count)] if count else []
    parts = math.ceil(count / max(_AT_ONCE // max(size, 1), 1))
    step = math.ceil(count / parts)
    return [slice(start, min(start + step, count)) for start in range(0, count, step)]
