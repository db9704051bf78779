"""Which new proposal is which track that is already there, by the overlap of their masks through the video."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pycocotools import mask as coco

Rle = dict[str, Any]
# Below this overlap two masks through a video are hardly the same thing; above it a corrected track still finds its
# proposal although many of its frames were redrawn.
MATCH_IOU = 0.3


@dataclass(frozen=True)
class Masks:
    """One candidate of a matching: what it is called, its class or category, and its masks by frame (COCO RLE)."""

    name: str
    kind: str
    frames: Mapping[int, Rle]


def overlaps(old: Sequence[Masks], new: Sequence[Masks]) -> np.ndarray:
    """float64 old x new: IoU over all frames, intersections and unions summed; 0 where both are empty."""
    shared = np.zeros((len(old), len(new)))
    area_old, area_new = np.zeros(len(old)), np.zeros(len(new))
    frames = sorted({frame for masks in (*old, *new) for frame in masks.frames})
    for frame in frames:
        here_old = [k for k, masks in enumerate(old) if frame in masks.frames]
        here_new = [k for k, masks in enumerate(new) if frame in masks.frames]
        rles_old = [_coded(old[k].frames[frame]) for k in here_old]
        rles_new = [_coded(new[k].frames[frame]) for k in here_new]
        sizes_old = np.asarray(coco.area(rles_old), float) if rles_old else np.zeros(0)
        sizes_new = np.asarray(coco.area(rles_new), float) if rles_new else np.zeros(0)
        area_old[here_old] += sizes_old
        area_new[here_new] += sizes_new
        if rles_old and rles_new:
            iou = np.asarray(coco.iou(rles_old, rles_new, [0] * len(rles_new)))
            # pycocotools gives only the quotient; the intersection follows from it and the two areas.
            shared[np.ix_(here_old, here_new)] += iou * (sizes_old[:, None] + sizes_new[None, :]) / (1 + iou)
    union = area_old[:, None] + area_new[None, :] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def match(old: Sequence[Masks], new: Sequence[Masks], *, least: float = MATCH_IOU) -> dict[str, str]:
    """New name -> old name, best overlap first, each at most once, only within one kind and from ``least`` on."""
    table = overlaps(old, new)
    pairs = [
        (float(table[i, j]), i, j)
        for i in range(len(old))
        for j in range(len(new))
        if old[i].kind == new[j].kind and table[i, j] >= least
    ]
    matched: dict[str, str] = {}
    taken: set[int] = set()
    for _, i, j in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if i not in taken and new[j].name not in matched:
            matched[new[j].name] = old[i].name
            taken.add(i)
    return matched


def _coded(rle: Rle) -> Rle:
    counts = rle["counts"]
    return {"size": list(rle["size"]), "counts": counts.encode() if isinstance(counts, str) else counts}
