"""A checkpoint for other categories: known names keep their weights, new ones start from the mean of the old."""

import math
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from model.weights.checkpoint import ModelCheckpoint

KEPT = "kept_classes"  # in the provenance of a checkpoint: names of classes that it does not propose
PRIOR = 0.01  # probability of a new class before training (focal loss, arXiv 1708.02002)


def normalised(name: str) -> str:
    """A category name without differences of case, hyphens, underscores and spaces."""
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


def with_categories(checkpoint: ModelCheckpoint, categories: tuple[str, ...]) -> ModelCheckpoint:
    """The same weights with their class columns rearranged for ``categories``; nothing else changes."""
    if tuple(categories) == checkpoint.categories:
        return checkpoint
    known = {normalised(name): index for index, name in enumerate(checkpoint.categories)}
    rows = [known.get(normalised(name)) for name in categories]
    state = {
        key: rows_for(key, value, rows) if is_class_column(key) else value for key, value in checkpoint.state.items()
    }
    return replace(
        checkpoint,
        config=replace(checkpoint.config, classes=len(categories)),
        categories=tuple(categories),
        state=state,
    )


def for_proposals(checkpoint: ModelCheckpoint) -> ModelCheckpoint:
    """The checkpoint without the classes that it keeps only to be measured on (`KEPT` in its provenance)."""
    kept = checkpoint.provenance.get(KEPT) or ()
    return with_categories(checkpoint, tuple(name for name in checkpoint.categories if name not in kept))


def is_class_column(key: str) -> bool:
    """Whether this weight has one row per class: `fc_cls` or `conv_logits` of a stage."""
    return key.rpartition(".")[0].rpartition(".")[2] in ("fc_cls", "conv_logits")


def rows_for(key: str, value: Tensor, rows: Sequence[int | None]) -> Tensor:
    """Class columns (len(rows), ...) of weight ``key`` from ``value`` (classes, ...), of its dtype.

    Row i is row ``rows[i]`` of ``value``; for None it is the mean of all rows, and for the bias of `fc_cls`
    the value that gives the class the probability :data:`PRIOR`.
    """
    mean = value.float().mean(dim=0)
    if key.endswith("fc_cls.bias"):
        mean = torch.full_like(mean, math.log(PRIOR / (1 - PRIOR)))
    picked = [mean if row is None else value[row].float() for row in rows]
    return torch.stack(picked).to(value.dtype)
