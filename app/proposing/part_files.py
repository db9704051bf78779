"""The journal of a long command on disk: a crash loses one video at most.

Each process appends to a file of its own in one folder (JSON, one line a video). The first process waits for the others
and reads all files. A later call of the command, with any number of processes, finds the finished videos there.
"""

import contextlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Self

from filelock import FileLock, Timeout

from app.errors import AppError, BadInput
from app.machine import Shard
from app.own_files import remove_own
from app.progress import Report
from app.proposing.over_videos import Line
from storage.atomic import TEMPORARY, write_text

# How long the first process waits for a process that writes nothing.
WAIT_SECONDS = 600.0
POLL_SECONDS = 0.5
TOUCH_SECONDS = 5.0
# Processes that are started together begin within this time of each other.
TOGETHER_SECONDS = 600.0
OWN = re.compile(rf"rank-\d{{4,}}\.(jsonl|lock)|(?=\.rank-\d{{4,}}\.jsonl\.){TEMPORARY.pattern}")


class ProcessSilent(AppError):
    """A process that shares the work has written nothing for a long time."""


class Journal:
    """The part files of one command in ``folder``; a context manager, which holds the file of this process open.

    ``key`` (JSON) is what the results depend on besides the videos: lines with another key do not count.
    """

    def __init__(self, folder: Path, shard: Shard, *, key: Mapping[str, Any]) -> None:
        self.folder = folder
        self._shard = shard
        self.key: Mapping[str, Any] = json.loads(json.dumps(key))
        self._path = folder / f"rank-{shard.rank:04d}.jsonl"
        # Only a lock of the system is released when its process dies; an error is better than another kind.
        self._lock = FileLock(self._path.with_suffix(".lock"), blocking=False, fallback_to_soft=False)
        self._file: IO[str] | None = None
        self._began = time.time()
        self._touched = time.monotonic()

    def __enter__(self) -> Self:
        """Opens the file of this process; finished videos of an earlier call with its key stay. Raises `BadInput`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except Timeout:
            raise BadInput(
                f"Another process is writing to {self.folder}; wait for it, or take another --out."
            ) from None
        head = {"about": self.key, "began": self._began, "session": self._shard.session}
        # Ids belong to one call; a video that an earlier call finished is recognised by its hash alone.
        kept = [{**line, "id": None} for line in self._lines_of(self._path) if _is_finished(line)]
        write_text(self._path, (f"{json.dumps(line)}\n" for line in (head, *kept)))
        self._file = self._path.open("a", encoding="utf-8")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        self._lock.release()
        if kind is not None and not any(_is_finished(line) for line in self._lines_of(self._path)):
            # No video was finished: nothing to keep.
            self._path.unlink(missing_ok=True)
        self._path.with_suffix(".lock").unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def add(self, line: Mapping[str, Any]) -> None:
        """Adds the line of one video: its ``id``, and a ``hash`` with an ``entry``, or the reason why it ``failed``."""
        self._write(line)

    def touch(self) -> None:
        """Shows the first process that this one is alive; every few seconds at most."""
        if time.monotonic() - self._touched > TOUCH_SECONDS:
            self._touched = time.monotonic()
            os.utime(self._path)

    def touching(self, report: Report) -> Report:
        """Wraps a progress callback so that each call also touches the file of this process."""

        def report_and_touch(done: float, message: str) -> None:
            self.touch()
            report(done, message)

        return report_and_touch

    def end(self) -> None:
        """Records that this process has finished its share."""
        self._write({"end": True})

    def finished(self) -> dict[str, Line]:
        """The videos that any process finished in this or an earlier call: content hash -> line."""
        lines = (line for path in sorted(self.folder.glob("rank-*.jsonl")) for line in self._lines_of(path))
        return {line["hash"]: line for line in lines if _is_finished(line)}

    def lines_of_call(self) -> Iterator[Line]:
        """The lines of all videos of this call, from all its processes."""
        for rank in range(self._shard.count):
            yield from (line for line in self._lines_of(self._part(rank)) if line.get("id") is not None)

    def wait_for_all(self, patience: float, *, report: Callable[[str], None] = lambda text: None) -> None:
        """Waits until every process of this call has ended.

        Raises `ProcessSilent` if one of them has not touched its file for ``patience`` seconds.
        """
        for rank in range(self._shard.count):
            path, last, since = self._part(rank), None, time.monotonic()
            while True:
                now = _state(path)
                if now != last:
                    last, since = now, time.monotonic()
                    # A part file may be long: it is read again only after a change.
                    if self._ended(path):
                        break
                elif time.monotonic() - since > patience:
                    raise ProcessSilent(
                        f"Process {rank} of {self._shard.count} has written nothing to {self.folder} for "
                        f"{patience:.0f} seconds, so its videos are missing; what is finished is kept, start the "
                        "command again to go on."
                    )
                report(f"waiting for process {rank} of {self._shard.count}")
                time.sleep(POLL_SECONDS)

    def remove(self) -> None:
        """Removes the part files once the results are written; other files in the folder stay."""
        # Another process may be closing its file at this moment; the file that it leaves is harmless.
        with contextlib.suppress(OSError):
            remove_own(self.folder, [path.name for path in self.folder.iterdir() if OWN.fullmatch(path.name)])

    def _part(self, rank: int) -> Path:
        return self.folder / f"rank-{rank:04d}.jsonl"

    def _ended(self, path: Path) -> bool:
        """Whether the process of a part file has ended in this call, not in an earlier one that was interrupted."""
        lines = _read(path)
        if not lines or not any("end" in line for line in lines):
            return False
        head = lines[0]
        together = head.get("began", 0.0) >= self._began - TOGETHER_SECONDS
        return head.get("about") == self.key and head.get("session") == self._shard.session and together

    def _lines_of(self, path: Path) -> list[Line]:
        lines = _read(path)
        return lines[1:] if lines and lines[0].get("about") == self.key else []

    def _write(self, line: Mapping[str, Any]) -> None:
        assert self._file is not None, "the journal is open only within its context"
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def _is_finished(line: Line) -> bool:
    return "hash" in line and "entry" in line


def _read(path: Path) -> list[Line]:
    """The complete lines of a part file; a line that is still being written, or was cut off, is left out."""
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
