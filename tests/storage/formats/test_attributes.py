"""Attributes in the neutral dataset: what a reader collects comes back as it was, and odd keys are left out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.formats.attributes import described, frame_values, keys_of, track_values
from storage.rle import Rle
from storage.youtube_vis import VisDataset, VisTrack

MASK: Rle = {"size": [1, 1], "counts": "01"}
LENGTH = 4
NAMES = st.text("abc", min_size=1, max_size=2)
WORDS = st.dictionaries(NAMES, st.dictionaries(st.integers(0, LENGTH - 1), st.text("xy", min_size=1, max_size=2)))
SHOWN = st.lists(st.booleans(), min_size=LENGTH, max_size=LENGTH)


def track(**extra: Any) -> VisTrack:
    return VisTrack(1, 1, 1, (MASK, None, MASK), extra=extra)


@given(st.dictionaries(NAMES, st.text("xy", max_size=2) | st.just(value=True)), WORDS, SHOWN)
def test_what_is_collected_comes_back_where_a_mask_is(
    own: dict[str, Any], of_frames: dict[str, dict[int, str]], shown: list[bool]
) -> None:
    masks = tuple(MASK if one else None for one in shown)
    found = VisTrack(1, 1, 1, masks, extra=keys_of(own, of_frames, masks))
    assert track_values(found) == own
    kept = {
        name: [values.get(frame) if shown[frame] else None for frame in range(LENGTH)]
        for name, values in of_frames.items()
    }
    assert frame_values(found) == {name: line for name, line in kept.items() if any(line)}


def test_a_flag_is_false_where_a_mask_has_none() -> None:
    assert keys_of({}, {"occluded": {0: True}}, (MASK, None, MASK)) == {
        "frame_attributes": {"occluded": [True, None, False]}
    }
    assert keys_of({}, {"occluded": {1: True}}, (MASK, None, MASK)) == {}


@pytest.mark.parametrize("odd", [None, 5, [], "text", [{"a": "b"}]])
def test_keys_of_another_kind_are_no_attributes(odd: Any) -> None:
    assert track_values(track(attributes=odd)) == {}
    assert frame_values(track(frame_attributes=odd)) == {}
    assert described(VisDataset({}, (), (), (), (), extra={"attributes": odd})) == {}


def test_values_of_another_kind_and_lists_of_another_length_are_left_out() -> None:
    found = track(
        attributes={"a": "x", "b": 5, "c": False, "d": True}, frame_attributes={"e": ["x"], "f": [1, "x", True]}
    )
    assert track_values(found) == {"a": "x", "d": True}
    assert frame_values(found) == {"f": [None, "x", True]}


def test_lists_are_described_by_the_file_and_completed_by_its_tracks() -> None:
    listed = [
        {"name": "pose", "per": "track", "values": ["sits", 5]},
        {"name": "x", "per": "video"},
        7,
        {"per": "frame"},
    ]
    own = track(
        attributes={"pose": "runs"}, frame_attributes={"light": ["on", None, "off"], "occluded": [True, None, False]}
    )
    dataset = VisDataset({}, (), (), (), (own,), extra={"attributes": listed})
    assert described(dataset) == {
        "pose": ("track", ("sits", "runs")),
        "light": ("frame", ("on", "off")),
        "occluded": ("frame", ()),
    }
