"""The types of flags: numbers and sizes from text. Imports only the standard library."""

import argparse

MOST = 2**63 - 1  # the largest number that arrays and random generators take


def positive(text: str) -> int:
    """The whole number above zero that ``text`` is."""
    return _at_least(text, 1)


def not_negative(text: str) -> int:
    """The whole number from zero on that ``text`` is."""
    return _at_least(text, 0)


def positive_real(text: str) -> float:
    """The finite number above zero that ``text`` is."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number above zero")
    return number


def score(text: str) -> float:
    """The number from 0 to 1 that ``text`` is."""
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to 1")
    return number


def whole_numbers(text: str) -> tuple[int, ...]:
    """The whole numbers from zero on, separated by commas."""
    return tuple(_at_least(part, 0) for part in text.split(","))


def frame_range(text: str) -> tuple[int, int]:
    """First and last frame, from a text such as 0:30."""
    first, colon, last = text.partition(":")
    if not (first and colon and last):
        raise argparse.ArgumentTypeError(f"{text!r} is no range; it must be FIRST:LAST, such as 0:30")
    return _at_least(first, 0), _at_least(last, 0)


def size(text: str) -> tuple[int, int]:
    """(width, height) in pixels, from a text such as 160x96."""
    width, times, height = text.lower().partition("x")
    if not (width and times and height):
        raise argparse.ArgumentTypeError(f"{text!r} is no size; it must be WIDTHxHEIGHT in pixels, such as 160x96")
    return _at_least(width, 1), _at_least(height, 1)


def _at_least(text: str, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if number < least:
        raise argparse.ArgumentTypeError(f"{text} is below {least}")
    if number > MOST:
        raise argparse.ArgumentTypeError(f"{text:.30} is above {MOST}")
    return number
