"""Vectors of looks: the same thing elsewhere and larger is near, another colour or shape is far."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pictures.crops import decoded
from app.pictures.jpegs import encode
from app.pictures.likeness import BINS, LENGTH, colours, distances, likeness
from storage import rle

WIDTH, HEIGHT = 320, 240
RED, BLUE, GREEN = (210, 40, 30), (30, 60, 210), (40, 180, 60)


def look(colour: tuple[int, int, int], shape: str, x: int, y: int, size: int, *, ground: int = 110) -> np.ndarray:
    """The vector of one filled shape on a grey frame."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    if shape == "disc":
        cv2.circle(mask, (x, y), size // 2, 1, -1)
    elif shape == "bar":
        cv2.rectangle(mask, (x - size, y - size // 6), (x + size, y + size // 6), 1, -1)
    else:
        cv2.rectangle(mask, (x - size // 2, y - size // 2), (x + size // 2, y + size // 2), 1, -1)
    pixels = np.full((HEIGHT, WIDTH, 3), ground, np.uint8)
    pixels[mask > 0] = colour
    return likeness(decoded(encode(pixels, None)), rle.encode(mask.astype(bool)))


@settings(max_examples=25, deadline=None)
@given(
    x=st.integers(90, 230), y=st.integers(90, 150), size=st.integers(30, 70), colour=st.sampled_from([RED, BLUE, GREEN])
)
def test_the_same_thing_is_nearer_than_another_colour_or_shape(
    x: int, y: int, size: int, colour: tuple[int, int, int]
) -> None:
    chosen = look(colour, "disc", 160, 120, 50)
    other = BLUE if colour != BLUE else RED
    near, *far = distances(
        np.stack([look(colour, "disc", x, y, size), look(other, "disc", x, y, size), look(colour, "bar", x, y, size)]),
        chosen,
    )
    assert near < 0.5 * min(far)


def test_the_ground_beside_the_mask_does_not_count() -> None:
    one, other = look(RED, "disc", 100, 100, 50, ground=20), look(RED, "disc", 100, 100, 50, ground=230)
    assert np.linalg.norm(one - other) < 0.5 * np.linalg.norm(one - look(BLUE, "disc", 100, 100, 50))


def test_a_vector_is_finite_and_a_thing_is_like_itself() -> None:
    chosen = look(GREEN, "square", 60, 60, 40)
    assert chosen.shape == (LENGTH,) and chosen.dtype == np.float32 and np.isfinite(chosen).all()
    assert distances(chosen[None], chosen)[0] == pytest.approx(0)


def test_an_empty_mask_has_zeros_and_one_pixel_a_look() -> None:
    frame = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    assert not likeness(frame, rle.empty(HEIGHT, WIDTH)).any()
    dot = np.zeros((HEIGHT, WIDTH), bool)
    dot[3, 5] = True
    assert likeness(frame, rle.encode(dot)).any()


@settings(max_examples=40, deadline=None)
@given(
    pixels=st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=60).map(lambda p: np.array(p, np.uint8))
)
def test_the_histograms_are_those_of_numpy(pixels: np.ndarray) -> None:
    lab = cv2.cvtColor(pixels.reshape(1, -1, 3), cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.float32)
    both, _, _ = np.histogram2d(*np.clip(lab[:, 1:], 64, 191.9).T, bins=BINS, range=[[64, 192], [64, 192]])
    light, _ = np.histogram(lab[:, 0], bins=BINS, range=(0, 256))
    expected = np.concatenate([np.sqrt(part.ravel() / part.sum()) for part in (both, light)])
    np.testing.assert_allclose(colours(pixels), expected)


def test_the_size_of_the_frame_hardly_matters() -> None:
    """Vectors are of the frame as the editor has it, small, or of the frame as the source has it."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.circle(mask, (150, 110), 40, 1, -1)
    frame = np.full((HEIGHT, WIDTH, 3), 110, np.uint8)
    frame[mask > 0], large = GREEN, cv2.resize
    one, other = (likeness(shown, rle.encode(mask > 0)) for shown in (frame, large(frame, (4 * WIDTH, 4 * HEIGHT))))
    assert np.linalg.norm(one - other) < 0.1 * np.linalg.norm(one - look(BLUE, "disc", 150, 110, 80))
