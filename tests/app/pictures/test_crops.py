"""The part of a frame that shows a track, for any mask in any frame."""

import cv2
import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.pictures.crops import CROP_SIZE, CropBox, crop_box, cut, decoded, frame_width, paint_crop
from app.pictures.jpegs import encode
from app.pictures.thumbnails import PALETTE, WIDTH, rgb
from storage import rle


@st.composite
def frames_with_boxes(draw: st.DrawFn) -> tuple[int, int, tuple[int, int, int, int]]:
    width, height = draw(st.integers(1, 4000)), draw(st.integers(1, 3000))
    x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    return width, height, (x, y, draw(st.integers(0, width - x)), draw(st.integers(0, height - y)))


@given(frames_with_boxes())
@settings(deadline=None)
def test_a_crop_holds_the_whole_mask_and_lies_in_the_frame(found: tuple[int, int, tuple[int, int, int, int]]) -> None:
    width, height, (x, y, w, h) = found
    box = crop_box((x, y, w, h), width=width, height=height)
    assert 0 <= box.left <= x and x + w <= box.right <= width
    assert 0 <= box.top <= y and y + h <= box.bottom <= height
    assert box.left < box.right and box.top < box.bottom


@given(st.integers(0, 800), st.integers(0, 500), st.integers(1, 200), st.integers(1, 100))
def test_a_crop_has_the_shape_of_a_tile_where_the_frame_has_room(x: int, y: int, w: int, h: int) -> None:
    box = crop_box((x, y, w, h), width=1000, height=800)
    ratio = (box.right - box.left) / (box.bottom - box.top)
    assert abs(ratio - CROP_SIZE[0] / CROP_SIZE[1]) < 0.05


def test_a_small_mask_is_cut_from_the_full_frame_and_a_large_one_from_a_small_one() -> None:
    assert frame_width(CropBox(0, 0, 100, 75), width=1920) is None
    assert frame_width(CropBox(0, 0, 1500, 1080), width=1920) == WIDTH


def scene(width: int, height: int) -> tuple[bytes, rle.Rle]:
    """A grey frame with a green rectangle, as JPEG, and the rectangle's mask."""
    pixels = np.full((height, width, 3), 128, np.uint8)
    mask = np.zeros((height, width), bool)
    mask[height // 4 : height // 2, width // 4 : width // 2] = True
    pixels[mask] = (0, 200, 0)
    return encode(pixels, None), rle.encode(mask)


@settings(max_examples=20, deadline=None)
@given(st.integers(40, 700), st.integers(40, 500), st.sampled_from([None, 96]))
def test_pixels_and_mask_of_a_crop_lie_on_each_other(width: int, height: int, read_at: int | None) -> None:
    jpeg, mask = scene(width, height)
    if read_at is not None:
        jpeg = encode(cv2.cvtColor(cv2.imdecode(np.frombuffer(jpeg, np.uint8), 1), cv2.COLOR_BGR2RGB), read_at)
    x, y, w, h = rle.bbox(mask)
    # Of a mask of a few pixels the smoothed edge is most.
    assume(read_at is None or min(w, h) * read_at >= 10 * width)
    box = crop_box((x, y, w, h), width=width, height=height)
    pixels, inside = cut(decoded(jpeg), box, rle.decode(mask), CROP_SIZE)
    assert pixels.shape[:2] == inside.shape and pixels.shape[1] <= CROP_SIZE[0] and pixels.shape[0] <= CROP_SIZE[1]
    green = pixels[..., 1].astype(int) - pixels[..., 0] > 100
    wrong = np.count_nonzero(green != inside)
    assert wrong < 0.2 * np.count_nonzero(inside)


def test_the_outline_has_the_colour_of_the_track() -> None:
    jpeg, mask = scene(320, 240)
    box = CropBox(0, 0, 320, 240)
    colour = np.array(rgb(PALETTE[2]))
    pictures = [cv2.imdecode(np.frombuffer(paint_crop(jpeg, box, mask, n), np.uint8), 1)[..., ::-1] for n in (3, 23, 4)]
    near = [np.count_nonzero(np.abs(picture.astype(int) - colour).max(axis=2) < 40) for picture in pictures]
    assert near[0] > 100 and near[1] == near[0] and near[2] < 20


def test_a_mask_without_pixels_has_a_crop() -> None:
    jpeg, _ = scene(64, 48)
    box = crop_box((0, 0, 0, 0), width=64, height=48)
    assert paint_crop(jpeg, box, rle.empty(48, 64), 1)[:2] == b"\xff\xd8"
