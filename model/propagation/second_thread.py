"""A second thread, so that spreading uses two cores: OpenCV, NumPy and PyTorch compute without Python's lock."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Found = TypeVar("Found")


class HandedOver(Generic[Found]):
    """Work that was handed over."""

    def __init__(self, work: Callable[[], Found], future: "Future[Found]") -> None:
        self._work, self._future = work, future

    def result(self) -> Found:
        """What the work returns, or raises; it is done here and now if the other thread has not begun it."""
        return self._work() if self._future.cancel() else self._future.result()


class SecondThread:
    """A thread beside that of the caller, for one caller. Results do not depend on which of both did the work."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="spreading")

    def begin(self, work: Callable[[], Found]) -> HandedOver[Found]:
        """Let the other thread do something, after what it was given before."""
        return HandedOver(work, self._pool.submit(work))

    def all(self, work: Sequence[Callable[[], Found]]) -> list[Found]:
        """What each piece of work returns; both threads take pieces, from both ends. Raises what one of them raises."""
        begun = [self.begin(one) for one in reversed(work[1:])]
        return [one() for one in work[:1]] + [one.result() for one in reversed(begun)]

    def close(self) -> None:
        """End the thread, after the work that it has begun; what waits is not done."""
        self._pool.shutdown(wait=True, cancel_futures=True)
