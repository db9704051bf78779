"""Files of the layouts that training starts from, made from a network of ours, with distinct tensors."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.config import BackboneConfig, Lite0Config, MessengerShiftConfig, ResNetConfig, SwinConfig, TeViTConfig
from model.network.backbones.resnet import ResNet
from model.network.tevit import build
from model.weights.coco_names import COCO_NAMES
from tests.model.pretrained.reference_lite0 import random_state
from tests.model.small import BACKBONE, CONFIG, randomise

RESNET = ResNetConfig(blocks=(2, 1, 1, 1), width=4)
SWIN = SwinConfig(dim=8, depths=(2, 2, 2, 2), heads=(2, 2, 2, 2), window=3, drop_path=0.0)
State = dict[str, Tensor]


def config_of(backbone: BackboneConfig, **changes: object) -> TeViTConfig:
    """The small configuration over another backbone."""
    return replace(CONFIG, backbone=backbone, **changes)  # type: ignore[arg-type]


class PlainPvt(nn.Module):
    """PVTv2 as its authors wrote it down: one linear layer for queries, one for keys and values; names as published."""

    def __init__(self, config: MessengerShiftConfig, classes: int = 10) -> None:
        super().__init__()
        self.config = config
        channels = 3
        for stage, dim in enumerate(config.dims):
            kernel, stride = (7, 4) if stage == 0 else (3, 2)
            embed = nn.Module()
            embed.proj = nn.Conv2d(channels, dim, kernel, stride, padding=kernel // 2)
            embed.norm = nn.LayerNorm(dim)
            self.add_module(f"patch_embed{stage + 1}", embed)
            blocks = nn.ModuleList(self._block(stage) for _ in range(config.depths[stage]))
            self.add_module(f"block{stage + 1}", blocks)
            self.add_module(f"norm{stage + 1}", nn.LayerNorm(dim, eps=1e-6))
            channels = dim
        self.head = nn.Linear(channels, classes)

    def _block(self, stage: int) -> nn.Module:
        dim, reduction = self.config.dims[stage], self.config.reductions[stage]
        hidden = dim * self.config.mlp_ratios[stage]
        block, block.attn, block.mlp = nn.Module(), nn.Module(), nn.Module()  # type: ignore[misc]
        block.norm1, block.norm2 = nn.LayerNorm(dim, eps=1e-6), nn.LayerNorm(dim, eps=1e-6)
        block.attn.q, block.attn.kv, block.attn.proj = nn.Linear(dim, dim), nn.Linear(dim, 2 * dim), nn.Linear(dim, dim)
        if reduction > 1:
            block.attn.sr, block.attn.norm = nn.Conv2d(dim, dim, reduction, reduction), nn.LayerNorm(dim)
        block.mlp.fc1, block.mlp.fc2 = nn.Linear(dim, hidden), nn.Linear(hidden, dim)
        block.mlp.dwconv = nn.Module()
        block.mlp.dwconv.dwconv = nn.Conv2d(hidden, hidden, 3, padding=1, groups=hidden)
        return block

    def attend(self, stage: int, block: int, x: Tensor, hw: tuple[int, int]) -> Tensor:
        """Attention of one block: x (N, H*W, C) -> the same shape."""
        part, heads = getattr(self, f"block{stage + 1}")[block].attn, self.config.heads[stage]
        count, tokens, dim = x.shape
        q = part.q(x).reshape(count, tokens, heads, dim // heads).permute(0, 2, 1, 3)
        keys = x
        if self.config.reductions[stage] > 1:
            reduced = part.sr(x.permute(0, 2, 1).reshape(count, dim, *hw))
            keys = F.layer_norm(reduced.flatten(2).permute(0, 2, 1), (dim,), part.norm.weight, part.norm.bias, 1e-6)
        k, v = part.kv(keys).reshape(count, -1, 2, heads, dim // heads).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-2, -1) * (dim // heads) ** -0.5).softmax(dim=-1)
        return part.proj((weights @ v).transpose(1, 2).reshape(count, tokens, dim))

    def mix(self, stage: int, block: int, x: Tensor, hw: tuple[int, int]) -> Tensor:
        """The feed-forward part of one block: x (N, H*W, C) -> the same shape."""
        part = getattr(self, f"block{stage + 1}")[block].mlp
        hidden = part.fc1(x)
        deep = part.dwconv.dwconv(hidden.transpose(1, 2).reshape(len(x), -1, *hw)).flatten(2).transpose(1, 2)
        return part.fc2(F.gelu(deep))


def pvt_file(config: MessengerShiftConfig = BACKBONE, seed: int = 1) -> State:
    """`pvt_v2_*.pth`."""
    return dict(randomise(PlainPvt(config), seed).state_dict())


def resnet_file(config: ResNetConfig = RESNET, seed: int = 1) -> State:
    """torchvision's ResNet, with statistics that are not those of the start."""
    network = randomise(ResNet(config), seed)
    generator = torch.Generator().manual_seed(seed)
    for key, value in network.state_dict().items():
        if "running_" in key:
            value.copy_(torch.rand(value.shape, generator=generator) + 0.5)
    channels = config.width * 32
    return {**network.state_dict(), "fc.weight": torch.zeros(10, channels), "fc.bias": torch.zeros(10)}


def swin_file(config: SwinConfig = SWIN, seed: int = 1) -> State:
    """Microsoft's Swin, of a backbone whose every weight was drawn from ``seed``."""
    state = randomise(build(config_of(config)).backbone, seed).state_dict()
    return as_swin_file(state, channels=config.dim * 8, classes=10)


def as_swin_file(state: State, *, channels: int, classes: int) -> State:
    """Our backbone's weights under the published names and in the published order of merged patches."""
    out: State = {}
    for key, value in state.items():
        if key.startswith("norm"):
            continue
        if key.startswith("stages."):
            stage, rest = key.removeprefix("stages.").split(".", 1)
            if rest.startswith("downsample."):
                value = as_published(value)
            for ours, theirs in {
                "attn.w_msa.": "attn.",
                "ffn.layers.0.0.": "mlp.fc1.",
                "ffn.layers.1.": "mlp.fc2.",
            }.items():
                rest = rest.replace(ours, theirs)
            key = f"layers.{stage}.{rest}"
        out[key.replace("projection", "proj")] = value
    out["layers.0.blocks.1.attn_mask"] = torch.zeros(4, 9, 9)
    out |= {"norm.weight": torch.ones(channels), "norm.bias": torch.zeros(channels)}
    return {**out, "head.weight": torch.zeros(classes, channels), "head.bias": torch.zeros(classes)}


def as_published(value: Tensor) -> Tensor:
    """Columns of a patch merging in the order in which the authors of Swin concatenate the four neighbours."""
    wide = value.unflatten(-1, (-1, 2, 2))  # channel, row, column
    parts = [wide[..., row, column] for row, column in ((0, 0), (1, 0), (0, 1), (1, 1))]
    return torch.cat(parts, dim=-1)


def queryinst_file(config: TeViTConfig = CONFIG, seed: int = 1) -> dict[str, object]:
    """The COCO detector that TeViT starts from: its keys without messenger tokens, and 80 classes."""
    network = randomise(build(replace(config, classes=80)), seed)
    state = {key: value for key, value in network.state_dict().items() if not key.endswith("msg_tokens")}
    return {"meta": {"CLASSES": COCO_NAMES, "epoch": 36}, "state_dict": state}


MADE: dict[str, tuple[BackboneConfig, Callable[[], State]]] = {
    "pvt": (BACKBONE, pvt_file),
    "resnet": (RESNET, resnet_file),
    "swin": (SWIN, swin_file),
    "lite0": (Lite0Config(), random_state),
}
