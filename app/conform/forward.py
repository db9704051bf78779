"""Golden outputs of the forward pass, from the backbone to pasted masks, and the selected tracks."""

import itertools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pycocotools import mask as coco
from torch import Tensor

from app.conform.checks import Case, UnreadableCase, no_arrays, read_arrays, read_json
from app.conform.recipe import Networks, Recipe
from model.network.backbones.messenger_shift import MessengerShift
from model.network.input import Resized
from model.network.roi_align import pyramid_levels, roi_align
from model.network.tevit import STRIDES, Features, Queries, TeViT
from model.tracking.paste import paste
from model.tracking.selection import published

# The first match counts. Bounds are a few times the difference between float32 and float64 runs of the official code.
_TOLERANCES = (
    (r"input", 1e-6),
    (r"(backbone|msg|fpn)\d", 5e-5),
    (r"init_rois", 1e-3),
    (r"stage0_cls_score", 1e-4),
    (r"stage\d+_cls_score", 3e-4),
    (r"stage\d+_boxes|mask_rois", 5e-3),
    (r"stage\d+_(object|attn)_feats", 2e-4),
    (r"stage0_roi_feats", 2e-4),
    (r"(stage\d+|mask)_roi_feats", 1e-3),
    (r"mask_logits_all_classes", 5e-4),
    (r"mask_prob", 1e-4),
)
_SCORE = 1e-4
_DETECTIONS = 10  # number of tracks in the official selection, whatever their score
_UNDECIDED = 5e-5  # with a gap between scores below ten times the noise their order is undecided
_CHECKED_APART = {"det_bboxes", "det_labels", "det_query", "det_order", "mask_prob", "mask_rois"}
_OF_MASKS = {"mask_roi_feats", "mask_logits_all_classes"}
# Of `near_threshold_pixels`: half the width of the interval of probabilities around one half, and the share by which
# the count of pixels in it may differ. The narrowest interval is no wider than the noise.
_WIDTHS = ((1e-5, 1.0), (1e-4, 0.2), (1e-3, 0.2))


@dataclass(frozen=True)
class Golden:
    """The content of a case's two files."""

    about: dict[str, Any]
    arrays: dict[str, np.ndarray]

    @property
    def case(self) -> dict[str, Any]:
        """The inputs: T, img_hw, ori_hw, seed, rescale."""
        return self.about["case"]

    def wanted(self, name: str, figures: Tensor) -> tuple[Tensor, np.ndarray] | None:
        """Our and the official values of a figure, sampled alike; None if the case does not hold the figure."""
        flat = figures.detach().cpu().contiguous()
        if f"full/{name}" in self.arrays:
            return flat, self.arrays[f"full/{name}"]
        if f"sample/{name}" in self.arrays:
            return flat.reshape(-1)[:: int(self.about["stats"][name]["step"])], self.arrays[f"sample/{name}"]
        return None


def tolerance(name: str) -> float:
    """Largest allowed difference of the figure with this name."""
    for pattern, bound in _TOLERANCES:
        if re.fullmatch(pattern, name):
            return bound
    raise UnreadableCase(f"no figure is called {name}")


def forward_case(case: Case, folder: Path, recipe: Recipe, networks: Networks) -> None:
    """Run one case of ``folder`` and compare all that its files hold."""
    golden = Golden(read_json(folder / f"{case.name}.json"), read_arrays(folder / f"{case.name}.npz"))
    network = networks.filled(golden.about["config"], golden.about["salt"])
    with torch.inference_mode():
        figures, features, stages = _figures(network, recipe, golden, networks.device)
        _compare(case, golden, figures)
        _margins(case, golden, stages, network.config.head.canonical_size)
        size = _size(golden, figures["input"])
        _sizes(case, golden, size)
        if _selection(case, golden, stages[-1]):
            _tracks(case, golden, network, features, stages[-1], size)


def index_case(case: Case, folder: Path, name: str) -> None:
    """Compares the list of cases with the cases that exist; the list may name others."""
    listed = read_json(folder / f"{name}.json")
    case.equal("a list of cases", isinstance(listed, dict) and bool(listed), True)
    no_arrays(case, folder)
    for own, entry in listed.items():
        path = folder / f"{own}.json"
        if path.exists():
            about = read_json(path)
            facts = {**about["case"], "config": about["config"], "pad_hw": about["pad_hw"], "salt": about["salt"]}
            case.equal(own, {key: facts.get(key) for key in entry}, entry)


def _size(golden: Golden, clip: Tensor) -> Resized:
    """The sizes of the frames: drawn at their resized size, then padded."""
    (height, width), (own_height, own_width) = golden.case["ori_hw"], golden.case["img_hw"]
    return Resized((height, width), (own_height, own_width), (clip.shape[-2], clip.shape[-1]))


def _figures(
    network: TeViT, recipe: Recipe, golden: Golden, device: str
) -> tuple[dict[str, Tensor], Features, list[Queries]]:
    about = golden.case
    frames = recipe.fill.make_clip(about["T"], *about["img_hw"], about["seed"])
    clip = torch.from_numpy(recipe.fill.to_input(frames))[None].to(device)
    hw = torch.tensor([about["img_hw"]], dtype=torch.float32, device=device)
    figures = {"input": clip[0]}
    if isinstance(network.backbone, MessengerShift):
        maps, tokens = network.backbone(clip, every_token=True)
    else:
        maps, tokens = network.backbone(clip)
    figures |= {f"backbone{level}": feature for level, feature in enumerate(maps)}
    figures |= {f"msg{level}": token for level, token in enumerate(tokens)}
    features = Features(tuple(network.neck(maps)), hw, about["T"])
    figures |= {f"fpn{level}": feature for level, feature in enumerate(features.levels)}
    stages = network.stages(features)
    start = stages[0].start_boxes.flatten(0, 2)
    number = torch.arange(about["T"], device=device).repeat_interleave(stages[0].boxes.shape[2])
    figures["init_rois"] = torch.cat((number[:, None].to(start.dtype), start), dim=1)
    for index, queries in enumerate(stages):
        figures[f"stage{index}_cls_score"] = queries.logits[0]
        figures[f"stage{index}_boxes"] = queries.boxes[0]
        figures[f"stage{index}_object_feats"] = queries.object_features[0]
        figures[f"stage{index}_attn_feats"] = queries.attention_features[0]
        if f"sample/stage{index}_roi_feats" in golden.arrays:
            cells = network.config.head.box_cells
            figures[f"stage{index}_roi_feats"] = _regions(network, features, queries.start_boxes.flatten(0, 2), cells)
    return figures, features, stages


def _regions(network: TeViT, features: Features, boxes: Tensor, cells: int) -> Tensor:
    """Pooled features (T*K, C, cells, cells) of the boxes (T*K, 4), frame after frame."""
    frames = torch.arange(features.frames, device=boxes.device).repeat_interleave(len(boxes) // features.frames)
    levels = pyramid_levels(boxes, canonical_size=network.config.head.canonical_size, levels=len(STRIDES))
    return roi_align(features.levels, boxes, frames, levels, strides=STRIDES, cells=cells)


def _judge(case: Case, golden: Golden, figures: dict[str, Tensor]) -> None:
    """These figures against those of the case, and the statistics of the sampled ones."""
    for name, own in figures.items():
        pair = golden.wanted(name, own)
        if pair is None:
            case.fail(name, "the case does not hold this figure")
            continue
        case.close(name, *pair, atol=tolerance(name))
        if name in golden.about["stats"]:
            _statistics(case, name, own, golden.about["stats"][name])


def _compare(case: Case, golden: Golden, figures: dict[str, Tensor]) -> None:
    """Every whole or sampled figure of the case; one that nothing compares is a failure."""
    _judge(case, golden, figures)
    for key in golden.arrays:
        name = key.split("/", 1)[-1]
        if name not in figures and name not in _CHECKED_APART and name not in _OF_MASKS:
            case.fail(key, "nothing of ours has this name")
    sampled = sorted(key.removeprefix("sample/") for key in golden.arrays if key.startswith("sample/"))
    case.equal("stats by name", sorted(golden.about["stats"]), sampled)


def _statistics(case: Case, name: str, own: Tensor, stats: dict[str, Any]) -> None:
    bound = tolerance(name)
    case.equal(f"{name} shape", list(own.shape), list(stats["shape"]))
    values = own.detach().double()
    for key, value in (("mean", values.mean()), ("std", values.std()), ("max_abs", values.abs().max())):
        case.close(f"{name}/{key}", float(value), stats[key], atol=bound, rtol=1e-6)
    case.close(
        f"{name}/abs_sum", float(values.abs().sum()), stats["abs_sum"], atol=bound * values.numel() / 4, rtol=1e-6
    )


def _margins(case: Case, golden: Golden, stages: list[Queries], canonical: float) -> None:
    """Smallest distance of each stage's boxes from another pyramid level, in powers of two of their side."""
    switches = torch.arange(1, len(STRIDES), device=stages[0].boxes.device)
    margins = []
    for queries in stages:
        sides = (queries.start_boxes[..., 2:] - queries.start_boxes[..., :2]).double()
        level = torch.log2(torch.sqrt(sides[..., 0] * sides[..., 1]) / canonical + 1e-6)
        margins.append(float((level[..., None] - switches).abs().min()))
    case.close("level_margin_log2", margins, golden.about["level_margin_log2"], atol=2e-4)


def _sizes(case: Case, golden: Golden, size: Resized) -> None:
    case.equal("pad_hw", list(size.pad_hw), list(golden.about["pad_hw"]))
    case.close("scale_factor", size.scale_factor, golden.about["scale_factor"], atol=1e-7)
    case.equal("mask_hw", list(_mask_hw(golden, size)), list(golden.about["mask_hw"]))


def _mask_hw(golden: Golden, size: Resized) -> tuple[int, int]:
    if golden.case["rescale"]:
        return size.frame_hw
    factor = size.scale_factor
    return round(size.frame_hw[0] * float(factor[1])), round(size.frame_hw[1] * float(factor[0]))


def _selection(case: Case, golden: Golden, last: Queries) -> bool:
    """The chosen (query, class) pairs as a set, and their scores; True if the pairs agree."""
    wanted = golden.about["topk_scores"]
    best = published(last.logits[0], max_tracks=max(len(wanted), 11))
    scores = [item.score for item in best]
    case.equal("topk_scores listed", len(wanted) >= _DETECTIONS, True)
    case.close("topk_scores", scores[: len(wanted)], wanted, atol=_SCORE)
    case.close("topk_gap_10_11", scores[9] - scores[10], golden.about["topk_gap_10_11"], atol=_SCORE)
    gaps = [first - second for first, second in itertools.pairwise(scores[:11])]  # none of these may change its rank
    case.close("topk_min_gap", min(gaps), golden.about["topk_min_gap"], atol=_SCORE)
    queries, labels = golden.arrays["full/det_query"].tolist(), golden.arrays["full/det_labels"]
    case.equal("det_labels alike in all frames", bool((labels == labels[:1]).all()), True)
    case.equal("detections listed", len(queries), _DETECTIONS)
    pairs = {(item.query, item.label) for item in best[: len(queries)]}
    theirs = set(zip(queries, labels[0].tolist(), strict=True))
    if pairs != theirs and float(golden.about["topk_gap_10_11"]) < _UNDECIDED * case.factor:
        case.leave_undecided("detections", "the last score is as good as the next")
        return False
    case.equal("detections", sorted(pairs), sorted(theirs))
    order = np.argsort(-golden.arrays["full/det_bboxes"][0, :, 4], kind="stable")
    case.equal("det_order", golden.arrays["full/det_order"].tolist(), order.tolist())
    return pairs == theirs


def _tracks(case: Case, golden: Golden, network: TeViT, features: Features, last: Queries, size: Resized) -> None:
    """Boxes, mask probabilities and pasted masks of the detections, in the order in which the case lists them."""
    device = last.boxes.device
    query = torch.from_numpy(golden.arrays["full/det_query"]).long().to(device)
    label = torch.from_numpy(golden.arrays["full/det_labels"][0]).long().to(device)
    boxes = last.boxes[0][:, query]  # (T, K, 4)
    case.close("mask_rois", boxes, golden.arrays["full/mask_rois"], atol=tolerance("mask_rois"))
    scores = last.logits[0].sigmoid().mean(dim=0)[query, label]
    factor = torch.from_numpy(size.scale_factor) if golden.case["rescale"] else torch.ones(4)
    shown = boxes.cpu() / factor
    scale = max(1.0, float(1 / factor.min()))
    case.close("det_bboxes", shown, golden.arrays["full/det_bboxes"][..., :4], atol=tolerance("mask_rois") * scale)
    case.close(
        "det_bboxes score", scores.cpu().expand(len(boxes), -1), golden.arrays["full/det_bboxes"][..., 4], atol=_SCORE
    )
    cells = network.config.head.mask_cells
    regions = _regions(network, features, boxes.flatten(0, 1), cells)
    attended = last.attention_features[0][:, query].flatten(0, 1)
    head = network.roi_head.mask_head[-1]
    logits = head.conv_logits(head.embed(attended, regions))  # type: ignore[operator]  # (T*K, classes, 28, 28)
    masks = {"mask_roi_feats": regions, "mask_logits_all_classes": logits}
    frame = torch.arange(len(boxes), device=device).repeat_interleave(len(query))
    labels = label.repeat(len(boxes))
    probability = network.masks(features, last, frame, query.repeat(len(boxes)), labels)
    masks["mask_prob"] = probability.view(len(boxes), len(query), *probability.shape[1:])
    _judge(case, golden, masks)
    _pasted(case, golden, masks["mask_prob"].cpu().numpy(), shown.numpy(), _mask_hw(golden, size))
    _results(case, golden, scores.tolist(), label.tolist())


def _pasted(case: Case, golden: Golden, probability: np.ndarray, boxes: np.ndarray, hw: tuple[int, int]) -> None:
    excess, worst, near_wrong, whole_wrong, areas_wrong = 0, 0, 0, 0, 0
    for t in range(len(boxes)):
        for k in range(boxes.shape[1]):
            soft = paste(probability[t, k], boxes[t, k], hw)
            theirs = coco.decode(golden.about["rle"][t][k])
            distance = np.abs(soft - 0.5)
            different = int(((soft >= 0.5) != theirs).sum())
            near = golden.about["near_threshold_pixels"][t][k]
            allowed = min(near[1] + 1, int((distance < 3e-4).sum()) + 1, max(1e-4 * theirs.size, 1))
            excess += different > allowed * case.factor
            worst = max(worst, different)
            for place, (width, share) in enumerate(_WIDTHS):
                own = int((distance < width).sum())
                near_wrong += abs(own - near[place]) > (3 + share * own) * case.factor
            whole_wrong += near[3] != 0 and near[3] != _whole_differs(probability[t, k], boxes[t, k], soft)
            areas_wrong += int(theirs.sum()) != golden.about["mask_area"][t][k]
    case.within("pasted masks with too many other pixels", excess, 0, f"worst mask: {worst} pixels")
    case.within("near_threshold_pixels that do not fit", near_wrong, 0)
    case.within("pixels of a whole-image paste that do not fit", whole_wrong, 0)
    case.within("mask_area that is not its mask's", areas_wrong, 0)


def _whole_differs(probability: np.ndarray, box: np.ndarray, soft: np.ndarray) -> int:
    """Number of pixels that differ between pasting over the whole image and pasting into the region of the box."""
    return int(((paste(probability, box, soft.shape, whole=True) >= 0.5) != (soft >= 0.5)).sum())


def _results(case: Case, golden: Golden, scores: list[float], labels: list[int]) -> None:
    """The entries for the evaluation server: score, class number, and the pasted masks again."""
    entries = golden.about["results_json"]
    case.close("results_json score", [entry["score"] for entry in entries], scores, atol=_SCORE)
    case.equal("results_json category_id", [entry["category_id"] for entry in entries], [label + 1 for label in labels])
    case.equal("results_json video_id", {entry["video_id"] for entry in entries}, {1})
    rows = golden.about["rle"]
    same = all(entry["segmentations"] == [row[k] for row in rows] for k, entry in enumerate(entries))
    case.equal("results_json segmentations", same, True)
