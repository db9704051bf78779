"""Accepted masks as truth: as good counts as the same, whoever proposed it; drawn masks are compared as they are."""

from dataclasses import replace

import pytest

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
