"""The processes that answer prompts, started when a tool gets ready for one. The server computes nothing itself.

A process that dies is replaced, and its prompt is asked once more. The processes end with the server, also when that
is killed.
"""

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
        self._closed = False

    def ask(self, *arguments: Arguments.args, **named: Arguments.kwargs) -> Answered:
        """The answer, waited for. Raises what ``answer`` raises, `Overloaded` or `PromptingFailed`."""
        return self.run(self._answer, *arguments, **named)

    def run(self, work: Callable[Other, Result], *arguments: Other.args, **named: Other.kwargs) -> Result:
        """Other work in the same processes, in turn with the prompts; raises as `ask`."""
        with self._lock:
            if self._waiting >= MOST_PROMPTS:
                raise Overloaded("Too many prompts wait for their masks; ask again in a moment.")
            self._waiting += 1
        try:
            return self._done(work, *arguments, **named)
        finally:
            with self._lock:
                self._waiting -= 1

    def _done(self, work: Callable[Other, Result], *arguments: Other.args, **named: Other.kwargs) -> Result:
        for _ in range(2):
            executor, done = self._submit(work, *arguments, **named)
            try:
                return done.result()
            except BrokenProcessPool:
                self._forget(executor)
        raise PromptingFailed("The mask could not be computed: its process ended. The log of the server says more.")

    def _submit(
        self, work: Callable[Other, Result], *arguments: Other.args, **named: Other.kwargs
    ) -> "tuple[ProcessPoolExecutor, Future[Result]]":
        with self._lock:
            if self._closed:
                raise Overloaded("The server is closing.")
            if self._executor is None:
                # Spawned, because the server has threads, which a forked process would not have.
                context = multiprocessing.get_context("spawn")
                self._executor = ProcessPoolExecutor(
                    self._processes, mp_context=context, initializer=_begin, initargs=(self._begin,)
                )
            return self._executor, self._executor.submit(work, *arguments, **named)

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


def _begin(work: Callable[[], object] | None) -> None:
    """Begin a process: Ctrl+C is the server's, and the process ends when the server does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), name="end-with-server", daemon=True).start()
    if work is not None:
        work()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(0)
