"""Golden inputs and outputs of single operations."""

import re
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from app.conform.checks import Case, UnreadableCase, all_used, read_arrays
from model.network.boxes import decode_deltas, generalized_iou
from model.network.roi_align import adaptive_roi_align, pyramid_levels, roi_align
from model.network.tevit import STRIDES
from model.tracking.paste import paste
from model.training.losses import dice_loss, focal_loss
from model.training.matcher import class_cost, l1_cost

_UNREADABLE = "the file"


class Unit(dict[str, Tensor]):
    """Arrays of one operation; ``used`` collects the keys that were read."""

    def __init__(self, arrays: dict[str, Tensor]) -> None:
        super().__init__(arrays)
        self.used: set[str] = set()

    def __getitem__(self, key: str) -> Tensor:
        self.used.add(key)
        return super().__getitem__(key)


def unit_names(path: Path) -> list[str]:
    """Names of the operations in a file of units, in its order; an unreadable or empty file is one failing case."""
    try:
        return list(dict.fromkeys(key.split("/")[0] for key in read_arrays(path))) or [_UNREADABLE]
    except UnreadableCase:
        return [_UNREADABLE]


def unit_case(case: Case, path: Path, device: str) -> None:
    """Run the operation that gives the case its name; the settings follow it in the name."""
    arrays = read_arrays(path)
    if not arrays:
        raise UnreadableCase(f"{path.name} holds no operation")
    unit = Unit(
        {
            key.split("/", 1)[1]: torch.from_numpy(np.asarray(value)).to(device)
            for key, value in arrays.items()
            if key.startswith(f"{case.name}/")
        }
    )
    for pattern, run in _OPERATIONS:
        if found := re.fullmatch(pattern, case.name):
            run(case, unit, *(int(group) for group in found.groups()))
            all_used(case, unit, unit.used)
            return
    raise UnreadableCase(f"no operation is called {case.name}")


def _roi_align(case: Case, unit: Unit, ratio: int, cells: int) -> None:
    feature, rois = unit["input"].clone().requires_grad_(), unit["rois"]
    frames, scale = rois[:, 0].long(), float(unit["spatial_scale"])
    if ratio:
        levels = torch.zeros_like(frames)
        out = roi_align([feature], rois[:, 1:], frames, levels, strides=(1 / scale,), cells=cells, ratio=ratio)
    else:
        planes = [adaptive_roi_align(plane, rois[:, 1:] * scale, cells=cells) for plane in feature[frames].unbind(1)]
        out = torch.stack(planes, dim=1)
    case.close("output", out, unit["output"], atol=5e-5)
    out.backward(unit["grad_output"])
    case.close("grad_input", feature.grad, unit["grad_input"], atol=1e-4)  # type: ignore[arg-type]


def _levels(case: Case, unit: Unit) -> None:
    rois = unit["rois"]
    levels = pyramid_levels(rois[:, 1:], canonical_size=56.0, levels=len(STRIDES))
    case.equal("levels", levels.tolist(), unit["levels"].tolist())
    features = [unit[f"feat{level}"] for level in range(len(STRIDES))]
    cells = unit["out"].shape[-1]
    out = roi_align(features, rois[:, 1:], rois[:, 0].long(), levels, strides=STRIDES, cells=cells)
    case.close("out", out, unit["out"], atol=1e-4)


def _decode(case: Case, unit: Unit) -> None:
    case.close("out", decode_deltas(unit["boxes"], unit["deltas"]), unit["out"], atol=1e-4, rtol=1e-6)


def _paste(case: Case, unit: Unit, height: int, width: int) -> None:
    soft = [
        paste(probability.cpu().numpy(), box.cpu().numpy(), (height, width), whole=True)
        for probability, box in zip(unit["masks"][:, 0], unit["boxes"], strict=True)
    ]
    case.close("soft", np.stack(soft), unit["soft"], atol=1e-4)
    doubtful = np.abs(np.stack(soft) - 0.5) < 1e-4
    different = ((np.stack(soft) >= 0.5) != unit["binary"].cpu().numpy()) & ~doubtful
    case.within("binary", int(different.sum()), 0)


def _mask_target(case: Case, unit: Unit) -> None:
    boxes = unit["boxes"]
    height, width = unit["gt_masks"].shape[1:]
    limit = boxes.new_tensor([width, height, width, height])
    rois = torch.minimum(boxes.clamp_min(0), limit)
    cells = unit["out"].shape[-1]
    out = adaptive_roi_align(unit["gt_masks"][unit["inds"]].float(), rois, cells=cells) >= 0.5
    case.within("out", int((out.float() != unit["out"]).sum()), 0)


def _match_cost(case: Case, unit: Unit) -> None:
    factor = unit["factor"]
    centre, half = unit["pred_cxcywh"][:, :2], unit["pred_cxcywh"][:, 2:] / 2
    boxes = torch.cat((centre - half, centre + half), dim=1) * factor
    truth = unit["gt_xyxy"]
    case.close("focal_w2", class_cost(unit["logits"], unit["labels"]), unit["focal_w2"], atol=1e-5, rtol=1e-5)
    case.close("l1_w5", l1_cost(boxes, truth, factor[0]), unit["l1_w5"], atol=1e-5, rtol=1e-5)
    case.close("giou_w2", -2 * generalized_iou(boxes[:, None], truth[None]), unit["giou_w2"], atol=1e-5, rtol=1e-5)


def _loss(case: Case, unit: Unit, loss: Tensor, leaf: Tensor) -> None:
    loss.backward()
    case.close("loss", loss, unit["loss"], rtol=1e-5)
    case.close("grad", leaf.grad, unit["grad"], atol=1e-6, rtol=1e-3)  # type: ignore[arg-type]


def _focal(case: Case, unit: Unit) -> None:
    leaf = unit["logits"].clone().requires_grad_()
    classes = leaf.shape[1]
    truth = F.one_hot(unit["labels"], classes + 1)[:, :classes].float()  # the last label is background
    _loss(case, unit, focal_loss(leaf, truth).sum() * 2 / float(unit["avg_factor"]), leaf)


def _dice(case: Case, unit: Unit) -> None:
    leaf = unit["logits"].clone().requires_grad_()
    _loss(case, unit, dice_loss(leaf.sigmoid(), unit["target"]).sum() * 8 / float(unit["avg_factor"]), leaf)


def _giou(case: Case, unit: Unit) -> None:
    leaf = unit["pred"].clone().requires_grad_()
    _loss(case, unit, (1 - generalized_iou(leaf, unit["target"])).sum() * 2 / float(unit["avg_factor"]), leaf)


def _l1(case: Case, unit: Unit) -> None:
    leaf = unit["pred"].clone().requires_grad_()
    loss = ((leaf - unit["target"]) / unit["whwh"]).abs().sum() * 5 / float(unit["avg_factor"])
    _loss(case, unit, loss, leaf)


_OPERATIONS = (
    (r"roi_align_sr(\d+)_o(\d+)", _roi_align),
    (r"roi_levels.*", _levels),
    (r"delta2bbox.*", _decode),
    (r"paste_mask_(\d+)x(\d+)", _paste),
    (r"mask_target.*", _mask_target),
    (r"match_cost.*", _match_cost),
    (r"focal_loss.*", _focal),
    (r"dice_loss.*", _dice),
    (r"giou_loss.*", _giou),
    (r"l1_loss.*", _l1),
)
