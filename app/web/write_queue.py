"""Queue of work that writes to the database. Waiting work holds no thread, and its number is limited."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

from app.errors import Overloaded
from storage.database import Database

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")
# Less than the timeout of a request in the editor (30 s), so that the page gets the answer.
PATIENCE_SECONDS = 25.0


class WriteQueue:
    """Runs work in the order of its arrival, on ``threads`` threads of its own.

    ``most`` is how many pieces of work may wait or run. ``turn_seconds`` is the longest wait for a turn, which is part
    of `PATIENCE_SECONDS`, the longest wait for the write lock; None if earlier work may take minutes. ``present``
    is how many pieces wait or run now.
    """

    def __init__(
        self, database: Database, *, name: str, threads: int, most: int, turn_seconds: float | None = None
    ) -> None:
        self._database = database
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._free = asyncio.Semaphore(threads)
        self._most = most
        self._turn_seconds = turn_seconds
        self.present = 0

    async def run(self, work: Callable[[Database, *Arguments], T], *arguments: *Arguments) -> T:
        """Run ``work(database, *arguments)`` and return its result; its transactions are durable.

        Raises `Overloaded` if too many wait already or no thread gets free in time, and the errors of the work.
        """
        if self.present >= self._most:
            raise Overloaded(f"{self.present} changes wait to be stored already; try again in a moment.")
        self.present += 1
        try:
            waited = await self._turn()
            try:
                durable = self._database.durable(patience_seconds=max(PATIENCE_SECONDS - waited, 1.0))
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._threads, lambda: work(durable, *arguments))
            finally:
                self._free.release()
        finally:
            self.present -= 1

    def close(self) -> None:
        """End the threads; waiting work is dropped."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def _turn(self) -> float:
        """Wait for a free thread; returns the seconds waited that count against `PATIENCE_SECONDS`."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            async with asyncio.timeout(self._turn_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise Overloaded(
                f"Other changes have kept the database for over {self._turn_seconds:.0f} s; "
                "nothing of this one was kept; try again."
            ) from None
        return 0.0 if self._turn_seconds is None else loop.time() - begun
