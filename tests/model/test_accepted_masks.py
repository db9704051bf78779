"""Accepted masks as truth: as good counts as the same, whoever proposed it; drawn masks are compared as they are."""

from dataclasses import replace

import numpy as np
import pytest
from pycocotools import mask as coco

from model.accepted_masks import SHOWN, as_accepted
from model.rule_scoring import figures
from model.thresholds import Thresholds
from model.training.clips import ClipVideo
from model.training.targets import PRESENT
from tests.model.test_rule_scoring import Source, held_out
from tests.model.test_scoring import rle, track, video

FRAMES = [0, 1, 2]


def truth(accepted: tuple[bool, ...] | None) -> ClipVideo:
    return video(replace(track([PRESENT] * 3, 0), accepted=accepted), complete=True)


def result(*x: int) -> dict[str, object]:
    return {"video_id": 1, "category_id": 1, "score": 0.9, "segmentations": [rle(one) for one in x]}


def test_only_what_is_as_good_as_an_accepted_mask_counts_as_this_one() -> None:
    near, far = 1, 6
    [found] = as_accepted([result(near, near, far)], truth((True, False, True)), FRAMES)
    assert found["segmentations"] == [rle(0), rle(near), rle(far)]
    assert found[SHOWN] == [rle(near), rle(near), rle(far)]


@pytest.mark.parametrize(("share", "counts"), [(0.8, True), (0.7, False)])
def test_a_mask_that_needs_correction_is_not_as_good(share: float, counts: bool) -> None:
    whole = coco.decode(rle(0)).astype(np.uint8)
    rows = np.flatnonzero(whole.any(axis=1))
    part = whole.copy()
    part[rows[round(share * len(rows)) :]] = 0
    mask = coco.encode(np.asfortranarray(part))
    assert coco.iou([mask], [rle(0)], [0])[0][0] == pytest.approx(share)
    given = {**result(0, 0, 0), "segmentations": [mask] * 3}
    [found] = as_accepted([given], truth((True, True, True)), FRAMES)
    assert (found["segmentations"] == [rle(0)] * 3) == counts


@pytest.mark.parametrize("accepted", [None, (False, False, False)])
def test_drawn_masks_are_compared_as_they_are(accepted: tuple[bool, ...] | None) -> None:
    results = [result(1, 1, 1)]
    assert as_accepted(results, truth(accepted), FRAMES) == results


def test_the_network_that_proposed_an_accepted_mask_has_no_advantage() -> None:
    source = Source(truth((True, True, True)))
    own, others, worse = (held_out(source, 0, (x, 0, 0.9)) for x in (0, 1, 6))
    first, second, third = (figures([one], [one.reviewed(Thresholds())]) for one in (own, others, worse))
    assert first == second and first["best_iou"] == pytest.approx(1.0)
    assert third["best_iou"] == pytest.approx(4 / 16)
    drawn = held_out(Source(truth(None)), 0, (1, 0, 0.9))
    assert figures([drawn], [drawn.reviewed(Thresholds())])["best_iou"] == pytest.approx(9 / 11)
