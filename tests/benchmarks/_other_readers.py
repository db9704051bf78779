"""Reads converted files with other programs, and prints the masks that each finds. Part of the benchmark ``readers``.

Runs as a script of any Python that has some of these programs, so it imports nothing of this project:
``python _other_readers.py FOLDER`` prints one JSON line for each program and each folder ``FOLDER/<format>``.
"""

import importlib.metadata
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from pycocotools import mask as coco

Found = Iterator[tuple[str, int, str, np.ndarray]]
"""Video, frame, category and pixels, bool height x width, of each mask."""


def from_polygons(polygons: list[list[float]], height: int, width: int) -> np.ndarray:
    """The pixels inside polygons [x0, y0, x1, y1, ...]."""
    return coco.decode(coco.merge(coco.frPyObjects(polygons, height, width))).astype(bool)


def frame_of(name: str) -> tuple[str, int]:
    """Video and frame of a picture ``.../<video>/<frame>.png``."""
    path = Path(name)
    return path.parent.name, int(path.stem)


def datumaro_masks(
    folder: Path, form: str, place: Callable[[Any], tuple[str, int]], size: tuple[int, int] | None = None
) -> Found:
    """The masks and polygons that Datumaro reads; ``size``: (height, width), where its pictures have none."""
    from datumaro import Dataset

    read = Dataset.import_from(str(folder), form)
    labels = [label.name for label in next(iter(read.categories().values()))]
    for item in read:
        height, width = size or item.media.size
        for one in item.annotations:
            kind = one.type.name
            if kind in ("mask", "polygon"):
                pixels = np.asarray(one.image, bool) if kind == "mask" else from_polygons([one.points], height, width)
                yield *place(item), labels[one.label], pixels


def datumaro_coco(folder: Path) -> Found:
    """Datumaro looks for COCO in ``annotations``, and for the pictures in ``images``."""
    with tempfile.TemporaryDirectory() as own:
        (Path(own) / "annotations").mkdir()
        shutil.copy(folder / "instances.json", Path(own) / "annotations" / "instances_default.json")
        shutil.copytree(folder, Path(own) / "images", ignore=shutil.ignore_patterns("*.json"))
        yield from datumaro_masks(Path(own), "coco_instances", lambda item: frame_of(item.id))


def datumaro_videos(folder: Path) -> Found:
    """CVAT has a file for each video."""
    for video in sorted(folder.iterdir()):
        head = ElementTree.parse(video / "annotations.xml").getroot()
        size = (int(head.findtext(".//original_size/height")), int(head.findtext(".//original_size/width")))
        yield from datumaro_masks(video, "cvat", lambda item, own=video.name: (own, frame_number(item)), size)


def frame_number(item: Any) -> int:
    """The frame of an item of a video."""
    return int(item.attributes["frame"]) if "frame" in item.attributes else frame_of(item.id)[1]


def labelformat_tracks(folder: Path) -> Found:
    """The official reader of labelformat for YouTube-VIS."""
    from labelformat.formats.youtubevis import YouTubeVISInstanceSegmentationTrackInput

    for video in YouTubeVISInstanceSegmentationTrackInput(folder / "instances.json").get_labels():
        for track in video.objects:
            for frame, shape in enumerate(track.segmentations):
                if shape is not None:
                    yield video.video.filename, frame, track.category.name, shape.get_binary_mask().astype(bool)


def labelformat_polygons(labels: Any) -> Found:
    """The polygons of pictures."""
    for picture in labels:
        for one in picture.objects:
            flat = [[value for point in ring for value in point] for ring in one.segmentation.polygons]
            pixels = from_polygons(flat, picture.image.height, picture.image.width)
            yield *frame_of(picture.image.filename), one.category.name, pixels


def labelformat_coco(folder: Path) -> Found:
    """labelformat reads run lengths of COCO for crowds alone, so these are polygons."""
    from labelformat.formats.coco import COCOInstanceSegmentationInput

    return labelformat_polygons(COCOInstanceSegmentationInput(folder / "instances.json").get_labels())


def labelformat_yolo(folder: Path) -> Found:
    """YOLO through ``data.yaml``."""
    from labelformat.formats.yolov8 import YOLOv8InstanceSegmentationInput

    return labelformat_polygons(YOLOv8InstanceSegmentationInput(folder / "data.yaml", "train").get_labels())


def supervision_coco(folder: Path) -> Found:
    """The detections of each picture."""
    from supervision import DetectionDataset

    read = DetectionDataset.from_coco(str(folder), str(folder / "instances.json"), force_masks=True)
    for path, _, found in read:
        for pixels, label in zip(found.mask, found.class_id, strict=True):
            yield *frame_of(path), read.classes[label], pixels.astype(bool)


def ultralytics_yolo(folder: Path) -> Found:
    """The outlines that Ultralytics trains on."""
    from ultralytics.data.dataset import YOLODataset
    from ultralytics.data.utils import check_det_dataset

    data = {"channels": 3, **check_det_dataset(str(folder / "data.yaml"), autodownload=False)}
    read = YOLODataset(img_path=data["train"], data=data, task="segment", augment=False)
    for one in read.labels:
        height, width = one["shape"]
        for label, outline in zip(one["cls"], one["segments"], strict=True):
            points = (outline * np.array([width, height])).ravel().tolist()
            yield *frame_of(one["im_file"]), data["names"][int(label[0])], from_polygons([points], height, width)


READERS: dict[tuple[str, str], Callable[[Path], Found]] = {
    ("datumaro", "coco"): datumaro_coco,
    ("datumaro", "coco-polygons"): datumaro_coco,
    ("datumaro", "cocovid"): datumaro_coco,
    ("datumaro", "cvat-images"): lambda folder: datumaro_masks(folder, "cvat", lambda item: frame_of(item.id)),
    ("datumaro", "cvat-video"): datumaro_videos,
    ("datumaro", "mots-png"): lambda folder: datumaro_masks(folder, "mots", lambda item: frame_of(item.id)),
    ("labelformat", "youtube-vis"): labelformat_tracks,
    ("labelformat", "coco-polygons"): labelformat_coco,
    ("labelformat", "yolo"): labelformat_yolo,
    ("supervision", "coco"): supervision_coco,
    ("supervision", "cocovid"): supervision_coco,
    ("ultralytics", "yolo"): ultralytics_yolo,
}


def line(program: str, form: str, folder: Path) -> dict[str, Any]:
    """What one program finds in one format: ``masks``, or ``error``; ``version`` is null if it is not installed."""
    answer: dict[str, Any] = {"program": program, "format": form, "version": None}
    try:
        answer["version"] = importlib.metadata.version(program)
    except importlib.metadata.PackageNotFoundError:
        return answer
    try:
        masks = []
        for video, frame, label, pixels in READERS[program, form](folder):
            code = coco.encode(np.asfortranarray(pixels, np.uint8))
            masks.append([video, frame, label, code["counts"].decode()])
        return {**answer, "masks": masks}
    except Exception as error:  # whatever it is, the table shows it
        return {**answer, "error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    own_output, sys.stdout = sys.stdout, sys.stderr  # the programs print too
    for program_name, format_name in READERS:
        found_line = line(program_name, format_name, Path(sys.argv[1]) / format_name)
        print(json.dumps(found_line), file=own_output, flush=True)
