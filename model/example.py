"""The model without the app: tracks of a folder of pictures, as YouTube-VIS results.

    python -m model.example FRAMES_FOLDER CHECKPOINT OUT.json

CHECKPOINT is an own `.safetensors` file, or an official `.pth` whose name begins with its configuration's. The rule is
the published one: the whole folder is one clip, its ten best (query, class) pairs are the tracks.
"""

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import torch

from model.config import CONFIGURATIONS, named
from model.network.input import fit, prepare_clip
from model.tracking.paste import paste_rle
from model.tracking.selection import published
from model.weights.checkpoint import load


def picture(path: Path) -> np.ndarray:
    """uint8 RGB (H, W, 3)."""
    pixels = cv2.imread(str(path))
    return pixels[..., ::-1] if pixels is not None else sys.exit(f"{path} cannot be read as a picture")


@torch.inference_mode()
def main(folder: str, checkpoint: str, out: str) -> None:
    """Find the tracks of the pictures in ``folder`` (in the order of their names) and write them to ``out``."""
    fits = [name for name in sorted(CONFIGURATIONS, key=len) if Path(checkpoint).name.startswith(name)]
    official = checkpoint.endswith(".pth") and fits
    loaded = load(Path(checkpoint), config=named(fits[-1]) if official else None)
    network = loaded.build()

    names = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
    frames = np.stack([picture(path) for path in names])
    size = fit((frames.shape[1], frames.shape[2]), loaded.config.scales.test)
    features = network.encode(prepare_clip(frames, size)[None], torch.tensor([size.img_hw], dtype=torch.float32))
    queries = network.decode(features)

    results = []
    for track in published(queries.logits[0], max_tracks=10):
        query, label = torch.full((len(frames),), track.query), torch.full((len(frames),), track.label)
        masks = network.masks(features, queries, torch.arange(len(frames)), query, label).numpy()
        boxes = queries.boxes[0, :, track.query].numpy() / size.scale_factor  # pixels of the pictures, xyxy
        codes = [paste_rle(mask, box, size.frame_hw) for mask, box in zip(masks, boxes, strict=True)]
        found = {"video_id": 1, "category_id": track.label + 1, "score": track.score, "segmentations": codes}
        results.append(found)
        print(f"{track.score:.3f} {loaded.categories[track.label]}")
    Path(out).write_text(json.dumps(results))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: python -m model.example FRAMES_FOLDER CHECKPOINT OUT.json")
    main(*sys.argv[1:])
