"""The text of run lengths is that of JSON, for numbers of every length and for many masks at once."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage import rle
from storage.rle import MAX_PIXELS, RleError
from storage.run_text import run_texts

EDGES = (0, 1, 9, 10, 99, 100, 999, 1000, 1001, 9_999, 10_000, 999_999, 1_000_000, 1_000_001, 12_003_004, 200_000_000)
RUNS = st.sampled_from(EDGES) | st.integers(0, 1500) | st.integers(0, 10**6)
LISTS = st.lists(RUNS, min_size=1, max_size=9).filter(lambda counts: 0 < sum(counts) <= MAX_PIXELS)


@given(st.lists(LISTS, max_size=6))
@example([[number] for number in EDGES[1:]])
@example([[0, 1_000_000, 5]])
def test_the_text_is_that_of_json(lists: list[list[int]]) -> None:
    codes = [rle.compress(counts, sum(counts), 1) for counts in lists]
    assert run_texts(codes) == [json.dumps(counts, separators=(",", ":")) for counts in lists]


def test_more_masks_than_are_decoded_at_once_keep_their_order() -> None:
    codes = [rle.compress([k, 700 - k], 700, 1) for k in range(600)]
    assert run_texts(codes) == [f"[{k},{700 - k}]" for k in range(600)]


def test_a_broken_code_is_refused() -> None:
    with pytest.raises(RleError, match="add up"):
        run_texts([{"size": [2, 3], "counts": "12"}])
