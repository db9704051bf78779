"""Sends new edits, comments, drafts and the state of jobs to open pages, over one WebSocket per page.

Messages are made from the database alone, because other processes (the worker, a second server) write there too. While
a page is connected, the hub reads the new entries of the edit log a few times a second, and at once after a write of
this server.
"""

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from app.web import wire
from app.web.wire import Json
from storage import comments, drafts, edits, jobs, masks, runs
from storage.database import Database
from storage.drafts import Draft

log = logging.getLogger(__name__)
POLL_SECONDS = 0.3
BATCH = 500
QUEUE_LIMIT = 2000


@dataclass(eq=False)
class Listener:
    """One connected page: its filter (None: all), the number of the last edit queued for it, and its messages."""

    video: str | None
    project: str | None
    last: int
    queue: "asyncio.Queue[Json | None]" = field(default_factory=asyncio.Queue)
    limit: int = QUEUE_LIMIT

    def put(self, message: Json | None) -> None:
        """Queue a message; None ends the connection.

        If a page does not read, its connection is ended; when it connects again, it requests what it missed.
        """
        if self.queue.qsize() < self.limit:
            self.queue.put_nowait(message)
            return
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)

    def make_room(self, messages: int) -> None:
        """Raise the limit by ``messages``: those that a page missed are queued at once, before it can read any."""
        self.limit += messages


@dataclass
class _ToldSoFar:
    """What pages were told of: numbers of the last edit, comment, draft and removal of drafts, and states of jobs."""

    edit: int = 0
    comment: int = 0
    draft: int = 0
    removal: int = 0
    jobs: dict[str, tuple[object, ...]] = field(default_factory=dict)


class EventHub:
    """Reads the edit log and the jobs while a page is connected, and queues the messages that each page wants."""

    def __init__(self, database: Database, *, poll_seconds: float = POLL_SECONDS) -> None:
        self._database = database
        self._poll_seconds = poll_seconds
        self._listeners: set[Listener] = set()
        self._told = _ToldSoFar()
        self._followed: set[str] = set()
        self._lock = asyncio.Lock()
        self._awake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def join(self, *, video: str | None, project: str | None, since: int | None) -> Listener:
        """A new listener; its messages are a hello, then the edits after number ``since``, then new ones."""
        async with self._lock:
            last = await asyncio.to_thread(self._last_number)
            # A number that the log has not reached is from another database; it must not hide new edits.
            begin = last if since is None else min(max(since, 0), last)
            listener = Listener(video=video, project=project, last=begin)
            listener.put({"type": "hello", "last_edit": last})
            if since is not None:
                await self._catch_up(listener, last)
            self._start(last, *await asyncio.to_thread(self._last_changes))
            self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Remove the listener of a closed page; after the last one, reading stops."""
        self._listeners.discard(listener)
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = None

    def follow(self, job_id: str) -> None:
        """Send the state of this job until it has ended, even if it ends before the next reading."""
        self._followed.add(job_id)
        self.wake()

    def wake(self) -> None:
        """Read at once, because this process has written. May be called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._awake.set)

    async def close(self) -> None:
        """End all connections, when the server ends."""
        for listener in list(self._listeners):
            listener.put(None)
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _start(self, last: int, last_comment: int, last_draft: int) -> None:
        if self._task is None or self._task.done():
            self._told = _ToldSoFar(last, last_comment, last_draft, last_draft)
            self._loop = asyncio.get_running_loop()
            self._task = self._loop.create_task(self._read_on())

    async def _catch_up(self, listener: Listener, last: int) -> None:
        while listener.last < last:
            found = await asyncio.to_thread(self._missed, listener.last, listener.video, listener.project)
            listener.make_room(len(found))
            for message in found:
                listener.put(message)
                listener.last = message["number"]
            if len(found) < BATCH:
                listener.last = max(listener.last, last)

    async def _read_on(self) -> None:
        while True:
            try:
                async with self._lock:
                    await self._tick()
            except Exception:
                # If the database is locked or full for a moment, reading must go on afterwards.
                log.exception("Reading the log of edits failed; trying again.")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._awake.wait(), self._poll_seconds)
            self._awake.clear()

    async def _tick(self) -> None:
        told, followed = replace(self._told, jobs=dict(self._told.jobs)), set(self._followed)
        new, others, changed = await asyncio.to_thread(self._news, told, followed)
        self._told = told  # only now: what could not be read is read again
        self._followed -= followed
        for message in new:
            for listener in self._listeners:
                if message["number"] > listener.last and _wants(listener, message["video"], message["project"]):
                    listener.last = message["number"]
                    listener.put(message)
        for message in others:
            for listener in self._listeners:
                if _wants(listener, message["video"], message["project"]):
                    listener.put(message)
        for message in changed:
            job = message["job"]
            for listener in self._listeners:
                if _wants(listener, job["video"], job["project"], either=True):
                    listener.put(message)

    def _news(self, told: _ToldSoFar, followed: set[str]) -> tuple[list[Json], list[Json], list[Json]]:
        """Messages for new edits, for comments and drafts, and for jobs, all of one state of the database.

        An edit that applies drafts removes them in the same transaction. If edits were read before it and drafts after
        it, a page would lose the drafts before it has the masks that were made of them.
        """
        with self._database.read() as tx:
            new = _edits_after(tx, told.edit, None, None)
            told.edit = new[-1]["number"] if new else told.edit
            # After a full batch there may be more edits, and what goes with them waits for these.
            others = [] if len(new) == BATCH else [*_new_comments(tx, told), *_new_drafts(tx, told)]
            return new, others, _changed_jobs(tx, told, followed)

    def _last_number(self) -> int:
        with self._database.read() as tx:
            return edits.last_number(tx)

    def _last_changes(self) -> tuple[int, int]:
        """Numbers of the last written comment and drafts."""
        with self._database.read() as tx:
            return comments.last_change(tx), drafts.last_change(tx)

    def _missed(self, number: int, video: str | None, project: str | None) -> list[Json]:
        with self._database.read() as tx:
            return _edits_after(tx, number, video, project)


def _edits_after(tx: Connection, number: int, video: str | None, project: str | None) -> list[Json]:
    found = edits.edits_since(tx, number, video=video, project=project, limit=BATCH)
    return [wire.edit_event(edit) for edit in found]


def _new_comments(tx: Connection, told: _ToldSoFar) -> list[Json]:
    """Messages for comments written since the last reading; a page asks for older ones itself."""
    found = comments.comments_since(tx, told.comment, limit=BATCH)
    if found:
        told.comment = found[-1][0].change
    return [wire.comment_event(comment, project) for comment, project in found]


def _new_drafts(tx: Connection, told: _ToldSoFar) -> list[Json]:
    """Messages for what went and what came among the drafts; a page asks for older ones itself.

    Removals come first: a draft that is there now was stored after every removal that concerns it.
    """
    gone = drafts.removals_since(tx, told.removal)
    found = drafts.drafts_since(tx, told.draft, limit=BATCH)
    by_video: dict[tuple[str, str], list[Draft]] = {}
    for draft, project in found:
        by_video.setdefault((draft.video_id, project), []).append(draft)
    messages = [wire.drafts_removed_event(project, removal) for removal, project in gone]
    for (video, project), own in by_video.items():
        blobs = masks.get_blobs(tx, {draft.blob_hash for draft in own if draft.blob_hash is not None})
        made = [runs.get_run(tx, name) for name in sorted({draft.run_id for draft in own})]
        messages.append(wire.drafts_event(video, project, wire.drafts(made, own, blobs)))
    if gone:
        told.removal = gone[-1][0].change
    if found:
        told.draft = found[-1][0].change
    return messages


def _changed_jobs(tx: Connection, told: _ToldSoFar, followed: set[str]) -> list[Json]:
    """Messages for jobs whose state has changed since the last reading, also for those that have ended."""
    active = {job.id: job for job in jobs.list_jobs(tx, active=True)}
    for ended in (followed | set(told.jobs)) - set(active):
        active[ended] = jobs.get_job(tx, ended)
    changed = []
    for job in active.values():
        state: tuple[object, ...] = (job.status, job.progress, job.message, job.eta_seconds)
        if told.jobs.get(job.id) != state:
            changed.append({"type": "job", "job": wire.job(job)})
        if job.active:
            told.jobs[job.id] = state
        else:
            told.jobs.pop(job.id, None)
    return changed


def _wants(listener: Listener, video: str | None, project: str | None, *, either: bool = False) -> bool:
    """Whether a listener wants this video and project; with ``either`` (jobs) one of the two is enough."""
    if either and listener.project is not None:
        return listener.project == project or (listener.video is not None and listener.video == video)
    return listener.video in (None, video) and listener.project in (None, project)
