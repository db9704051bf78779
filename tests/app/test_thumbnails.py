"""The picture of a video on its card."""

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.thumbnails import FILL, PALETTE, PaintedMask, Scene, choose_frame, paint, thumbnail
from storage import rle


def half(height: int = 40, width: int = 60) -> PaintedMask:
    mask = np.zeros((height, width), bool)
    mask[:, : width // 2] = True
    return PaintedMask(1, "a", rle.encode(mask))


def grey(height: int = 40, width: int = 60) -> np.ndarray:
    return np.full((height, width, 3), 100, np.uint8)


def test_the_frame_with_most_masks_is_shown_the_larger_ones_on_a_tie() -> None:
    assert choose_frame({3: [10, 10], 7: [99], 9: [10, 11]}, count=20) == 9
    assert choose_frame({3: [10], 7: [10]}, count=20) == 3
    assert choose_frame({}, count=30) == 10
    assert choose_frame({}, count=1) == 0


@given(st.dictionaries(st.integers(0, 50), st.lists(st.integers(1, 99), min_size=1), min_size=1))
def test_the_chosen_frame_has_masks(areas: dict[int, list[int]]) -> None:
    assert choose_frame(areas, count=51) in areas


def test_inside_is_blended_and_outside_is_untouched() -> None:
    picture = grey()
    painted = paint(picture, [half()])
    colour = np.array([int(PALETTE[0][i : i + 2], 16) for i in (1, 3, 5)])
    assert np.abs(painted[20, 10] - ((1 - FILL) * 100 + FILL * colour)).max() <= 1
    assert (painted[20, 50] == 100).all()
    assert (picture == 100).all()


def test_the_edge_is_drawn_in_the_track_s_colour() -> None:
    painted = paint(grey(), [half()])
    colour = np.array([int(PALETTE[0][i : i + 2], 16) for i in (1, 3, 5)])
    assert np.abs(painted[20, 29].astype(int) - colour).max() <= 2


def test_a_mask_of_another_size_than_the_picture_covers_the_same_part() -> None:
    painted = paint(grey(20, 30), [half(40, 60)])
    assert (painted[10, 5] != 100).any() and (painted[10, 25] == 100).all()


def test_the_twenty_first_track_has_the_first_colour() -> None:
    first, later = half(), PaintedMask(21, "a", half().rle)
    assert (paint(grey(), [first]) == paint(grey(), [later])).all()


def test_without_masks_the_picture_is_passed_on() -> None:
    assert thumbnail(b"bytes", []) == b"bytes"


def test_a_thumbnail_is_a_jpeg_with_the_masks_in_it() -> None:
    _, jpeg = cv2.imencode(".jpg", grey())
    made = cv2.imdecode(np.frombuffer(thumbnail(jpeg.tobytes(), [half()]), np.uint8), cv2.IMREAD_COLOR)
    assert made.shape == (40, 60, 3)
    assert np.abs(made[20, 10].astype(int) - 100).max() > 15 and np.abs(made[20, 55].astype(int) - 100).max() < 15


def test_the_key_follows_what_is_shown() -> None:
    keys = {
        Scene(1, (half(),)).key,
        Scene(2, (half(),)).key,
        Scene(1, ()).key,
        Scene(1, (PaintedMask(2, "a", half().rle),)).key,
        Scene(1, (PaintedMask(1, "b", half().rle),)).key,
    }
    assert len(keys) == 5 and Scene(1, (half(),)).key in keys
