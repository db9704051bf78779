import json
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.config import named
from model.network.input import DIVISOR, MEAN, STD, clip_on, fit, normalise, prepare_clip, prepare_frame
from tests.material import material

sizes = st.integers(8, 3000)


@given(height=sizes, width=sizes, long_side=st.integers(32, 1400), short_side=st.integers(32, 900))
def test_a_fitted_frame_keeps_its_shape_within_the_scale(
    height: int, width: int, long_side: int, short_side: int
) -> None:
    size = fit((height, width), (long_side, short_side))
    longest, shortest = max(long_side, short_side), min(long_side, short_side)
    assert max(size.img_hw) <= longest + 1 and min(size.img_hw) <= shortest + 1
    factor = min(longest / max(height, width), shortest / min(height, width))
    assert abs(size.img_hw[0] - height * factor) <= 1 and abs(size.img_hw[1] - width * factor) <= 1
    assert all(pad % DIVISOR == 0 and 0 <= pad - side < DIVISOR for pad, side in zip(size.pad_hw, size.img_hw))  # noqa: B905


@pytest.mark.parametrize(
    ("frame", "img", "pad"),
    [((480, 854), (360, 640), (384, 640)), ((720, 404), (640, 359), (640, 384)), ((333, 517), (360, 559), (384, 576))],
)
def test_published_sizes(frame: tuple[int, int], img: tuple[int, int], pad: tuple[int, int]) -> None:
    size = fit(frame, (640, 360))
    assert (size.img_hw, size.pad_hw) == (img, pad)


def test_scale_factors_follow_the_rounded_sizes() -> None:
    factor = fit((480, 854), (640, 360)).scale_factor
    assert factor.dtype == np.float32
    np.testing.assert_allclose(factor, [640 / 854, 0.75, 640 / 854, 0.75], rtol=1e-7)


def test_grey_of_the_mean_becomes_nought_and_padding_is_nought() -> None:
    frame = np.broadcast_to(np.round(MEAN).astype(np.uint8), (30, 40, 3))
    size = fit((30, 40), (40, 30))
    tensor = prepare_frame(frame, size)
    assert tensor.shape == (3, 32, 64) and tensor.dtype == np.float32
    assert np.abs(tensor[:, :30, :40]).max() < 0.01
    assert not tensor[:, 30:].any() and not tensor[:, :, 40:].any()


def test_normalising_uses_the_statistics_per_channel() -> None:
    pixel = np.array([[[255, 0, 128]]], np.uint8)
    np.testing.assert_allclose(normalise(pixel)[0, 0], (pixel[0, 0] - MEAN) / STD, rtol=1e-5)


def test_mirroring_leaves_the_padding_on_the_right() -> None:
    rng = np.random.default_rng(0)
    frame, size = rng.integers(0, 256, (30, 40, 3), dtype=np.uint8), fit((30, 40), (40, 30))
    plain, mirrored = prepare_frame(frame, size), prepare_frame(frame, size, flip=True)
    np.testing.assert_array_equal(mirrored[:, :30, :40], plain[:, :30, :40][:, :, ::-1])
    assert not mirrored[:, :, 40:].any()


def test_a_clip_is_its_frames() -> None:
    frames = np.random.default_rng(1).integers(0, 256, (3, 20, 30, 3), dtype=np.uint8)
    size = fit((20, 30), (60, 40))
    clip = prepare_clip(frames, size).numpy()
    assert clip.shape == (3, 3, 64, 64)
    for tensor, frame in zip(clip, frames, strict=True):
        np.testing.assert_array_equal(tensor, prepare_frame(frame, size))


def test_resizing_is_bilinear_on_bytes() -> None:
    frame = np.random.default_rng(2).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    size = fit((20, 30), (60, 40))
    expected = normalise(cv2.resize(frame, (60, 40), interpolation=cv2.INTER_LINEAR))
    np.testing.assert_array_equal(prepare_frame(frame, size)[:, :40, :60], expected.transpose(2, 0, 1))


def test_the_published_pipeline_gives_the_reference_tensors() -> None:
    path = material("reference/recipe/fill.py")
    recipe: dict[str, Any] = {"__name__": "fill"}
    exec(compile(path.read_text(), path, "exec"), recipe)  # an import would write bytecode into the folder
    cases = json.loads(material("reference/pipeline/test_pipeline.json").read_text())
    name, case = next((name, case) for name, case in cases.items() if case["img_shape"] == [360, 559, 3])
    frame = recipe["make_clip"](1, *case["ori_shape"][:2], case["seed"])[0]
    size = fit(tuple(case["ori_shape"][:2]), named(name.split("/")[1]).scales.test)
    tensor = prepare_frame(frame, size)
    with np.load(material("reference/pipeline/test_pipeline.npz")) as file:
        sample = file[f"{name}/tensor_sample"]
    np.testing.assert_allclose(tensor.reshape(-1)[:: case["step"]], sample, atol=1e-6)


@pytest.mark.parametrize("frame_hw", [(48, 64), (90, 61)])
def test_a_clip_prepared_on_its_device_is_equal_to_the_last_digit(frame_hw: tuple[int, int]) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (3, *frame_hw, 3), np.uint8)
    size = fit(frame_hw, (64, 48))
    found = clip_on(torch.device("cpu"), frames, size)
    assert found.shape == (3, 3, *size.pad_hw) and found.dtype == torch.float32
    assert torch.equal(found, prepare_clip(frames, size))
