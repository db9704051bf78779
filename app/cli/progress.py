"""Progress on stderr: on a terminal one line that is redrawn, in a log a line every few seconds."""

import sys
import time
from typing import ClassVar, TextIO


class Progress:
    """Called with the done share (0 to 1) and a message; estimates the time left from the speed so far.

    What was done before the first call, as in a run that goes on, says nothing about the speed. On a terminal the line
    is redrawn at most ten times a second; elsewhere a line is written every ``every`` seconds.
    """

    drawn: ClassVar["Progress | None"] = None  # whose line on the terminal is not ended yet

    def __init__(self, stream: TextIO | None = None, *, every: float = 5.0) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._pause = 0.1 if self._live else every
        self._since, self._before = time.monotonic(), 0.0
        self._is_first = True
        self._last = float("-inf")
        self._width = 0

    def begin(self, share: float) -> None:
        """The work begins with a share of it done, long before this command."""
        self._since, self._before, self._is_first = time.monotonic(), share, False

    def __call__(self, share: float, message: str = "", *, eta_seconds: float | None = None) -> None:
        now = time.monotonic()
        if now - self._last < self._pause and share < 1.0:
            return
        self._last = now
        rest = eta_seconds if eta_seconds is not None else _rest(share, share - self._before, now - self._since)
        if self._is_first:
            self._since, self._before, self._is_first = now, share, False
        text = f"{min(max(share, 0.0), 1.0):4.0%} {message}".rstrip()
        self._draw(text if rest is None or share >= 1.0 else f"{text}, {duration(rest)} left")

    def end(self) -> None:
        """End the redrawn line, so that the next output starts on a new one."""
        if self._width:
            print(file=self._stream, flush=True)
            self._width = 0
        if Progress.drawn is self:
            Progress.drawn = None

    def _draw(self, text: str) -> None:
        if not self._live:
            print(text, file=self._stream, flush=True)
            return
        print(f"\r{text.ljust(self._width)}", end="", file=self._stream, flush=True)
        self._width = len(text)
        Progress.drawn = self


def end_redrawn_line() -> None:
    """End the line on the terminal that is still redrawn, if there is one: what follows has a line of its own."""
    if Progress.drawn is not None:
        Progress.drawn.end()


def duration(seconds: float) -> str:
    """A time in words: ``45 s``, ``12 min``, ``3 h 05 min``."""
    if seconds < 90:
        return f"{max(round(seconds), 0)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def _rest(share: float, gained: float, spent: float) -> float | None:
    """Seconds left, where a share of ``gained`` took ``spent`` seconds; None: it is too early to say."""
    # The speed of the first moments is no measure of the rest.
    if gained < 0.01 or spent < 1.0:
        return None
    return spent / gained * (1.0 - share)
