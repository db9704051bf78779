"""A network for other categories: known names keep their weights, new ones start from the mean of the old."""

import math
from dataclasses import replace

import torch
from torch import Tensor

from model.checkpoint import Checkpoint

_PRIOR = 0.01  # how likely an unknown class is before training (focal loss, arXiv 1708.02002)


def normalised(name: str) -> str:
    """The spelling under which two category names are the same."""
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


def with_categories(checkpoint: Checkpoint, categories: tuple[str, ...]) -> Checkpoint:
    """The same network with its class columns rearranged for ``categories``; nothing else changes.

    Class columns are the rows of `fc_cls` and `conv_logits` of every stage.
    """
    if tuple(categories) == checkpoint.categories:
        return checkpoint
    known = {normalised(name): index for index, name in enumerate(checkpoint.categories)}
    rows = [known.get(normalised(name)) for name in categories]
    state = dict(checkpoint.state)
    for key, value in checkpoint.state.items():
        layer = key.split(".")[-2] if "." in key else ""
        if layer in ("fc_cls", "conv_logits"):
            prior = math.log(_PRIOR / (1 - _PRIOR)) if layer == "fc_cls" and key.endswith("bias") else None
            state[key] = _rows(value, rows, new_bias=prior)
    return replace(
        checkpoint,
        config=replace(checkpoint.config, classes=len(categories)),
        categories=tuple(categories),
        state=state,
    )


def _rows(value: Tensor, rows: list[int | None], *, new_bias: float | None) -> Tensor:
    mean = value.float().mean(dim=0)
    if new_bias is not None:
        mean = torch.full_like(mean, new_bias)
    picked = [mean if row is None else value[row].float() for row in rows]
    return torch.stack(picked).to(value.dtype)
