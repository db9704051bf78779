"""Frames with the same colours and layout look alike, at any size."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pictures.frame_look import MOST, chosen_frames, frame_look

SKY, GRASS = (110, 160, 230), (60, 140, 60)


def scene(top: tuple[int, int, int], bottom: tuple[int, int, int]) -> np.ndarray:
    picture = np.empty((48, 64, 3), np.uint8)
    picture[:24], picture[24:] = top, bottom
    return picture


def distance(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.linalg.norm(frame_look(one) - frame_look(other)))


def test_another_size_of_the_same_picture_looks_alike() -> None:
    small = scene(SKY, GRASS)
    large = cv2.resize(small, (256, 192), interpolation=cv2.INTER_NEAREST)
    assert distance(small, large) < 0.05


@pytest.mark.parametrize("other", [(GRASS, SKY), (SKY, (230, 120, 40)), ((20, 20, 30), (10, 20, 10))])
def test_another_layout_and_other_colours_look_unlike(other: tuple[tuple[int, int, int], tuple[int, int, int]]) -> None:
    assert distance(scene(SKY, GRASS), scene(*other)) > 0.15


def test_a_single_grey_picture_has_a_finite_look() -> None:
    assert np.isfinite(frame_look(np.full((1, 1, 3), 128, np.uint8))).all()


@given(st.integers(0, 5000))
def test_the_chosen_frames_are_few_even_and_within_the_video(count: int) -> None:
    found = chosen_frames(count)
    assert len(found) == min(count, MOST) and len(set(found)) == len(found)
    assert all(0 <= frame < count for frame in found)
    if count > 1:
        assert (found[0], found[-1]) == (0, count - 1)
