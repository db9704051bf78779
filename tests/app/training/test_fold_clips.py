"""The clips of a fold: no frame is both trained on and measured."""

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.training.fold_clips import FoldClips, boundary, frames_after_boundary
from model.training.clips import ClipVideo, LabelledTrack, labelled_frames
from model.training.targets import ABSENT, PRESENT, UNKNOWN

MASK: Any = {"size": [10, 10], "counts": "0T3"}
LETTERS = {"P": PRESENT, "A": ABSENT, "u": UNKNOWN}


def track(states: str, label: int = 0) -> LabelledTrack:
    """A track by its letters, one a frame: P present, A absent, u unknown."""
    read = tuple(LETTERS[letter] for letter in states)
    masks = tuple(MASK if state == PRESENT else None for state in read)
    boxes = tuple((0.0, 0.0, 9.0, 9.0) if state == PRESENT else None for state in read)
    return LabelledTrack(1, label, read, masks, boxes)


def video(*tracks: str, **more: Any) -> ClipVideo:
    return ClipVideo("v", len(tracks[0]), 10, 10, tuple(track(states) for states in tracks), **more)


class Source:
    """A clip source of these videos, whose pictures say which video and frame they are."""

    categories = ("fish", "star")

    def __init__(self, *videos: ClipVideo) -> None:
        self.videos = videos

    def read_frames(self, index: int, frames: Any) -> np.ndarray:
        return np.array([[index, frame] for frame in frames])


def first_part(found: ClipVideo, share: float = 2 / 3) -> ClipVideo:
    (cut,) = FoldClips(cast(Any, Source(found)), [0], first_part=share).videos
    return cut


@pytest.mark.parametrize(
    ("states", "stop"),
    [("PPPPPPuuu", 4), ("uuuPPPuuu", 5), ("PuuPuuPuu", 6), ("PP", 1), ("uuP", 2), ("uuu", 3), ("AAAA", 4)],
)
def test_the_boundary_lies_before_the_last_third_of_what_was_judged(states: str, stop: int) -> None:
    found = video(states)
    assert boundary(found, 2 / 3) == stop
    assert frames_after_boundary(found) == [f for f in range(stop, len(states)) if states[f] == "P"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("PAu", min_size=12, max_size=12), min_size=1, max_size=3))
def test_what_teaches_and_what_is_measured_never_meet_on_a_frame(states: list[str]) -> None:
    found = video(*states)
    taught, measured = labelled_frames(first_part(found)), frames_after_boundary(found)
    assert not set(taught) & set(measured)
    assert sorted({*taught, *measured}) == labelled_frames(found)
    assert not taught or not measured or max(taught) < min(measured)


@settings(max_examples=40, deadline=None)
@given(st.text("PAu", min_size=6, max_size=6), st.booleans())
def test_behind_the_boundary_nothing_is_left_to_learn_from(states: str, all_complete: bool) -> None:
    complete = None if all_complete else (frozenset({0}),) * 6
    rejected = tuple((frame, 1, MASK) for frame in range(6))
    unknown = tuple((frame, MASK, False) for frame in range(6))
    found = video(states, complete=complete, rejected=rejected, unknown=unknown)
    stop, cut = boundary(found, 2 / 3), first_part(found)
    assert cut.complete is not None
    for frame in range(6):
        before = frame < stop
        assert cut.tracks[0].states[frame] == (found.tracks[0].states[frame] if before else UNKNOWN)
        known = frozenset({0, 1}) if all_complete else frozenset({0})
        assert cut.complete[frame] == (known if before else frozenset()), "an unknown thing is no background"
    assert [mask[0] for mask in cut.rejected] == [mask[0] for mask in cut.unknown] == list(range(stop))
    assert (cut.tracks[0].segmentations, cut.count) == (found.tracks[0].segmentations, 6)


def test_a_part_numbers_its_videos_anew_and_reads_the_right_ones() -> None:
    source = Source(*(replace(video("PPP"), name=str(k)) for k in range(4)))
    part = FoldClips(cast(Any, source), [3, 1])
    assert [found.name for found in part.videos] == ["3", "1"] and part.categories == ("fish", "star")
    assert part.read_frames(0, [2]).tolist() == [[3, 2]] and part.read_frames(1, [0, 1]).tolist() == [[1, 0], [1, 1]]
    assert part.videos[0] is source.videos[3], "without a first part a video is left as it is"


def test_the_last_third_begins_after_two_thirds_of_the_judged_frames() -> None:
    states = tuple(PRESENT if frame < 6 else UNKNOWN for frame in range(12))
    boxes = tuple((0.0, 0.0, 5.0, 5.0) if state == PRESENT else None for state in states)
    track = LabelledTrack(1, 0, states, (None,) * 12, boxes)
    assert boundary(ClipVideo("v", 12, 10, 10, (track,)), 2 / 3) == 4
