"""Figures before and after a retraining, joined over folds."""

import pytest

from app.training.comparison import compared, mean, metrics_of, per_category, verdict
from app.training.folds import K_FOLD, LAST_THIRD
from model.scoring import Score


def score_of(ap: float, videos: int = 1, *categories: tuple[str, int, float | None]) -> Score:
    per_video = tuple((f"v{k}", ap) for k in range(videos))
    return Score({"AP": ap, "AP50": ap}, categories or (("fish", 2, ap),), per_video)


def test_means_weigh_each_video_the_same() -> None:
    assert mean([score_of(0.2), score_of(0.6)], [1, 3])["AP"] == pytest.approx(0.5)


def test_a_measurement_of_nothing_is_no_zero() -> None:
    nothing = Score({"AP": None, "AP50": None}, (), (("v", None),))
    assert mean([score_of(0.4)], [0])["AP"] is None
    assert mean([nothing, score_of(0.4)], [1, 1])["AP"] == pytest.approx(0.4)
    result = compared([nothing], [nothing], kind="held-out", set_name="1 held-out video")
    assert (result["before"]["AP"], result["after"]["AP"], result["proven"]) == (None, None, False)
    assert compared([nothing], [score_of(0.4)], kind="held-out", set_name="")["proven"] is False
    assert "nothing could be measured on 1 held-out video" in verdict({**result, "name": "n", "before_name": "b"})


def test_the_verdict_and_the_stored_metrics_name_the_set() -> None:
    result = {
        "name": "round 1",
        "before_name": "demo",
        **compared([score_of(0.5, 2)], [score_of(0.625, 2)], kind=K_FOLD, set_name="2 videos by k-fold"),
    }
    assert verdict(result) == (
        "round 1: AP 50.0 before (demo), 62.5 after, on 2 videos by k-fold: not proven. "
        "It is kept aside until you put it in use (models activate 'round 1')."
    )
    kept = metrics_of(result)
    assert (kept["set"], kept["before"]["AP"], kept["after"]["AP"]) == ("2 videos by k-fold", 0.5, 0.625)


def test_a_category_weighs_by_its_tracks_over_all_folds() -> None:
    one = score_of(0.5, 1, ("fish", 1, 1.0), ("star", 0, None))
    other = score_of(0.5, 1, ("fish", 3, 0.0), ("leaf", 2, 0.5))
    assert per_category([one, other]) == {"fish": (4, 0.25), "star": (0, None), "leaf": (2, 0.5)}
    assert per_category([]) == {}


@pytest.mark.parametrize(
    ("kind", "before", "after", "proven"),
    [
        ("held-out", 0.4, 0.5, True),
        ("held-out", 0.5, 0.5, False),
        ("held-out", 0.5, 0.4, False),
        (K_FOLD, 0.4, 0.9, False),
        (LAST_THIRD, 0.4, 0.9, False),
    ],
)
def test_only_better_figures_on_held_out_videos_prove_anything(
    kind: str, before: float, after: float, proven: bool
) -> None:
    result = compared([score_of(before, 2)], [score_of(after, 2)], kind=kind, set_name="")
    assert (result["proven"], result["evaluation"]) == (proven, kind)
    assert (result["before"]["AP"], result["after"]["AP"]) == (before, after)
    assert result["per_video"] == [{"name": f"v{k}", "before": before, "after": after} for k in range(2)]
    assert result["per_category"] == [{"name": "fish", "tracks": 2, "before": before, "after": after}]
