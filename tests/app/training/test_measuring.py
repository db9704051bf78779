"""Before and after by rule: each checkpoint with its own thresholds, and each video with those of the others."""

from collections.abc import Sequence

import pytest

from app.errors import Cancelled
from app.training.measuring import MeasuredFold, by_rule
from model.rule_scoring import HeldOutVideo
from model.scoring import Score
from model.thresholds import Thresholds
from model.training.calibration import calibrated
from tests.model.test_rule_scoring import held_out, made
from tests.model.test_scoring import Source, detected


def fold(*videos: HeldOutVideo) -> MeasuredFold:
    return MeasuredFold(Score({}, (), tuple((str(one.index), None) for one in videos)), videos)


def source(count: int) -> Source:
    return Source(*[made()] * count)


def weak(count: int, score: float = 0.16) -> Sequence[HeldOutVideo]:
    """Videos in which a network finds all things with a low score, and others with a lower one."""
    videos = source(count)
    published = [detected(0, 3), detected(30, 3, label=1)]
    rest = [(10, 0, 0.06), (19, 0, 0.06)]
    return [held_out(videos, k, (0, 0, score), (30, 1, score), *rest, published=published) for k in range(count)]


def test_a_network_with_low_scores_proposes_all_things_with_its_own_thresholds() -> None:
    rules, chosen = by_rule([fold(*weak(9))], [fold(*weak(9))], own=Thresholds())
    review = rules["review"]
    assert 0.06 < chosen.begin <= 0.16 and review["thresholds_after"] == chosen.as_json()
    assert (review["before"]["proposed"], review["before"]["true"], review["before"]["best_iou"]) == (0, 18, 0.0)
    assert (review["after"]["proposed"], review["after"]["true"], review["after"]["best_iou"]) == (18, 18, 1.0)
    assert review["thresholds_before"] == Thresholds().as_json()
    assert rules["published"]["before"] == rules["published"]["after"]
    assert rules["published"]["after"]["AP"] > 0.99


def test_calibrating_stops_between_videos_when_the_job_is_cancelled() -> None:
    asked: list[int] = []

    def check() -> None:
        asked.append(1)
        if len(asked) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        by_rule([fold(*weak(3))], [fold(*weak(3))], own=Thresholds(), check=check)
    assert len(asked) == 2


def test_the_one_before_keeps_its_own_thresholds() -> None:
    own = Thresholds(0.15, 0.1, 0.04)
    rules, _ = by_rule([fold(*weak(3))], [fold(*weak(3))], own=own)
    assert rules["review"]["before"]["proposed"] == 6 and rules["review"]["thresholds_before"] == own.as_json()


def test_a_video_is_not_measured_with_thresholds_that_it_chose_itself() -> None:
    strong, low = weak(2, score=0.9)[0], weak(2)[1]
    rules, _ = by_rule([fold(strong, low)], [fold(strong), fold(low)], own=Thresholds())
    assert calibrated(strong.counts()) == Thresholds() and calibrated(low.counts()) != Thresholds()
    # The strong one chose the defaults for the low one, in which nothing is proposed with them.
    assert rules["review"]["after"]["proposed"] == 2
