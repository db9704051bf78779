"""Weights that a 16-bit number holds exactly: a network that comes of such weights is measured and stored with such."""

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from model.weights.checkpoint import ModelCheckpoint


def rounded_like(made: ModelCheckpoint, start: ModelCheckpoint) -> ModelCheckpoint:
    """``made`` with float16 weights if those of ``start`` are; else, or where one is too large for that, as it is."""
    if not all(value.dtype == torch.float16 for value in start.state.values() if value.is_floating_point()):
        return made
    state = {key: value.half() if value.is_floating_point() else value for key, value in made.state.items()}
    whole = all(torch.isfinite(value).all() for value in state.values() if value.is_floating_point())
    return replace(made, state=state) if whole else made


def exact_dtype(state: Mapping[str, Tensor]) -> torch.dtype:
    """float16 if it holds all of these weights exactly, else float32."""
    weights = (value for value in state.values() if value.is_floating_point())
    exact = all(value.dtype == torch.float16 or torch.equal(value.half().to(value.dtype), value) for value in weights)
    return torch.float16 if exact else torch.float32
