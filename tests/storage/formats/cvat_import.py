"""What CVAT's own import does with an XML file, after `load_anno` of CVAT 2 (dataset_manager/formats/cvat.py)."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from storage import rle
from storage.formats.cvat_shapes import mask_of

Imported = list[tuple[str, str, str, np.ndarray]]


def import_video(path: Path, height: int, width: int) -> Imported:
    """(frame, label, track, mask) of each shape that stands on the canvas afterwards.

    Only key frames are taken; of a track whose first shape is a mask, only that shape, as a shape without a track.
    """
    found: Imported = []
    for number, track in enumerate(ElementTree.parse(path).getroot().iter("track")):
        shapes = [shape for shape in track if shape.attrib["keyframe"] == "1"]
        if shapes[0].tag == "mask":
            shapes = shapes[:1]
        for shape in shapes:
            if shape.attrib.get("outside", "0") != "1":
                pixels = rle.decode(mask_of(shape, height, width, "cvat"))
                found.append((shape.attrib["frame"], track.attrib["label"], str(number), pixels))
    return found


def import_images(path: Path) -> Imported:
    """(name of the image, label, group, mask) of each shape; attributes that no label has are dropped, groups stay."""
    found: Imported = []
    for image in ElementTree.parse(path).getroot().iter("image"):
        height, width = int(image.attrib["height"]), int(image.attrib["width"])
        for shape in image:
            pixels = rle.decode(mask_of(shape, height, width, "cvat"))
            group = str(int(shape.attrib.get("group_id", 0)))
            found.append((image.attrib["name"], shape.attrib["label"], group, pixels))
    return found
