"""A refiner gives coarse masks the edges of the picture, and leaves alone what it cannot see."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import safetensors.torch

from model.refining import MaskRefiner, RefinerError
from model.refining.network import SIDE
from model.refining.refiner import BATCH, FORMAT, LEAST
from tests.model.refining.made import SHAPE, backbone, disc, iou, scene, taught


def square(left: int, top: int, side: int) -> np.ndarray:
    mask = np.zeros(SHAPE, bool)
    mask[top : top + side, left : left + side] = True
    return mask


def sure(found: list[np.ndarray | None]) -> list[np.ndarray]:
    assert all(mask is not None for mask in found)
    return [mask for mask in found if mask is not None]


def test_a_coarse_mask_gets_the_outline_of_its_thing() -> None:
    one = scene((50, 44, 20))
    coarse = square(34, 24, 36)
    fine = sure(taught().refined(one.picture, [coarse]))[0]

    assert iou(coarse, one.masks[0]) < 0.8 < 0.9 < iou(fine, one.masks[0])
    assert fine.shape == SHAPE and fine.dtype == bool


def test_a_mask_in_a_smaller_picture_is_refined_at_its_own_size() -> None:
    one = scene((50, 44, 20))
    small = cv2.resize(one.picture, (SHAPE[1] // 2, SHAPE[0] // 2), interpolation=cv2.INTER_AREA)
    fine = sure(taught().refined(small, [square(34, 24, 36)]))[0]

    assert fine.shape == SHAPE and iou(fine, one.masks[0]) > 0.85


def test_each_mask_is_refined_by_itself_however_many_there_are() -> None:
    one = scene((40, 44, 16), (90, 50, 18))
    masks = [square(26, 30, 28), square(74, 36, 30)] * BATCH
    together = sure(taught().refined(one.picture, masks))
    alone = [sure(taught().refined(one.picture, [mask]))[0] for mask in masks[:2]]

    assert len(together) == len(masks)
    assert all(iou(fine, alone[number % 2]) > 0.99 for number, fine in enumerate(together))
    assert taught().refined(one.picture, []) == []


def test_of_a_speck_and_of_a_mask_of_which_nothing_would_be_left_nobody_is_sure() -> None:
    one = scene((50, 44, 20))
    speck = np.zeros(SHAPE, bool)
    speck[3, : LEAST - 1] = True
    nothing = np.zeros(SHAPE, bool)
    found = taught().refined(one.picture, [speck, nothing, square(34, 24, 36)])

    assert found[0] is None and found[1] is None and found[2] is not None
    assert answering(np.zeros((SIDE, SIDE))).refined(one.picture, [disc(50, 44, 9)]) == [None]


def test_the_expected_mistakes_as_a_share_of_the_mask_are_its_doubt() -> None:
    values = np.zeros((SIDE, SIDE))
    values[:10, :10] = 0.9  # 10 of 100 pixels are expected to be wrong
    values[20, :20] = 0.25  # and 5 more beside them: 0.15
    picture, mask = scene((50, 44, 20)).picture, square(34, 24, 36)
    unsure = answering(values)

    assert unsure.refined(picture, [mask], most_doubt=0.149) == [None]
    assert unsure.refined(picture, [mask], most_doubt=0.151)[0] is not None


def answering(values: np.ndarray) -> MaskRefiner:
    """A refiner that sees these chances everywhere."""
    refiner = MaskRefiner(backbone(), taught().network)
    refiner._seen = lambda picture, masks, squares: np.stack([values.astype(np.float32)] * len(masks))  # type: ignore[method-assign]
    return refiner


def test_weights_are_read_from_a_file_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    file = tmp_path / "refiner.safetensors"
    state = {key: value.half() for key, value in taught().network.state_dict().items()}
    safetensors.torch.save_file(state, file, {"format": FORMAT})
    read, one = MaskRefiner.load(file, backbone()), scene((50, 44, 20))

    assert iou(sure(read.refined(one.picture, [square(34, 24, 36)]))[0], one.masks[0]) > 0.9
    part = {"out.weight": state["out.weight"]}
    for content, why in (
        (b"no weights", r"refiner\.safetensors: this is no readable safetensors file"),
        (safetensors.torch.save(state), r"refiner\.safetensors .*: its format is without a name"),
        (safetensors.torch.save(state, {"format": "tevit-refiner 9"}), "format is tevit-refiner 9"),
        (safetensors.torch.save(part, {"format": FORMAT}), r"refiner\.safetensors does not hold the weights"),
    ):
        file.write_bytes(content)
        with pytest.raises(RefinerError, match=why):
            MaskRefiner.load(file, backbone())
    with pytest.raises(RefinerError, match=r"missing\.safetensors: there is no such"):
        MaskRefiner.load(tmp_path / "missing.safetensors", backbone())
