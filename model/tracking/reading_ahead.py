"""Frames that are decoded while the network computes: a thread reads some of them ahead."""

import queue
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_FRAMES = 32  # about a window; 85 MiB of frames of 1280 x 720 pixels


@dataclass(frozen=True)
class _Read(Generic[T]):
    """An item, or the reason why there is none: an error, or the end."""

    item: T | None = None
    error: BaseException | None = None
    ended: bool = False


class ReadingAhead(Generic[T]):
    """Iterates over ``items`` in their order, ``most`` of which wait to be asked for while one more is read.

    They are read by a thread, from the first call of ``next`` on. An error while reading is raised where the item was
    asked for. `close` ends the thread; it waits for an item that is being read.
    """

    def __init__(self, items: Iterable[T], *, most: int) -> None:
        self._items = items
        self._read: queue.Queue[_Read[T]] = queue.Queue(maxsize=max(most, 1))
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reading ahead", daemon=True)

    def __iter__(self) -> Iterator[T]:
        self._thread.start()
        try:
            while not (read := self._read.get()).ended:
                if read.error is not None:
                    raise read.error
                yield read.item  # type: ignore[misc]
        finally:
            self.close()

    def close(self) -> None:
        """Stop reading; closing twice is harmless. Iterating to the end does it too."""
        self._closed.set()
        while self._thread.is_alive():
            try:
                self._read.get_nowait()  # makes room for a thread that waits for it
            except queue.Empty:
                self._thread.join(0.01)

    def _run(self) -> None:
        items = iter(self._items)
        try:
            for item in items:
                self._read.put(_Read(item))
                if self._closed.is_set():
                    return
            self._read.put(_Read(ended=True))
        except BaseException as error:  # raised again where the item is asked for
            self._read.put(_Read(error=error))
        finally:
            if hasattr(items, "close"):
                items.close()  # a generator is closed by the thread that ran it


def frames_ahead(device: str) -> int:
    """How many frames of a video to read ahead: 0 on a CPU, which cannot decode and compute at once."""
    return _FRAMES if device.startswith("cuda") else 0
