"""Figures under both rules: counts, matches, AP with and without classes, and what is not judged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from model.rule_scoring import (
    HeldOutVideo,
    calibrate,
    calibrate_on_others,
    counted,
    figures,
    held_out_video,
)
from model.scoring import judged_frames
from model.thresholds import Thresholds
from model.tracking.whole_video import WholeTrack, WholeVideo
from model.training.calibration import EXPECTED, TrackCounts, candidates
from model.training.clips import ClipVideo
from model.training.targets import PRESENT
from tests.model.test_scoring import Source, detected, network, rle, track, video

__all__ = ["network"]


@dataclass(frozen=True)
class Shown:
    """Stands for a recorded video: a track is proposed from ``begin``; the masks are squares at ``x``."""

    tracks_at: Sequence[tuple[int, int, float]]  # x, label, score
    count: int = 3

    def tracks(self, thresholds: Thresholds) -> WholeVideo:
        masks = lambda x: (rle(x),) * self.count  # noqa: E731
        chosen = [one for one in self.tracks_at if one[2] >= thresholds.begin]
        found = [WholeTrack(n, label, score, (), (), masks(x)) for n, (x, label, score) in enumerate(chosen)]
        return WholeVideo(self.count, tuple(found), ())


def held_out(source: Source, index: int, *tracks: tuple[int, int, float], published: Any = ()) -> HeldOutVideo:
    return HeldOutVideo(source, index, judged_frames, Shown(tracks), list(published))  # type: ignore[arg-type]


def made(*, complete: bool = True) -> ClipVideo:
    return video(track([PRESENT] * 3, 0), track([PRESENT] * 3, 30, label=1, number=2), complete=complete)


def test_counts_follow_the_thresholds() -> None:
    one = held_out(Source(made()), 0, (0, 0, 0.9), (30, 1, 0.2), (15, 0, 0.06))
    counts = one.counts()
    assert set(counts) == set(candidates())
    assert counts[Thresholds()] == TrackCounts(1, 1, 2)
    lower = {counted for thresholds, counted in counts.items() if thresholds.begin == 0.15}
    assert lower == {TrackCounts(2, 2, 2)}
    assert {c for t, c in counts.items() if t.begin == 0.05} == {TrackCounts(2, 3, 2)}


def test_a_true_track_is_matched_once_and_the_class_does_not_matter() -> None:
    one = held_out(Source(made()), 0, (0, 1, 0.9), (0, 0, 0.8), (1, 0, 0.7))
    assert one.counts()[Thresholds()] == TrackCounts(1, 3, 2)
    assert counted([], one.truth) == TrackCounts(0, 0, 2)
    assert counted(one.reviewed(Thresholds()), []) == TrackCounts(0, 3, 0)


def test_matched_tracks_count_as_much_as_they_overlap() -> None:
    # Masks of width 10: one that is 2 apart shares 8 of 12 columns.
    one = held_out(Source(made()), 0, (2, 0, 0.9), (30, 1, 0.9))
    assert one.counts()[Thresholds()].overlap == pytest.approx(1 + 8 / 12)
    assert counted(one.reviewed(Thresholds()) * 2, one.truth).overlap == pytest.approx(1 + 8 / 12)


def test_each_video_gets_the_thresholds_of_the_others() -> None:
    source = Source(*[made()] * 12)
    low = [held_out(source, k, (0, 0, 0.16), (30, 1, 0.16), (10, 0, 0.06), (19, 0, 0.06)) for k in range(6)]
    high = [held_out(source, k, (0, 0, 0.9), (30, 1, 0.9), (10, 0, 0.38), (19, 0, 0.38)) for k in range(6, 12)]
    assert calibrate(low).begin <= 0.16 < calibrate(high).begin
    every, others = calibrate_on_others([low[0], *high])
    assert (
        others[0] == calibrate(high)
        and others[1] == calibrate([low[0], *high[1:]])
        and every == calibrate([low[0], *high])
    )
    assert calibrate_on_others(low[:1]) == (calibrate(low[:1]), [calibrate(low[:1])])
    assert calibrate_on_others([]) == (EXPECTED, [])


def test_what_nobody_judged_counts_for_neither_side() -> None:
    tracks = [(0, 0, 0.9), (15, 0, 0.9)]
    assert held_out(Source(made()), 0, *tracks).counts()[Thresholds()].proposed == 2
    assert held_out(Source(made(complete=False)), 0, *tracks).counts()[Thresholds()].proposed == 1


def test_figures_name_what_an_app_shows() -> None:
    source = Source(made(), replace(made(), name="w"))
    videos = [held_out(source, 0, (0, 0, 0.9), (30, 0, 0.9)), held_out(source, 1, (5, 0, 0.9))]
    found = figures(videos, [one.reviewed(Thresholds()) for one in videos])
    assert (found["proposed"], found["true"]) == (3, 4)
    # IoU of masks of width 10 that are 5 apart: 1/3; the last true track has no proposal that touches it.
    assert found["best_iou"] == pytest.approx((1 + 1 + 1 / 3 + 0) / 4)
    assert found["AP_without_classes"] is not None and found["AP"] is not None
    assert 0 < found["AP"] < found["AP_without_classes"] < 1


def test_perfect_tracks_have_perfect_figures_and_none_has_none() -> None:
    source = Source(made())
    one = held_out(source, 0, (0, 0, 0.9), (30, 1, 0.9))
    assert figures([one], [one.reviewed(Thresholds())]) == {
        "proposed": 2,
        "true": 2,
        "AP": pytest.approx(1.0),
        "AP_without_classes": pytest.approx(1.0),
        "best_iou": pytest.approx(1.0),
    }
    assert figures([one], [[]]) == {"proposed": 0, "true": 2, "AP": 0.0, "AP_without_classes": 0.0, "best_iou": 0.0}
    nothing = figures([], [])
    assert (nothing["true"], nothing["AP"], nothing["best_iou"]) == (0, None, None)


def test_published_tracks_are_judged_as_the_reviewed_ones_are() -> None:
    source = Source(made(complete=False))
    one = held_out(source, 0, published=[detected(0, 3), detected(15, 3)])
    assert [entry["score"] for entry in one.under_published()] == [0.9]


def test_a_network_is_measured_in_every_window(network: Any) -> None:
    one = held_out_video(network, Source(made()), 0, frames=judged_frames)
    assert len(one.published) > 0 and len(one.recorded.windows) == 1
    assert one.counts()[Thresholds()].true == 2
