"""How fast a device is: the network by stage, a video file to run lengths, a training step, and a short training."""

import itertools
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from model.adapting.procedural_replay import ProceduralClips
from model.config import TeViTConfig
from model.network.captured import CapturedNetwork
from model.network.tevit import TeViT, build
from model.tracking.reading_ahead import frames_ahead
from model.tracking.settings import ProposeSettings
from model.tracking.windows import propose
from model.training.trainer import StepReport, Trainer, TrainingSettings
from model.weights.checkpoint import from_network
from model.weights.initial_weights import initialise
from storage import frames as video_frames
from tests.storage.made_videos import make_video

MIB = 2**20


@dataclass(frozen=True)
class Sizes:
    """How much is measured. ``hw``: padded input; ``video``: width, height, number of frames; ``steps`` of training."""

    config: TeViTConfig
    hw: tuple[int, int]
    clip: int
    long_clip: int
    repeats: int
    video: tuple[int, int, int]
    steps: int
    judged: int  # videos on which the trained network is judged in both precisions


def synchronise(device: str) -> None:
    """Wait until the device has done all that it was given."""
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)


def seconds(call: Callable[[], object], device: str, *, repeats: int) -> float:
    """Median of the seconds that a call takes until the device is done, after two calls that are not counted."""
    times = []
    for number in range(repeats + 2):
        synchronise(device)
        began = time.perf_counter()
        call()
        synchronise(device)
        if number > 1:
            times.append(time.perf_counter() - began)
    return statistics.median(times)


def forget_peak(device: str) -> None:
    """Begin to measure the peak of the device's memory anew."""
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)


def peak_mib(device: str) -> float:
    """The peak of the device's memory since :func:`forget_peak`, 0 on a CPU."""
    return torch.cuda.max_memory_allocated(device) / MIB if device.startswith("cuda") else 0.0


def in_precision(network: TeViT, device: str, *, fast: bool) -> tuple[TeViT, AbstractContextManager[object]]:
    """A network as it proposes on the device, and the autocast under which it does so."""
    there = from_network(network, ()).for_inference(device, "fast" if fast else "float32")
    kind = torch.device(device).type
    return there, torch.autocast(kind, dtype=torch.bfloat16, enabled=fast and kind == "cuda")


@torch.inference_mode()
def stage_seconds(network: TeViT, device: str, sizes: Sizes, *, fast: bool) -> dict[str, float]:
    """Seconds a clip of each part, by its name."""
    there, autocast = in_precision(network, device, fast=fast)
    found = {}
    with autocast:
        pixels, size = _clip(device, sizes.hw, sizes.clip)
        maps, _ = there.backbone(pixels.to(next(there.backbone.parameters()).dtype))
        features = there.encode(pixels, size)
        queries = there.decode(features)
        frame = torch.arange(sizes.clip, device=device).repeat_interleave(10)
        query = torch.arange(10, device=device).repeat(sizes.clip) % there.config.queries
        calls: dict[str, Callable[[], object]] = {
            "backbone": lambda: there.backbone(pixels.to(next(there.backbone.parameters()).dtype)),
            "pyramid": lambda: there.neck(maps),
            "stages": lambda: there.decode(features),
            "masks": lambda: there.masks(features, queries, frame, query, torch.zeros_like(query)),
        }
        for name, call in calls.items():
            found[name] = seconds(call, device, repeats=sizes.repeats)
    return found


@torch.inference_mode()
def frames_a_second(network: TeViT, device: str, sizes: Sizes, *, way: str) -> float:
    """Of `encode` and `decode` of long clips in bfloat16: ``way`` is 'plain', 'graph' or 'compiled' (CUDA alone)."""
    there, autocast = in_precision(network, device, fast=True)
    pixels, size = _clip(device, sizes.hw, sizes.long_clip)
    call: Callable[[Tensor, Tensor], object] = lambda clips, hw: there.decode(there.encode(clips, hw))  # noqa: E731
    if way == "graph":
        call = CapturedNetwork(there, after=0)
    elif way == "compiled":
        there.backbone.compile()
        there.neck.compile()
    with autocast:
        return sizes.long_clip / seconds(lambda: call(pixels, size), device, repeats=sizes.repeats)


def _clip(device: str, hw: tuple[int, int], count: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randn((1, count, 3, *hw), generator=generator).to(device)
    return pixels, torch.tensor([[float(hw[0]), float(hw[1])]], device=device)


def video_frames_a_second(network: TeViT, device: str, sizes: Sizes) -> tuple[float, int]:
    """From a video file to run lengths of its tracks in every frame: frames a second, and the number of masks."""
    with tempfile.TemporaryDirectory() as folder:
        video = MadeVideo(Path(folder), network, device, sizes.video)
        video.masks()  # algorithms are chosen, memory is taken
        synchronise(device)
        began = time.perf_counter()
        masks = video.masks()
        return sizes.video[2] / (time.perf_counter() - began), masks


class MadeVideo:
    """A video file in ``folder`` of ``size`` (width, height, number of frames), and a network that proposes for it.

    An untrained network finds nothing that the review rule keeps, so the published rule chooses ten tracks.
    """

    def __init__(self, folder: Path, network: TeViT, device: str, size: tuple[int, int, int]) -> None:
        fast = device.startswith("cuda")
        self._device, (width, height, self._count) = device, size
        self._network, _ = in_precision(network, device, fast=fast)
        self._settings = ProposeSettings("published", "fast" if fast else "float32")
        made = make_video(folder / "made.mp4", frames=self._count, size=(width, height))
        self._index = video_frames.index(made)

    def decoded(self) -> int:
        """Decode every frame; returns their number."""
        with video_frames.open_reader(self._index) as reader:
            return sum(1 for _ in reader.read_range(0, self._count))

    def masks(self) -> int:
        """Propose, from the file to run lengths; returns the number of masks."""
        found = 0
        with video_frames.open_reader(self._index) as reader:
            read = (pixels for _, pixels in reader.read_range(0, self._count))
            options = {"expected": self._count, "config": self._network.config, "settings": self._settings}
            ahead = frames_ahead(self._device)
            for window in propose(self._network, read, **options, keep_state=False, ahead=ahead):  # type: ignore[arg-type]
                found += sum(mask is not None for track in window.tracks for mask in track.segmentations)
        return found


def training_step_seconds(
    device: str, sizes: Sizes, *, precision: str, steps: int = 4, clock: Callable[[], float] = time.monotonic
) -> float:
    """One step with one clip, the median of all steps after the first two."""
    ends: list[float] = []
    _train(device, sizes, lambda report: ends.append(clock()), precision=precision, steps=steps + 1, batch=1)
    laps = [after - before for before, after in itertools.pairwise(ends)]
    return statistics.median(laps[1:])


def short_training(
    device: str, sizes: Sizes, *, cancelled: Callable[[], bool] = lambda: False
) -> tuple[list[float], float]:
    """Losses of the steps of a training on procedural videos, and steps a second."""
    reports: list[StepReport] = []
    _train(device, sizes, reports.append, precision="fast", steps=sizes.steps, batch=2, cancelled=cancelled)
    return [one.loss for one in reports], len(reports) / reports[-1].seconds


def _train(
    device: str,
    sizes: Sizes,
    on_step: Callable[[StepReport], None],
    *,
    precision: str,
    steps: int,
    batch: int,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Trains on procedural clips of ``sizes.hw``."""
    torch.manual_seed(0)
    height, width = sizes.hw
    source = ProceduralClips("demo", count=4, frames=sizes.clip + 1, size=(width // 2, height // 2), seed=3)
    scales = replace(sizes.config.scales, train=((max(sizes.hw), min(sizes.hw)),))
    config = replace(sizes.config, classes=len(source.categories), scales=scales)
    network = build(config)
    initialise(network)
    recipe = replace(
        config.training,
        steps=steps,
        batch=batch,
        decay_steps=(),
        warmup_steps=max(steps // 10, 1),
        clip_frames=sizes.clip,
    )
    settings = TrainingSettings(device=device, precision=precision)
    Trainer(network, source, recipe, settings).run(on_step=on_step, cancelled=cancelled)
