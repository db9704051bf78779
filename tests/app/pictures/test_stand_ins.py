"""Stand-ins: which frames, in which order, and how they travel."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pictures import stand_ins
from storage import frames
from tests.storage.made_videos import make_video


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> frames.FrameIndex:
    return frames.index(make_video(tmp_path_factory.mktemp("video") / "a.mp4", frames=30, gop=10))


@given(st.integers(1, 3000))
def test_coarse_to_fine_names_each_number_once(count: int) -> None:
    assert sorted(stand_ins.coarse_to_fine(count)) == list(range(count))


@given(st.integers(2, 2000), st.data())
def test_every_beginning_covers_the_whole(count: int, data: st.DataObject) -> None:
    taken = data.draw(st.integers(1, count))
    beginning = sorted(stand_ins.coarse_to_fine(count)[:taken])
    holes = [b - a for a, b in zip(beginning, [*beginning[1:], count], strict=True)]
    assert beginning[0] == 0
    assert max(holes) <= 4 * max(1.0, count / taken)


def test_key_frames_are_taken(index: frames.FrameIndex) -> None:
    assert set(stand_ins.stand_in_frames(index)) == set(index.keyframes) == {0, 10, 20}


def test_of_very_many_key_frames_some_are_taken_all_over_the_video(index: frames.FrameIndex) -> None:
    long = replace(index, count=180_000, keyframes=tuple(range(180_000)))
    found = sorted(stand_ins.stand_in_frames(long))
    assert len(found) == stand_ins.MOST
    assert max(b - a for a, b in pairwise(found)) <= 180_000 / stand_ins.MOST + 1


def test_of_a_folder_any_picture_will_do(index: frames.FrameIndex) -> None:
    folder = replace(index, kind="images", count=7, keyframes=())
    assert set(stand_ins.stand_in_frames(folder)) == set(range(7))


def test_a_video_that_is_read_from_its_start_has_none(index: frames.FrameIndex) -> None:
    assert stand_ins.stand_in_frames(replace(index, keyframes=())) == ()
    assert stand_ins.parts_of(()) == 0


def test_parts_follow_each_other_and_hold_all() -> None:
    order = tuple(range(200))
    parts = [stand_ins.part_of(order, part) for part in range(stand_ins.parts_of(order))]
    assert [len(part) for part in parts] == [64, 64, 64, 8]
    assert sum(parts, ()) == order
    assert stand_ins.part_of(order, 4) == ()


@given(st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=50)), max_size=20), st.integers(0, 9))
def test_what_is_packed_can_be_taken_apart(pictures: list[tuple[int, bytes]], parts: int) -> None:
    body = stand_ins.packed(pictures, parts=parts)
    length = int.from_bytes(body[:4], "little")
    head = json.loads(body[4 : 4 + length])
    at, found = 4 + length, []
    for frame, size in zip(head["frames"], head["sizes"], strict=True):
        found.append((frame, body[at : at + size]))
        at += size
    assert (found, head["parts"], at) == (pictures, parts, len(body))
