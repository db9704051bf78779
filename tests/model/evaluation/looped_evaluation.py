"""YouTube-VIS evaluation as plain loops: what the official ``ytvoseval`` does, step by step and pair by pair.

The benchmark times the evaluator against it, and the tests compare both figure by figure. Nothing in it is slower than
the published program: masks stay run-length codes, areas and boxes of results are taken once, and every pair of a video
and category costs two merges and two areas per frame, as there.
"""

from collections import defaultdict
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

THRESHOLDS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0.0, 1.0, 101)
AREAS = ((0.0, 1e10), (0.0, 128.0**2), (128.0**2, 256.0**2), (256.0**2, 1e10))
LIMITS = (1, 10, 100)
Entries = dict[tuple[int, int], list[dict[str, Any]]]


def mean_area(areas: list[Any]) -> float:
    found = [area for area in areas if area]
    return float(np.array(found).mean()) if found else 0.0


def load_truth(truth: dict[str, Any]) -> Entries:
    """Annotations by video and category, every segmentation as compressed RLE."""
    sizes = {video["id"]: (video["height"], video["width"]) for video in truth["videos"]}
    grouped: Entries = defaultdict(list)
    for entry in truth["annotations"]:
        codes = []
        for one in entry["segmentations"]:
            if not one:
                codes.append(None)
            elif isinstance(one, list):
                codes.append(coco_mask.merge(coco_mask.frPyObjects(one, *sizes[entry["video_id"]])))
            elif isinstance(one["counts"], list):
                codes.append(coco_mask.frPyObjects(one, *one["size"]))
            else:
                codes.append(one)
        crowd = bool(entry["iscrowd"])
        track = {"id": entry["id"], "codes": codes, "area": mean_area(entry["areas"]), "crowd": crowd}
        grouped[entry["video_id"], entry["category_id"]].append(track)
    return grouped


def load_results(results: list[dict[str, Any]]) -> Entries:
    """Results by video and category, with the area and the first box that the official loader takes of them."""
    grouped: Entries = defaultdict(list)
    for number, entry in enumerate(results):
        areas: list[Any] = []
        boxes: list[Any] = []
        for one in entry["segmentations"]:
            areas.append(coco_mask.area(one) if one else None)
            boxes.append(coco_mask.toBbox(one) if one else None)
        track = {"id": number + 1, "codes": entry["segmentations"], "area": mean_area(areas), "boxes": boxes}
        grouped[entry["video_id"], entry["category_id"]].append(track | {"score": entry["score"]})
    return grouped


def track_iou(found: list[Any], known: list[Any]) -> float:
    """Space-time IoU of two tracks, frame by frame."""
    inter = union = 0.0
    for a, b in zip(found, known, strict=False):
        if a and b:
            inter += coco_mask.area(coco_mask.merge([a, b], True))
            union += coco_mask.area(coco_mask.merge([a, b], False))
        elif a:
            union += coco_mask.area(a)
        elif b:
            union += coco_mask.area(b)
    return inter / union if union > 0 else 0.0


def best_first(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    order = np.argsort([-track["score"] for track in found], kind="mergesort")
    return [found[n] for n in order[: LIMITS[-1]]]


def pair_ious(found: list[dict[str, Any]], known: list[dict[str, Any]]) -> np.ndarray:
    ious = np.zeros((len(found), len(known)))
    for d, g in np.ndindex(*ious.shape):
        ious[d, g] = track_iou(found[d]["codes"], known[g]["codes"])
    return ious


def match(
    found: list[dict[str, Any]], known: list[dict[str, Any]], ious: np.ndarray, area: tuple[float, float]
) -> dict[str, Any] | None:
    """Greedy matching of one video, category and size class at every threshold."""
    if not found and not known:
        return None
    low, high = area
    skipped = [track["crowd"] or track["area"] < low or track["area"] > high for track in known]
    order = np.argsort(skipped, kind="mergesort")
    known, skip = [known[n] for n in order], np.array(skipped)[order] if known else np.zeros(0, bool)
    ious = ious[:, order] if known else ious
    taken = np.zeros((len(THRESHOLDS), len(known)))
    matched, ignored = np.zeros((len(THRESHOLDS), len(found))), np.zeros((len(THRESHOLDS), len(found)), bool)
    for i, threshold in enumerate(THRESHOLDS):
        for d in range(len(found)):
            best_iou, best = min(threshold, 1 - 1e-10), -1
            for g in range(len(known)):
                if taken[i, g] > 0 and not known[g]["crowd"]:
                    continue
                if best > -1 and not skip[best] and skip[g]:
                    break
                if ious[d, g] < best_iou:
                    continue
                best_iou, best = ious[d, g], g
            if best > -1:
                ignored[i, d], matched[i, d], taken[i, best] = skip[best], known[best]["id"], found[d]["id"]
    outside = np.array([track["area"] < low or track["area"] > high for track in found], bool)
    ignored |= (matched == 0) & outside
    return {"scores": [d["score"] for d in found], "matched": matched, "ignored": ignored, "skip": skip}


def accumulate(parts: list[dict[str, Any]], most: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Precision (I, R) and recall (I,) of one category, size class and limit; None without truth that counts."""
    positives = int(sum(np.count_nonzero(~part["skip"]) for part in parts))
    if not parts or positives == 0:
        return None
    scores = np.concatenate([part["scores"][:most] for part in parts])
    order = np.argsort(-scores, kind="mergesort")
    matched = np.concatenate([part["matched"][:, :most] for part in parts], axis=1)[:, order]
    ignored = np.concatenate([part["ignored"][:, :most] for part in parts], axis=1)[:, order]
    true = np.cumsum((matched != 0) & ~ignored, axis=1).astype(float)
    false = np.cumsum((matched == 0) & ~ignored, axis=1).astype(float)
    precision, recall = np.zeros((len(THRESHOLDS), len(RECALLS))), np.zeros(len(THRESHOLDS))
    for i, (tp, fp) in enumerate(zip(true, false, strict=True)):
        reached, pr, row = tp / positives, (tp / (fp + tp + np.spacing(1))).tolist(), [0.0] * len(RECALLS)
        recall[i] = reached[-1] if len(tp) else 0.0
        for n in range(len(tp) - 1, 0, -1):
            if pr[n] > pr[n - 1]:
                pr[n - 1] = pr[n]
        for r, n in enumerate(np.searchsorted(reached, RECALLS, side="left")):
            if n >= len(pr):
                break
            row[r] = pr[n]
        precision[i] = row
    return precision, recall


def looped_evaluate(truth: dict[str, Any], results: list[dict[str, Any]]) -> tuple[np.ndarray, np.ndarray]:
    """Precision (I, R, K, A, M) and recall (I, K, A, M), -1 where undefined; K by rising category id."""
    known, found = load_truth(truth), load_results(results)
    videos = sorted(video["id"] for video in truth["videos"])
    categories = sorted(category["id"] for category in truth["categories"])
    found = defaultdict(list, {key: best_first(tracks) for key, tracks in found.items()})
    ious = {(v, c): pair_ious(found[v, c], known[v, c]) for v in videos for c in categories}
    shape = (len(categories), len(AREAS), len(LIMITS))
    precision = np.full((len(THRESHOLDS), len(RECALLS), *shape), -1.0)
    recall = np.full((len(THRESHOLDS), *shape), -1.0)
    for k, c in enumerate(categories):
        for a, area in enumerate(AREAS):
            parts = [match(found[v, c], known[v, c], ious[v, c], area) for v in videos]
            for m, most in enumerate(LIMITS):
                outcome = accumulate([part for part in parts if part is not None], most)
                if outcome is not None:
                    precision[:, :, k, a, m], recall[:, k, a, m] = outcome
    return precision, recall
