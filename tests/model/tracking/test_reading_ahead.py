"""Reading ahead: the same items in the same order, a bounded number of them early, and no thread left behind."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.tracking.reading_ahead import ReadingAhead, frames_ahead


def threads() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "reading ahead"]


@given(st.lists(st.integers(), max_size=20), st.integers(1, 5))
def test_all_items_come_in_their_order(items: list[int], most: int) -> None:
    assert list(ReadingAhead(items, most=most)) == items
    assert threads() == []


def test_an_error_is_raised_where_its_item_was_asked_for() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    found = iter(ReadingAhead(items(), most=3))
    assert next(found) == 1
    with pytest.raises(OSError, match="gone"):
        next(found)
    assert threads() == []


def test_no_more_items_are_read_ahead_than_asked_for_and_closing_closes_the_source() -> None:
    read, closed, waits = [], threading.Event(), threading.Semaphore(0)

    def items() -> Iterator[int]:
        try:
            for number in range(100):
                read.append(number)
                waits.release()
                yield number
        finally:
            closed.set()

    found = iter(ReadingAhead(items(), most=2))
    assert next(found) == 0
    for _ in range(4):  # the one that was taken, two that wait, and one for which there is no room yet
        assert waits.acquire(timeout=20)
    assert not waits.acquire(timeout=0.1)
    assert read == [0, 1, 2, 3]
    found.close()  # type: ignore[attr-defined]
    assert closed.is_set() and threads() == []


def test_the_source_is_read_by_one_other_thread() -> None:
    names = {name for name in ReadingAhead((threading.current_thread().name for _ in range(3)), most=1)}
    assert names == {"reading ahead"}


def test_only_a_gpu_leaves_time_to_read_ahead() -> None:
    assert frames_ahead("cpu") == 0 and frames_ahead("cuda:1") == frames_ahead("cuda") > 0
