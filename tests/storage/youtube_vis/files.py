"""A small sound YouTube-VIS content for tests that change one thing in it."""

from typing import Any

import numpy as np

from storage import rle

HEIGHT, WIDTH, LENGTH = 32, 48, 3
BOX = [10, 4, 12, 9]  # x, y, width, height of the mask


def mask_code() -> dict[str, Any]:
    """Compressed RLE of a rectangle with the box `BOX`."""
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    x, y, width, height = BOX
    pixels[y : y + height, x : x + width] = True
    return dict(rle.encode(pixels))


def content(**changes: Any) -> dict[str, Any]:
    """One video of three frames with one track that is present in all; `changes` replace keys of the track."""
    names = [f"a/{k:05d}.jpg" for k in range(LENGTH)]
    track = {
        "id": 1,
        "video_id": 3,
        "category_id": 7,
        "segmentations": [mask_code()] * LENGTH,
        "areas": [BOX[2] * BOX[3]] * LENGTH,
        "bboxes": [BOX] * LENGTH,
        "iscrowd": 0,
        **changes,
    }
    return {
        "info": {"description": "small"},
        "videos": [{"id": 3, "width": WIDTH, "height": HEIGHT, "length": LENGTH, "file_names": names}],
        "categories": [{"id": 7, "name": "dog", "supercategory": "animal"}],
        "annotations": [track],
    }


def results(**changes: Any) -> list[dict[str, Any]]:
    """One result for `content()`; `changes` replace its keys."""
    return [{"video_id": 3, "category_id": 7, "score": 0.5, "segmentations": [mask_code()] * LENGTH, **changes}]
