"""How fast the network is, stage by stage and beside the official code, and RoIAlign as a gather beside grid_sample.

The official figures were taken on two threads of another machine (PyTorch, float32, `tevit_msgshift`, five frames of
640 x 360 with ten masks). A convolution that was timed there too is timed here in the same run, and the official
figures are multiplied by the ratio of the two times. Every precision runs in a process of its own, whose peak memory is
its own.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.config import named
from model.network.packed import computes_bfloat16
from model.network.prepared import prepare
from model.network.roi_align import pyramid_levels, roi_align
from model.network.tevit import STRIDES, TeViT, build
from tests.benchmarks._device_speed import MadeVideo, Sizes, training_step_seconds
from tests.benchmarks._tables import CPU_FACTS, Table, milliseconds, options, show
from tests.benchmarks._timing import Row, measured, timing_table

FRAMES, TRACKS, HW, THREADS = 5, 10, (384, 640), 2
OFFICIAL_S = 5.35 * (1 - 0.018)  # a clip, less the share of pasting
OFFICIAL_MIB = 1867
OFFICIAL_SHARES = {"backbone": 0.438, "pyramid": 0.128, "stages": 0.352, "masks": 0.062}
OFFICIAL_CONVOLUTION_MS = 557.0
OFFICIAL_STEP_S, OFFICIAL_STEP_MIB = 20.0, 7813  # a training step of one clip
PRECISIONS = ("plain", "float32", "fast")
STEPS = ("float32", "fast")  # fast only where the processor multiplies bfloat16
PARTS = ("clips", "training", "video")
VIDEO = (640, 360, 20)
STEP = Sizes(named("tevit_msgshift"), HW, FRAMES, FRAMES, 0, (0, 0, 0), 0, 0)
INSTRUCTIONS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")


def grid_sampled(features: list[Tensor], boxes: Tensor, frames: Tensor, levels: Tensor, *, cells: int) -> Tensor:
    """RoIAlign by `grid_sample`, level by level and frame by frame: the straightforward way."""
    out = torch.zeros(len(boxes), features[0].shape[1], cells, cells)
    steps = (torch.arange(cells * 2) + 0.5) / (cells * 2)
    for level, feature in enumerate(features):
        height, width = feature.shape[2:]
        for frame in range(feature.shape[0]):
            chosen = ((levels == level) & (frames == frame)).nonzero()[:, 0]
            if len(chosen) == 0:
                continue
            part = boxes[chosen] / STRIDES[level]
            x = part[:, :1] + (part[:, 2:3] - part[:, :1]) * steps
            y = part[:, 1:2] + (part[:, 3:] - part[:, 1:2]) * steps
            grid = torch.stack(
                (
                    (x / width * 2 - 1)[:, None].expand(-1, cells * 2, -1),
                    (y / height * 2 - 1)[:, :, None].expand(-1, -1, cells * 2),
                ),
                dim=-1,
            )
            sampled = F.grid_sample(
                feature[frame : frame + 1].expand(len(chosen), -1, -1, -1),
                grid,
                padding_mode="border",
                align_corners=False,
            )
            out[chosen] = F.avg_pool2d(sampled, 2)
    return out


def roi_rows() -> list[Row]:
    """500 boxes over a 5-frame pyramid of 640 x 384, 256 channels, 7 x 7 cells."""
    torch.manual_seed(0)
    features = [torch.randn(5, 256, 384 // s, 640 // s) for s in (4, 8, 16, 32)]
    low = torch.rand(500, 2) * torch.tensor([500.0, 280.0])
    boxes = torch.cat((low, low + 20 + torch.rand(500, 2) * 200), dim=1)
    frames = torch.arange(5).repeat_interleave(100)
    levels = pyramid_levels(boxes, canonical_size=56.0, levels=4)
    with torch.inference_mode():
        slow = measured(
            "RoIAlign of 500 boxes: `grid_sample` per level",
            lambda: grid_sampled(features, boxes, frames, levels, cells=7),
            repeats=5,
        )
        fast = measured(
            "RoIAlign of 500 boxes: one gather",
            lambda: roi_align(features, boxes, frames, levels, strides=STRIDES, cells=7),
            repeats=5,
            rival=slow,
        )
    return [slow, fast]


def stages_of(network: TeViT) -> Iterator[tuple[str, Callable[[], object]]]:
    """The parts of a clip by name, each with what it needs computed before."""
    pixels = torch.randn(1, FRAMES, 3, *HW).to(next(network.backbone.parameters()).dtype)
    size = torch.tensor([[float(HW[0] - 24), float(HW[1])]])
    maps, _ = network.backbone(pixels)
    yield "backbone", lambda: network.backbone(pixels)
    yield "pyramid", lambda: network.neck(maps)
    features = network.encode(pixels, size)
    yield "stages", lambda: network.decode(features)
    queries = network.decode(features)
    frame = torch.arange(FRAMES).repeat_interleave(TRACKS)
    query = torch.arange(TRACKS).repeat(FRAMES)
    yield "masks", lambda: network.masks(features, queries, frame, query, query)


def clip_facts(precision: str, *, cpu_time: bool) -> dict[str, float]:
    """Milliseconds of each part of a clip and of the convolution, and the peak memory of this process in MiB.

    Where the system can forget a peak, ``NAME_mib`` is that of each part, with all that stands then; that of the
    process is still the highest of all, with building and preparing the network.
    """
    torch.set_num_threads(1 if cpu_time else THREADS)
    clock = time.process_time if cpu_time else time.perf_counter
    network = build(named("tevit_msgshift")).eval()
    if precision != "plain":
        network = prepare(network, fast=precision == "fast")
    facts: dict[str, float] = {}
    with torch.inference_mode():
        peaks = []
        for name, call in stages_of(network):
            peaks.append(_peak_mib())  # of what came before, which is forgotten now
            stands = _forget_peak()
            facts[name] = _median_ms(call, clock)
            if stands:
                facts[f"{name}_mib"] = _peak_mib()
        facts["peak_mib"] = max(*peaks, _peak_mib())
        facts["convolution"] = _convolution_ms(clock)
    return facts


def step_facts(precision: str, *, cpu_time: bool) -> dict[str, float]:
    """Milliseconds of a training step and of the convolution, and the peak memory of this process in MiB."""
    torch.set_num_threads(1 if cpu_time else THREADS)
    clock = time.process_time if cpu_time else time.perf_counter
    spent = training_step_seconds("cpu", STEP, precision=precision, steps=2, clock=clock)
    return {"step": 1000 * spent, "peak_mib": _peak_mib(), "convolution": _convolution_ms(clock)}


def video_facts(*, cpu_time: bool) -> dict[str, float]:
    """Milliseconds a frame of decoding a video file, and of all from the file to run lengths, in float32."""
    torch.set_num_threads(1 if cpu_time else THREADS)
    clock = time.process_time if cpu_time else time.perf_counter
    facts = {"convolution": _convolution_ms(clock)}
    with tempfile.TemporaryDirectory() as folder:
        video = MadeVideo(Path(folder), build(named("tevit_msgshift")).eval(), "cpu", VIDEO)
        for name, call in (("decoding", video.decoded), ("whole", video.masks)):
            began = clock()
            call()
            facts[name] = 1000 * (clock() - began) / VIDEO[2]
    return facts


def _convolution_ms(clock: Callable[[], float]) -> float:
    """The convolution of which the official machine's time is known."""
    conv, feature = nn.Conv2d(256, 256, 3, padding=1), torch.randn(FRAMES, 256, 96, 160)
    with torch.inference_mode():
        return _median_ms(lambda: conv(feature), clock)


def _median_ms(call: Callable[[], object], clock: Callable[[], float]) -> float:
    """Of three calls after a first one."""
    times = []
    for _ in range(4):
        began = clock()
        call()
        times.append(clock() - began)
    return statistics.median(times[1:]) * 1000


def _peak_mib() -> float:
    """Peak resident memory of this process (Linux), 0 where it is not known."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0.0
    (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def _forget_peak() -> bool:
    """Begin the peak of `_peak_mib` anew (Linux: proc(5), clear_refs); False where the system does not let us."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def official(facts: dict[str, float]) -> dict[str, float]:
    """The official milliseconds of each part on this machine, by the convolution of the same run."""
    factor = facts["convolution"] / OFFICIAL_CONVOLUTION_MS
    return {name: OFFICIAL_S * 1000 * share * factor for name, share in OFFICIAL_SHARES.items()}


def clip_table(found: dict[str, dict[str, float]], *, cpu_time: bool = False) -> Table:
    """One row per precision: seconds a frame by part, the whole beside the official code's, and peak memory."""
    rows = []
    for precision, facts in found.items():
        theirs = official(facts)
        whole, their_whole = sum(facts[name] for name in theirs), sum(theirs.values())
        cells = [_beside(facts[name], theirs[name]) for name in theirs]
        ratio = f"{their_whole / whole:.2f} x"
        rows.append((precision, *cells, _beside(whole, their_whole), ratio, f"{facts['peak_mib']:.0f} MiB"))
    unit = ", in CPU time of one thread" if cpu_time else ""
    notes = (
        f"Times are those of one frame{unit}; in brackets the official code's, by the convolution of the same run. Its "
        f"peak memory is {OFFICIAL_MIB} MiB. Plain is the network that also trains; fast is "
        f"{'bfloat16' if computes_bfloat16() else 'float32 here'}.",
        *_stage_memory(found),
        _circumstances(found),
    )
    columns = ("`tevit_msgshift`", *OFFICIAL_SHARES, "a frame", "official / ours", "peak memory")
    how = "CPU time of 1 thread" if cpu_time else f"{THREADS} threads"
    return Table(f"model, {how}", columns, rows, facts=found, notes=notes, timed=True)


def _beside(ours: float, theirs: float) -> str:
    """Milliseconds of a clip of ours and, in brackets, of the official code, as those of one frame."""
    return f"{milliseconds(ours / FRAMES)} ({milliseconds(theirs / FRAMES)})"


def _stage_memory(found: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """A sentence with the peak memory by part, for the precisions of which it was measured."""
    for precision, facts in found.items():
        peaks = [f"{name} {facts[f'{name}_mib']:.0f} MiB" for name in OFFICIAL_SHARES if f"{name}_mib" in facts]
        if peaks:
            yield f"Peak memory by part, {precision}: {', '.join(peaks)}."


def _circumstances(found: Mapping[str, Mapping[str, float]]) -> str:
    """A sentence with the times of the reference convolution, and the instructions of the processor."""
    times = [f"{milliseconds(facts['convolution'])}{f' ({name})' if name else ''}" for name, facts in found.items()]
    return (
        f"The reference convolution took {', '.join(times)} here and {milliseconds(OFFICIAL_CONVOLUTION_MS)} on the "
        f"official machine. The processor has {', '.join(_instructions()) or 'none of the instructions that matter'}."
    )


def step_table(found: dict[str, dict[str, float]], *, cpu_time: bool = False) -> Table:
    """One row per precision: a training step beside the official one, and peak memory."""
    rows = []
    for precision, facts in found.items():
        theirs = OFFICIAL_STEP_S * 1000 * facts["convolution"] / OFFICIAL_CONVOLUTION_MS
        cells = (milliseconds(facts["step"]), milliseconds(theirs), f"{facts['step'] / theirs:.2f} x")
        rows.append((precision, *cells, f"{facts['peak_mib']:.0f} MiB"))
    how = "CPU time of one thread" if cpu_time else f"{THREADS} threads"
    notes = (
        f"A training step of one clip of {FRAMES} frames of {HW[1]} x {HW[0]}, {how}; official is the official code's, "
        f"by the convolution of the same run. Its peak memory is {OFFICIAL_STEP_MIB} MiB. Half of its time is asked. "
        "Timed is one step, the third.",
        _circumstances(found),
    )
    columns = ("training", "a step", "official", "of the official", "peak memory")
    return Table(f"training step, {how}", columns, rows, facts=found, notes=notes, timed=True)


def video_table(facts: dict[str, float], *, cpu_time: bool = False) -> Table:
    """One row: a frame from the file to run lengths, and the share of decoding in it."""
    share = f"{100 * facts['decoding'] / facts['whole']:.1f} %"
    row = ("`tevit_msgshift`, float32", milliseconds(facts["whole"]), milliseconds(facts["decoding"]), share)
    how = "CPU time of all threads" if cpu_time else f"{THREADS} threads"
    notes = (
        f"A frame of a video of {VIDEO[2]} frames of {VIDEO[0]} x {VIDEO[1]}, with ten tracks in each; {how}. Decoding "
        "is that of a reading of the file by itself.",
        _circumstances({"": facts}),
    )
    columns = ("from a video file to run lengths", "a frame", "decoding", "its share")
    return Table(f"video, {how}", columns, [row], facts=facts, notes=notes, timed=True)


def _instructions() -> list[str]:
    """Those of `INSTRUCTIONS` that /proc/cpuinfo names (Linux)."""
    if not CPU_FACTS.is_file():
        return []
    flags = [line for line in CPU_FACTS.read_text().splitlines() if line.startswith("flags")]
    return [name for name in INSTRUCTIONS if flags and name in flags[0].split()]


def in_own_process(part: str, precision: str = "", *, cpu_time: bool) -> dict[str, float]:
    """:func:`clip_facts` ('clip'), :func:`step_facts` ('step') or :func:`video_facts` ('video') in a new process."""
    more = [*([precision] if precision else []), *(["--cpu-time"] if cpu_time else [])]
    command = [sys.executable, "-m", "tests.benchmarks.model", f"--{part}", *more]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def tiny_row() -> Row:
    """One window of the demo's network."""
    network = prepare(build(named("tevit_tiny")).eval())
    pixels, size = torch.randn(1, 36, 3, 96, 160), torch.tensor([[96.0, 160.0]])
    with torch.inference_mode():
        return measured("`tevit_tiny`, 36 frames of 160 x 96", lambda: network(pixels, size), repeats=5)


def main() -> None:
    parser: argparse.ArgumentParser = options(__doc__)
    parser.add_argument(
        "--cpu-time",
        action="store_true",
        help="CPU time with the network on one thread, for a busy machine: clips, training step and video alone",
    )
    parser.add_argument("--no-training", action="store_true", help="without the training steps, which take 4 GiB each")
    parser.add_argument("--only", choices=PARTS, help="one table alone")
    parser.add_argument("--clip", choices=PRECISIONS, help=argparse.SUPPRESS)
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--video", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.clip or asked.step or asked.video:
        facts = (
            video_facts if asked.video else partial(clip_facts if asked.clip else step_facts, asked.clip or asked.step)
        )
        print(json.dumps(facts(cpu_time=asked.cpu_time)))
        return
    wanted = {asked.only} if asked.only else {*PARTS} - ({"training"} if asked.no_training else set())
    how = {"cpu_time": asked.cpu_time}
    if "clips" in wanted:
        show(clip_table({one: in_own_process("clip", one, **how) for one in PRECISIONS}, **how), asked)
    if "training" in wanted:
        kinds = STEPS if computes_bfloat16() else STEPS[:1]
        show(step_table({one: in_own_process("step", one, **how) for one in kinds}, **how), asked)
    if "video" in wanted:
        show(video_table(in_own_process("video", **how), **how), asked)
    if not asked.cpu_time and not asked.only:
        show(timing_table(f"parts, {torch.get_num_threads()} threads", [*roi_rows(), tiny_row()]), asked)


if __name__ == "__main__":
    main()
