"""Small YouTube-VIS files with their pictures, for imports."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.app.made import square

SIZE = (64, 48)
LENGTH = 3


def write_pictures(folder: Path, videos: Sequence[str] = ("va", "vb"), *, suffix: str = ".png") -> Path:
    """`LENGTH` pictures in a folder for each video, all different."""
    for number, name in enumerate(videos):
        (folder / name).mkdir(parents=True)
        for k in range(LENGTH):
            pixels = np.random.default_rng(10 * number + k).integers(0, 255, (SIZE[1], SIZE[0], 3), np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{k:05d}{suffix}")
    return folder


def content(
    videos: Sequence[str] = ("va", "vb"),
    *,
    categories: Sequence[str] = ("bee", "wasp"),
    suffix: str = ".png",
    first: int = 1,
) -> dict[str, Any]:
    """A file in which each video has one track of each category; ids count from ``first``."""
    listed = [
        {
            "id": first + number,
            "width": SIZE[0],
            "height": SIZE[1],
            "length": LENGTH,
            "file_names": [f"{name}/{k:05d}{suffix}" for k in range(LENGTH)],
        }
        for number, name in enumerate(videos)
    ]
    tracks = [
        {
            "id": first + number * len(categories) + label,
            "video_id": first + number,
            "category_id": first + label,
            "iscrowd": 0,
            "segmentations": [square(4 + 7 * label + k, 5 + number, size=SIZE) for k in range(LENGTH)],
        }
        for number in range(len(videos))
        for label in range(len(categories))
    ]
    return {
        "info": {"description": "made up"},
        "videos": listed,
        "categories": [{"id": first + k, "name": name} for k, name in enumerate(categories)],
        "annotations": tracks,
    }


def write(path: Path, top: dict[str, Any]) -> Path:
    """The content as a file."""
    path.write_text(json.dumps(top))
    return path
