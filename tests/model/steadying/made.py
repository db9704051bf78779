"""A bright disc with stripes that moves over noise, its true masks, and tracks that know them in part."""

from collections.abc import Sequence

import cv2
import numpy as np
from pycocotools import mask as coco

from model.pretrained import find
from model.pretrained.lite0 import Lite0
from model.propagation.trunk import Lite0Trunk
from model.tracking.whole_video import Rle, TrackProposal

SIZE = (96, 128)


def trunk() -> Lite0Trunk:
    path = find("lite0")
    assert path is not None
    return Lite0Trunk(Lite0.load(path, "cpu"))


def centre(frame: int) -> tuple[int, int]:
    return 34 + 3 * frame, 48


def disc(at: tuple[int, int], radius: int = 18) -> np.ndarray:
    pixels = np.zeros(SIZE, np.uint8)
    cv2.circle(pixels, at, radius, 1, -1)
    return pixels.astype(bool)


def picture(frame: int) -> np.ndarray:
    ground = np.random.default_rng(3).integers(30, 110, (SIZE[0] // 4, SIZE[1] // 4, 3), np.uint8)
    pixels = cv2.resize(ground, SIZE[::-1], interpolation=cv2.INTER_CUBIC)
    stripes = np.zeros((*SIZE, 3), np.uint8)
    stripes[:] = (230, 190, 60)
    stripes[:, (np.arange(SIZE[1]) - centre(frame)[0]) // 5 % 2 == 0] = (240, 90, 40)
    inside = disc(centre(frame))
    pixels[inside] = stripes[inside]
    return pixels


def encoded(mask: np.ndarray | None) -> Rle | None:
    if mask is None:
        return None
    code = coco.encode(np.asfortranarray(mask, np.uint8))
    return {"size": list(code["size"]), "counts": code["counts"].decode()}


def decoded(mask: Rle | None) -> np.ndarray:
    assert mask is not None
    return np.asarray(coco.decode(mask)).astype(bool)


def track(masks: Sequence[np.ndarray | None], *, number: int = 0, score: float = 0.8) -> TrackProposal:
    scores = tuple(0.0 if mask is None else score for mask in masks)
    return TrackProposal(number, scores, tuple(encoded(mask) for mask in masks), (None,) * len(masks))


def iou(first: np.ndarray, second: np.ndarray) -> float:
    return float((first & second).sum() / (first | second).sum())
