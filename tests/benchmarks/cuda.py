"""Everything that a GPU is to show, in one run of minutes: that it computes the right figures, and how fast.

Each part of the network and of training is compared with the CPU, with the official golden figures where their folder
is given (``--golden DIR``), and timed. One JSON file and one table are written. A section that fails is named in the
table and the rest goes on; sections that no longer fit into ``--minutes`` are left out, the least important
ones first, and count as missed. A section that has begun is not stopped, so a run may take longer.
"""

import copy
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from model.adapting.procedural_replay import ProceduralClips
from model.config import named
from model.network.tevit import TeViT, build
from model.training.clips import ClipDataset, collate
from model.weights.initial_weights import initialise
from tests.benchmarks import precision
from tests.benchmarks._device_checks import deviations, replay_deviation, training_deviations
from tests.benchmarks._device_speed import (
    Sizes,
    forget_peak,
    frames_a_second,
    peak_mib,
    short_training,
    stage_seconds,
    training_step_seconds,
    video_frames_a_second,
)
from tests.benchmarks._tables import Table, machine, milliseconds, options, progress, show

MINUTES = 8.0
OUT = Path("data/cuda.json")
GOLDEN_SHARE = 0.5  # of the time that is left: the sections behind it need some too
EXACT = 1e-3  # largest deviation of a float32 part, as a share of its largest number
NETWORK_GOAL, VIDEO_GOAL = 400.0, 200.0  # frames a second on one H200
FULL = Sizes(named("tevit_msgshift"), (384, 640), 5, 36, 10, (1280, 720, 288), 200, 200)
TINY = Sizes(named("tevit_tiny"), (64, 96), 2, 3, 1, (64, 48, 4), 6, 2)


@dataclass(frozen=True)
class Line:
    """One figure; ``least`` and ``most`` are what it is asked to be. ``shown``: the figure as text."""

    section: str
    what: str
    value: float
    shown: str
    least: float | None = None
    most: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the figure is as asked, in a word; empty where nothing is asked."""
        if self.least is None and self.most is None:
            return ""
        below = self.least is not None and not self.value >= self.least
        return "MISSED" if below or (self.most is not None and not self.value <= self.most) else "holds"

    @property
    def asked(self) -> str:
        return f">= {self.least:g}" if self.least is not None else "" if self.most is None else f"<= {self.most:g}"


class Run:
    """The sections of one run."""

    def __init__(self, device: str, sizes: Sizes, *, golden: Path | None, until: float) -> None:
        self.device, self.sizes, self._golden, self._until = device, sizes, golden, until
        torch.manual_seed(0)
        self._network = build(sizes.config).eval()
        initialise(self._network)

    def lines(self) -> Iterator[Line]:
        """All figures. A section that cannot run is one line with its reason, and a missed one."""
        # What matters most comes first: that the figures are right, then the goals, then what is only of interest.
        sections: dict[str, Callable[[], Iterator[Line]]] = {
            "parts": self._parts,
            "golden": self._conform,
            "ways": self._ways,
            "video": self._video,
            "trained": self._trained,
            "training": self._training,
            "step": self._step,
            "bfloat16": self._bfloat16,
            "speed": self._speed,
            "compiled": self._compiled,
        }
        for name, section in sections.items():
            if time.monotonic() >= self._until:
                yield Line(name, "left out: the time is over", 1.0, "", most=0.0)
                continue
            began = time.monotonic()
            forget_peak(self.device)
            try:
                yield from section()
            except Exception as error:  # the run is worth more than its sections: what failed is in the table
                yield Line(name, f"failed: {type(error).__name__}: {str(error)[:200]}", 1.0, "", most=0.0)
            spent = time.monotonic() - began
            progress(f"{name}: {spent:.0f} s")
            yield Line(name, "time of the section", spent, f"{spent:.1f} s")
            if peak := peak_mib(self.device):
                yield Line(name, "peak memory of the device", peak, f"{peak:.0f} MiB")

    def _parts(self) -> Iterator[Line]:
        yield from self._compared("parts", None)

    def _bfloat16(self) -> Iterator[Line]:
        yield from self._compared("bfloat16", torch.bfloat16)

    def _compared(self, section: str, autocast: torch.dtype | None) -> Iterator[Line]:
        """Deviations from the CPU; those of bfloat16 are shown, not judged: random weights amplify rounding."""
        config, (height, width) = self.sizes.config, self.sizes.hw
        source = ProceduralClips("demo", count=1, frames=self.sizes.clip, size=(width // 2, height // 2), seed=5)
        network = self._like(len(source.categories))
        clips = ClipDataset(source, config.scales, clip_frames=self.sizes.clip, flip=0.0, seed=1, length=1)
        frames, targets = collate([clips[0]])
        size = torch.tensor([clip.img_hw for clip in targets], dtype=torch.float32)
        found = deviations(network, frames, size, self.device, autocast=autocast)
        found += training_deviations(network, frames, targets, self.device, autocast=autocast)
        for one in found:
            most = None if autocast else 10 * EXACT if one.part in ("whole", "gradient", "losses") else EXACT
            yield Line(section, f"{one.part}: deviation from the CPU", one.share, f"{one.share:.1e}", most=most)

    def _like(self, classes: int) -> TeViT:
        torch.manual_seed(1)
        network = build(replace(self.sizes.config, classes=classes)).eval()
        initialise(network)
        return network

    def _speed(self) -> Iterator[Line]:
        for fast in (False, True):
            name = "bfloat16" if fast else "float32"
            times = stage_seconds(self._network, self.device, self.sizes, fast=fast)
            for part, spent in times.items():
                a_frame = spent / self.sizes.clip
                yield Line("speed", f"{name}, {part}, a frame", a_frame, milliseconds(1000 * a_frame))
        yield self._rate("plain")

    def _ways(self) -> Iterator[Line]:
        """Only CUDA has graphs."""
        if self.device.startswith("cuda"):
            yield from self._replayed(None)
            yield from self._replayed(torch.bfloat16)
            yield self._rate("graph", least=NETWORK_GOAL)

    def _compiled(self) -> Iterator[Line]:
        """Compiling takes minutes, and more of them on a CPU."""
        if self.device.startswith("cuda"):
            yield self._rate("compiled")

    def _replayed(self, autocast: torch.dtype | None) -> Iterator[Line]:
        """What graphs give beside the same passes without them; bfloat16 is shown, not judged."""
        (height, width), clip = self.sizes.hw, self.sizes.clip
        network = copy.deepcopy(self._network).to(self.device)
        generator = torch.Generator().manual_seed(2)
        clips = [torch.randn((1, clip, 3, height, width), generator=generator).to(self.device) for _ in range(4)]
        size = torch.tensor([[float(height), float(width)]], device=self.device)
        share = replay_deviation(network, clips, size, autocast=autocast)
        name = "bfloat16" if autocast else "float32"
        most = None if autocast else EXACT
        yield Line("ways", f"graph in {name}: deviation from passes without it", share, f"{share:.1e}", most=most)

    def _rate(self, way: str, *, least: float | None = None) -> Line:
        rate = frames_a_second(self._network, self.device, self.sizes, way=way)
        return Line("speed", f"network in bfloat16, {way}, frames a second", rate, f"{rate:.1f}", least=least)

    def _video(self) -> Iterator[Line]:
        rate, masks = video_frames_a_second(self._network, self.device, self.sizes)
        goal = VIDEO_GOAL if self.device.startswith("cuda") else None
        yield Line("video", "video file to run lengths, frames a second", rate, f"{rate:.1f}", least=goal)
        yield Line("video", "masks that were drawn", masks, str(masks), least=1)

    def _step(self) -> Iterator[Line]:
        for name in ("float32", "fast"):
            spent = training_step_seconds(self.device, self.sizes, precision=name)
            yield Line("step", f"a training step, {name}", spent, milliseconds(1000 * spent))

    def _training(self) -> Iterator[Line]:
        losses, rate = short_training(self.device, self.sizes, cancelled=lambda: time.monotonic() >= self._until)
        part = max(len(losses) // 4, 1)
        first, last = (sum(some) / part for some in (losses[:part], losses[-part:]))
        yield Line("training", f"steps a second, of {len(losses)} steps", rate, f"{rate:.2f}")
        yield Line("training", "loss of the last quarter / of the first", last / first, f"{last / first:.3f}", most=1.0)

    def _trained(self) -> Iterator[Line]:
        """The demo checkpoint in both precisions, on videos that it never saw."""
        facts = precision.measured(self.sizes.judged, device=self.device).facts
        (exact, fast), videos = facts["AP"], facts["videos"]
        found, bounds = facts["both"] / max(facts["either"], 1), precision.BOUNDS
        yield Line("trained", f"AP of float32 on {videos} videos", exact, f"{exact:.2f}")
        yield Line("trained", "AP of fast, difference", abs(fast - exact), f"{fast - exact:+.2f}", most=bounds["AP"])
        yield Line("trained", "detections in both", found, f"{100 * found:.1f} %", least=bounds["found"])
        yield Line("trained", "their mean mask IoU", facts["iou"], f"{facts['iou']:.4f}", least=bounds["iou"])

    def _conform(self) -> Iterator[Line]:
        if self._golden is None:
            yield Line("golden", "no folder of golden figures was given (--golden)", 0.0, "")
            return
        command = ["-m", "app.commands", "conform", str(self._golden), "--device", self.device, "--json"]
        left = max(GOLDEN_SHARE * (self._until - time.monotonic()), 1.0)
        done = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=left)
        if not done.stdout.strip():
            raise RuntimeError(done.stderr[-200:])
        report = json.loads(done.stdout)
        yield Line("golden", "checks", report["checks"], str(report["checks"]), least=1)
        yield Line("golden", "checks that failed", report["failed"], str(report["failed"]), most=0)


def table(lines: list[Line], *, device: str) -> Table:
    """All figures, with what is asked of them."""
    where = torch.cuda.get_device_name(device) if device.startswith("cuda") else machine()
    missed = sum(line.verdict == "MISSED" for line in lines)
    return Table(
        f"cuda, {where}",
        ("section", "what", "measured", "asked for", "verdict"),
        [(line.section, line.what, line.shown, line.asked, line.verdict) for line in lines],
        facts={
            "device": where,
            "torch": torch.__version__,
            "cuda": torch.version.cuda,
            "missed": missed,
            "lines": [{**asdict(line), "verdict": line.verdict} for line in lines],
        },
        notes=(f"Measured on {where}. Figures that are not as asked: {missed}.",),
    )


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--device", default="cuda:0", help="cuda:N, or cpu (default: cuda:0)")
    parser.add_argument("--tiny", action="store_true", help="small sizes, to try the command without a GPU")
    parser.add_argument("--golden", type=Path, metavar="DIR", help="golden figures of the official code")
    parser.add_argument("--minutes", type=float, default=MINUTES, help=f"default: {MINUTES:g}")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FILE", help=f"JSON, and a table (.md): {OUT}")
    asked = parser.parse_args()
    if asked.device.startswith("cuda") and not torch.cuda.is_available():
        print("There is no CUDA GPU here; --device cpu --tiny tries the command without one.", file=sys.stderr)
        return 1
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    until = time.monotonic() + 60 * asked.minutes
    run = Run(asked.device, TINY if asked.tiny else FULL, golden=asked.golden, until=until)
    found = table(list(run.lines()), device=asked.device)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(found.facts, indent=1) + "\n", encoding="utf-8")
    asked.out.with_suffix(".md").write_text(found.markdown() + "\n", encoding="utf-8")
    show(found, asked)
    return 1 if found.facts["missed"] else 0


if __name__ == "__main__":
    sys.exit(main())
