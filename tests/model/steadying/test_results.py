"""Windows are made steady in groups; a run that goes on after a group ends like an undisturbed one."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from model.propagation.trunk import Lite0Trunk
from model.steadying import results as module
from model.steadying.results import GROUP, PassingFrames, SourceFrames, joined, steadied_results
from model.steadying.steady import SteadyNetworks, steadied
from model.tracking.whole_video import TrackProposal, TrackStanding, WindowResult, gather
from tests.model.steadying.made import centre, decoded, disc, iou, picture, track, trunk

STEP = 5


@pytest.fixture(scope="module")
def features() -> Lite0Trunk:
    return trunk()


def mask_at(frame: int) -> np.ndarray:
    mask = disc(centre(frame % 20))
    if frame % 6 == 4:
        mask[:, centre(frame % 20)[0] :] = False
    return mask


def window(start: int, stop: int, **more: object) -> WindowResult:
    one = track([mask_at(k) for k in range(start, stop)], number=3)
    standing = TrackStanding(3, 1, 0.5 + start / 1000, ())
    return WindowResult(start, stop, (one,), (standing,), state=f"after {stop}".encode(), next_frame=stop - 2, **more)  # type: ignore[arg-type]


def windows(count: int, start: int = 0) -> Generator[WindowResult]:
    for at in range(start, count, STEP):
        yield window(at, min(at + STEP, count))


def frames(count: int, start: int = 0) -> PassingFrames:
    kept = PassingFrames((picture(k % 20) for k in range(start, count)), first=start)
    assert sum(1 for _ in kept) == count - start
    return kept


def test_groups_end_with_the_window_that_fills_them_and_carry_its_state(features: Lite0Trunk) -> None:
    made = list(steadied_results(windows(32), frames(32), networks=SteadyNetworks(features)))

    assert [(one.start, one.stop) for one in made] == [(0, 25), (25, 32)]
    assert GROUP == 24
    assert made[0].state == b"after 25" and made[0].next_frame == 23
    assert made[0].track_standings[0].score == pytest.approx(0.52)


def test_masks_get_better_and_the_number_of_frames_stays(features: Lite0Trunk) -> None:
    [one] = steadied_results(windows(15), frames(15), networks=SteadyNetworks(features))
    [made] = one.tracks

    assert len(made.segmentations) == len(made.frame_scores) == len(made.agreements) == 15
    right = [iou(decoded(made.segmentations[k]), disc(centre(k))) for k in range(15)]
    assert min(right) > 0.8 and iou(mask_at(4), disc(centre(4))) < 0.6


def test_a_run_that_goes_on_after_a_group_ends_like_an_undisturbed_one(features: Lite0Trunk) -> None:
    whole = list(steadied_results(windows(32), frames(32), networks=SteadyNetworks(features)))
    rest = list(steadied_results(windows(32, start=25), frames(32, start=23), networks=SteadyNetworks(features)))

    assert rest == whole[1:]


def test_a_cancelled_group_is_not_given_and_the_windows_are_closed(features: Lite0Trunk) -> None:
    asked = []

    def cancelled() -> bool:
        asked.append(None)
        return len(asked) > 3

    closed = []

    def source() -> Generator[WindowResult]:
        try:
            yield from windows(32)
        finally:
            closed.append(True)

    assert list(steadied_results(source(), frames(32), networks=SteadyNetworks(features), cancelled=cancelled)) == []
    assert closed == [True]


def test_windows_that_end_early_because_of_a_cancel_are_not_given(features: Lite0Trunk) -> None:
    assert (
        list(steadied_results(windows(10), frames(10), networks=SteadyNetworks(features), cancelled=lambda: True)) == []
    )


def test_closing_closes_the_windows(features: Lite0Trunk) -> None:
    closed = []

    def source() -> Generator[WindowResult]:
        try:
            yield from windows(60)
        finally:
            closed.append(True)

    made = steadied_results(source(), frames(60), networks=SteadyNetworks(features))
    next(made)
    made.close()

    assert closed == [True]


def test_nothing_is_steadied_across_a_cut(features: Lite0Trunk, monkeypatch: pytest.MonkeyPatch) -> None:
    scenes: list[range] = []

    def seen(read: object, tracks: Sequence[TrackProposal], scene: range, **more: object) -> tuple[TrackProposal, ...]:
        scenes.append(scene)
        return steadied(read, tracks, scene, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "steadied", seen)
    parts = (replace(one, cuts=(7,) if one.start == 5 else ()) for one in windows(15))
    [one] = steadied_results(parts, frames(15), networks=SteadyNetworks(features))  # type: ignore[arg-type]

    assert scenes == [range(7), range(7, 15)]
    assert one.cuts == (7,) and len(one.tracks[0].segmentations) == 15


def test_tracks_that_some_windows_lack_are_filled_with_nothing() -> None:
    first, second = window(0, 5), window(5, 10)
    late = track([disc((90, 20), 8)] * 5, number=9)
    one = joined([first, replace(second, tracks=(replace(late, agreements=()),))])

    assert [track.track for track in one.tracks] == [3, 9]
    early, other = one.tracks
    assert early.segmentations[5:] == (None,) * 5 and early.frame_scores[5:] == (0.0,) * 5
    assert other.segmentations[:5] == (None,) * 5 and other.agreements == (None,) * 10
    assert gather([one]).tracks[0].track == 3


def test_frames_pass_unchanged_and_are_kept_small() -> None:
    large = [np.full((720, 1280, 3), k, np.uint8) for k in range(4)]
    kept = PassingFrames(large, first=10)

    assert all(one is other for one, other in zip(kept, large, strict=True))
    assert kept.size == (720, 1280)
    assert kept.read(11).shape == (360, 640, 3) and (kept.read(11) == 1).all()
    kept.forget(12)
    with pytest.raises(KeyError):
        kept.read(11)
    assert (kept.read(12) == 2).all()


def test_frames_that_come_after_they_were_forgotten_are_not_kept() -> None:
    kept = PassingFrames([np.zeros((20, 20, 3), np.uint8)] * 3)
    kept.forget(2)
    assert len(list(kept)) == 3

    with pytest.raises(KeyError):
        kept.read(1)
    assert kept.read(2).shape == (20, 20, 3)


def test_the_frames_of_a_source_are_read_forward_and_once() -> None:
    asked: list[int] = []

    class Source:
        videos = (SimpleNamespace(height=20, width=30, count=40),)

        def read_frames(self, video: int, frames: Sequence[int]) -> np.ndarray:
            asked.extend(frames)
            return np.stack([np.full((20, 30, 3), k, np.uint8) for k in frames])

    source = SourceFrames(Source(), 0)  # type: ignore[arg-type]
    assert source.size == (20, 30)
    order = [8, *range(9, 24), *range(7, -1, -1)]  # forward from a key frame, then backward
    assert all((source.read(k) == k).all() for k in order)
    assert asked == list(range(24))
    source.forget(20)
    assert (source.read(39) == 39).all() and (source.read(25) == 25).all()
    assert asked == list(range(40))
