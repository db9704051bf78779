"""Shapes of Label Studio: tags of their own beside *Labels*, bitmaps, and points in percent."""

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from storage import rle
from storage.formats import FormatError
from storage.formats.label_studio_regions import Region, regions_of
from storage.formats.outlines import one_ring
from storage.rle import Rle
from tests.storage.formats.datasets import masks
from tests.storage.formats.test_label_studio import polygon, read, region, task
from tests.storage.formats.test_rle_pack import packed

SIZE = st.integers(1, 7)


def bitmap(pixels: np.ndarray, mode: str = "RGBA") -> str:
    """The PNG of a mask as Label Studio writes it: black on a transparent background."""
    colours = np.zeros((*pixels.shape, 4), np.uint8)
    colours[:, :, 3] = np.where(pixels, 255, 0)
    buffer = io.BytesIO()
    Image.fromarray(colours).convert(mode).save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def brush(pixels: np.ndarray) -> list[int]:
    return list(packed(np.repeat(pixels[:, :, None] * 255, 4, axis=2).ravel().tolist()))


def one(kind: str, value: dict[str, Any]) -> Region:
    return Region(kind, value, (1, 1), "bee", "", "here", 0)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), height=SIZE, width=SIZE)
def test_every_kind_of_shape_gives_its_pixels(data: st.DataObject, height: int, width: int) -> None:
    mask = data.draw(masks(height, width).filter(lambda found: found is not None))
    assert mask is not None
    pixels = rle.decode(mask)
    points = [[x / width * 100, y / height * 100] for x, y in one_ring(mask)]
    shapes: list[tuple[str, dict[str, Any]]] = [
        ("brushlabels", {"rle": brush(pixels)}),
        ("bitmasklabels", {"imageDataURL": bitmap(pixels)}),
        ("polygonlabels", {"points": points}),
        ("labels", {"points": points, "closed": True}),
    ]
    assert [one(*shape).mask(width, height) for shape in shapes] == [mask] * 4


@pytest.mark.parametrize("kind", ["brush", "bitmask"])
def test_a_shape_and_its_label_may_be_two_results_of_a_region(tmp_path: Path, kind: str) -> None:
    pixels = np.eye(4, 6, dtype=bool)
    shape = {"rle": brush(pixels)} if kind == "brush" else {"imageDataURL": bitmap(pixels)}
    size = {"original_width": 6, "original_height": 4}
    both: list[dict[str, Any]] = [
        {"id": "a", "type": kind, "value": shape, **size},
        {"id": "a", "type": "labels", "value": {**shape, "labels": ["bee"]}, **size},
        {"id": "b", "type": kind, "value": shape, **size},  # without a label it is no thing yet
    ]
    found = read(tmp_path, task("dog_1.jpg", *both, polygon(id="c"))).dataset
    assert found.tracks[0].segmentations == (rle.encode(pixels),)
    assert len(found.tracks) == 2


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"imageDataURL": 5}, r"imageDataURL: must be a PNG picture in base64 behind"),
        ({"imageDataURL": "data:image/png;base64,AAAA"}, "imageDataURL: must be a PNG picture in base64"),
        ({"imageDataURL": bitmap(np.ones((2, 2), bool))}, "has 2 x 2 pixels, not 6 x 4"),
        ({"imageDataURL": bitmap(np.ones((4, 6), bool), "RGB")}, "has no transparent background"),
    ],
)
def test_a_bitmap_that_cannot_be_read_is_refused_with_its_place(
    tmp_path: Path, value: dict[str, Any], reason: str
) -> None:
    with pytest.raises(FormatError, match=reason) as error:
        read(tmp_path, task("dog_1.jpg", region("bitmasklabels", value)))
    assert "[0].annotations[0].result[0].value" in str(error.value)


def test_results_without_an_id_are_regions_of_their_own() -> None:
    found = list(regions_of([polygon(), {"type": "choices", "value": {"choices": ["x"]}}, polygon()], "here"))
    assert [(one.place, one.label) for one in found] == [("here[0]", "bee"), ("here[2]", "bee")]


def test_a_huge_brush_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(FormatError, match="more than"):
        one("brushlabels", {"rle": [0]}).mask(1 << 15, 1 << 15)


def test_a_brush_without_a_pixel_is_a_mask_without_a_pixel() -> None:
    nothing: Rle | None = one("brushlabels", {"rle": brush(np.zeros((3, 2), bool))}).mask(2, 3)
    assert nothing is not None and rle.area(nothing) == 0


def rectangle(x: float, y: float, width: float, height: float, **more: Any) -> dict[str, Any]:
    """A rectangle; x, y, width and height in percent of a picture of 6 x 4 pixels."""
    return region("rectanglelabels", {"x": x, "y": y, "width": width, "height": height, "rotation": 0}, **more)


def test_the_box_of_a_mask_is_left_out_and_another_one_is_unknown(tmp_path: Path) -> None:
    of_mask, other = rectangle(50, 25, 50, 50), rectangle(0, 25, 50, 50)
    found = read(tmp_path, task("dog_1.jpg", of_mask, polygon(), other), task("dog_2.jpg", of_mask)).dataset
    assert [(track.segmentations[0] is not None, sorted(track.unknown)) for track in found.tracks] == [
        (True, []),
        (False, [0]),
        (False, [1]),
    ]
    assert "result[0]: is the box of a mask beside it" in str(found.notes[0])


HUGE = 10**400


def test_a_point_beyond_all_floats_is_refused_with_its_place(tmp_path: Path) -> None:
    points = [[0, 0], [HUGE, 50], [50, 50]]
    with pytest.raises(FormatError, match=r"result\[0\]\.value\.points: "):
        read(tmp_path, task("dog_1.jpg", region("polygonlabels", {"points": points})))


def test_a_box_beyond_all_floats_is_the_box_of_no_mask(tmp_path: Path) -> None:
    found = read(tmp_path, task("dog_1.jpg", polygon(), rectangle(HUGE, 25, 50, 50))).dataset
    assert [sorted(track.unknown) for track in found.tracks] == [[], [0]]
