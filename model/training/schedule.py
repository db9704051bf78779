"""Learning rates: per parameter and over time (official configuration files; mmcv's optimizer constructor)."""

import math

from torch import nn

from model.config import TrainingConfig

ParameterSettings = tuple[float, float]  # learning rate, weight decay


def parameter_settings(name: str, training: TrainingConfig, *, swin: bool) -> ParameterSettings:
    """Learning rate and weight decay of the parameter called ``name``.

    Swin's custom keys are matched longest first, as mmcv does: the bias table has the full rate and no decay, norms
    of the backbone match 'backbone' and keep their decay, other norms have none.
    """
    rate, decay = training.learning_rate, training.weight_decay
    if swin and "relative_position_bias_table" in name:
        return rate, 0.0
    if swin and "absolute_pos_embed" in name:
        return rate, 0.0
    if "backbone" in name:
        return rate * training.backbone_rate, decay
    if swin and "norm" in name:
        return rate, 0.0
    return rate, decay


def parameter_groups(network: nn.Module, training: TrainingConfig, *, swin: bool) -> list[dict[str, object]]:
    """Optimizer groups of all trainable parameters, one per distinct pair of settings."""
    groups: dict[ParameterSettings, list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            groups.setdefault(parameter_settings(name, training, swin=swin), []).append(parameter)
    return [
        {"params": parameters, "lr": rate, "base_lr": rate, "weight_decay": decay}
        for (rate, decay), parameters in groups.items()
    ]


def rate_factor(step: int, training: TrainingConfig) -> float:
    """The factor of the learning rate at ``step`` (from 0): warm-up times decay."""
    if training.schedule == "cosine":
        factor = 0.5 * (1 + math.cos(math.pi * min(step / max(training.steps, 1), 1.0)))
    else:
        factor = 0.1 ** sum(step >= at for at in training.decay_steps)
    if step < training.warmup_steps:
        factor *= 1 - (1 - step / training.warmup_steps) * (1 - training.warmup_ratio)
    return factor
