"""Whether memory grows with a video: the peak of a process that proposes for a short video and for a long one.

Each video runs in a process of its own; its 720p frames are generated one at a time. ``--network``, ``--short``,
``--long`` and ``--rule`` measure others, for instance ``--network tevit_msgshift --short 72 --long 216 --rule
published``, which takes minutes.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from tests.benchmarks._tables import Table, options, show

ROOT = Path(__file__).resolve().parents[2]
CHECKPOINT = ROOT / "assets" / "demo" / "checkpoint.safetensors"
SIZE = (1280, 720)
_SCENE = 240  # frames of the procedural video that is shown to and fro


def frames(count: int, size: tuple[int, int] = SIZE) -> Iterator[np.ndarray]:
    """``count`` frames of a procedural video shown forwards and backwards, enlarged to ``size`` one at a time."""
    from model.procedural import render_video

    scene = render_video("long", index=0, seed=31, frames=_SCENE, size=(160, 90)).frames
    for number in range(count):
        place = number % (2 * _SCENE - 2)
        small = scene[place if place < _SCENE else 2 * _SCENE - 2 - place]
        yield cv2.resize(small, size, interpolation=cv2.INTER_LINEAR)


def propose_alone(name: str, count: int, rule: str) -> dict[str, float]:
    """Propose for ``count`` frames in this process: frames done, tracks, and the process's peak memory in MiB."""
    import torch

    from model.config import named
    from model.network.tevit import build
    from model.tracking.settings import ProposeSettings
    from model.tracking.windows import propose
    from model.weights import checkpoint

    torch.manual_seed(0)
    network = checkpoint.load(CHECKPOINT).build() if name == "tevit_tiny" else build(named(name)).eval()
    settings = ProposeSettings(rule=rule)
    done, tracks = 0, 0
    for result in propose(network, frames(count), expected=count, config=network.config, settings=settings):
        done, tracks = result.stop, len(result.track_standings)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # KiB on Linux
    return {"frames": done, "tracks": tracks, "peak_mib": round(peak, 1)}


def in_fresh_process(name: str, count: int, rule: str) -> dict[str, float]:
    """:func:`propose_alone` in a process of its own."""
    command = [sys.executable, "-m", __spec__.name if __spec__ else __name__, "--network", name, "--rule", rule]
    ran = subprocess.run([*command, "--alone", str(count)], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(ran.stdout)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--network", default="tevit_tiny")
    parser.add_argument("--short", type=int, default=300)
    parser.add_argument("--long", type=int, default=3000)
    parser.add_argument("--rule", default="review")
    parser.add_argument("--alone", type=int, help="only this many frames, in this process")
    asked = parser.parse_args()
    if asked.alone:
        print(json.dumps(propose_alone(asked.network, asked.alone, asked.rule)))
        return
    short, long = (in_fresh_process(asked.network, count, asked.rule) for count in (asked.short, asked.long))
    show(table(asked.network, asked.rule, short, long), asked)


def table(network: str, rule: str, short: dict[str, float], long: dict[str, float]) -> Table:
    """One line: the peaks of both videos and their ratio."""
    ratio = long["peak_mib"] / short["peak_mib"]
    peaks = [f"{row['frames']} frames: {row['peak_mib']:.1f} MiB" for row in (short, long)]
    return Table(
        f"{SIZE[0]} x {SIZE[1]}",
        ("network, rule", "short", "long", "ratio"),
        [(f"`{network}`, {rule}", *peaks, f"{ratio:.3f}")],
        facts={"title": "windows_memory", "network": network, "rows": [short, long], "ratio": ratio},
    )


if __name__ == "__main__":
    main()
