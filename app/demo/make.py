"""Makes the files of `assets/demo`: six procedural videos, the demo checkpoint's proposals, and their corrections.

Run it after training the demo checkpoint, with the folder that `train` wrote and a held-out procedural data set::

    python -m app.demo.make out/demo_run out/demo_val

The same seeds give the same pictures.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from app.demo.edits import Track, correct_edits, propose_edit
from app.demo.publish import publish
from app.demo.search import add_findings
from app.settings import ASSETS
from model.network.tevit import TeViT
from model.procedural import ProceduralVideo, categories, render_video
from model.tracking.whole_video import gather
from model.tracking.windows import propose
from model.weights import checkpoint
from storage import rle

FOLDER = ASSETS / "demo"
CHECKPOINT = FOLDER / "checkpoint.safetensors"
DESCRIPTION = FOLDER / "demo.json"
FRAMES, SIZE, RATE = 36, (640, 360), 12
NAMES = categories("demo")


@dataclass(frozen=True)
class DemoScene:
    """One demo video: its name, and the domain, index and seed of the procedural video."""

    name: str
    domain: str
    index: int
    seed: int
    corrected: bool  # its first part


SCENES = (
    DemoScene("tide pool", "demo", 3, 7, True),
    DemoScene("lagoon", "demo", 11, 7, True),
    DemoScene("jelly bay", "occlusion", 1, 7, False),
    DemoScene("harbour", "demo", 5, 7, False),
    DemoScene("reef walk", "occlusion", 2, 7, False),
    DemoScene("crossing", "demo", 12, 7, False),
)


def render(scene: DemoScene) -> ProceduralVideo:
    """The frames and exact masks of a scene."""
    return render_video(scene.domain, index=scene.index, seed=scene.seed, frames=FRAMES, size=SIZE)


def encode_video(path: Path, frames: np.ndarray) -> None:
    """Write uint8 RGB frames (T, H, W, 3) as H.264."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264", rate=Fraction(RATE), options={"crf": "20", "preset": "slow", "g": "12"}
        )
        stream.width, stream.height, stream.pix_fmt = frames.shape[2], frames.shape[1], "yuv420p"
        for pixels in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())


def decoded(path: Path) -> list[np.ndarray]:
    """All frames of a video file, uint8 RGB."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def truth_of(video: ProceduralVideo) -> list[dict[str, Any]]:
    """The true tracks of a video, in the form of `app.demo.edits`."""
    return [
        {
            "label": track.label,
            "segmentations": [rle.encode(mask) if mask.any() else None for mask in track.masks],
        }
        for track in video.tracks
    ]


def proposals_of(network: TeViT, frames: list[np.ndarray]) -> list[dict[str, Any]]:
    """The proposals of a network under the review rule, in the form of `app.demo.edits`."""
    results = propose(network, frames, expected=len(frames), config=network.config, keep_state=False)
    whole = gather(results)
    return [
        {
            "label": track.label,
            "score": round(track.score, 4),
            "runners_up": [[label, round(score, 4)] for label, score in track.runners_up],
            "segmentations": list(track.segmentations),
            "scores": [round(score, 4) for score in track.frame_scores],
        }
        for track in whole.tracks
    ]


def edits_of(scene: DemoScene, proposals: Sequence[Track], truth: Sequence[Track]) -> list[dict[str, Any]]:
    """All edits of a scene's video, in the form of `app.demo.edits`."""
    corrections = correct_edits(proposals, truth, NAMES) if scene.corrected else []
    return [propose_edit(proposals, NAMES), *corrections]


def build(folder: Path = FOLDER) -> None:
    """Render and encode all scenes, and make their edits with the checkpoint in ``folder``."""
    network = checkpoint.load(folder / CHECKPOINT.name).build()
    described = []
    for scene in SCENES:
        video = render(scene)
        path = folder / f"{scene.name.replace(' ', '_')}.mp4"
        encode_video(path, video.frames)
        edits = edits_of(scene, proposals_of(network, decoded(path)), truth_of(video))
        described.append({"name": scene.name, "file": path.name, "edits": edits})
        print(f"{scene.name}: {path.stat().st_size // 1024} KiB", file=sys.stderr)
    content = {"categories": list(NAMES), "videos": described}
    (folder / DESCRIPTION.name).write_text(json.dumps(content, separators=(",", ":"), sort_keys=True) + "\n")
    add_findings(folder)


def main() -> None:
    """Publish the trained checkpoint, then make the videos and their edits with it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trained", type=Path, help="folder that train wrote")
    parser.add_argument("held_out", type=Path, help="folder that synthesize wrote, never trained on")
    order = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    publish(order.trained, order.held_out, FOLDER)
    build()


if __name__ == "__main__":
    main()
