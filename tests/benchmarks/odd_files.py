"""Odd video files: how this program reads each file of a folder, and how OpenCV reads it.

Without DIR: the public samples of the optional test material if it lies beside the checkout, else files made on the
spot. ``--samples`` accepts only the public samples.
"""

import os
import random
import sys
import tempfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from storage import frames
from storage.frames import FrameIndex
from tests.benchmarks._tables import Table, options, show
from tests.material import material_root
from tests.storage.odd_videos import all_odd

JUMPS = 12
OTHER_SUFFIXES = {".json", ".png", ".txt", ".md"}


@dataclass(frozen=True)
class OddFile:
    """One line of the table.

    exact: of the frames that were tried, in a random order, how many were those of one pass in order.
    cv_announced, cv_read: frames that OpenCV announces and gives, 0 where it does not open the file. cv_exact: as
    `exact`, for OpenCV's own frames after ``set(CAP_PROP_POS_FRAMES, k)``.
    """

    name: str
    refused: str
    count: int
    width: int
    height: int
    rotation: int
    gaps: tuple[str, ...]
    damaged: int
    exact: str
    cv_announced: int
    cv_read: int
    cv_exact: str


def examine(path: Path) -> OddFile:
    """Read one file with this program and with OpenCV."""
    announced, sums = _opencv_pass(path)
    seen = {"cv_announced": announced, "cv_read": len(sums), "cv_exact": _opencv_jumps(path, sums)}
    try:
        index = frames.index(path)
    except frames.VideoError as error:
        reason = str(error).removeprefix(f"{path} ").split(";")[0]
        return OddFile(path.name, reason, 0, 0, 0, 0, (), 0, "", **seen)
    return OddFile(
        name=path.name,
        refused="",
        count=index.count,
        width=index.width,
        height=index.height,
        rotation=index.rotation,
        gaps=tuple(f"after {gap.after}: {gap.reason}" for gap in index.gaps),
        damaged=sum(damage.stop - damage.start for damage in index.damage),
        exact=_jumps(index),
        **seen,
    )


def some_frames(count: int) -> list[int]:
    """Frames to jump to: the same ones each time, and always the last and the first."""
    chosen = random.Random(count).sample(range(count), min(JUMPS, count))
    return [*chosen, count - 1, 0]


def _jumps(index: FrameIndex) -> str:
    with frames.open_reader(index) as reader:
        sums = [zlib.crc32(frame.data) for _, frame in reader.read_range(0, index.count)]
    with frames.open_reader(index) as reader:
        tried = some_frames(index.count)
        return f"{sum(zlib.crc32(reader.read(k).data) == sums[k] for k in tried)}/{len(tried)}"


def _opencv_pass(path: Path) -> tuple[int, list[int]]:
    """(frames announced, CRC-32 of each frame that is read in order)."""
    video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        sums = []
        while video.isOpened():
            read, picture = video.read()
            if not read:
                break
            sums.append(zlib.crc32(np.ascontiguousarray(picture).data))
        return max(0, int(video.get(cv2.CAP_PROP_FRAME_COUNT))) if video.isOpened() else 0, sums
    finally:
        video.release()


def _opencv_jumps(path: Path, sums: list[int]) -> str:
    if not sums:
        return ""
    video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        tried = some_frames(len(sums))
        right = 0
        for k in tried:
            video.set(cv2.CAP_PROP_POS_FRAMES, k)
            read, picture = video.read()
            right += bool(read) and zlib.crc32(np.ascontiguousarray(picture).data) == sums[k]
        return f"{right}/{len(tried)}"
    finally:
        video.release()


def examined(folder: Path) -> list[OddFile]:
    """Every file of a folder that may be a video, by name."""
    files = sorted(p for p in folder.iterdir() if p.is_file() and p.suffix not in OTHER_SUFFIXES)
    return [examine(path) for path in files]


def table(found: list[OddFile]) -> Table:
    """One line per file."""
    rows = []
    for one in found:
        parts = [f"{one.count} frames, {one.width} x {one.height}"]
        parts += [f"turned by {one.rotation}"] if one.rotation else []
        parts += [f"gap {gap}" for gap in one.gaps[:3]]
        parts += [f"{len(one.gaps) - 3} more gaps"] if len(one.gaps) > 3 else []
        parts += [f"{one.damaged} frames in damaged parts"] if one.damaged else []
        here = f"refused: {one.refused}" if one.refused else "; ".join(parts)
        opened = f"{one.cv_announced} / {one.cv_read}"
        rows.append((one.name, here, one.exact, opened, one.cv_exact))
    columns = ("file", "here", "jumps exact", "OpenCV: announced / read", "jumps exact in OpenCV")
    return Table("odd files", columns, rows, facts=[asdict(one) for one in found])


def main() -> None:
    """Print the table of a folder."""
    parser = options(__doc__)
    place = parser.add_mutually_exclusive_group()
    place.add_argument("folder", nargs="?", type=Path, metavar="DIR")
    place.add_argument("--samples", action="store_true", help="the public samples, or nothing")
    asked = parser.parse_args()
    # Otherwise OpenCV and its FFmpeg write warnings about each file to stderr.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    material = material_root() / "data" / "odd"
    if asked.samples and not material.is_dir():
        sys.exit(f"The public samples are not at {material}; name their folder's parent with TEVIT_MATERIAL.")
    with tempfile.TemporaryDirectory() as made:
        if asked.folder is None and not material.is_dir():
            all_odd(Path(made))
        found = examined(asked.folder or (material if material.is_dir() else Path(made)))
    show(table(found), asked)


if __name__ == "__main__":
    main()
