"""The second thread: results come in order, whoever did the work, errors reach the caller, and it ends."""

import threading
from collections.abc import Iterator
from functools import partial

import pytest

from model.propagation.second_thread import SecondThread


@pytest.fixture
def second() -> Iterator[SecondThread]:
    thread = SecondThread()
    yield thread
    thread.close()


def test_two_pieces_of_work_are_done_at_once_and_the_results_stand_in_order(second: SecondThread) -> None:
    meeting = threading.Barrier(2, timeout=20)

    def meet(number: int) -> int:
        meeting.wait()
        return number

    assert second.all([partial(meet, 1), partial(meet, 2)]) == [1, 2]
    assert second.all([partial(int, number) for number in range(7)]) == list(range(7))
    assert second.all([]) == []


def test_work_that_the_other_thread_has_not_begun_is_done_by_the_caller(second: SecondThread) -> None:
    busy = threading.Event()
    second.begin(busy.wait)

    began = second.begin(threading.get_ident)

    assert began.result() == threading.get_ident()
    busy.set()


@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_error_of_any_piece_reaches_the_caller(second: SecondThread, at: int) -> None:
    work = [partial(int, "x" if number == at else "1") for number in range(3)]

    with pytest.raises(ValueError, match="invalid literal"):
        second.all(work)


def test_closing_ends_the_thread_and_drops_what_waits() -> None:
    second, busy, done = SecondThread(), threading.Event(), list[int]()
    second.begin(partial(busy.wait, 20))
    second.begin(partial(done.append, 1))
    threading.Timer(0.05, busy.set).start()

    second.close()

    assert done == []
    assert not [one for one in threading.enumerate() if one.name.startswith("spreading")]
