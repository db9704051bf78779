"""Figures of a training step in the layout of the golden ones, made by this program itself."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from app.conform.checks import Case
from app.conform.loss_pass import LossPass, loss_pass
from app.conform.near_matchings import best_and_margin
from app.conform.recipe import Networks, Recipe
from app.conform.training import _batch, _per_frame, _settings
from model.network.tevit import TeViT
from model.training.matcher import clip_cost
from model.training.schedule import parameter_groups, rate_factor

OBJECTS = [
    {"id": 3, "label": 1, "frames": [0, 1], "box": [5.0, 6.0, 40.0, 33.0]},
    {"id": 8, "label": 4, "frames": [1], "box": [20.0, 2.0, 50.0, 40.0]},
]
CASE: dict[str, Any] = {"T": 2, "seed": 9, "clips": [{"img_hw": [48, 60], "objects": OBJECTS}]}


def write_training(
    folder: Path, name: str, case: dict[str, Any], *, salt: str = "", positions: tuple[int, ...]
) -> None:
    """One case of `tevit_tiny` in ``golden/train/`` with optimizer steps at some positions of the schedule."""
    recipe = Recipe(folder / "recipe")
    network = Networks(recipe, "cpu").for_training("tevit_tiny", salt)
    golden: dict[str, Any] = {"config": "tevit_tiny", "salt": salt, "case": case, "targets": _targets(recipe, case)}
    frames, targets = _batch(Case("made", name), golden, recipe, "cpu")
    before = {key: value.clone() for key, value in network.state_dict().items() if "running_" in key}
    first = loss_pass(network, frames, targets)
    golden |= {"losses": first.figures(), "total_loss": float(first.total.detach())}
    golden["float64_twin"] = {"losses": first.figures(), "total_loss": golden["total_loss"]}
    golden["assignment"], arrays = _matches(first)
    state = network.state_dict()
    golden["bn_running_stats_changed"] = {
        key: [float(state[key].double().mean()), float(state[key].double().std())] for key in before
    }
    golden["bn_unchanged_count"] = 0
    key = next(iter(before))
    arrays[f"bn_after/{key}"] = state[key].numpy().copy()
    first.total.backward()
    golden |= _gradients(network, arrays)
    golden |= _recipe(network)
    golden["optimizer_steps"] = [*_steps(network, frames, targets, positions)]
    (folder / "golden/train").mkdir(parents=True, exist_ok=True)
    (folder / f"golden/train/{name}.json").write_text(json.dumps(golden))
    np.savez(folder / f"golden/train/{name}.npz", **arrays)


def _targets(recipe: Recipe, case: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for clip in case["clips"]:
        boxes, labels, ids, masks = recipe.fill.make_targets(case["T"], *clip["img_hw"], clip["objects"])
        lists = {
            key: [frame.tolist() for frame in own] for key, own in (("boxes", boxes), ("labels", labels), ("ids", ids))
        }
        found.append({**lists, "mask_area": [[int(mask.sum()) for mask in frame] for frame in masks]})
    return found


def _matches(first: LossPass) -> tuple[list[list[dict[str, Any]]], dict[str, np.ndarray]]:
    arrays: dict[str, np.ndarray] = {}
    stages = []
    for stage, (queries, matches) in enumerate(zip(first.stages, first.matches, strict=True)):
        clips = []
        for number, ((query, track), clip) in enumerate(zip(matches, first.targets, strict=True)):
            cost = clip_cost(queries.logits[number].detach(), queries.boxes[number].detach(), clip).numpy()
            arrays[f"cost_stage{stage}_clip{number}"] = cost
            best, margin = best_and_margin(cost)
            pairs = {str(q): int(clip.ids[g]) for q, g in zip(query.tolist(), track.tolist(), strict=True)}
            about = {"gt_id_columns": clip.ids.tolist(), "query_to_id": pairs, "per_frame": _per_frame(pairs, clip)}
            clips.append({**about, "best_total": best, "margin_to_next": margin})
        stages.append(clips)
    return stages, arrays


def _gradients(network: nn.Module, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    norms, without, square = {}, [], 0.0
    for number, (name, parameter) in enumerate(network.named_parameters()):
        if parameter.grad is None:
            norms[name] = None
            without.append(name)
            continue
        norms[name] = float(parameter.grad.double().norm())
        square += float(parameter.grad.double().pow(2).sum())
        if number % 60 == 0:
            step = max(1, parameter.numel() // 2048) | 1
            arrays[f"grad/{name}"] = parameter.grad.reshape(-1)[::step].numpy().copy()
    return {"grad_norms": norms, "params_without_grad": without, "total_grad_norm": math.sqrt(square)}


def _recipe(network: TeViT) -> dict[str, Any]:
    training = network.config.training
    optimizer = torch.optim.AdamW([nn.Parameter(torch.zeros(1))], lr=training.learning_rate)
    optimizer.defaults["weight_decay"] = training.weight_decay
    return {
        "param_groups": {
            name: list(_settings(name, p, training, swin=False)) for name, p in network.named_parameters()
        },
        "optimizer_defaults": {key: value for key, value in optimizer.defaults.items() if key != "betas"},
        "lr_config": {
            "policy": "step",
            "warmup": "linear",
            "warmup_iters": training.warmup_steps,
            "warmup_ratio": training.warmup_ratio,
            "step": list(training.decay_steps),
        },
        "optimizer_config": {"grad_clip": {"max_norm": training.gradient_clip, "norm_type": 2}},
        "runner": {"type": "IterBasedRunner", "max_iters": training.steps},
    }


def _steps(network: TeViT, frames: torch.Tensor, targets: list[Any], positions: tuple[int, ...]) -> Any:
    from dataclasses import replace

    training = replace(network.config.training, schedule="step")
    optimizer = torch.optim.AdamW(parameter_groups(network, training, swin=False), lr=training.learning_rate)
    names = [name for name, p in network.named_parameters() if p.grad is not None][::40]
    parameters = dict(network.named_parameters())
    start = {name: parameters[name].detach().clone() for name in names}
    for position in positions:
        for group in optimizer.param_groups:
            group["lr"] = group["base_lr"] * rate_factor(position, training)
        norm = float(nn.utils.clip_grad_norm_(network.parameters(), training.gradient_clip))
        optimizer.step()
        moved = {name: float((parameters[name].detach() - start[name]).double().norm()) for name in names}
        optimizer.zero_grad(set_to_none=True)
        done = loss_pass(network, frames, targets)
        yield {
            "iter": position,
            "lr_values": sorted({group["lr"] for group in optimizer.param_groups}),
            "grad_norm_before_clip": norm,
            "param_delta_norm": moved,
            "loss_after": float(done.total.detach()),
            "losses_after": done.figures(),
        }
        done.total.backward()
