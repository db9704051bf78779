"""Makes the refining network that comes with the program, from drawn videos: ``python -m model.refining.make FILE``.

It takes the domains that its users' videos are not in, so that what it does there can be measured honestly: the demo's
things, also crowded ones, and the lifelike ones.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from model.atomic import replacing
from model.pretrained import find, missing
from model.pretrained.lite0 import Lite0
from model.procedural import render_video
from model.refining.examples import MaskedPicture, drawn
from model.refining.network import RefiningNetwork
from model.refining.refiner import FORMAT
from model.refining.training import RefiningStep, train
from model.weights.tensors_file import write_tensors

SMALL, LARGE = ((160, 96), (256, 144), (320, 180)), ((256, 144), (320, 180), (480, 270))
DOMAINS = (("demo", 500, SMALL), ("occlusion", 250, SMALL), ("lifelike", 900, LARGE))  # scenes, sizes of pictures
SEED, STEPS, BATCH, RATE = 91_001, 1400, 16, 2e-3


def scenes(domain: str, count: int, sizes: tuple[tuple[int, int], ...], seed: int) -> list[MaskedPicture]:
    """``count`` pictures of a procedural domain, each of another scene and of one of the sizes (width, height)."""
    draw = np.random.default_rng(seed)
    found = []
    for index in range(count):
        size = sizes[draw.integers(len(sizes))]
        video = render_video(domain, index=index, seed=seed, frames=1, size=size)
        found.append(MaskedPicture(video.frames[0], [track.masks[0] for track in video.tracks]))
    return found


def make(path: Path, backbone: Lite0, *, steps: int, on_step: Callable[[RefiningStep], None]) -> None:
    """Draw the scenes, train, and write the weights as float16 to ``path``."""
    every = [
        scene
        for number, (domain, count, sizes) in enumerate(DOMAINS)
        for scene in scenes(domain, count, sizes, SEED + number)
    ]
    torch.manual_seed(SEED)
    examples = drawn(every, np.random.default_rng(SEED), batch=BATCH)
    weights = train(RefiningNetwork(), backbone, examples, steps=steps, rate=RATE, on_step=on_step)
    with replacing(path) as temporary, temporary.open("wb") as file:
        half = {key: value.half().contiguous() for key, value in weights.items()}
        write_tensors(file, half, {"format": FORMAT, "steps": str(steps), "seed": str(SEED)}, check=lambda: None)


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("path", type=Path, metavar="FILE")
    parser.add_argument("--steps", type=int, default=STEPS)
    asked = parser.parse_args(arguments)
    found = find("lite0")
    if found is None:
        raise SystemExit(missing("lite0"))

    def told(step: RefiningStep) -> None:
        if step.step % 50 == 0 or step.step == asked.steps:
            print(f"step {step.step}: loss {step.loss:.3f}, IoU {step.coarse_iou:.3f} -> {step.iou:.3f}", flush=True)

    make(asked.path, Lite0.load(found), steps=asked.steps, on_step=told)


if __name__ == "__main__":
    main()
