"""Spatio-temporal query interaction (STQI) head: one refinement stage (TeViT paper, section 3.3, figure 3).

Queries of a frame attend to each other, then each query attends to itself in the other frames, with the same
weights and without a time encoding; then it filters its region and predicts class logits and box deltas.
Source: TeViT `mmdet/models/roi_heads/bbox_heads/stqi_head.py`.
"""

import math
from collections import OrderedDict
from typing import NamedTuple

from torch import Tensor, nn

from model.config import HeadConfig
from model.network.dynamic_conv import DynamicConv
from model.network.layers import attend


class StageOutput(NamedTuple):
    """The output of a stage for its queries: B clips of T frames with N queries each."""

    logits: Tensor  # (B, T, N, classes) float, before the sigmoid
    deltas: Tensor  # (B, T, N, 4) float, see boxes.decode_deltas
    object_features: Tensor  # (B, T, N, C), the queries of the next stage
    attention_features: Tensor  # (B, T, N, C), input of the mask head


class _QueryFFN(nn.Module):
    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        first = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU())
        self.layers = nn.Sequential(first, nn.Linear(hidden, channels))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class _SelfAttention(nn.Module):
    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(channels, heads, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return x + attend(self.attn, x, x)


def _tower(channels: int, layers: int) -> nn.Sequential:
    parts: list[nn.Module] = []
    for _ in range(layers):
        parts += [nn.Linear(channels, channels, bias=False), nn.LayerNorm(channels), nn.ReLU()]
    return nn.Sequential(OrderedDict((str(index), part) for index, part in enumerate(parts)))


class QueryHead(nn.Module):
    """One stage of the head."""

    def __init__(self, config: HeadConfig, classes: int) -> None:
        super().__init__()
        channels = config.channels
        self.fc_cls = nn.Linear(channels, classes)
        self.fc_reg = nn.Linear(channels, 4)
        self.attention = _SelfAttention(channels, config.attention_heads)
        self.attention_norm = nn.LayerNorm(channels)
        self.instance_interactive_conv = DynamicConv(channels, config.dynamic, cells=config.box_cells)
        self.instance_interactive_conv_norm = nn.LayerNorm(channels)
        self.ffn = _QueryFFN(channels, config.ffn)
        self.ffn_norm = nn.LayerNorm(channels)
        self.cls_fcs = _tower(channels, 1)
        self.reg_fcs = _tower(channels, config.box_towers)

    def interact(self, queries: Tensor) -> Tensor:
        """Attention over the queries of a frame, then over the frames of a query; (B, T, N, C) -> the same."""
        batch, frames, count, channels = queries.shape
        x = self.attention_norm(self.attention(queries.reshape(batch * frames, count, channels)))
        x = x.view(batch, frames, count, channels).transpose(1, 2).reshape(batch * count, frames, channels)
        x = self.attention_norm(self.attention(x))
        return x.view(batch, count, frames, channels).transpose(1, 2).contiguous()

    def forward(self, queries: Tensor, rois: Tensor) -> StageOutput:
        """queries (B, T, N, C), rois (B*T*N, C, S, S) -> :class:`StageOutput`."""
        attended = self.interact(queries)
        flat = attended.flatten(0, 2)
        x = self.instance_interactive_conv_norm(flat + self.instance_interactive_conv(flat, rois))
        x = self.ffn_norm(self.ffn(x))
        shape = attended.shape[:3]
        logits = self.fc_cls(self.cls_fcs(x)).view(*shape, -1)
        deltas = self.fc_reg(self.reg_fcs(x)).view(*shape, 4)
        return StageOutput(logits, deltas, x.view(*shape, -1), attended)


def init_query_head(head: QueryHead, *, prior: float = 0.01) -> None:
    """Xavier weights; the class biases give each class the probability ``prior`` (focal loss, arXiv 1708.02002)."""
    for parameter in head.parameters():
        if parameter.dim() > 1:
            nn.init.xavier_uniform_(parameter)
    nn.init.constant_(head.fc_cls.bias, math.log(prior / (1 - prior)))
    nn.init.zeros_(head.fc_reg.bias)
