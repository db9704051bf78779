"""MsgShifT: PVTv2 whose frames exchange messenger tokens through time (TeViT paper, section 3.2, figure 2).

Each frame has a few learned tokens beside its pixels. Tokens and pixels attend to each other, and after each block a
part of the tokens moves to a neighbouring frame (`torch.roll`, so the first and the last frame of a clip exchange
tokens as well). A convolution is applied to a token as to a constant picture, with its kernel summed over space.

Module names follow the official `state_dict` so that its checkpoints load by name.
Source: TeViT `mmdet/models/backbones/msgshift.py`; PVTv2 (arXiv 2106.13797).
"""

import torch
from torch import Tensor, nn

from model.config import MessengerShiftConfig
from model.network.layers import attend, channels_last, constant_conv, pointwise, portions, to_map, to_sequence

_EPS = 1e-6  # LayerNorm epsilon of the whole backbone; the heads use 1e-5


class PatchEmbed(nn.Module):
    """Overlapping patches: a strided convolution and a norm, for pixels and tokens alike."""

    def __init__(self, channels: int, dim: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.projection = nn.Conv2d(channels, dim, kernel, stride, padding=kernel // 2)
        self.norm = nn.LayerNorm(dim, eps=_EPS)

    def forward(self, x: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor, tuple[int, int]]:
        """x (B, C, H, W), tokens (B, M, C) -> (B, H'*W', D), (B, M, D), (H', W'); M may be 0."""
        x = self.projection(channels_last(x))
        hw = (x.shape[2], x.shape[3])
        if tokens.shape[1] == 0:
            return self.norm(to_sequence(x)), x.new_zeros(len(x), 0, x.shape[1]), hw
        return self.norm(to_sequence(x)), self.norm(constant_conv(tokens, self.projection)), hw


class Attention(nn.Module):
    """Attention with spatially reduced keys and values; pixels and tokens query together."""

    def __init__(self, dim: int, heads: int, reduction: int) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.reduction = reduction
        if reduction > 1:
            self.sr = nn.Conv2d(dim, dim, reduction, reduction)
            self.norm = nn.LayerNorm(dim, eps=_EPS)

    def forward(self, x: Tensor, hw: tuple[int, int], messengers: int, *, keep_tokens: bool = True) -> Tensor:
        """x (B, H*W + M, C), the last ``messengers`` rows being tokens (0: none) -> the same shape.

        ``keep_tokens`` False returns only the rows of the pixels (B, H*W, C), if the tokens are not used afterwards.
        """
        pixels = x.shape[1] - messengers
        if self.reduction > 1:
            keys = to_sequence(self.sr(to_map(x[:, :pixels], hw)))
            if messengers:
                keys = torch.cat((keys, constant_conv(x[:, pixels:], self.sr)), dim=1)
            keys = self.norm(keys)
        else:
            keys = x[:, :pixels]  # tokens are no keys in the last stage
        return attend(self.attn, x if keep_tokens else x[:, :pixels], keys)


class MixFFN(nn.Module):
    """Two linear layers with a depthwise 3 x 3 convolution between them."""

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden
        self.layers = nn.Sequential(
            nn.Conv2d(dim, hidden, 1),
            nn.Conv2d(hidden, hidden, 3, padding=1, groups=hidden),
            nn.GELU(),
            nn.Identity(),  # the official dropout of rate 0
            nn.Conv2d(hidden, dim, 1),
        )

    def forward(self, x: Tensor, hw: tuple[int, int], messengers: int) -> Tensor:
        """x (B, H*W + M, C) -> the same shape."""
        pixels = x.shape[1] - messengers
        parts = [self._pixels(x[part, :pixels], hw) for part in portions(len(x), pixels * self.hidden, x)]
        mixed = parts[0] if len(parts) == 1 else torch.cat(parts)
        return torch.cat((mixed, self._tokens(x[:, pixels:])), dim=1) if messengers else mixed

    def _pixels(self, x: Tensor, hw: tuple[int, int]) -> Tensor:
        fc1, mix, act, _, fc2 = self.layers
        return pointwise(act(to_sequence(mix(to_map(pointwise(x, fc1), hw)))), fc2)

    def _tokens(self, tokens: Tensor) -> Tensor:
        fc1, mix, act, _, fc2 = self.layers
        return pointwise(act(constant_conv(pointwise(tokens, fc1), mix)), fc2)


class DropPath(nn.Module):
    """Stochastic depth: in training a sample's branch is dropped with probability ``rate``."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return x
        kept = torch.rand((x.shape[0],) + (1,) * (x.dim() - 1), device=x.device) >= self.rate
        return x * kept.to(x.dtype) / (1 - self.rate)


def drop_path_rates(last: float, blocks: int) -> list[float]:
    """The rate of each block: from 0 for the first, linearly, to ``last``."""
    return [last * block / max(blocks - 1, 1) for block in range(blocks)]


class Block(nn.Module):
    """One encoder layer of PVTv2 over pixels and tokens."""

    def __init__(self, dim: int, heads: int, reduction: int, hidden: int, drop_path: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=_EPS)
        self.attn = Attention(dim, heads, reduction)
        self.norm2 = nn.LayerNorm(dim, eps=_EPS)
        self.ffn = MixFFN(dim, hidden)
        self.drop_path = DropPath(drop_path)

    def forward(self, x: Tensor, hw: tuple[int, int], messengers: int, *, keep_tokens: bool = True) -> Tensor:
        """x (B, H*W + M, C) -> the same shape, or (B, H*W, C) without ``keep_tokens``."""
        attended = self.attn(self.norm1(x), hw, messengers, keep_tokens=keep_tokens)
        x = x[:, : attended.shape[1]] + self.drop_path(attended)
        return x + self.drop_path(self.ffn(self.norm2(x), hw, messengers if keep_tokens else 0))


def shift(tokens: Tensor, offsets: tuple[int, ...]) -> Tensor:
    """Move each part of the tokens (B, T, M, C) by its offset in frames, around the ends of the clip."""
    parts = tokens.chunk(len(offsets), dim=2)
    return torch.cat([part.roll(offset, dims=1) for part, offset in zip(parts, offsets, strict=True)], dim=2)


class MessengerShift(nn.Module):
    """The backbone: clips (B, T, 3, H, W) -> four maps (B*T, C_i, H_i, W_i) at strides 4, 8, 16, 32."""

    def __init__(self, config: MessengerShiftConfig) -> None:
        super().__init__()
        self.shifts, self.reductions = config.shifts, config.reductions
        self.channels = config.dims
        self.msg_tokens = nn.Parameter(torch.zeros(1, config.messengers, 3))
        rates = drop_path_rates(config.drop_path, sum(config.depths))
        self.layers = nn.ModuleList()
        channels = 3
        for stage, dim in enumerate(config.dims):
            kernel, stride = (7, 4) if stage == 0 else (3, 2)
            first = sum(config.depths[:stage])
            blocks = [
                Block(
                    dim,
                    config.heads[stage],
                    config.reductions[stage],
                    dim * config.mlp_ratios[stage],
                    rates[first + block],
                )
                for block in range(config.depths[stage])
            ]
            parts = (PatchEmbed(channels, dim, kernel, stride), nn.ModuleList(blocks), nn.LayerNorm(dim, eps=_EPS))
            self.layers.append(nn.ModuleList(parts))
            channels = dim

    def forward(self, clips: Tensor, *, every_token: bool = False) -> tuple[list[Tensor], list[Tensor]]:
        """Maps of all stages, and the tokens (B*T, M, C_i) after each stage.

        In a stage without reduced keys the tokens cannot influence any map, and neither can the tokens that leave the
        stage before it. They are not computed unless ``every_token``.
        """
        batch, frames = clips.shape[:2]
        x = clips.flatten(0, 1)
        tokens = self.msg_tokens.expand(batch * frames, -1, -1)
        maps, messengers = [], []
        used = [reduction > 1 or every_token for reduction in self.reductions]
        for stage, uses_tokens, next_uses in zip(self.layers, used, [*used[1:], every_token], strict=True):
            assert isinstance(stage, nn.ModuleList)
            embed, blocks, norm = stage
            assert isinstance(blocks, nn.ModuleList)
            x, tokens, hw = embed(x, tokens if uses_tokens else tokens[:, :0])
            pixels = x.shape[1]
            x = torch.cat((x, tokens), dim=1) if uses_tokens else x
            for index, block in enumerate(blocks):
                last = index == len(blocks) - 1
                x = block(x, hw, tokens.shape[1], keep_tokens=next_uses or not last)
                if x.shape[1] > pixels and not (len(blocks) % 2 and last):
                    x = self._shifted(x, pixels, frames, sign=1 if index % 2 == 0 else -1)
            x = norm(x)
            tokens = x[:, pixels:]
            if tokens.shape[1]:
                messengers.append(tokens)
            x = channels_last(to_map(x[:, :pixels], hw))
            maps.append(x)
        return maps, messengers

    def _shifted(self, x: Tensor, pixels: int, frames: int, *, sign: int) -> Tensor:
        tokens = x[:, pixels:].unflatten(0, (-1, frames))  # (B, T, M, C)
        moved = shift(tokens, tuple(sign * offset for offset in self.shifts)).flatten(0, 1)
        return torch.cat((x[:, :pixels], moved), dim=1)
