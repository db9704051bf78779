"""Stores a trained checkpoint as one that comes with the program: half precision, and facts in a JSON file beside it.

Run it with the folder that `train` wrote, a procedural data set that was never trained on, and the folder in `assets`::

    python -m app.demo.publish out/lite out/lite_val assets/lite
"""

import argparse
import json
import sys
from pathlib import Path

import torch

from app.training.file_clips import YoutubeVisClips
from model.scoring import score
from model.weights import checkpoint
from storage.youtube_vis import FRAMES_FOLDER

FILE = "checkpoint.safetensors"


def publish(trained: Path, held_out: Path, folder: Path) -> None:
    """Store the trained checkpoint as float16, and its AP on a held-out data set in a JSON file beside it."""
    path = folder / FILE
    checkpoint.save(path, checkpoint.load(trained / "checkpoint.safetensors"), dtype=torch.float16)
    stored = checkpoint.load(path)  # the AP is that of the stored file
    source = YoutubeVisClips(held_out / "instances.json", held_out / FRAMES_FOLDER)
    result = score(stored.build(), source, range(len(source.videos)))
    facts = {
        "sha256": checkpoint.file_hash(path),
        "config": stored.config.name,
        "categories": list(stored.categories),
        "provenance": stored.provenance,
        "metrics": {**result.stats, "per_category": {name: value for name, _, value in result.per_category}},
    }
    path.with_suffix(".json").write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")
    print(json.dumps(facts["metrics"]), file=sys.stderr)


def main() -> None:
    """Publish one checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trained", type=Path, help="folder that train wrote")
    parser.add_argument("held_out", type=Path, help="folder that synthesize wrote, never trained on")
    parser.add_argument("folder", type=Path, help="where the checkpoint goes")
    order = parser.parse_args()
    order.folder.mkdir(parents=True, exist_ok=True)
    publish(order.trained, order.held_out, order.folder)


if __name__ == "__main__":
    main()
