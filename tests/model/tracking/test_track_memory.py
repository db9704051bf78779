"""The memory of tracks: mean class scores, standings with runners-up, appearance that is blended and forgotten."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.tracking.clip_inference import ClipTrack
from model.tracking.selection import Selected
from model.tracking.track_memory import KnownTrack, TrackAppearance, TrackMemory, blended, unit


def clip_track(present: tuple[bool, ...], embedding: tuple[float, float] = (1.0, 0.0)) -> ClipTrack:
    count = len(present)
    boxes = np.arange(count * 4, dtype=np.float32).reshape(count, 4)
    selected = Selected(0, 1, 0.5, (0.5,) * count, present)
    return ClipTrack(selected, np.array([0.1, 0.5]), np.array(embedding, np.float32), np.zeros((count, 2, 2)), boxes)


def appearance(seen: int) -> TrackAppearance:
    return TrackAppearance(
        np.array([1.0, 0.0], np.float32), np.array([1.0, 0.0], np.float32), np.zeros(4, np.float32), seen
    )


def test_the_first_scores_are_kept_to_the_bit() -> None:
    scores = np.random.default_rng(1).random(40)
    track = KnownTrack(0, np.zeros(40))
    track.add_scores(scores, 7)
    assert track.class_scores.tolist() == scores.tolist()


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 30)), min_size=1, max_size=8))
def test_class_scores_are_the_mean_over_frames(windows: list[tuple[float, int]]) -> None:
    track = KnownTrack(0, np.zeros(1))
    for score, frames in windows:
        track.add_scores(np.array([score]), frames)
    mean = sum(score * frames for score, frames in windows) / sum(frames for _, frames in windows)
    assert track.class_scores[0] == pytest.approx(mean, abs=1e-9)


def test_a_class_that_most_windows_see_wins_over_one_loud_window() -> None:
    track = KnownTrack(3, np.zeros(3))
    track.add_scores(np.array([0.9, 0.2, 0.0]), 4)
    for _ in range(3):
        track.add_scores(np.array([0.1, 0.6, 0.0]), 4)
    standing = track.standing()
    assert (standing.track, standing.label) == (3, 1)
    assert standing.score == pytest.approx(0.5)
    assert standing.runners_up == ((0, pytest.approx(0.3)),)  # a class that nobody named is no runner-up


def test_a_share_scales_all_scores() -> None:
    track = KnownTrack(0, np.zeros(2))
    track.add_scores(np.array([0.8, 0.4]), 1)
    standing = track.standing(0.5)
    assert (standing.score, standing.runners_up) == (0.4, ((1, 0.2),))


def test_numbers_follow_each_other_and_are_never_reused() -> None:
    memory = TrackMemory(bound=1)
    first = memory.begin(2)
    first.appearance = appearance(0)
    memory.forget(before=5)
    assert memory.begin(2).number == 1 and len(memory.tracks) == 2 and memory.remembered() == []


def test_memory_is_bounded_and_keeps_those_seen_last() -> None:
    memory = TrackMemory(bound=2)
    for seen in (30, 10, 20):
        memory.begin(2).appearance = appearance(seen)
    memory.forget(before=0)
    assert [track.number for track in memory.remembered()] == [0, 2]
    memory.forget(before=25)
    assert [track.number for track in memory.remembered()] == [0]


def test_appearance_begins_with_a_clip_track_and_blends_with_the_next() -> None:
    colour = np.array([2.0, 0.0], np.float32)
    first = blended(None, clip_track((True, True, False)), colour=colour, start=10, longer=10)
    assert first.seen == 11
    np.testing.assert_allclose(first.box, np.array([4, 5, 6, 7]) / 10, rtol=1e-6)
    second = blended(first, clip_track((False, True), (0.0, 1.0)), colour=colour, start=14, longer=10)
    assert second.seen == 15
    np.testing.assert_allclose(second.embedding, [0.5**0.5] * 2, rtol=1e-6)
    np.testing.assert_allclose(second.colour, [1.0, 0.0])


def test_a_vector_without_length_stays_zero() -> None:
    assert unit(np.zeros(3)).tolist() == [0.0, 0.0, 0.0]
    assert np.linalg.norm(unit(np.array([3.0, 4.0]))) == pytest.approx(1.0)
