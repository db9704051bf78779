"""A reader that keeps what is good leaves out whole videos, and names each broken entry once with its place."""

import copy
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.youtube_vis import YouTubeVisError, parse_dataset
from tests.storage.certificate.files import Json, sound, track, video


def put(*path: Any) -> Callable[[Json], None]:
    """Set the value at a place, as (step, step, ..., value)."""

    def change(top: Json) -> None:
        at: Any = top
        for step in path[:-2]:
            at = at[step]
        at[path[-2]] = path[-1]

    return change


# Change -> place of the broken entry, and the ids of the videos that are left.
BROKEN: dict[str, tuple[Callable[[Json], None], str, list[int]]] = {
    "mask": (put("annotations", 2, "segmentations", 1, {"size": [4, 6], "counts": [9]}), "annotations[2]", [1]),
    "NaN in a mask": (
        put("annotations", 2, "segmentations", 1, {"size": [4, 6], "counts": [math.nan, 24]}),
        "annotations[2].segmentations[1]",
        [1],
    ),
    "no object": (put("annotations", 2, 7), "annotations[2]", [1, 2]),
    "number of masks": (put("annotations", 0, "segmentations", []), "annotations[0].segmentations", [2]),
    "strange video": (put("annotations", 0, "video_id", 9), "annotations[0].video_id", [1, 2]),
    "id twice": (put("annotations", 2, "id", 1), "annotations[2].id", [1]),
    "video without size": (put("videos", 1, "width", 0), "videos[1].width", [1]),
    "video id twice": (put("videos", 1, "id", 1), "videos[1].id", []),
    "category without name": (put("categories", 1, "name", ""), "categories[1].name", [2]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_entry_ends_the_reading_or_leaves_out_its_video(name: str) -> None:
    change, place, left = BROKEN[name]
    top = sound()
    change(top)
    with pytest.raises(YouTubeVisError) as refused:
        parse_dataset(copy.deepcopy(top), where="x")
    assert str(refused.value).startswith(f"x: {place}")
    found = parse_dataset(top, where="x", keep_good=True)
    assert found.left_out[0].startswith(f"x: {place}") and [one.id for one in found.videos] == left
    assert {one.video_id for one in found.tracks} <= set(left)


def test_tracks_of_a_broken_video_are_not_named_again() -> None:
    top = sound()
    top["videos"][0]["width"] = None
    found = parse_dataset(top, where="x", keep_good=True)
    assert len(found.left_out) == 1 and [one.id for one in found.tracks] == [3]


def test_what_is_good_is_read_as_ever() -> None:
    assert parse_dataset(sound(), where="x", keep_good=True) == parse_dataset(sound(), where="x")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 99) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "size", "counts"]), inner),
    max_leaves=6,
)
PLACES = st.one_of(
    st.tuples(st.just("annotations"), st.integers(0, 3), st.sampled_from(list(track(1, 1, 1)))),
    st.tuples(st.just("videos"), st.integers(0, 2), st.sampled_from(list(video(1)))),
    st.tuples(
        st.just("annotations"), st.integers(0, 3), st.sampled_from(["segmentations", "bboxes"]), st.integers(0, 5)
    ),
)


def three_videos() -> Json:
    top = sound()
    top["videos"].append(video(3))
    top["annotations"].append(track(4, 3, 2))
    return top


@given(PLACES, JUNK)
def test_whatever_stands_in_one_place_the_rest_is_read(place: tuple[Any, ...], value: Any) -> None:
    top = three_videos()
    put(*place, value)(top)
    found = parse_dataset(copy.deepcopy(top), where="x", keep_good=True)
    whole = {one.id for one in parse_dataset(three_videos(), where="x").videos}
    assert len(whole & {one.id for one in found.videos}) >= len(whole) - 2
    try:
        strict = parse_dataset(top, where="x")
    except YouTubeVisError as error:
        assert found.left_out and found.left_out[0] == str(error)
    else:
        assert found.left_out == () and strict == found


@pytest.mark.parametrize(
    ("change", "astray"),
    [
        (put("annotations", 2, 7), True),
        (put("annotations", 2, "video_id", "va"), True),
        (put("annotations", 2, "video_id", 9), False),
        (put("annotations", 2, "category_id", "va"), False),
        (put("videos", 0, "id", None), False),
    ],
)
def test_a_track_that_may_be_of_any_video_is_told_apart(change: Callable[[Json], None], astray: bool) -> None:
    top = sound()
    change(top)
    found = parse_dataset(top, where="x", keep_good=True)
    assert found.astray == (found.left_out if astray else ())
