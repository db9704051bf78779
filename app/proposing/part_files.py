"""What the processes of a long command have finished, kept on disk as they go, so that a crash loses one video at most.

Each process appends to a file of its own in one folder (JSON, one line a video); the first process waits for the
others and reads all. A later call of the command, with any number of processes, finds there what is done.
"""

import contextlib
import fcntl
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Self

from app.errors import AppError, BadInput
from app.machine import Shard
from app.own_files import remove_own
from storage.atomic import TEMPORARY, write_text

Line = dict[str, Any]
# How long the first process waits for one that is silent.
WAIT_SECONDS = 600.0
LOOK_SECONDS = 0.5
TOUCH_SECONDS = 5.0
# Processes that are started together begin within this time of each other.
TOGETHER_SECONDS = 600.0
OWN = re.compile(rf"rank-\d{{4,}}\.(jsonl|lock)|(?=\.rank-\d{{4,}}\.jsonl\.){TEMPORARY.pattern}")


class PartMissing(AppError):
    """A process that shares the work has fallen silent."""


class Parts:
    """The part files of one command in ``folder``; a context manager, which holds this process's own one open.

    ``about`` (JSON) is what results depend on: lines that were written about something else do not count.
    """

    def __init__(self, folder: Path, shard: Shard, *, about: Mapping[str, Any]) -> None:
        self.folder = folder
        self._shard = shard
        self._about = json.loads(json.dumps(about))
        self._path = folder / f"rank-{shard.rank:04d}.jsonl"
        self._file: IO[str] | None = None
        self._began = time.time()
        self._touched = time.monotonic()

    def __enter__(self) -> Self:
        """Opens the own part; what an earlier call left in it about the same thing stays. Raises `BadInput`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = self._path.with_suffix(".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise BadInput(
                f"Another process is writing to {self.folder}; wait for it, or take another --out."
            ) from None
        head = {"about": self._about, "began": self._began, "session": self._shard.session}
        # Ids are those of a call; what an earlier one finished is known by its hash alone.
        kept = [{**line, "id": None} for line in self._lines_of(self._path) if _is_finished(line)]
        write_text(self._path, (f"{json.dumps(line)}\n" for line in (head, *kept)))
        self._file = self._path.open("a", encoding="utf-8")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        self._lock.close()
        if kind is not None and not any(_is_finished(line) for line in self._lines_of(self._path)):
            # Broken off before anything was finished: nothing to keep.
            self._path.unlink(missing_ok=True)
        self._path.with_suffix(".lock").unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def add(self, line: Mapping[str, Any]) -> None:
        """Keeps what came of one video: its ``id``, and a ``hash`` with an ``entry``, or why it ``failed``."""
        self._write(line)

    def alive(self) -> None:
        """Shows the first process, now and then, that this one is at work."""
        if time.monotonic() - self._touched > TOUCH_SECONDS:
            self._touched = time.monotonic()
            os.utime(self._path)

    def heard(self, share: Callable[[float], None]) -> Callable[..., None]:
        """``share``, with a sign of life whenever it is told how much is done; what is said besides is not heard."""

        def tell(done: float, message: str = "") -> None:
            self.alive()
            share(done)

        return tell

    def end(self) -> None:
        """This process has done its part."""
        self._write({"end": True})

    def finished(self) -> dict[str, Line]:
        """What was finished by any process in this or an earlier call: content hash -> its line."""
        lines = (line for path in sorted(self.folder.glob("rank-*.jsonl")) for line in self._lines_of(path))
        return {line["hash"]: line for line in lines if _is_finished(line)}

    def of_this_call(self) -> Iterator[Line]:
        """What the processes of this call say of each video."""
        for rank in range(self._shard.count):
            yield from (line for line in self._lines_of(self._part(rank)) if line.get("id") is not None)

    def wait_for_all(self, patience: float, *, report: Callable[[str], None] = lambda text: None) -> None:
        """Waits until every process of this call has ended.

        Raises `PartMissing` when one of them has given no sign of life for ``patience`` seconds.
        """
        for rank in range(self._shard.count):
            path, last, since = self._part(rank), None, time.monotonic()
            while True:
                now = _state(path)
                if now != last:
                    last, since = now, time.monotonic()
                    # A part may be long: it is read again only when it changed.
                    if self._ended(path):
                        break
                elif time.monotonic() - since > patience:
                    raise PartMissing(
                        f"Process {rank} of {self._shard.count} has written nothing to {self.folder} for "
                        f"{patience:.0f} seconds, so its videos are missing; what is finished is kept, start the "
                        "command again to go on."
                    )
                report(f"waiting for process {rank} of {self._shard.count}")
                time.sleep(LOOK_SECONDS)

    def remove(self) -> None:
        """Everything has been put together: the parts go; what a person put beside them stays."""
        # Another process may be closing its part at this moment; what it leaves costs nothing.
        with contextlib.suppress(OSError):
            remove_own(self.folder, [path.name for path in self.folder.iterdir() if OWN.fullmatch(path.name)])

    def _part(self, rank: int) -> Path:
        return self.folder / f"rank-{rank:04d}.jsonl"

    def _ended(self, path: Path) -> bool:
        """Whether the process of a part has ended, in this call and not in one that broke off before."""
        lines = _read(path)
        if not lines or not any("end" in line for line in lines):
            return False
        head = lines[0]
        together = head.get("began", 0.0) >= self._began - TOGETHER_SECONDS
        return head.get("about") == self._about and head.get("session") == self._shard.session and together

    def _lines_of(self, path: Path) -> list[Line]:
        lines = _read(path)
        return lines[1:] if lines and lines[0].get("about") == self._about else []

    def _write(self, line: Mapping[str, Any]) -> None:
        assert self._file is not None, "the part is open only within its context"
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def _is_finished(line: Line) -> bool:
    return "hash" in line and "entry" in line


def _read(path: Path) -> list[Line]:
    """The whole lines of a part; one that is being written, or broke off, does not count."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    lines = []
    for line in text.split("\n")[:-1]:
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            lines.append(found)
    return lines


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns
