"""Swin Transformer (arXiv 2103.14030) with the module names and the padding of mmdetection's `backbones/swin.py`.

Attention inside windows of 7 x 7 tokens; every second block shifts the windows by half their side. Maps are padded
with zeros to whole windows before each attention. Frames are processed independently.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from model.config import SwinConfig
from model.network.backbones.messenger_shift import DropPath, drop_path_rates
from model.network.layers import channels_last, to_map, to_sequence
from model.network.trained_products import same_products

_FAR = -100.0  # added to the attention between tokens that are neighbours only because of the cyclic shift


def relative_positions(window: int) -> Tensor:
    """(window**2, window**2) int64: row of the bias table for each pair of tokens of a window.

    mmdetection counts in another order than the paper's code, with the same numbers for all pairs.
    """
    axis = torch.arange(window, device="cpu")
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    y, x = y.flatten(), x.flatten()
    rows = y[:, None] - y[None] + window - 1
    columns = x[:, None] - x[None] + window - 1
    return rows * (2 * window - 1) + columns


def windows(x: Tensor, side: int) -> Tensor:
    """(N, H, W, C) -> (N * windows, side * side, C); H and W are multiples of ``side``."""
    n, height, width, channels = x.shape
    x = x.view(n, height // side, side, width // side, side, channels)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, side * side, channels)


def from_windows(x: Tensor, hw: tuple[int, int], side: int) -> Tensor:
    """The inverse of :func:`windows`: -> (N, H, W, C)."""
    height, width = hw
    x = x.view(-1, height // side, width // side, side, side, x.shape[-1])
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, height, width, x.shape[-1])


def shifted_mask(hw: tuple[int, int], side: int, shift: int, device: torch.device) -> Tensor:
    """(windows, side**2, side**2) float: 0 between tokens of one region, far below 0 between others."""
    zones = torch.zeros((1, *hw, 1), device=device)
    cuts = (slice(0, -side), slice(-side, -shift), slice(-shift, None))
    for number, (rows, columns) in enumerate((r, c) for r in cuts for c in cuts):
        zones[:, rows, columns] = number
    zone = windows(zones, side)[..., 0]
    return (zone[:, None] != zone[:, :, None]) * _FAR


class WindowAttention(nn.Module):
    """Attention of the tokens of a window with a learned bias per relative position."""

    relative_position_index: Tensor

    def __init__(self, dim: int, heads: int, window: int) -> None:
        super().__init__()
        self.heads = heads
        self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * window - 1) ** 2, heads))
        self.register_buffer("relative_position_index", relative_positions(window))
        self.qkv = nn.Linear(dim, dim * 3)
        self.proj = nn.Linear(dim, dim)
        nn.init.trunc_normal_(self.relative_position_bias_table, std=0.02)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """x (N * W, S*S, C), mask (W, S*S, S*S) or None -> the same shape as x."""
        count, tokens, channels = x.shape
        qkv = self.qkv(x).view(count, tokens, 3, self.heads, channels // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # (N * W, heads, S*S, C / heads) each
        bias = self.relative_position_bias_table[self.relative_position_index.flatten()]
        bias = bias.view(tokens, tokens, self.heads).permute(2, 0, 1)[None]
        if mask is not None:
            bias = (bias + mask[:, None].to(bias.dtype)).repeat(count // len(mask), 1, 1, 1)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=bias.to(q.dtype))
        return self.proj(mixed.transpose(1, 2).reshape(count, tokens, channels))


class ShiftedWindows(nn.Module):
    """Cuts a map into (shifted) windows, applies attention, and joins them again."""

    def __init__(self, dim: int, heads: int, window: int, shift: int) -> None:
        super().__init__()
        self.window, self.shift = window, shift
        self.w_msa = WindowAttention(dim, heads, window)

    def forward(self, x: Tensor, hw: tuple[int, int]) -> Tensor:
        """x (N, H*W, C) -> the same shape."""
        height, width = hw
        x = x.view(len(x), height, width, -1)
        x = F.pad(x, (0, 0, 0, -width % self.window, 0, -height % self.window))
        padded = (x.shape[1], x.shape[2])
        mask = None
        if self.shift:
            x = x.roll((-self.shift, -self.shift), dims=(1, 2))
            mask = shifted_mask(padded, self.window, self.shift, x.device)
        x = from_windows(self.w_msa(windows(x, self.window), mask), padded, self.window)
        if self.shift:
            x = x.roll((self.shift, self.shift), dims=(1, 2))
        return x[:, :height, :width].reshape(len(x), height * width, -1)


class _SwinFFN(nn.Module):
    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Sequential(nn.Linear(dim, hidden), nn.GELU()), nn.Linear(hidden, dim))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class SwinBlock(nn.Module):
    """Window attention, then a feed-forward network, both behind a norm and beside a shortcut."""

    def __init__(self, dim: int, heads: int, *, window: int, shift: int, hidden: int, drop_path: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attn = ShiftedWindows(dim, heads, window, shift)
        self.norm2 = nn.LayerNorm(dim)
        self.ffn = _SwinFFN(dim, hidden)
        self.drop_path = DropPath(drop_path)

    def forward(self, x: Tensor, hw: tuple[int, int]) -> Tensor:
        """x (N, H*W, C) -> the same shape."""
        x = x + self.drop_path(self.attn(self.norm1(x), hw))
        return x + self.drop_path(self.ffn(self.norm2(x)))


class PatchMerging(nn.Module):
    """Each 2 x 2 tokens become one of twice the width; channels come in the order of `torch.nn.Unfold`."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(4 * dim)
        self.reduction = nn.Linear(4 * dim, 2 * dim, bias=False)

    def forward(self, x: Tensor, hw: tuple[int, int]) -> tuple[Tensor, tuple[int, int]]:
        """x (N, H*W, C) -> (N, H'*W', 2 C) and (H', W'); an odd side is padded with zeros."""
        feature = F.pad(to_map(x, hw), (0, hw[1] % 2, 0, hw[0] % 2))
        merged = F.unfold(feature, kernel_size=2, stride=2).transpose(1, 2)  # (N, H'*W', 4 C)
        return self.reduction(self.norm(merged)), (feature.shape[2] // 2, feature.shape[3] // 2)


class SwinStage(nn.Module):
    """Blocks of one resolution, and the step to the next."""

    def __init__(self, blocks: list[SwinBlock], downsample: PatchMerging | None) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.downsample = downsample

    def forward(self, x: Tensor, hw: tuple[int, int]) -> Tensor:
        """x (N, H*W, C) -> the same shape; in training each block is computed again for its gradient (memory)."""
        for block in self.blocks:
            again = self.training and x.requires_grad
            x = checkpoint(block, x, hw, use_reentrant=False, context_fn=same_products) if again else block(x, hw)
        return x


class _SwinPatchEmbed(nn.Module):
    def __init__(self, dim: int, patch: int) -> None:
        super().__init__()
        self.patch = patch
        self.projection = nn.Conv2d(3, dim, patch, patch)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor) -> tuple[Tensor, tuple[int, int]]:
        x = F.pad(x, (0, -x.shape[3] % self.patch, 0, -x.shape[2] % self.patch))
        x = self.projection(x)
        return self.norm(to_sequence(x)), (x.shape[2], x.shape[3])


class Swin(nn.Module):
    """The backbone: clips (B, T, 3, H, W) -> four maps (B*T, C_i, H_i, W_i) at strides 4, 8, 16, 32."""

    def __init__(self, config: SwinConfig) -> None:
        super().__init__()
        self.channels = tuple(config.dim * 2**stage for stage in range(len(config.depths)))
        self.patch_embed = _SwinPatchEmbed(config.dim, 4)
        rates = iter(drop_path_rates(config.drop_path, sum(config.depths)))
        self.stages = nn.ModuleList()
        for stage, dim in enumerate(self.channels):
            blocks = [
                SwinBlock(
                    dim,
                    config.heads[stage],
                    window=config.window,
                    shift=0 if block % 2 == 0 else config.window // 2,
                    hidden=dim * config.mlp_ratio,
                    drop_path=next(rates),
                )
                for block in range(config.depths[stage])
            ]
            last = stage == len(self.channels) - 1
            self.stages.append(SwinStage(blocks, None if last else PatchMerging(dim)))
        for stage, dim in enumerate(self.channels):
            self.add_module(f"norm{stage}", nn.LayerNorm(dim))

    def forward(self, clips: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Maps of all stages; the second list, tokens in other backbones, is empty."""
        x, hw = self.patch_embed(clips.flatten(0, 1))
        maps = []
        for number, stage in enumerate(self.stages):
            x = stage(x, hw)
            maps.append(channels_last(to_map(getattr(self, f"norm{number}")(x), hw)))
            if stage.downsample is not None:
                x, hw = stage.downsample(x, hw)  # type: ignore[operator]
        return maps, []
