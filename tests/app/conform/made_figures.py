"""A small folder of golden figures, made by this program itself: for testing how such folders are judged."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pycocotools import mask as coco

from app.conform.evaluation import curve_figures
from app.conform.forward import Golden, _figures, _regions
from app.conform.recipe import Networks, Recipe
from model.evaluation import evaluate
from model.network.input import Resized
from model.network.roi_align import pyramid_levels, roi_align
from model.network.tevit import STRIDES
from model.tracking.paste import paste
from model.tracking.selection import published

RECIPE = """
import numpy as np
import torch


def fill_model(model, salt=""):
    generator = torch.Generator().manual_seed(len(salt))
    with torch.no_grad():
        for key, value in model.state_dict().items():
            if not value.is_floating_point() or "bboxes" in key:
                continue
            noise = torch.randn(value.shape, generator=generator)
            if value.dim() > 1:
                value.copy_(noise / value[0].numel() ** 0.5 * (0.2 if "fc_reg" in key else 1))
            else:
                value.copy_((1 if key.endswith(("weight", "var")) else 0) + 0.05 * noise)
    return model


def make_clip(T, H, W, seed):
    return np.random.default_rng(seed).integers(0, 256, (T, H, W, 3), dtype=np.uint8)


def to_input(frames):
    T, H, W, _ = frames.shape
    out = np.zeros((T, 3, -(-H // 32) * 32, -(-W // 32) * 32), np.float32)
    out[:, :, :H, :W] = (frames.astype(np.float32) / 64 - 2).transpose(0, 3, 1, 2)
    return out


def make_targets(T, H, W, objects):
    boxes, labels, ids, masks = [], [], [], []
    for t in range(T):
        there = [o for o in objects if t in o["frames"]]
        boxes.append(np.array([o["box"] for o in there], np.float32).reshape(-1, 4))
        labels.append(np.array([o["label"] for o in there], np.int64))
        ids.append(np.array([o["id"] for o in there], np.int64))
        planes = np.zeros((len(there), H, W), np.uint8)
        for plane, (x0, y0, x1, y1) in zip(planes, boxes[-1].astype(int)):
            plane[y0:y1, x0:x1] = 1
        masks.append(planes)
    return boxes, labels, ids, masks
"""
CASE = {"T": 2, "img_hw": [48, 60], "ori_hw": [96, 120], "seed": 5, "rescale": True}
_WHOLE = ("msg", "init_rois", "cls_score", "boxes")


def write_figures(folder: Path) -> Path:
    """A folder with one forward case, one evaluation and one unit, all of which pass."""
    for part in ("recipe", "golden/units", "eval"):
        (folder / part).mkdir(parents=True)
    (folder / "recipe/fill.py").write_text(RECIPE)
    write_forward(folder, "some_case", CASE)
    _units(folder / "golden/units/units.npz")
    _evaluation(folder / "eval")
    return folder


@torch.inference_mode()
def write_forward(folder: Path, name: str, case: dict[str, Any], *, salt: str = "") -> None:
    """Figures of one forward pass of `tevit_tiny` in ``golden/``; the recipe must be there."""
    recipe = Recipe(folder / "recipe")
    network = Networks(recipe, "cpu").filled("tevit_tiny", salt)
    about: dict[str, Any] = {"config": "tevit_tiny", "salt": salt, "case": case, "stats": {}}
    golden = Golden(about, {"sample/stage0_roi_feats": np.zeros(0)})
    figures, features, stages = _figures(network, recipe, golden, "cpu")
    frames = case["T"]
    arrays: dict[str, np.ndarray] = {}
    last = stages[-1]
    best = published(last.logits[0], max_tracks=12)
    query = torch.tensor([item.query for item in best[:10]])
    label = torch.tensor([item.label for item in best[:10]])
    (height, width), (own_height, own_width) = case["ori_hw"], case["img_hw"]
    size = Resized((height, width), (own_height, own_width), (figures["input"].shape[-2], figures["input"].shape[-1]))
    boxes = last.boxes[0][:, query]
    regions = _regions(network, features, boxes.flatten(0, 1), network.config.head.mask_cells)
    head = network.roi_head.mask_head[-1]
    logits = head.conv_logits(head.embed(last.attention_features[0][:, query].flatten(0, 1), regions))
    figures |= {"mask_roi_feats": regions, "mask_logits_all_classes": logits}
    for own, value in figures.items():
        _store(own, value, arrays, about["stats"])
    probability = logits[torch.arange(10 * frames), label.repeat(frames)].sigmoid().view(frames, 10, 28, 28)
    shown = boxes / (torch.from_numpy(size.scale_factor) if case["rescale"] else torch.ones(4))
    scores = last.logits[0].sigmoid().mean(dim=0)[query, label]
    arrays |= {
        "full/mask_prob": probability.numpy(),
        "full/mask_rois": boxes.numpy(),
        "full/det_bboxes": torch.cat((shown, scores.expand(frames, 10)[..., None]), dim=-1).numpy(),
        "full/det_labels": label.expand(frames, 10).numpy(),
        "full/det_query": query.numpy(),
        "full/det_order": np.arange(10),
    }
    about |= _detections(best, probability.numpy(), shown.numpy(), size, rescale=case["rescale"])
    about["level_margin_log2"] = [
        _margin(queries.start_boxes, network.config.head.canonical_size) for queries in stages
    ]
    (folder / f"golden/{name}.json").write_text(json.dumps(about))
    np.savez(folder / f"golden/{name}.npz", **arrays)


def _store(name: str, value: torch.Tensor, arrays: dict[str, np.ndarray], stats: dict[str, Any]) -> None:
    if any(part in name for part in _WHOLE):
        arrays[f"full/{name}"] = value.numpy()
        return
    arrays[f"sample/{name}"] = value.contiguous().reshape(-1)[::7].numpy()
    exact = value.double()
    stats[name] = {
        "shape": list(value.shape),
        "step": 7,
        "mean": float(exact.mean()),
        "std": float(exact.std()),
        "abs_sum": float(exact.abs().sum()),
        "max_abs": float(exact.abs().max()),
    }


def _margin(boxes: torch.Tensor, canonical: float) -> float:
    sides = (boxes[..., 2:] - boxes[..., :2]).double()
    level = torch.log2(sides.prod(dim=-1).sqrt() / canonical)
    return float((level[..., None] - torch.tensor([1, 2, 3])).abs().min())


def _detections(
    best: list[Any], probability: np.ndarray, boxes: np.ndarray, size: Resized, *, rescale: bool
) -> dict[str, Any]:
    factor = size.scale_factor
    hw = size.frame_hw
    if not rescale:
        hw = (round(hw[0] * float(factor[1])), round(hw[1] * float(factor[0])))
    soft = [[paste(probability[t, k], boxes[t, k], hw) for k in range(10)] for t in range(len(boxes))]
    rle = [[_encode(mask >= 0.5) for mask in row] for row in soft]
    near = [[[int((abs(m - 0.5) < width).sum()) for width in (1e-5, 1e-4, 1e-3)] + [0] for m in row] for row in soft]
    scores = [item.score for item in best]
    entries = [
        {"video_id": 1, "score": item.score, "category_id": item.label + 1, "segmentations": [row[k] for row in rle]}
        for k, item in enumerate(best[:10])
    ]
    return {
        "pad_hw": list(size.pad_hw),
        "scale_factor": size.scale_factor.tolist(),
        "mask_hw": list(hw),
        "topk_scores": scores,
        "topk_gap_10_11": scores[9] - scores[10],
        "topk_min_gap": min(a - b for a, b in itertools.pairwise(scores[:11])),
        "rle": rle,
        "mask_area": [[int((mask >= 0.5).sum()) for mask in row] for row in soft],
        "near_threshold_pixels": near,
        "results_json": entries,
    }


def _encode(mask: np.ndarray) -> dict[str, Any]:
    encoded = coco.encode(np.asfortranarray(mask, dtype=np.uint8))
    return {"size": [int(side) for side in encoded["size"]], "counts": encoded["counts"].decode()}


def _units(path: Path) -> None:
    generator = torch.Generator().manual_seed(0)
    features = [torch.randn((1, 2, 64 >> k, 64 >> k), generator=generator) for k in range(4)]
    boxes = torch.tensor([[3.0, 4.0, 150.0, 130.0], [0.0, 0.0, 250.0, 250.0], [5.0, 5.0, 12.0, 13.0]])
    levels = pyramid_levels(boxes, canonical_size=56.0, levels=4)
    out = roi_align(features, boxes, torch.zeros(3, dtype=torch.int64), levels, strides=STRIDES, cells=7)
    arrays = {f"roi_levels/feat{k}": feature.numpy() for k, feature in enumerate(features)}
    rois = torch.cat((torch.zeros(3, 1), boxes), dim=1)
    arrays |= {"roi_levels/rois": rois.numpy(), "roi_levels/levels": levels.numpy(), "roi_levels/out": out.numpy()}
    np.savez(path, **arrays)


def _evaluation(folder: Path) -> None:
    mask = np.zeros((20, 30), bool)
    mask[4:12, 5:20] = True
    truth = {
        "videos": [{"id": 1, "width": 30, "height": 20, "length": 1}],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [{"id": 1, "video_id": 1, "category_id": 1, "segmentations": [_encode(mask)], "areas": [120]}],
    }
    mask[4:6] = False
    results = [{"video_id": 1, "category_id": 1, "score": 0.8, "segmentations": [_encode(mask)]}]
    done = evaluate(truth, results)
    for part, content in (("gt", truth), ("dt", results), ("stats", done.stats)):
        (folder / f"one_{part}.json").write_text(json.dumps(content))
    np.savez(folder / "one_curves.npz", **curve_figures(done))  # type: ignore[arg-type]
