"""The processes that answer prompts, started when a tool gets ready for one. The server computes nothing itself.

A process that dies is replaced, and its prompt is asked once more. The processes end with the server, also when that
is killed.
"""

import functools
import itertools
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Generic, ParamSpec, TypeVar

from app.errors import AppError, Overloaded
from app.prompting.marks import Marks, use_marks, working_at

Arguments = ParamSpec("Arguments")
Answered = TypeVar("Answered")
Other = ParamSpec("Other")
Result = TypeVar("Result")
PROCESSES = 1
# Prompts that may wait or run; a person waits for one at a time.
MOST_PROMPTS = 16


class PromptingFailed(AppError):
    """The process that answers prompts ended twice over one of them."""

    status = 500


class PromptPool(Generic[Arguments, Answered]):
    """Runs ``answer`` in other processes, for several threads at once."""

    def __init__(
        self,
        answer: Callable[Arguments, Answered],
        *,
        processes: int = PROCESSES,
        begin: Callable[[], object] | None = None,
    ) -> None:
        """``begin`` is run first in each process, which gets it and ``answer`` pickled."""
        self._answer = answer
        self._begin = begin
        self._processes = processes
        self._lock = threading.Lock()
        self._executor: ProcessPoolExecutor | None = None
        self._waiting = 0
        self._marks = Marks()
        self._numbers = itertools.count(1)
        self._closed = False

    def ask(self, *arguments: Arguments.args, **named: Arguments.kwargs) -> Answered:
        """The answer, waited for. Raises what ``answer`` raises, `Overloaded` or `PromptingFailed`."""
        return self.run(self._answer, *arguments, **named)

    def ask_until(self, left: "Future[None]", *arguments: Arguments.args, **named: Arguments.kwargs) -> Answered:
        """As `ask`, for somebody who may leave: then ``left`` is done or cancelled. Raises `Abandoned` too."""
        return self._in_turn(left, functools.partial(self._answer, *arguments, **named))

    def run(self, work: Callable[Other, Result], *arguments: Other.args, **named: Other.kwargs) -> Result:
        """Other work in the same processes, in turn with the prompts; raises as `ask`."""
        return self._in_turn(None, functools.partial(work, *arguments, **named))

    def _in_turn(self, left: "Future[None] | None", work: Callable[[], Result]) -> Result:
        with self._lock:
            if self._waiting >= MOST_PROMPTS:
                raise Overloaded("Too many prompts wait for their masks; ask again in a moment.")
            self._waiting += 1
            number = next(self._numbers)
        if left is not None:
            left.add_done_callback(lambda _: self._marks.abandon(number))
        try:
            return self._done(number, work)
        finally:
            with self._lock:
                self._waiting -= 1

    def _done(self, number: int, work: Callable[[], Result]) -> Result:
        for _ in range(2):
            executor, done = self._submit(number, work)
            try:
                return done.result()
            except BrokenProcessPool:
                self._forget(executor)
        raise PromptingFailed("The mask could not be computed: its process ended. The log of the server says more.")

    def _submit(self, number: int, work: Callable[[], Result]) -> "tuple[ProcessPoolExecutor, Future[Result]]":
        with self._lock:
            if self._closed:
                raise Overloaded("The server is closing.")
            if self._executor is None:
                # Spawned, because the server has threads, which a forked process would not have.
                context = multiprocessing.get_context("spawn")
                self._executor = ProcessPoolExecutor(
                    self._processes, mp_context=context, initializer=_begin, initargs=(self._marks, self._begin)
                )
            return self._executor, self._executor.submit(working_at, number, work)

    def _forget(self, executor: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._executor is executor:
                self._executor = None
        executor.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """End the processes; a running prompt is waited for."""
        with self._lock:
            self._closed = True
            executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=True, cancel_futures=True)


def _begin(marks: Marks, work: Callable[[], object] | None) -> None:
    """Begin a process: Ctrl+C is the server's, and the process ends when the server does."""
    use_marks(marks)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), name="end-with-server", daemon=True).start()
    if work is not None:
        work()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(0)
