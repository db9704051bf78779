"""A network made ready for inference on a CPU: packed weights, folded norms, and only what inference needs."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from model.network.backbones.messenger_shift import MessengerShift, MixFFN
from model.network.backbones.resnet import Bottleneck, ResNet
from model.network.fpn import FPN
from model.network.layers import channels_last
from model.network.mask_head import MaskHead, upsampling_weight
from model.network.memory import reuse_memory
from model.network.packed import PackedAttention, PackedLinear, can_pack, computes_bfloat16
from model.network.query_head import QueryHead
from model.network.tevit import TeViT


def prepare(network: TeViT, *, fast: bool = False) -> TeViT:
    """Turn a network on the CPU into one for inference only, in place, and return it.

    Its outputs differ from those of the network by rounding; ``fast`` computes the large products in bfloat16 if the
    processor has instructions for it. The mask heads that only training uses are removed, and the weights can neither
    be saved nor trained any more. Where PyTorch cannot pack layers the network stays as it is. From then on the process
    keeps some freed memory (:func:`model.network.memory.reuse_memory`).
    """
    reuse_memory()
    if not can_pack():
        return network
    dtype = torch.bfloat16 if fast and computes_bfloat16() else torch.float32
    with torch.no_grad():
        heads = network.roi_head.mask_head
        for unused in range(len(heads) - 1):
            heads[unused] = nn.Identity()
        _pack_backbone(network.backbone, dtype)
        _pack(network.neck, dtype)
        for head in network.roi_head.bbox_head:
            _pack(head, dtype)
        _pack(heads[-1], dtype)
    return network


def _pack_backbone(backbone: nn.Module, dtype: torch.dtype) -> None:
    if isinstance(backbone, MessengerShift):
        backbone.msg_tokens.data = backbone.msg_tokens.data.to(dtype)
    if isinstance(backbone, ResNet):
        backbone.conv1, backbone.bn1 = _folded(backbone.conv1, backbone.bn1, dtype), nn.Identity()  # type: ignore[assignment]
    _pack(backbone, dtype)


def _pack(module: nn.Module, dtype: torch.dtype) -> None:
    """Replace the layers below ``module``; those that have no packed form stay."""
    special = _SPECIAL.get(type(module))
    if special is not None:
        special(module, dtype)
    for name, child in list(module.named_children()):
        if name == "conv_logits":  # of its weights only those of one class are used for a region
            continue
        packed = _packed(child, dtype)
        if packed is None:
            _pack(child, dtype)
        else:
            setattr(module, name, packed)


def _packed(layer: nn.Module, dtype: torch.dtype) -> nn.Module | None:
    if isinstance(layer, nn.MultiheadAttention):
        return PackedAttention(layer, dtype=dtype)
    if isinstance(layer, nn.Linear):
        return PackedLinear(layer.weight, layer.bias, dtype=dtype)
    if isinstance(layer, nn.Conv2d):
        return _laid_out(layer, dtype)
    return None


def _linear(layer: nn.Module, dtype: torch.dtype) -> PackedLinear:
    """A 1 x 1 convolution that is applied to vectors."""
    assert isinstance(layer, nn.Conv2d)
    return PackedLinear(layer.weight.flatten(1), layer.bias, dtype=dtype)


def _folded(conv: nn.Module, norm: nn.Module, dtype: torch.dtype) -> nn.Module:
    """A convolution whose weights contain the batch norm behind it."""
    assert isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None and norm.running_var is not None
    scale = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
    before: Tensor | float = 0.0 if conv.bias is None else conv.bias.double()
    bias = norm.bias.double() + (before - norm.running_mean.double()) * scale
    conv.weight.data = (conv.weight.double() * scale[:, None, None, None]).float()
    conv.bias = nn.Parameter(bias.float())
    return _laid_out(conv, dtype)


def _laid_out(conv: nn.Conv2d, dtype: torch.dtype) -> nn.Conv2d:
    conv.to(dtype)
    conv.weight.data = channels_last(conv.weight.data)
    return conv


def _pack_ffn(ffn: nn.Module, dtype: torch.dtype) -> None:
    assert isinstance(ffn, MixFFN)
    ffn.layers[0], ffn.layers[4] = _linear(ffn.layers[0], dtype), _linear(ffn.layers[4], dtype)


def _pack_laterals(neck: nn.Module, dtype: torch.dtype) -> None:
    assert isinstance(neck, FPN)
    for lateral in neck.lateral_convs:
        lateral.conv = _linear(lateral.conv, dtype)  # type: ignore[arg-type, assignment]


def _fold_bottleneck(block: nn.Module, dtype: torch.dtype) -> None:
    assert isinstance(block, Bottleneck)
    for number in (1, 2, 3):
        conv, norm = getattr(block, f"conv{number}"), getattr(block, f"bn{number}")
        setattr(block, f"conv{number}", _folded(conv, norm, dtype))
        setattr(block, f"bn{number}", nn.Identity())
    if block.downsample is not None:
        block.downsample = nn.Sequential(_folded(block.downsample[0], block.downsample[1], dtype))


def _pack_decisions(head: nn.Module, dtype: torch.dtype) -> None:
    """What a query sees of the others, its classes and its box stay in float32: they cost little."""
    assert isinstance(head, QueryHead)
    for part in (head.attention, head.cls_fcs, head.reg_fcs):
        _pack(part, torch.float32)
    head.fc_cls = _packed(head.fc_cls, torch.float32)  # type: ignore[assignment]
    head.fc_reg = _packed(head.fc_reg, torch.float32)  # type: ignore[assignment]


def _pack_masks(head: nn.Module, dtype: torch.dtype) -> None:
    assert isinstance(head, MaskHead)
    head.convs = nn.ModuleList(_folded(conv.conv, conv.bn, dtype) for conv in head.convs)  # type: ignore[arg-type]
    weight, bias = upsampling_weight(head.upsample)
    head.upsample = PackedLinear(weight, bias, dtype=dtype)  # type: ignore[assignment]


_SPECIAL: dict[type[nn.Module], Callable[[nn.Module, torch.dtype], None]] = {
    MixFFN: _pack_ffn,
    FPN: _pack_laterals,
    Bottleneck: _fold_bottleneck,
    QueryHead: _pack_decisions,
    MaskHead: _pack_masks,
}
