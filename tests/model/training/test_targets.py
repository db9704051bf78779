import torch

from model.training.targets import ABSENT, PRESENT, UNKNOWN, ClipTargets
from tests.model.small import clip_truth


def truth(**more: object) -> ClipTargets:
    return clip_truth([[PRESENT]], [1], [(4.0, 4.0, 20.0, 30.0)], hw=(32, 64), **more)


def test_the_padded_size_is_that_of_the_masks() -> None:
    assert truth().pad_hw == (32, 64)


def test_truth_moves_whole_to_another_device() -> None:
    box = (1.0, 2.0, 3.0, 4.0)
    more = {"unknown": ((0, box, True),), "weights": torch.ones(1, 1)}
    before = truth(complete=torch.ones(1, 3, dtype=torch.bool), rejected=((0, 1, box),), **more)
    after = before.to("meta")
    assert after.weights is not None and after.weights.device.type == "meta" and after.unknown == before.unknown
    assert {t.device.type for t in (after.ids, after.labels, after.states, after.boxes, after.masks)} == {"meta"}
    assert after.complete is not None and after.complete.device.type == "meta"
    assert after.img_hw == before.img_hw and after.rejected == before.rejected


def test_truth_that_is_complete_everywhere_stays_so() -> None:
    assert truth().to("cpu").complete is None and truth().to("cpu").weights is None


def test_frames_in_which_nothing_is_present_are_named() -> None:
    truth = clip_truth([[PRESENT, ABSENT], [ABSENT, UNKNOWN], [ABSENT, PRESENT]], [0, 1], [(0, 0, 4, 4)] * 2)
    assert truth.frames_without_truth() == (1,)
    assert clip_truth([[], []], [], []).frames_without_truth() == (0, 1)
