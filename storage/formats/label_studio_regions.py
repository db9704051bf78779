"""Regions of Label Studio: brushes, bitmaps and polygons, and what other results say of the same region.

The results of a region share its `id`: its shape, with its label or without; the label, if the shape has a tag of its
own (*Brush* beside *Labels*); and answers of tags for each region, of which one named `track_id` joins the regions of a
thing in several frames.
"""

import base64
import binascii
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from storage import rle
from storage.formats import json_files
from storage.formats.errors import FormatError, refuse
from storage.formats.json_files import Json, whole
from storage.formats.rle_pack import unpacked
from storage.rle import MAX_PIXELS, Rle, RleError

ID_NAMES = ("track_id", "instance_id", "object_id", "track")
"""Names of a tag whose answer is the id of a thing."""
_LABELS = "labels"  # the ending of the types of results with a label
_SHAPES = ("brush", "bitmask", "polygon", "rectangle", "ellipse", "keypoint", "vector", "videorectangle")
_ANSWERS = ("number", "text", "choices", "taxonomy", "rating")
_CHANNELS, _ALPHA = 4, 3  # a brush is a picture of red, green, blue and alpha
_PNG = "data:image/png;base64,"
_NEAR = 1.0  # pixels between a box and that of a mask; tools round differently


@dataclass(frozen=True)
class Region:
    """One region. ``place`` names its shape in errors; ``frame`` is the place of its picture in the task."""

    kind: str
    value: Json
    size: tuple[Any, Any]
    label: str
    thing: str
    place: str
    frame: int

    @property
    def width_height(self) -> tuple[int, int]:
        """The size of its picture. Raises FormatError."""
        width, height = self.size
        return (
            whole(width, f"{self.place}.original_width", least=1),
            whole(height, f"{self.place}.original_height", least=1),
        )

    @property
    def is_mask(self) -> bool:
        """Whether its shape is a mask."""
        of_points = self.kind in ("polygon", "polygonlabels") or "closed" in self.value
        return "rle" in self.value or "imageDataURL" in self.value or of_points

    def is_box_of(self, box: list[int], width: int, height: int) -> bool:
        """Whether it is the box [x, y, width, height] of a mask, as Label Studio's import of COCO adds one to each."""
        scales = {"x": width, "y": height, "width": width, "height": height}
        given = [self.value.get(key) for key in scales]
        if self.value.get("rotation") or not all(isinstance(one, int | float) for one in given):
            return False
        try:
            own = [float(one or 0) / 100 * scale for one, scale in zip(given, scales.values(), strict=True)]
        except OverflowError:
            return False  # a whole number beyond all floats
        return all(abs(one - other) < _NEAR for one, other in zip(own, box, strict=True))

    def mask(self, width: int, height: int) -> Rle | None:
        """Its pixels; None for a shape that is no mask. Raises FormatError."""
        where = f"{self.place}.value"
        if "rle" in self.value:
            return _brush(self.value["rle"], width, height, f"{where}.rle")
        if "imageDataURL" in self.value:
            return _bitmap(self.value["imageDataURL"], width, height, f"{where}.imageDataURL")
        if self.is_mask:
            return _polygon(self.value.get("points"), width, height, f"{where}.points")
        return None


def regions_of(results: list[Json], where: str) -> Iterator[Region]:
    """The regions with a label among the results of an annotation, in order; ``where`` is the place of the list."""
    groups: dict[tuple[str, object], list[tuple[int, Json]]] = {}
    for k, result in enumerate(results):
        if isinstance(result.get("value"), dict):
            key = (str(result.get("id") or f"result {k}"), result.get("item_index"))
            groups.setdefault(key, []).append((k, result))
    for own in groups.values():
        shape = next(((k, one) for k, one in own if _is_shape(str(one.get("type")))), None)
        label = next((text for k, one in own if (text := _label(one, f"{where}[{k}]"))), "")
        if shape is not None and label:
            k, one = shape
            yield Region(
                kind=str(one["type"]),
                value=one["value"],
                size=(one.get("original_width"), one.get("original_height")),
                label=label,
                thing=next((text for _, other in own if (text := _answer(other))), ""),
                place=f"{where}[{k}]",
                frame=whole(one.get("item_index") or 0, f"{where}[{k}].item_index"),
            )


def _is_shape(kind: str) -> bool:
    return kind in _SHAPES or kind.endswith(_LABELS)


def _label(result: Json, where: str) -> str:
    kind = str(result.get("type"))
    labels = result["value"].get(kind) if kind.endswith(_LABELS) else None
    if not isinstance(labels, list) or not labels:
        return ""  # a region without a label is no thing yet
    return json_files.text(labels[0], f"{where}.value.{kind}[0]").strip()


def _answer(result: Json) -> str:
    """The id of a thing in the answer of a tag; "" if it is another tag, or has no answer."""
    if str(result.get("from_name")).casefold() not in ID_NAMES:
        return ""
    found = next((result["value"][key] for key in _ANSWERS if key in result["value"]), "")
    while isinstance(found, list) and found:
        found = found[0]
    return "" if isinstance(found, bool | dict | list) else str(found).strip()


def _polygon(points: Any, width: int, height: int, where: str) -> Rle:
    """A polygon whose points are in percent of the picture."""
    flat: list[float] = []
    try:
        for k, point in enumerate(points if isinstance(points, list) else ()):
            numbers = isinstance(point, list) and len(point) == 2 and all(isinstance(one, int | float) for one in point)
            if not numbers:
                refuse(f"{where}[{k}]", "must be [x, y] in percent")
            flat += [float(point[0]) / 100 * width, float(point[1]) / 100 * height]
        return rle.from_polygons([flat], height, width)
    except (RleError, OverflowError) as error:
        raise FormatError(f"{where}: {error}") from error


def _brush(given: Any, width: int, height: int, where: str) -> Rle:
    """A brush: the alpha of a picture in run lengths."""
    if not isinstance(given, list) or not all(isinstance(one, int) and 0 <= one < 256 for one in given):
        refuse(where, "must be a list of bytes")
    count = width * height * _CHANNELS
    if count > MAX_PIXELS:
        refuse(where, f"is a brush in a picture of more than {MAX_PIXELS // _CHANNELS} pixels")
    pixels = unpacked(bytes(given), count, where)
    return rle.encode(pixels.reshape(height, width, _CHANNELS)[:, :, _ALPHA] > 0)


def _bitmap(given: Any, width: int, height: int, where: str) -> Rle:
    """A bitmap: a PNG whose background is transparent."""
    if not isinstance(given, str) or not given.startswith(_PNG):
        refuse(where, f"must be a PNG picture in base64 behind `{_PNG}`")
    try:
        data = base64.b64decode(given.removeprefix(_PNG), validate=True)
        with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
            if picture.size != (width, height):
                refuse(where, f"has {picture.width} x {picture.height} pixels, not {width} x {height}")
            if not picture.has_transparency_data:
                refuse(where, "has no transparent background, so its mask is unknown")
            return rle.encode(np.asarray(picture.convert("RGBA"))[:, :, _ALPHA] > 0)
    except (binascii.Error, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, FormatError):
            raise
        refuse(where, "must be a PNG picture in base64")
