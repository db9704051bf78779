"""The command frames: counts the frames of a video by decoding it, and writes some of them as PNG."""

import argparse
import json
from pathlib import Path
from typing import Any

from app.cli.progress import Progress
from app.errors import BadInput
from app.sentences import WrongUsage
from app.settings import Settings
from storage.frames import FrameIndex, index, open_reader
from storage.frames.export import write_picture


def frames(arguments: argparse.Namespace, settings: Settings) -> None:
    """Count the frames of a video; with ``--extract`` also write some of them."""
    if arguments.extract and arguments.out is None:
        raise WrongUsage("Say where the frames go: --extract needs --out DIR.")
    progress = Progress()

    def counting(done: int, announced: int) -> None:
        progress(done / max(announced, done, 1), f"frame {done}")

    counted = index(arguments.file, progress=counting)
    progress.end()
    if arguments.extract:
        _extract(counted, sorted(set(arguments.extract)), arguments.out)
    print(json.dumps(_facts(counted)) if arguments.json else _described(counted))


def _extract(counted: FrameIndex, wanted: list[int], out: Path) -> None:
    """Write frames as ``000012.png``; if one fails, the files that were new are removed again."""
    beyond = [k for k in wanted if k >= counted.count]
    if beyond:
        raise BadInput(f"{counted.path} has the frames 0 to {counted.count - 1}, so there is no frame {beyond[0]}.")
    out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    try:
        with open_reader(counted) as reader:
            for k in wanted:
                path = out / f"{k:06d}.png"
                there = path.exists()
                write_picture(reader.read(k), path)
                if not there:
                    written.append(path)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _facts(counted: FrameIndex) -> dict[str, Any]:
    return {
        "count": counted.count,
        "width": counted.width,
        "height": counted.height,
        "rotation": counted.rotation,
        "stream": counted.stream,
        "time_base": list(counted.time_base),
        "pts": list(counted.pts),
        "gaps": [
            {"after": gap.after, "start_pts": gap.start_pts, "end_pts": gap.end_pts, "reason": gap.reason}
            for gap in counted.gaps
        ],
        "notes": list(counted.notes),
    }


def _described(counted: FrameIndex) -> str:
    seconds = counted.seconds(counted.count - 1)
    lines = [
        f"{counted.path}",
        f"  frames    {counted.count} of {counted.width} x {counted.height}, {seconds:.2f} s",
        f"  rotation  {counted.rotation}",
        f"  stream    {counted.stream}",
    ]
    lines += [f"  gap       after frame {gap.after}: {gap.reason}" for gap in counted.gaps]
    lines += [f"  note      {note}" for note in counted.notes]
    return "\n".join(lines)
