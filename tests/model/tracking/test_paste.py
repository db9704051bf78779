import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco
from torch.nn import functional as F

from model.tracking.paste import paste, paste_region, paste_rle
from tests.material import material


def slow_paste(probability: np.ndarray, box: np.ndarray, hw: tuple[int, int]) -> np.ndarray:
    """The whole picture sampled at every pixel centre."""
    y = (torch.arange(hw[0]) + 0.5 - box[1]) / (box[3] - box[1]) * 2 - 1
    x = (torch.arange(hw[1]) + 0.5 - box[0]) / (box[2] - box[0]) * 2 - 1
    grid = torch.stack((x[None].expand(*hw), y[:, None].expand(*hw)), dim=-1).float()
    source = torch.from_numpy(probability)[None, None]
    return F.grid_sample(source, grid[None], align_corners=False)[0, 0].numpy()


@given(
    seed=st.integers(0, 1000),
    x=st.floats(-20, 40),
    y=st.floats(-20, 30),
    w=st.floats(0.5, 60),
    h=st.floats(0.5, 60),
)
def test_equals_sampling_every_pixel_inside_the_region(seed: int, x: float, y: float, w: float, h: float) -> None:
    probability = np.random.default_rng(seed).random((6, 6), dtype=np.float32)
    box = np.array([x, y, x + w, y + h], np.float32)
    pasted, slow = paste(probability, box, (32, 45)), slow_paste(probability, box, (32, 45))
    x0, y0, x1, y1 = paste_region(box, (32, 45))
    inside = np.zeros((32, 45), bool)
    inside[y0 : max(y1, y0), x0 : max(x1, x0)] = True
    np.testing.assert_allclose(pasted[inside], slow[inside], atol=2e-3)
    assert not pasted[~inside].any()


def test_a_box_outside_the_picture_paints_nothing() -> None:
    assert not paste(np.ones((28, 28), np.float32), np.array([100.0, 0.0, 120.0, 9.0]), (30, 40)).any()
    assert not paste(np.ones((28, 28), np.float32), np.array([-50.0, -50.0, -9.0, -9.0]), (30, 40)).any()


@pytest.mark.parametrize("box", [[5.0, 5.0, 5.0, 20.0], [5.0, 7.0, 20.0, 7.0], [3.0, 3.0, 3.0, 3.0]])
def test_a_box_without_extent_paints_its_own_region_at_most(box: list[float]) -> None:
    pasted = paste(np.ones((28, 28), np.float32), np.array(box, np.float32), (30, 40))
    x0, y0, x1, y1 = paste_region(np.array(box), (30, 40))
    pasted[y0:y1, x0:x1] = 0
    assert not pasted.any()


def test_a_box_that_is_one_pixel_centre_is_no_error() -> None:
    pasted = paste(np.ones((28, 28), np.float32), np.array([3.5, 3.5, 3.5, 3.5], np.float32), (30, 40))
    assert np.isfinite(pasted).all()


def test_a_full_box_becomes_its_rectangle() -> None:
    rle = paste_rle(np.ones((28, 28), np.float32), np.array([4.0, 6.0, 20.0, 16.0], np.float32), (30, 40))
    mask = coco.decode(rle)
    assert rle["size"] == [30, 40] and isinstance(rle["counts"], str)
    assert mask[6:16, 4:20].all() and mask.sum() == 10 * 16


def test_the_threshold_belongs_to_the_mask() -> None:
    half = np.full((28, 28), 0.5, np.float32)
    box = np.array([0.0, 0.0, 28.0, 28.0], np.float32)
    assert coco.area(paste_rle(half, box, (28, 28))) > 600
    assert coco.area(paste_rle(half, box, (28, 28), threshold=0.51)) == 0


def test_equals_the_reference() -> None:
    with np.load(material("reference/golden/units/units.npz")) as units:
        parts = {key.split("/")[1]: units[key] for key in units.files if key.startswith("paste_mask_60x90/")}
    for probability, box, soft, binary in zip(
        parts["masks"][:, 0], parts["boxes"], parts["soft"], parts["binary"], strict=True
    ):
        pasted = paste(probability, box, soft.shape, whole=True)
        np.testing.assert_allclose(pasted, soft, atol=1e-4)
        doubtful = np.abs(soft - 0.5) < 1e-4
        assert ((pasted >= 0.5) == binary)[~doubtful].all()
