from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import schema
from storage.edits.row_values import (
    RANGE_ROW,
    TRACK_ROW,
    EditError,
    RowKey,
    is_human,
    mask_value,
    pack,
    range_value,
    track_value,
    unpack,
    wire_row,
)
from tests.fuzzing.values import nested

HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)
# A NUL fits into no text of PostgreSQL.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
MASKS = st.fixed_dictionaries(
    {"source": st.sampled_from(schema.SOURCES), "review": st.sampled_from(schema.REVIEWS), "mask": st.none() | HASHES},
    optional={
        "key": st.booleans(),
        "score": st.none() | st.floats(0, 1),
        "run": st.none() | TEXTS,
        "parent": st.none() | TEXTS,
        "other_parent": st.none() | TEXTS,
        "look": st.none() | st.fixed_dictionaries({"reason": TEXTS, "author": TEXTS}),
        "occluded": st.booleans(),
        "iscrowd": st.booleans(),
        "truncated": st.booleans(),
        "attributes": st.none() | st.dictionaries(TEXTS, TEXTS, min_size=1),
        "extra": st.none() | st.dictionaries(TEXTS, st.integers()),
    },
)


@given(MASKS, st.sampled_from(["ann", "run:a"]))
def test_a_mask_value_survives_the_short_form_of_the_log(after: dict[str, Any], author: str) -> None:
    value = mask_value(after, current=None, author=author, place="here")
    assert value["state"] == ("absent" if after["mask"] is None else "present")
    assert {name: value[name] for name in after} == after
    key = RowKey("track", 3)
    short = pack(key, value)
    assert short is not None and {"state", "source", "review"} <= set(short)
    assert unpack(key, short) == value


def test_track_and_range_values_survive_the_short_form_of_the_log() -> None:
    track = track_value({"name": "Tom", "deleted": True}, current=None, number=4, place="here")
    assert pack(RowKey("t", TRACK_ROW), track) == {"name": "Tom", "deleted": True, "number": 4}
    assert unpack(RowKey("t", TRACK_ROW), pack(RowKey("t", TRACK_ROW), track)) == track
    range_ = range_value({"start": 0, "stop": 4, "categories": ()}, count=4, place="here")
    assert unpack(RowKey("r", RANGE_ROW), pack(RowKey("r", RANGE_ROW), range_)) == range_
    assert pack(RowKey("r", RANGE_ROW), None) is None and unpack(RowKey("r", RANGE_ROW), None) is None


def test_no_row_is_no_human_row() -> None:
    assert not is_human(None)
    assert is_human({"source": "proposed", "review": "accepted"})
    assert not is_human({"source": "proposed", "review": "unreviewed"})


def test_rows_for_clients_name_track_frame_or_range() -> None:
    assert wire_row(RowKey("t", 3), version=7, value={"a": 1}) == {
        "track": "t",
        "frame": 3,
        "version": 7,
        "after": {"a": 1},
    }
    assert wire_row(RowKey("t", TRACK_ROW), version=7, value={})["frame"] is None
    gone = wire_row(RowKey("r", RANGE_ROW), version=7, value=None)
    assert gone == {"track": None, "frame": None, "range_id": "r", "version": 0, "after": None}


@pytest.mark.parametrize(
    "after",
    [
        {"start": -1, "stop": 3},
        {"start": 3, "stop": 11},
        {"start": 3},
        {"start": "0", "stop": 3},
        {"start": 0, "stop": 3, "categories": 5},
        {"start": 0, "stop": 3, "who": "me"},
    ],
)
def test_a_range_lies_within_the_video(after: dict[str, Any]) -> None:
    with pytest.raises(EditError, match="the range"):
        range_value(after, count=10, place="the range")


@pytest.mark.parametrize(
    "extra", [{"k": "\0"}, {"\0": 1}, {"k": "\ud800"}, {"k": 10**400}, {"k": float("nan")}, {"k": nested(500)}]
)
def test_what_no_database_or_answer_can_hold_is_refused(extra: dict[str, Any]) -> None:
    for after in ({"state": "absent", "extra": extra}, {"state": "absent", "run": "\0"}):
        with pytest.raises(EditError, match="can hold, or too many levels"):
            mask_value(after, current=None, author="ann", place="here")
    with pytest.raises(EditError, match="extra"):
        track_value({"extra": extra}, current=None, number=1, place="here")
    with pytest.raises(EditError, match="score"):
        track_value({"score": 2**63}, current=None, number=1, place="here")


def test_a_refusal_shows_only_the_start_of_a_long_value() -> None:
    with pytest.raises(EditError) as refused:
        mask_value({"state": ["x" * 100_000] * 10}, current=None, author="ann", place="here")
    assert len(str(refused.value)) < 1000
