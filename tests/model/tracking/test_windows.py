"""A network over a video: one clip for a short one, windows for a long one, bounded reading, cancel, resumption."""

import io
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from model.config import named
from model.network.tevit import TeViT, build
from model.thresholds import Thresholds
from model.tracking import windows
from model.tracking.clip_inference import UnknownRule
from model.tracking.settings import ProposeSettings, WindowsTooClose
from model.tracking.stitch_state import StateMismatch
from model.tracking.stitcher import StitchSettings
from model.tracking.whole_video import WindowResult, gather
from model.tracking.window_frames import NoFrames, Window, WindowReader
from model.tracking.windows import infer_window, propose
from tests.model.tracking.one_clip import clip_tracks

HW = (48, 64)


@pytest.fixture(scope="module")
def network() -> TeViT:
    torch.manual_seed(3)
    made = build(named("tevit_tiny")).eval()
    with torch.no_grad():
        for head in made.roi_head.bbox_head:
            head.fc_cls.bias.fill_(0.0)  # an untrained head scores everything 0.01; give it detections
    return made


def pictures(count: int) -> list[np.ndarray]:
    """One picture that drifts, so that no frame begins a scene."""
    ground = np.random.default_rng(5).integers(0, 255, (HW[0] // 8, HW[1] // 8 + 8, 3), dtype=np.uint8)
    wide = np.kron(ground, np.ones((8, 8, 1), np.uint8))
    return [np.ascontiguousarray(wide[:, k : k + HW[1]]) for k in range(count)]


def found(network: TeViT, frames: Any, **more: Any) -> Iterator[WindowResult]:
    given = {name: more.pop(name) for name in ("rule", "window", "overlap") if name in more}
    settings = ProposeSettings(**{"window": 4, "overlap": 1, "max_tracks": 3} | given)
    options = {"expected": 12, "config": network.config, "settings": settings} | more
    return propose(network, frames, **options)


@pytest.mark.parametrize("rule", ["published", "review"])
def test_a_video_within_one_window_is_one_clip(network: TeViT, rule: str) -> None:
    frames = pictures(5)
    (only,) = propose(network, frames, expected=5, config=network.config, settings=ProposeSettings(rule, max_tracks=4))
    clip = clip_tracks(network, frames, rule=rule, max_tracks=4)
    assert (only.start, only.stop, only.next_frame) == (0, 5, 5)
    assert [track.segmentations for track in only.tracks] == list(clip.segmentations)
    assert [track.frame_scores for track in only.tracks] == [one.frame_scores for one in clip.selected]
    assert [(s.label, s.score) for s in only.track_standings] == [(one.label, one.score) for one in clip.selected]


def test_published_scores_of_one_clip_stay_to_the_bit(network: TeViT) -> None:
    frames = pictures(8)
    (only,) = propose(network, frames, expected=8, config=network.config, settings=ProposeSettings("published"))
    with torch.inference_mode():
        clip = clip_tracks(network, frames, rule="published", max_tracks=10)
    whole = gather([only])
    assert [track.score for track in whole.tracks] == [one.score for one in clip.selected]
    assert all(mask is not None for track in whole.tracks for mask in track.segmentations)


@pytest.mark.parametrize("rule", ["published", "review"])
def test_windows_follow_each_other_and_report_progress(network: TeViT, rule: str) -> None:
    reported: list[tuple[int, int]] = []
    results = list(
        found(
            network, pictures(10), expected=99, rule=rule, on_window=lambda done, total: reported.append((done, total))
        )
    )
    assert [(r.start, r.stop) for r in results] == [(0, 3), (3, 6), (6, 10)]
    assert reported == [(3, 99), (6, 99), (10, 99)]
    for result in results:
        assert result.tracks
        for track in result.tracks:
            assert len(track.segmentations) == len(track.frame_scores) == result.stop - result.start
            assert track.track in {standing.track for standing in result.track_standings}


def test_the_end_of_the_frames_is_the_end_of_the_video_whatever_was_expected(network: TeViT) -> None:
    for expected in (0, 3, 1000):
        assert list(found(network, pictures(9), expected=expected))[-1].stop == 9


def test_published_tracks_go_on_through_windows(network: TeViT) -> None:
    whole = gather(found(network, pictures(10), rule="published"))
    assert any(all(mask is not None for mask in track.segmentations) for track in whole.tracks)


def test_frames_are_read_only_as_far_as_a_window_needs(network: TeViT) -> None:
    read = 0

    def source() -> Iterator[np.ndarray]:
        nonlocal read
        for frame in pictures(12):
            read += 1
            yield frame

    next(found(network, source()))
    assert read == 6  # one to know that the video goes on, one to know that no scene begins


def test_cancelling_stops_before_the_next_window(network: TeViT) -> None:
    done: list[int] = []
    results = list(found(network, pictures(12), on_window=lambda at, _: done.append(at), cancelled=lambda: bool(done)))
    assert [(r.start, r.stop) for r in results] == [(0, 3)]


def test_frames_that_a_thread_reads_ahead_give_the_same_and_a_cancelled_run_leaves_no_thread(network: TeViT) -> None:
    frames = pictures(11)
    assert list(found(network, iter(frames), ahead=3)) == list(found(network, frames))
    done: list[int] = []
    list(found(network, iter(frames), ahead=3, on_window=lambda at, _: done.append(at), cancelled=lambda: bool(done)))
    first = found(network, iter(frames), ahead=2)
    next(first)
    first.close()  # type: ignore[attr-defined]
    assert [one for one in threading.enumerate() if one.name == "reading ahead"] == []


@pytest.mark.parametrize("rule", ["published", "review"])
def test_a_resumed_video_gives_the_same_to_the_byte(network: TeViT, rule: str) -> None:
    frames = pictures(14)
    undisturbed = list(found(network, frames, rule=rule))
    first = next(found(network, frames, rule=rule))
    assert first == undisturbed[0]
    rest = list(found(network, frames[first.next_frame :], rule=rule, state=first.state))
    assert rest == undisturbed[1:]


def test_a_state_of_another_network_is_refused(network: TeViT) -> None:
    first = next(found(network, pictures(12)))
    other = replace(network.config, name="other")
    with pytest.raises(StateMismatch, match="another config"):
        next(found(network, pictures(12)[1:], config=other, state=first.state))


def test_small_windows_share_at_most_half_unless_told(network: TeViT) -> None:
    few = list(propose(network, pictures(7), expected=7, config=network.config, settings=ProposeSettings(window=2)))
    assert [(r.start, r.stop) for r in few] == [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 7)]


@pytest.mark.parametrize(("window", "overlap"), [(4, 4), (4, 9), (0, 0), (4, -1)])
def test_windows_that_never_get_on_are_refused(network: TeViT, window: int, overlap: int) -> None:
    with pytest.raises(WindowsTooClose, match=f"Windows of {window} frames cannot share {overlap}"):
        next(found(network, pictures(12), window=window, overlap=overlap))


def test_a_video_without_frames_is_refused(network: TeViT) -> None:
    with pytest.raises(NoFrames, match="no frame"):
        next(propose(network, [], expected=0, config=network.config))


def test_an_unknown_rule_is_refused(network: TeViT) -> None:
    with pytest.raises(UnknownRule, match="published and review"):
        next(found(network, pictures(2), rule="best"))


def first_window(frames: list[np.ndarray], length: int) -> Window:
    found = WindowReader(iter(frames), np.copy, length, 1).next()
    assert found is not None
    return found


def test_the_settings_bound_what_may_continue_a_track_and_a_whole_video_starts_all_of_its_tracks(
    network: TeViT,
) -> None:
    settings = ProposeSettings(max_tracks=9, window=4, overlap=1).settled(network.config)
    frames = pictures(6)

    def scores(window: Window, least: float) -> list[float]:
        stitching = StitchSettings(continues=least)
        found_tracks = infer_window(network, window, config=network.config, settings=settings, stitching=stitching)
        return [one.selected.score for one in found_tracks]

    part, whole = first_window(frames, 4), first_window(frames[:4], 4)
    assert (part.whole, whole.whole) == (False, True)
    everything = scores(part, 0.0)
    least = float(np.median(everything))
    assert everything and scores(part, 1.0) == []
    assert min(scores(part, least)) >= least
    assert scores(whole, 1.0) == scores(whole, 0.0) != [] and min(scores(whole, 1.0)) >= Thresholds().whole


def test_windows_are_inferred_and_stitched_with_the_same_settings(
    network: TeViT, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[StitchSettings] = []
    real_infer, real_stitcher = windows.infer_window, windows.Stitcher.new

    def inferred(*window: Any, stitching: StitchSettings, **more: Any) -> Any:
        used.append(stitching)
        return real_infer(*window, stitching=stitching, **more)

    def made(rule: str, settings: StitchSettings) -> Any:
        used.append(settings)
        return real_stitcher(rule, settings)

    monkeypatch.setattr(windows, "infer_window", inferred)
    monkeypatch.setattr(windows.Stitcher, "new", made)
    next(found(network, pictures(6)))
    assert len(used) == 2 and used[0] is used[1]


def test_the_thresholds_of_the_settings_decide_what_begins_goes_on_and_is_present(
    network: TeViT, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips: list[tuple[float, Thresholds]] = []
    real = windows.infer_clip

    def inferred(*given: Any, minimum: float, thresholds: Thresholds, **more: Any) -> Any:
        clips.append((minimum, thresholds))
        return real(*given, minimum=minimum, thresholds=thresholds, **more)

    monkeypatch.setattr(windows, "infer_clip", inferred)
    own = Thresholds(begin=0.55, go_on=0.3, floor=0.2)
    settings = ProposeSettings(window=4, overlap=1, max_tracks=3, thresholds=own)
    strict, whole = (list(found(network, pictures(count), settings=settings)) for count in (6, 4))
    assert [minimum for minimum, _ in clips] == [0.3, 0.3, 0.275] and {used for _, used in clips} == {own}
    nothing = Thresholds(begin=1.0)
    assert gather(found(network, pictures(6), settings=replace(settings, thresholds=nothing))).tracks == ()
    assert gather(found(network, pictures(6))).tracks != ()
    assert [result.stop for result in (*strict, *whole)][-1] == 4


def test_a_state_is_bound_to_the_thresholds_and_an_old_one_to_the_defaults(network: TeViT) -> None:
    first, *rest = found(network, pictures(10))
    again = partial(found, network, pictures(10)[first.next_frame :])
    settings = ProposeSettings(window=4, overlap=1, max_tracks=3, thresholds=Thresholds(floor=0.05))
    with pytest.raises(StateMismatch, match="another thresholds"):
        next(again(state=first.state, settings=settings))
    with np.load(io.BytesIO(first.state)) as archive:
        arrays = {name: archive[name] for name in archive.files}
    facts = json.loads(arrays["facts"].tobytes())
    assert facts["manner"].pop("thresholds") == Thresholds().as_json()
    arrays["facts"] = np.frombuffer(json.dumps(facts).encode(), np.uint8)
    old = io.BytesIO()
    np.savez(old, **arrays)
    assert list(again(state=old.getvalue())) == rest


def test_states_are_made_only_if_they_are_kept(network: TeViT, monkeypatch: pytest.MonkeyPatch) -> None:
    with_states = list(found(network, pictures(10)))
    assert all(result.state for result in with_states)
    monkeypatch.setattr(windows, "store", None)  # storing a state would fail
    without = list(found(network, pictures(10), keep_state=False))
    assert without == [replace(result, state=b"") for result in with_states]
