"""Optimizer groups of an adaptation: each part of the network has its own learning rate."""

from torch import nn

from model.adapting.settings import Rates
from model.config import TrainingConfig
from model.network.tevit import TeViT

PARTS = ("columns", "classifiers", "boxes", "masks", "attention", "queries")


def part_of(name: str) -> str | None:
    """The part of the network that a parameter belongs to, as in `Rates`; None for the trunk."""
    if not name.startswith(("roi_head.", "rpn_head.")):
        return None
    if name.startswith("rpn_head."):
        return "queries"
    if name.rpartition(".")[0].rpartition(".")[2] in ("fc_cls", "conv_logits"):
        return "columns"
    if ".mask_head." in name:
        return "masks"
    if ".cls_fcs." in name:
        return "classifiers"
    return "boxes" if ".reg_fcs." in name or ".fc_reg." in name else "attention"


def rate_groups(network: TeViT, training: TrainingConfig, rates: Rates) -> list[dict[str, object]]:
    """Optimizer groups by part; all other parameters are frozen. ``base_lr`` is what the schedule multiplies."""
    found: dict[str, list[nn.Parameter]] = {part: [] for part in PARTS}
    for name, parameter in network.named_parameters():
        part = part_of(name)
        learns = part is not None and getattr(rates, part) > 0
        parameter.requires_grad_(learns)
        if part is not None and learns:
            found[part].append(parameter)
    return [
        {
            "params": parameters,
            "lr": training.learning_rate * getattr(rates, part),
            "base_lr": training.learning_rate * getattr(rates, part),
            "weight_decay": training.weight_decay,
            "part": part,
        }
        for part, parameters in found.items()
        if parameters
    ]
