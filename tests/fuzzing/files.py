"""Files of every kind that the program opens, made nearly right and then spoiled; and places that are no files."""

import json
import os
import pickle
import random
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from safetensors.torch import save_file

from model.weights.files import read_weights
from storage import frames
from storage.youtube_vis import parse_results, read_dataset
from tests.fuzzing.values import altered, damaged, nested

VIS: dict[str, Any] = {
    "info": {"year": 2021},
    "videos": [{"id": 1, "width": 64, "height": 48, "length": 2, "file_names": ["v/0.png", "v/1.png"]}],
    "categories": [{"id": 1, "name": "dog", "supercategory": "animal"}],
    "annotations": [
        {
            "id": 1,
            "video_id": 1,
            "category_id": 1,
            "iscrowd": 0,
            "width": 64,
            "height": 48,
            "areas": [10, None],
            "bboxes": [[1, 2, 3, 4], None],
            "segmentations": [{"size": [48, 64], "counts": [0, 10, 3062]}, None],
        }
    ],
}
RESULTS = [{"video_id": 1, "category_id": 1, "score": 0.5, "segmentations": VIS["annotations"][0]["segmentations"]}]
STATE = {"a.weight": torch.arange(6.0).view(2, 3), "roi_head.bbox_head.0.fc_cls.bias": torch.ones(2)}


def odd_places(folder: Path) -> list[Path]:
    """Places that are no files and must not be waited for: a pipe, a socket, devices, a loop, a missing one."""
    folder.mkdir(exist_ok=True)
    names = [folder / name for name in ("pipe.mp4", "pipe.json", "pipe.pth", "pipe.safetensors", "pictures/0.png")]
    (folder / "pictures").mkdir(exist_ok=True)
    for path in names:
        os.mkfifo(path)
    with socket.socket(socket.AF_UNIX) as bound:
        # The path of a socket is short, so it is bound from inside.
        here = Path.cwd()
        os.chdir(folder)
        try:
            bound.bind("socket.mp4")
        finally:
            os.chdir(here)
    (folder / "loop.mp4").symlink_to(folder / "loop.mp4")
    (folder / "devices").mkdir()
    (folder / "devices" / "0.png").symlink_to("/dev/zero")
    (folder / "zero.json").symlink_to("/dev/zero")
    (folder / "empty").mkdir()
    places = [folder / name for name in ("socket.mp4", "loop.mp4", "devices", "zero.json", "empty", "missing.mp4")]
    return [*names[:4], folder / "pictures", *places, Path("/dev/zero"), Path("/dev/full"), Path("/"), folder]


class Doors:
    """Every file door: a file is written into ``folder`` and read as the program reads it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.odd = odd_places(folder / "odd")
        save_file(STATE, folder / "whole.safetensors", metadata={"format": "tevit-checkpoint 1", "config": "{}"})
        torch.save({"state_dict": STATE, "meta": {"CLASSES": ["a", "b"]}}, folder / "whole.pth")
        torch.save(STATE, folder / "old.pth", _use_new_zipfile_serialization=False)
        self.samples = {name: (folder / name).read_bytes() for name in ("whole.safetensors", "whole.pth", "old.pth")}
        self.picture = cv2.imencode(".png", np.full((48, 64, 3), 90, np.uint8))[1].tobytes()
        writer = cv2.VideoWriter(str(folder / "whole.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
        for shade in (10, 200, 90):
            writer.write(np.full((48, 64, 3), shade, np.uint8))
        writer.release()
        self.video = (folder / "whole.avi").read_bytes()

    def open_one(self, chance: random.Random) -> str:
        """Make one file and read it; returns what it was. Raises what reading raised."""
        makers: tuple[Callable[[random.Random], str], ...] = (
            self._dataset,
            self._dataset,
            self._results,
            self._weights,
            self._bomb,
            self._pictures,
            self._film,
            self._odd_place,
        )
        return chance.choice(makers)(chance)

    def _json(self, chance: random.Random, content: Any) -> bytes:
        data = json.dumps(altered(chance, content)).encode()
        return damaged(chance, data) if chance.random() < 0.2 else data

    def _dataset(self, chance: random.Random) -> str:
        path = self.folder / "a.json"
        path.write_bytes(self._json(chance, VIS))
        read_dataset(path)
        return "dataset"

    def _results(self, chance: random.Random) -> str:
        parse_results(self._json(chance, RESULTS), where="results")
        return "results"

    def _weights(self, chance: random.Random) -> str:
        name = chance.choice(sorted(self.samples))
        path = self.folder / f"spoiled{Path(name).suffix}"
        path.write_bytes(damaged(chance, self.samples[name]))
        read_weights(path)
        return name

    def _bomb(self, chance: random.Random) -> str:
        path = self.folder / "bomb.pth"
        match chance.randrange(3):
            case 0:
                with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                    archive.writestr("a/data.pkl", pickle.dumps({}))
                    archive.writestr("a/data/0", bytes(chance.choice((1, 40)) << 20))
            case 1:
                path.write_bytes(b"\x80\x02" + b"]" * chance.choice((10, 100_000)) + b".")
            case _:
                path.write_bytes(pickle.dumps({"meta": nested(chance.choice((3, 90))), "state_dict": {}}))
        read_weights(path)
        return "bomb"

    def _pictures(self, chance: random.Random) -> str:
        folder = self.folder / "pictures"
        folder.mkdir(exist_ok=True)
        (folder / "0.png").write_bytes(self.picture)
        (folder / "1.png").write_bytes(damaged(chance, self.picture))
        frames.index(folder)
        return "pictures"

    def _film(self, chance: random.Random) -> str:
        path = self.folder / "spoiled.avi"
        path.write_bytes(damaged(chance, self.video))
        frames.index(path)
        return "video"

    def _odd_place(self, chance: random.Random) -> str:
        path = chance.choice(self.odd)
        read: Callable[[Path], object] = chance.choice((frames.probe, frames.index, read_dataset, read_weights))
        read(path)
        return str(path)
