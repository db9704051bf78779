"""Windows of a video's frames: coverage, alignment to the end, scenes, resumption, bounded reading, bad input."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.tracking.scene_cuts import SceneCuts
from model.tracking.window_frames import NoFrames, UnequalFrames, VideoPosition, Window, WindowReader

HW = (8, 12)
# Flat scenes: a cut is where the colour changes, and drawing them costs nothing.
COLOURS = [(200, 30, 30), (30, 160, 30), (30, 30, 220), (220, 220, 40), (20, 20, 20), (240, 240, 240)]


def frame(number: int, scene: int = 0) -> np.ndarray:
    picture = np.full((*HW, 3), COLOURS[scene % len(COLOURS)], np.uint8)
    picture[0, 0] = number % 256, number // 256, 0
    return picture


def video(*scenes: int) -> list[np.ndarray]:
    """Frames of scenes of so many frames each."""
    numbers = itertools.count()
    return [frame(next(numbers), scene) for scene, count in enumerate(scenes) for _ in range(count)]


def reader(frames: list[np.ndarray], length: int, overlap: int) -> WindowReader:
    return WindowReader(iter(frames), lambda one: one.copy(), length, overlap)


def all_windows(source: WindowReader) -> list[Window]:
    found = []
    while (window := source.next()) is not None:
        found.append(window)
    return found


def numbers(window: Window) -> list[int]:
    return [int(one[0, 0, 0]) + 256 * int(one[0, 0, 1]) for one in window.frames]


@settings(deadline=None)
@given(
    scenes=st.lists(st.integers(2, 40), min_size=1, max_size=5),
    length=st.integers(1, 12),
    overlap=st.integers(0, 11),
)
def test_windows_cover_every_frame_in_order(scenes: list[int], length: int, overlap: int) -> None:
    overlap = min(overlap, length - 1)
    found = all_windows(reader(video(*scenes), length, overlap))
    total, ends = sum(scenes), list(itertools.accumulate(scenes))
    assert found[0].start == 0 and found[-1].stop == total and found[-1].closed
    for window in found:
        assert numbers(window) == list(range(window.start, window.stop))
        assert len(window.bins) == len(window.frames) == len(window.weights)
        assert window.stop - window.start <= length
        assert window.whole == (total <= length)
    for before, after in itertools.pairwise(found):
        assert after.fresh == before.closed == (before.stop in ends)
        assert after.start == before.stop if after.fresh else before.start < after.start
        if not after.closed:
            assert after.start == before.stop - (0 if after.fresh else overlap)
        elif not after.fresh:
            assert after.stop - after.start == length and after.start <= before.stop - overlap


@settings(deadline=None, max_examples=40)
@given(scenes=st.lists(st.integers(2, 25), min_size=1, max_size=4), length=st.integers(2, 9), after=st.integers(0, 9))
def test_a_reader_goes_on_from_any_place_as_if_nothing_had_been(scenes: list[int], length: int, after: int) -> None:
    frames, overlap = video(*scenes), length // 3
    whole = all_windows(reader(frames, length, overlap))
    first = reader(frames, length, overlap)
    done = [window for _, window in zip(range(after), iter(first.next, None), strict=False)]
    if not done:
        return
    cuts, place = first.cuts, first.place
    again = reader(frames[place.next_frame :], length, overlap)
    again.start_at(
        place, frame_hw=HW, cuts=SceneCuts(cuts.seen, list(cuts.found), list(cuts.recent), cuts.latest, cuts.before)
    )
    rest = all_windows(again)
    assert [(w.start, w.stop, w.fresh, w.closed) for w in done + rest] == [
        (w.start, w.stop, w.fresh, w.closed) for w in whole
    ]
    assert [numbers(w) for w in rest] == [numbers(w) for w in whole[len(done) :]]


def test_the_last_window_ends_with_the_video() -> None:
    spans = [(window.start, window.stop) for window in all_windows(reader(video(20), 8, 3))]
    assert spans == [(0, 8), (5, 13), (10, 18), (12, 20)]


def test_a_video_of_one_window_is_one_clip_even_over_a_cut() -> None:
    source = reader(video(3, 4), 7, 2)
    (only,) = all_windows(source)
    assert (only.start, only.stop, only.whole, only.closed) == (0, 7, True, True)
    assert source.cuts.found == [3]


def test_a_longer_video_is_cut_at_its_scenes() -> None:
    source = reader(video(3, 11), 7, 2)
    spans = [(w.start, w.stop, w.fresh, w.whole) for w in all_windows(source)]
    assert spans == [(0, 3, True, False), (3, 10, True, False), (7, 14, False, False)]
    assert source.cuts.found == [3]


def test_frames_are_read_only_a_little_further_than_a_window() -> None:
    read = 0

    def source() -> Iterator[np.ndarray]:
        nonlocal read
        for one in video(100):
            read += 1
            yield one

    cut = WindowReader(source(), lambda one: one.copy(), 10, 4)
    cut.next()
    assert read == 12
    cut.next()
    assert read == 18


def test_only_frames_that_a_window_can_still_need_are_kept() -> None:
    source = reader(video(300), 10, 4)
    most = 0
    while source.next() is not None:
        most = max(most, len(source._kept))
    assert most <= 2 * 10


def test_frames_are_kept_at_the_size_of_the_network() -> None:
    source = WindowReader(iter(video(5)), lambda one: one[::2, ::2].copy(), 10, 4)
    window = source.next()
    assert window is not None
    assert window.frames[0].shape == (4, 6, 3) and window.frame_hw == HW


def test_weights_are_least_at_the_ends() -> None:
    window = reader(video(5), 5, 1).next()
    assert window is not None and window.weights.tolist() == [1, 2, 3, 2, 1]


def test_a_place_says_from_where_frames_are_needed() -> None:
    assert VideoPosition(start=4, stop=10, scene=0, fresh=False).next_frame == 5
    assert VideoPosition(start=4, stop=10, scene=0, fresh=True).next_frame == 10


def test_a_video_without_frames_is_refused() -> None:
    with pytest.raises(NoFrames, match="no frame"):
        reader([], 4, 1).next()


def test_a_frame_of_another_size_is_refused_by_its_number() -> None:
    frames = [*video(3), np.zeros((6, 10, 3), np.uint8)]
    with pytest.raises(UnequalFrames, match="frame 3 measures 10 x 6 pixels and those before it 12 x 8"):
        reader(frames, 8, 1).next()
