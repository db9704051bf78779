"""Marks in memory that the server shares with the processes that answer prompts: nobody waits for an answer any more.

A pass of a network takes a part of a second, and the next prompt waits for it. So the process that computes one looks
at the mark of its prompt between the layers of the network, and leaves off.
"""

import multiprocessing
from collections.abc import Callable
from ctypes import c_uint64
from typing import Any, TypeVar

from app.errors import AppError

Result = TypeVar("Result")
# Places of marks: more than prompts may wait at once.
PLACES = 64


class Abandoned(AppError):
    """Nobody waits for the answer to this prompt any more."""

    status = 499


class Marks:
    """Which of the latest prompts, numbered from 1, need no answer; processes get it when they begin."""

    def __init__(self) -> None:
        self._abandoned: Any = multiprocessing.get_context("spawn").RawArray(c_uint64, PLACES)

    def abandon(self, number: int) -> None:
        """The prompt of this number need not be answered; nothing happens if it is."""
        self._abandoned[number % PLACES] = number

    def abandoned(self, number: int) -> bool:
        """Whether the prompt of this number need not be answered."""
        return bool(self._abandoned[number % PLACES] == number)


class _Here:
    """What this process works at."""

    marks: Marks | None = None
    number = 0


def use_marks(marks: Marks) -> None:
    """The marks of this process from now on."""
    _Here.marks = marks


def working_at(number: int, work: Callable[[], Result]) -> Result:
    """Answer the prompt of this number. Raises `Abandoned`, and what ``work`` raises."""
    _Here.number = number
    go_on()
    return work()


def go_on() -> None:
    """Called now and then by what takes long. Raises `Abandoned` where nobody waits for its prompt any more."""
    if _Here.marks is not None and _Here.marks.abandoned(_Here.number):
        raise Abandoned("The page no longer waits for the mask.")
