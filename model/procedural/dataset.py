"""Writes procedural videos as a data set in the YouTube-VIS 2019 layout: numbered PNG frames and one instances.json."""

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from pycocotools import mask as coco_mask

from .domains import find_domain
from .scene import ProceduralTrack, ProceduralVideo, render_video

_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 3, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_FILTERED)


class DatasetFolderError(ValueError):
    """The folder for a data set is not empty."""


class FrameWriteError(OSError):
    """A frame could not be written."""


def _write_frames(folder: Path, frames: np.ndarray) -> list[str]:
    """Writes uint8 RGB frames (T, H, W, 3); returns their names relative to the folder above."""
    folder.mkdir(parents=True)
    names = []
    for number, frame in enumerate(frames):
        path = folder / f"{number:05d}.png"
        done, data = cv2.imencode(".png", np.ascontiguousarray(frame[..., ::-1]), _PNG)
        if not done:
            raise FrameWriteError(f"{path}: the frame could not be encoded as PNG")
        path.write_bytes(data.tobytes())
        names.append(f"{folder.name}/{path.name}")
    return names


def _annotation(track: ProceduralTrack, *, number: int, video: int) -> dict[str, Any]:
    """One annotation entry; segmentation, box and area are null in frames without a visible pixel."""
    segmentations: list[dict[str, Any] | None] = []
    boxes: list[list[float] | None] = []
    areas: list[int | None] = []
    for mask in track.masks:
        if not mask.any():
            segmentations.append(None)
            boxes.append(None)
            areas.append(None)
            continue
        code: Any = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))
        segmentations.append({"size": [int(side) for side in code["size"]], "counts": code["counts"].decode("ascii")})
        boxes.append([float(value) for value in coco_mask.toBbox(code)])
        areas.append(int(coco_mask.area(code)))
    length, height, width = track.masks.shape
    return {
        "id": number,
        "video_id": video,
        "category_id": track.label + 1,
        "iscrowd": 0,
        "width": width,
        "height": height,
        "length": length,
        "segmentations": segmentations,
        "bboxes": boxes,
        "areas": areas,
    }


def _video_entry(video: ProceduralVideo, *, number: int, names: list[str]) -> dict[str, Any]:
    length, height, width = video.frames.shape[:3]
    return {"id": number, "width": width, "height": height, "length": length, "file_names": names}


def _fill(
    folder: Path,
    *,
    domain: str,
    videos: int,
    frames: int,
    size: tuple[int, int],
    seed: int,
    progress: Callable[[int, int], None] | None,
) -> None:
    entries: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for index in range(videos):
        video = render_video(domain, index=index, seed=seed, frames=frames, size=size)
        names = _write_frames(folder / "JPEGImages" / f"{index:05d}", video.frames)
        entries.append(_video_entry(video, number=index + 1, names=names))
        for track in video.tracks:
            annotations.append(_annotation(track, number=len(annotations) + 1, video=index + 1))
        if progress is not None:
            progress(index + 1, videos)
    names_of = find_domain(domain).categories
    document = {
        "info": {"description": f"procedural {domain} videos", "domain": domain, "seed": seed, "version": "1"},
        "videos": entries,
        "categories": [{"id": label + 1, "name": name} for label, name in enumerate(names_of)],
        "annotations": annotations,
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    (folder / "instances.json").write_text(text, encoding="utf-8")


def synthesize(
    out: Path,
    *,
    domain: str,
    videos: int,
    frames: int,
    size: tuple[int, int],
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Renders ``videos`` videos of ``frames`` frames of ``size`` = (width, height) pixels into the folder ``out``.

    Writes ``JPEGImages/<video>/<frame>.png`` and ``instances.json`` (YouTube-VIS 2019; ids from 1; compressed RLE, null
    where a thing has no visible pixel). The same arguments give the same bytes. ``progress`` is called with (videos
    done, videos). All is written beside ``out`` and renamed at the end, so a failure leaves nothing behind. Returns
    ``out``. Raises ``DatasetFolderError`` if ``out`` is not empty, ``UnknownDomainError``, and
    ``ValueError`` for a count or size out of range.
    """
    out = Path(out)
    find_domain(domain)
    if videos < 1:
        raise ValueError(f"cannot synthesize {videos} videos: at least 1 is needed")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DatasetFolderError(f"{out} exists already and is not an empty folder: choose a new one or remove it")
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        _fill(work, domain=domain, videos=videos, frames=frames, size=size, seed=seed, progress=progress)
        work.chmod(0o755)
        work.rename(out)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return out
