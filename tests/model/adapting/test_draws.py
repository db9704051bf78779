"""Training clips inside the windows of inference."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.adapting.draws import Draws
from model.adapting.windows import windows_of
from model.tracking.window_frames import WindowReader
from model.training.clips import NoTrainingFrames
from tests.model.small import MadeSource, made_source


def drawn(source: MadeSource, *, seed: int = 0, clip_frames: int = 3, length: int = 4) -> Draws:
    return Draws(source, clip_frames=clip_frames, length=length, overlap=2, flip=0.5, seed=seed)


@given(count=st.integers(1, 60), length=st.integers(2, 12), share=st.floats(0, 1))
def test_windows_are_those_of_inference(count: int, length: int, share: float) -> None:
    overlap = int(share * (length // 2))
    frames: Iterator[np.ndarray] = iter(np.zeros((count, 32, 32, 3), np.uint8))
    reader = WindowReader(frames, lambda frame: frame, length, overlap)
    found = []
    while (window := reader.next()) is not None:
        found.append((window.start, window.stop))
    assert list(windows_of(count, length=length, overlap=overlap)) == found


def test_all_frames_of_a_clip_lie_in_its_window_and_an_epoch_has_each_key_frame_once() -> None:
    draws = drawn(made_source())
    epoch = [draws[index] for index in range(len(draws.items))]
    assert Counter((draw.video, draw.frames[0]) for draw in epoch) == Counter(draws.items)
    for draw in epoch:
        start, stop = draw.window
        assert len(draw.frames) == 3 and all(start <= frame < stop for frame in draw.frames)
    assert {draw.flip for draw in epoch} == {True, False} or len(epoch) < 4


def test_a_clip_depends_on_the_seed_and_its_number_alone() -> None:
    first, again, other = drawn(made_source()), drawn(made_source()), drawn(made_source(), seed=1)
    assert [first[i] for i in (7, 3, 7)] == [again[i] for i in (7, 3, 7)]
    assert [first[i] for i in range(12)] != [other[i] for i in range(12)]


def test_a_window_with_fewer_labelled_frames_than_a_clip_repeats_some() -> None:
    draw = drawn(made_source(), clip_frames=9)[0]
    assert len(draw.frames) == 9 and len(set(draw.frames)) <= 4


def test_a_source_without_masks_is_refused() -> None:
    with pytest.raises(NoTrainingFrames):
        drawn(MadeSource(()))
