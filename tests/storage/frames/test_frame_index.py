"""The stored form of an index: the same one back, small however long the video is, and older forms still read."""

import json
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from storage.frames.frame_index import Damage, FrameIndex, Gap, stored_span
from tests.storage.made_videos import read_back

PLAIN = FrameIndex(
    kind="video",
    path=Path("/v.mp4"),
    count=1,
    width=4,
    height=3,
    rotation=0,
    stream=0,
    time_base=(1, 25),
    pts=(0,),
    keyframes=(0,),
    gaps=(),
    confirmed=True,
    size_bytes=9,
    content_hash="h",
)
TIMES = st.lists(st.integers(-(2**62), 2**62), max_size=200).map(tuple)


@given(pts=TIMES, keys=st.lists(st.integers(0, 2**31), max_size=150).map(sorted).map(tuple))
def test_any_times_come_back(pts: tuple[int, ...], keys: tuple[int, ...]) -> None:
    index = replace(PLAIN, count=len(pts), pts=pts, keyframes=keys, keyframe_sums=tuple(k % 97 for k in keys))
    assert read_back(index) == index


@given(pts=TIMES.filter(bool))
def test_the_span_is_read_without_unpacking(pts: tuple[int, ...]) -> None:
    assert stored_span(replace(PLAIN, pts=pts).to_dict()) == (pts[0], pts[-1], len(pts))


def test_an_index_without_frames_has_an_empty_span() -> None:
    assert stored_span({"pts": []}) == (0, 0, 0)


def length(index: FrameIndex) -> int:
    """Characters that an index takes in the database."""
    return len(json.dumps(index.to_dict()))


def test_two_hours_take_a_few_kilobytes() -> None:
    steady = tuple(range(0, 180_000 * 512, 512))
    rounded = tuple(round(k * 1000 / 30) for k in range(216_000))
    assert length(replace(PLAIN, pts=steady, keyframes=tuple(range(0, 180_000, 250)))) < 5000
    assert length(replace(PLAIN, pts=rounded)) < 20_000


def test_lists_stored_in_full_are_still_read() -> None:
    index = replace(PLAIN, count=100, pts=tuple(range(100)))
    stored = index.to_dict()
    stored["pts"] = list(range(100))
    del stored["partial"], stored["entry_times"]
    assert FrameIndex.from_dict(stored) == index
    assert stored_span(stored) == (0, 99, 100)


def test_gaps_damage_names_and_notes_come_back() -> None:
    index = replace(
        PLAIN,
        gaps=(Gap(-1, None, 5, "reason"),),
        damage=(Damage(1, 4, 0),),
        names=("a/b.jpg",),
        notes=("odd",),
        partial=True,
        entry_times=(-3,),
    )
    assert read_back(index) == index


def test_an_index_is_given_as_it_will_be_read_from_the_database() -> None:
    """What is stored compares equal to what was given, so that nothing but JSON's own kinds may be in it."""
    index = replace(PLAIN, count=100, pts=tuple(range(100)), gaps=(Gap(3, 1, 2, "hole"),), names=("a",), notes=("b",))
    assert json.loads(json.dumps(index.to_dict())) == index.to_dict()


def test_reading_an_index_leaves_the_stored_values_as_they_are() -> None:
    stored = replace(PLAIN, names=("a",)).to_dict()
    before = json.dumps(stored)
    FrameIndex.from_dict(stored)
    assert json.dumps(stored) == before
