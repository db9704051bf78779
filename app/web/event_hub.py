"""Tells open pages what happened: new edits and the state of jobs, over one WebSocket per page.

The database is the only source: other processes (the worker, a second server) write there too. While a page is
connected the edit log is read on from its last number a few times a second; a write of this server wakes the reader
at once.
"""

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field
from typing import Any

from app.web import wire
from storage import edits, jobs
from storage.database import Database

log = logging.getLogger(__name__)
POLL_SECONDS = 0.3
BATCH = 500
QUEUE_LIMIT = 2000


@dataclass(eq=False)
class Listener:
    """One connected page: what it wants to hear of, the last edit it was told, and what waits to be sent to it."""

    video: str | None
    project: str | None
    last: int
    queue: "asyncio.Queue[dict[str, Any] | None]" = field(default_factory=asyncio.Queue)
    limit: int = QUEUE_LIMIT

    def tell(self, message: dict[str, Any] | None) -> None:
        """Queues a message (``None`` ends the connection).

        A page that does not read is cut off, and asks for what it missed when it is back.
        """
        if self.queue.qsize() < self.limit:
            self.queue.put_nowait(message)
            return
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)

    def make_room(self, messages: int) -> None:
        """Lets so many more messages wait: those a page missed are queued at once, before it can read any."""
        self.limit += messages


class EventHub:
    """Reads the log and the jobs while anybody listens, and hands each listener what it asked for."""

    def __init__(self, database: Database, *, poll_seconds: float = POLL_SECONDS) -> None:
        self._database = database
        self._poll_seconds = poll_seconds
        self._listeners: set[Listener] = set()
        self._last = 0
        self._jobs: dict[str, tuple[object, ...]] = {}
        self._followed: set[str] = set()
        self._lock = asyncio.Lock()
        self._awake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def join(self, *, video: str | None, project: str | None, since: int | None) -> Listener:
        """A new listener; the first message is the hello, then come the edits after ``since``, then live ones."""
        async with self._lock:
            last = await asyncio.to_thread(self._last_number)
            # A number that the log has not reached is of another database, so it must not hide what comes here.
            begin = last if since is None else min(max(since, 0), last)
            listener = Listener(video=video, project=project, last=begin)
            listener.tell({"type": "hello", "last_edit": last})
            if since is not None:
                await self._catch_up(listener, last)
            self._start(last)
            self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """The page is gone; when it was the last one, reading stops."""
        self._listeners.discard(listener)
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = None

    def follow(self, job_id: str) -> None:
        """Tells of this job until it has ended, also when it ends before it is first seen running."""
        self._followed.add(job_id)
        self.wake()

    def wake(self) -> None:
        """Something was just written by this process: tell it now. May be called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._awake.set)

    async def close(self) -> None:
        """Sends every page away, for the end of the server."""
        for listener in list(self._listeners):
            listener.tell(None)
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _start(self, last: int) -> None:
        if self._task is None or self._task.done():
            self._last = last
            self._jobs.clear()
            self._loop = asyncio.get_running_loop()
            self._task = self._loop.create_task(self._read_on())

    async def _catch_up(self, listener: Listener, last: int) -> None:
        while listener.last < last:
            found = await asyncio.to_thread(self._edits_after, listener.last, listener.video, listener.project)
            listener.make_room(len(found))
            for message in found:
                listener.tell(message)
                listener.last = message["number"]
            if len(found) < BATCH:
                listener.last = max(listener.last, last)

    async def _read_on(self) -> None:
        while True:
            try:
                async with self._lock:
                    await self._tick()
            except Exception:
                # A database that is locked or full for a moment must not silence every page for good.
                log.exception("Reading the log of edits failed; trying again.")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._awake.wait(), self._poll_seconds)
            self._awake.clear()

    async def _tick(self) -> None:
        new = await asyncio.to_thread(self._edits_after, self._last, None, None)
        for message in new:
            self._last = message["number"]
            for listener in self._listeners:
                if message["number"] > listener.last and _wants(listener, message["video"], message["project"]):
                    listener.last = message["number"]
                    listener.tell(message)
        for message in await asyncio.to_thread(self._changed_jobs):
            job = message["job"]
            for listener in self._listeners:
                if _wants(listener, job["video"], job["project"], either=True):
                    listener.tell(message)

    def _last_number(self) -> int:
        with self._database.read() as tx:
            return edits.last_number(tx)

    def _edits_after(self, number: int, video: str | None, project: str | None) -> list[dict[str, Any]]:
        with self._database.read() as tx:
            found = edits.edits_since(tx, number, video=video, project=project, limit=BATCH)
            return [wire.edit_event(edit) for edit in found]

    def _changed_jobs(self) -> list[dict[str, Any]]:
        """Jobs that look different from when they were last told, and those that ended since."""
        with self._database.read() as tx:
            active = {job.id: job for job in jobs.list_jobs(tx, active=True)}
            followed, self._followed = self._followed, set()
            for ended in (followed | set(self._jobs)) - set(active):
                active[ended] = jobs.get_job(tx, ended)
        changed = []
        for job in active.values():
            look: tuple[object, ...] = (job.status, job.progress, job.message, job.eta_seconds)
            if self._jobs.get(job.id) != look:
                changed.append({"type": "job", "job": wire.job(job)})
            if job.active:
                self._jobs[job.id] = look
            else:
                self._jobs.pop(job.id, None)
        return changed


def _wants(listener: Listener, video: str | None, project: str | None, *, either: bool = False) -> bool:
    """Whether a listener asked for this video and project; with ``either`` the project alone is enough (jobs)."""
    if either and listener.project is not None:
        return listener.project == project or (listener.video is not None and listener.video == video)
    return listener.video in (None, video) and listener.project in (None, project)
