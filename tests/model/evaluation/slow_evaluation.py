"""A slow, plain evaluator for small videos, written from the published rules: loops over decoded arrays, no vectors.

The tests compare the fast one with it on random cases.
"""

import numpy as np

THRESHOLDS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0.0, 1.0, 101)
AREAS = {"all": (0, 1e10), "small": (0, 128**2), "medium": (128**2, 256**2), "large": (256**2, 1e10)}


def track_iou(found, known):
    """Space-time IoU of two lists of boolean arrays or None."""
    inter = union = 0
    for a, b in zip(found, known, strict=False):
        if a is not None and b is not None:
            if a.shape == b.shape:
                inter += int((a & b).sum())
                union += int((a | b).sum())
        elif a is not None:
            union += int(a.sum())
        elif b is not None:
            union += int(b.sum())
    return inter / union if union else 0.0


def average_area(masks):
    """Mean over the frames that show something."""
    areas = [int(mask.sum()) for mask in masks if mask is not None and mask.any()]
    return sum(areas) / len(areas) if areas else 0.0


def match_one(found, known, threshold, bounds):
    """Rows (score, true positive, ignored) and the number of countable truths, for one video and category."""
    low, high = bounds
    known = [dict(k, skip=k["crowd"] or not low <= average_area(k["masks"]) <= high, taken=False) for k in known]
    known.sort(key=lambda k: k["skip"])
    rows = []
    for d in sorted(found, key=lambda d: -d["score"])[:100]:
        best, best_iou = None, min(threshold, 1 - 1e-10)
        for k in known:
            if k["taken"] and not k["crowd"]:
                continue
            if best is not None and not best["skip"] and k["skip"]:
                break
            iou = track_iou(d["masks"], k["masks"])
            if iou >= best_iou:
                best, best_iou = k, iou
        if best is None:
            rows.append((d["score"], False, not low <= average_area(d["masks"]) <= high))
        else:
            best["taken"] = True
            rows.append((d["score"], True, best["skip"]))
    return rows, sum(not k["skip"] for k in known)


def precision_and_recall(rows, positives):
    """101-point precision and the final recall of rows from all videos."""
    rows = sorted(rows, key=lambda row: -row[0])
    true = false = 0
    points = []
    for _, hit, ignored in rows:
        true += hit and not ignored
        false += (not hit) and not ignored
        points.append((true / positives, true / (true + false + np.spacing(1))))
    curve = []
    for level in RECALLS:
        reached = [number for number, point in enumerate(points) if point[0] >= level]
        curve.append(max(p for _, p in points[reached[0] :]) if reached else 0.0)
    return curve, (points[-1][0] if points else 0.0)


def slow_evaluate(found, known, categories):
    """AP, AP50, AP75, APs, APm, APl, AR100 of entries with video, category, masks, and score or crowd."""
    curves, recalls = {}, {}
    for name, bounds in AREAS.items():
        for i, threshold in enumerate(THRESHOLDS):
            for category in categories:
                rows, positives = [], 0
                for video in sorted({entry["video"] for entry in [*found, *known]}):

                    def pick(entries, video=video, category=category):
                        return [e for e in entries if e["video"] == video and e["category"] == category]

                    more, count = match_one(pick(found), pick(known), threshold, bounds)
                    rows += more
                    positives += count
                if positives:
                    curves[name, i, category], recalls[name, i, category] = precision_and_recall(rows, positives)

    def mean(table, name, level=None):
        values = [v for (n, i, _), v in table.items() if n == name and (level is None or i == level)]
        return float(np.mean(values)) if values else -1.0

    return {
        "AP": mean(curves, "all"),
        "AP50": mean(curves, "all", 0),
        "AP75": mean(curves, "all", 5),
        "APs": mean(curves, "small"),
        "APm": mean(curves, "medium"),
        "APl": mean(curves, "large"),
        "AR100": mean(recalls, "all"),
        "ARs": mean(recalls, "small"),
    }
