"""Shapes of CVAT's XML: masks in run lengths of their box, polygons, and their attributes."""

from xml.etree.ElementTree import Element

import numpy as np

from storage import rle
from storage.formats.content import TrackDraft
from storage.formats.errors import FormatError, refuse
from storage.rle import Rle, RleError

MASKS = ("mask", "polygon")
OTHERS = ("box", "polyline", "points", "ellipse", "cuboid", "skeleton")
"""Shapes that are no masks."""
NO_MASKS, PARTS = "shapes that are no masks", "several shapes of a thing in one frame"
"""Kinds of notes."""


def number(element: Element, name: str, where: str) -> int:
    """A whole number from 0 on in an attribute. Raises FormatError."""
    text = element.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        refuse(where, f'`{name}` must be a whole number, not "{text[:40]}"')
    return int(text)


def flag(element: Element, name: str) -> bool:
    """Whether an attribute is 1 or true."""
    return element.get(name, "0").lower() in ("1", "true")


def mask_of(shape: Element, height: int, width: int, where: str) -> Rle:
    """The pixels of a mask or polygon in a picture. Raises FormatError."""
    try:
        return _mask(shape, height, width, where) if shape.tag == "mask" else _polygon(shape, height, width, where)
    except RleError as error:
        raise FormatError(f"{where}: {error}") from error


def _mask(shape: Element, height: int, width: int, where: str) -> Rle:
    """Run lengths along the rows of the box, beginning with background."""
    left, top = number(shape, "left", where), number(shape, "top", where)
    own_width, own_height = number(shape, "width", where), number(shape, "height", where)
    if own_width < 1 or own_height < 1 or left + own_width > width or top + own_height > height:
        text = (
            f"its box of {own_width} x {own_height} at {left}, {top} does not lie in the picture of {width} x {height}"
        )
        refuse(where, text)
    parts = [part.strip() for part in shape.get("rle", "").split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) < 12 for part in parts):
        refuse(where, "`rle` must be whole numbers separated by commas")
    counts = np.array([int(part) for part in parts])
    if counts.sum() != own_width * own_height:
        refuse(where, f"`rle` adds up to {counts.sum()}, but its box has {own_width * own_height} pixels")
    box = np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(own_height, own_width)
    pixels = np.zeros((height, width), bool)
    pixels[top : top + own_height, left : left + own_width] = box
    return rle.encode(pixels)


def _polygon(shape: Element, height: int, width: int, where: str) -> Rle:
    points: list[float] = []
    for pair in shape.get("points", "").split(";"):
        try:
            x, y = (float(part) for part in pair.split(","))
        except ValueError:
            refuse(where, "`points` must be x,y pairs separated by semicolons")
        points += [x, y]
    return rle.from_polygons([points], height, width)


def mask_attributes(mask: Rle) -> dict[str, str]:
    """The attributes of a `<mask>` element: run lengths along the rows of its box."""
    x, y, width, height = rle.bbox(mask)
    box = rle.decode(mask)[y : y + height, x : x + width].ravel()
    borders = np.flatnonzero(np.diff(box)) + 1
    counts = np.diff(np.concatenate(([0], borders, [box.size]))).tolist()
    counts = [0, *counts] if box[0] else counts
    text = ", ".join(str(count) for count in counts)
    return {"rle": text, "left": str(x), "top": str(y), "width": str(width), "height": str(height)}


def values(shape: Element) -> dict[str, str]:
    """Name -> text of the attributes that a person gave a shape."""
    return {one.get("name", ""): (one.text or "").strip() for one in shape.iter("attribute") if one.get("name")}


def join(track: TrackDraft, frame: int, mask: Rle) -> bool:
    """Add a shape to a frame of a track, where it is unknown without a pixel; whether a mask was there already."""
    if not rle.area(mask):
        track.unknown.add(frame)
    twice = frame in track.masks
    track.add(frame, mask)
    return twice


def no_mask(shape: Element) -> str:
    """The sentence about a shape that is no mask."""
    article = "an" if shape.tag[0] in "aeiou" else "a"
    return f"is {article} {shape.tag}, which is no mask; what is there is unknown, not absent."
