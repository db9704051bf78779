"""The JSON of a file is parsed entry by entry, with the same result and the same mistakes as in one call."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.youtube_vis.json_text import _by_entries, load_json, no_check

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
DECODER = json.JSONDecoder()


def outcome(parse: Any) -> str:
    try:
        return repr(parse())
    except json.JSONDecodeError as error:
        return f"refused: {error}"


@settings(max_examples=300, deadline=None)
@given(VALUES, st.sampled_from([None, 0, 2]), st.integers(0, 300), st.text(max_size=3))
def test_a_text_gives_what_the_decoder_gives_also_damaged(value: Any, indent: Any, at: int, junk: str) -> None:
    whole = json.dumps(value, indent=indent, ensure_ascii=False)
    for text in (whole, f" {whole}\n", whole[:at], whole[:at] + junk + whole[at:]):
        ours = outcome(lambda text=text: _by_entries(text, DECODER, no_check))
        assert ours == outcome(lambda text=text: DECODER.decode(text)), text


@pytest.mark.parametrize(
    "text", ["", "[", "{", "[1", "[1,", "[1,]", "{,}", '{"a"', '{"a":', '{"a":1,}', "[]]", "{} {}", "{1:2}", "[1 2]"]
)
def test_every_broken_form_is_refused_as_before(text: str) -> None:
    refused = outcome(lambda: _by_entries(text, DECODER, no_check))
    assert refused.startswith("refused") and refused == outcome(lambda: DECODER.decode(text))


def test_a_check_comes_before_every_entry_of_the_outer_lists() -> None:
    calls: list[int] = []
    content = {"videos": [{"id": k} for k in range(5)], "info": {"a": [1, 2, 3]}, "annotations": [[1, 2]] * 7}
    load_json(json.dumps(content), "x", lambda: calls.append(1))
    assert len(calls) == 3 + 5 + 7
    calls.clear()
    load_json("[1, [2, 3], {}]", "x", lambda: calls.append(1))
    assert len(calls) == 3


def test_what_a_check_raises_ends_the_reading() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_json('{"videos": []}', "x", stop)
