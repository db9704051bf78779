"""The verdict, the level of the loss, and the lines of the measured videos."""

from dataclasses import replace

import pytest

from app.training.comparison import deciding, loss_levels, truth_of, verdict, video_lines
from app.training.folds import Fold
from app.training.report import NOT_PROVEN, WORSE, Decision, Figures, Reason, TruthShare
from model.training.clips import ClipVideo, LabelledTrack
from tests.app.training.test_measuring import side
from tests.app.training.test_report import report
from tests.model.test_rule_scoring import held_out, made
from tests.model.test_scoring import Source


def test_the_verdict_names_figures_set_reason_and_what_happens_next() -> None:
    assert verdict("round 3", report()) == (
        "round 3: AP 40.0 before (round 1), 50.0 after, on 6 held-out videos: proven. "
        "It is in use now; models activate 'round 1' takes it back."
    )
    against = Decision(NOT_PROVEN, (Reason("AP", True, "AP rose."), Reason("videos", False, "Too few videos.")))
    assert verdict("round 3", report(decision=against)) == (
        "round 3: AP 40.0 before (round 1), 50.0 after, on 6 held-out videos: not proven. Too few videos. "
        "It is kept aside until you put it in use (models activate 'round 3')."
    )
    assert "worse, so not promoted" in verdict("round 3", report(decision=Decision(WORSE, ())))


def test_the_verdict_says_plainly_where_propose_shows_the_true_tracks_less_well() -> None:
    against = Decision(NOT_PROVEN, ())
    before = Figures(AP=0.1, track_iou=0.51, proposed=6, true=1)
    worse = report(before=before, after=Figures(AP=0.2, track_iou=0.204, proposed=1, true=1), decision=against)
    assert (
        "Propose shows the true tracks less well with it: the best proposed tracks overlap them by 20 %, 51 % before. "
        "It is kept aside"
    ) in verdict("round 1", worse)
    # Fewer wrong tracks are no loss, and neither is noise.
    same = report(before=before, after=Figures(AP=0.2, track_iou=0.49, proposed=1, true=1), decision=against)
    assert "less well" not in verdict("round 1", same)


def test_a_measurement_of_nothing_is_no_zero() -> None:
    nothing = report(before=Figures(), after=Figures(), decision=Decision(NOT_PROVEN, ()))
    assert "nothing could be measured on 6 held-out videos" in verdict("round 1", nothing)


def test_each_measured_video_has_a_line_under_its_own_id() -> None:
    videos = Source(made(), replace(made(), name="w"))
    before = side([held_out(videos, 1, (0, 0, 0.9)), held_out(videos, 0)])
    after = side([held_out(videos, 1, (0, 0, 0.9), (30, 1, 0.9)), held_out(videos, 0)])
    shares = (TruthShare(accepted=4), TruthShare(drawn=1, accepted=3))
    first, second = video_lines(before, after, ids=("one", "two"), truth=shares, decisive=[0])
    assert (first.video, first.name, first.tracks, first.drawn) == ("two", "w", 2, 0.25)
    assert (first.before.track_iou, first.after.track_iou) == (0.5, 1.0)
    assert (second.video, second.drawn, second.after.AP) == ("one", 0.0, 0.0)
    assert (first.decides, second.decides) == (True, False)
    assert truth_of(shares, [1, 0]) == TruthShare(drawn=1, accepted=7)


def test_the_level_of_the_loss_is_that_of_its_first_and_last_quarter() -> None:
    assert loss_levels({step: float(100 - step) for step in range(100)}) == (pytest.approx(88.0), pytest.approx(13.0))
    assert loss_levels({3: 2.0}) == (2.0, 2.0) and loss_levels({}) == (None, None)


def video_of(*labels: int) -> ClipVideo:
    tracks = tuple(LabelledTrack(k, label, (), (), ()) for k, label in enumerate(labels))
    return ClipVideo("v", 0, 1, 1, tracks)


def test_a_video_decides_only_where_its_network_was_taught_all_its_categories() -> None:
    videos = [video_of(0), video_of(0, 1), video_of(1), video_of(), video_of(0, 2)]
    trainings = [Fold((0, 3), (1, 3)), Fold((1,), (0, 2)), Fold((0, 1, 2, 3), (4,))]
    assert deciding(trainings, videos) == (1, 2, 3), "not the one with label 1 unseen, nor that with label 2"
    assert deciding([Fold((0,), (0,))], videos) == (0,)
