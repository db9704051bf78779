"""Values of foreign JSON files: loose numbers are read, everything else is refused with its place."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.formats import FormatError, json_files
from storage.formats.json_files import LARGEST, can_be_stored, entries, file_name, text, whole

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(("value", "number"), [(7, 7), (7.0, 7), ("7", 7), (" 7 ", 7), (0, 0), (LARGEST, LARGEST)])
def test_whole_numbers_may_be_loose(value: Any, number: int) -> None:
    assert whole(value, "here") == number


@pytest.mark.parametrize(
    "value",
    [True, None, 1.5, "1.5", "seven", "", "--1", "٣", [1], {}, -1, "-1", LARGEST + 1, float("nan"), float("inf")],
)
def test_other_values_are_no_whole_numbers(value: Any) -> None:
    with pytest.raises(FormatError, match=r"^here: must be a whole number of 0 or more$"):
        whole(value, "here")


@given(JSON)
def test_any_value_is_a_number_within_bounds_or_an_error_with_its_place(value: Any) -> None:
    try:
        assert 1 <= whole(value, "a[3].id", least=1) <= LARGEST
    except FormatError as error:
        assert str(error) == "a[3].id: must be a whole number of 1 or more"


@pytest.mark.parametrize("value", [None, 5, "", "  ", [], "a\0b", "\ud800"])
def test_texts_are_not_empty_and_can_be_stored(value: Any) -> None:
    with pytest.raises(FormatError, match=r"^here: "):
        text(value, "here")
    assert text(" a ", "here") == " a "


@pytest.mark.parametrize("value", ["a" * 256 + ".jpg", "a/" * 2100 + "b", "ü" * 128, "x\\" + "y" * 256])
def test_names_that_no_file_system_has_are_refused(value: str) -> None:
    with pytest.raises(FormatError, match=r"^here: cannot be the name of a file"):
        file_name(value, "here")
    assert file_name("a/" * 100 + "b" * 255, "here")


@given(JSON)
def test_what_can_be_stored_comes_back_from_its_text(value: Any) -> None:
    if can_be_stored(value):
        assert json.loads(json.dumps(value, allow_nan=False).encode()) == value


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {"a": "\ud800"}, {"a": [{"b": float("-inf")}]}])
def test_what_no_json_has_cannot_be_stored(value: Any) -> None:
    assert not can_be_stored(value)


def test_entries_are_objects_of_a_list_that_may_be_missing() -> None:
    assert entries({}, "a", "here") == entries({"a": None}, "a", "here") == []
    assert entries({"a": [{}]}, "a", "here") == [{}]
    with pytest.raises(FormatError, match=r"^here: a: must be a list$"):
        entries({"a": {}}, "a", "here")
    with pytest.raises(FormatError, match=r"^here: a\[1\]: must be an object$"):
        entries({"a": [{}, 3]}, "a", "here")


@pytest.mark.parametrize("content", [b"{", b"\xff\x00\x01", b"", b"[" * 100_000])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(FormatError) as error:
        json_files.load(path)
    assert str(error.value).startswith(str(path))
    with pytest.raises(FormatError, match="is no file but a folder"):
        json_files.load(tmp_path)
