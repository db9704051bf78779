from pathlib import Path

import cv2
import numpy as np
import pytest

from model.pretrained import u2netp
from model.pretrained.u2netp import SIDE, U2Netp, U2NetpError, normalised
from tests.model.pretrained.weights_here import installed

# Mean of the map of `disc` by onnxruntime 1.32 with the same file and the same input.
MEAN_OF_DISC = 0.196686


def disc(height: int = 200, width: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """A red disc on a green ground, and its mask."""
    inside = np.zeros((height, width), np.uint8)
    cv2.circle(inside, (width // 2, height // 2), height // 4, 1, -1)
    picture = np.full((height, width, 3), (60, 140, 70), np.uint8)
    picture[inside > 0] = (210, 50, 40)
    return picture, inside > 0


def test_the_thing_stands_out() -> None:
    picture, inside = disc()

    found = U2Netp(installed("u2netp")).saliency(picture)

    assert found.shape == (SIDE, SIDE) and found.dtype == np.float32
    assert found.min() >= 0 and found.max() <= 1
    mask = cv2.resize(found, inside.shape[::-1]) > 0.5
    assert (mask & inside).sum() / (mask | inside).sum() > 0.9


@pytest.mark.parametrize("side", [224, 256])
def test_a_smaller_square_shows_the_same_thing(side: int) -> None:
    picture, inside = disc()

    found = U2Netp(installed("u2netp")).saliency(picture, side)

    assert found.shape == (side, side)
    mask = cv2.resize(found, inside.shape[::-1]) > 0.5
    assert (mask & inside).sum() / (mask | inside).sum() > 0.9


def test_the_map_is_that_of_another_runtime() -> None:
    found = U2Netp(installed("u2netp")).saliency(disc(SIDE, SIDE)[0])

    assert float(found.mean()) == pytest.approx(MEAN_OF_DISC, abs=1e-4)


def test_a_pass_ends_at_a_layer_before_which_somebody_says_so() -> None:
    layers: list[str] = []

    def go_on() -> None:
        layers.append("layer")
        if len(layers) == 5:
            raise TimeoutError

    network = U2Netp(installed("u2netp"), go_on=go_on)
    with pytest.raises(TimeoutError):
        network.saliency(disc()[0], 192)
    assert len(layers) == 5
    network.saliency(disc()[0], 192)
    assert len(layers) > 50, "the next pass goes to its end"


@pytest.mark.parametrize("size", [(SIDE, SIDE), (90, 400), (33, 21)])
def test_the_map_is_that_of_opencv(size: tuple[int, int]) -> None:
    path = installed("u2netp")
    pixels = normalised(np.random.default_rng(3).integers(0, 256, (*size, 3), dtype=np.uint8))
    opencv = cv2.dnn.readNetFromONNX(str(path))
    opencv.setInput(pixels[None])

    found = U2Netp(path).evaluate(pixels)

    assert found.max() - found.min() > 0.01, "a map of one value would hide a difference"
    assert np.abs(found - opencv.forward().reshape(SIDE, SIDE)).max() < 1e-4


def test_a_network_of_other_layers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = [(np.zeros((64, 3, 3, 3), np.float32), np.zeros((64, 1), np.float32))] * 119
    monkeypatch.setattr(u2netp, "_blobs", lambda path: blobs)

    with pytest.raises(U2NetpError):
        U2Netp(Path("u2netp.onnx"))


def test_nothing_stands_out_of_one_colour() -> None:
    found = U2Netp(installed("u2netp")).saliency(np.full((90, 120, 3), 128, np.uint8))

    assert found.max() < 0.5


def test_a_black_picture_is_no_division_by_zero() -> None:
    found = U2Netp(installed("u2netp")).saliency(np.zeros((40, 50, 3), np.uint8))

    assert np.isfinite(found).all()


@pytest.mark.parametrize("content", [None, b"", b"text"])
def test_another_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "u2netp.onnx"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(U2NetpError, match=r"u2netp\.onnx does not hold the network U2-Netp\.$"):
        U2Netp(path)
