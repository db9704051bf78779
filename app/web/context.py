"""The shared parts of a running server: settings, database, frame cache, thread pools, and the event hub.

Each kind of work has threads of its own, so that none waits for another: reading (`Context.run`), short writes
(`Context.write`), writes that also read or copy files (`Context.write_long`), pictures (`Context.paint`), and prompts
(`Context.prompt`), whose threads only wait for other processes.
"""

import asyncio
import functools
import inspect
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar, TypeVarTuple

from app.library.counting import frame_index
from app.pictures.jpegs import FrameCache
from app.prompting.answering import PromptAnswer, answer_by_own, answer_prompt, get_own_ready, get_ready, use_device
from app.prompting.own_model import OwnModel
from app.prompting.pool import MOST_PROMPTS, PromptPool
from app.settings import Settings
from app.web.event_hub import EventHub
from app.web.write_queue import PATIENCE_SECONDS, WriteQueue
from model.prompts import Prompt
from storage import videos
from storage.database import Database
from storage.frames import FrameIndex
from storage.rle import Rle
from storage.videos import Video

T = TypeVar("T")
P = ParamSpec("P")
Arguments = TypeVarTuple("Arguments")
Route = Callable[P, Coroutine[Any, Any, T]]
READING_THREADS = 8
PAINTING_THREADS = 2
LONG_THREADS = 4
# Numbers of writes that may wait or run; each holds the body of its request.
MOST_WRITES = 64
MOST_LONG = 32
KEPT_VIDEOS = 16


@dataclass(frozen=True)
class OpenedVideo:
    """A video and its parsed frame index, as stored when `storage.videos.video_stamp` was ``stamp``."""

    stamp: tuple[object, ...]
    video: Video
    index: FrameIndex


@dataclass
class Context:
    """The parts of the running server; made by `app.web.server.create_app`, closed when the server ends.

    ``database`` is for reading; `write` and `write_long` give their work the one for writing.
    """

    settings: Settings
    database: Database
    frames: FrameCache
    hub: EventHub
    painting: ThreadPoolExecutor
    reading: ThreadPoolExecutor
    writing: WriteQueue
    writing_long: WriteQueue
    prompting: ThreadPoolExecutor
    prompting_own: ThreadPoolExecutor
    prompts: PromptPool[[bytes, Prompt, str, Rle | None], PromptAnswer]
    own_prompts: PromptPool[[bytes, Prompt, OwnModel, Rle | None], PromptAnswer]
    kept: "OrderedDict[str, OpenedVideo]" = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def run(self, work: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
        """Run short work that only reads the database, in a thread pool of its own."""
        return await asyncio.get_running_loop().run_in_executor(self.reading, work, *arguments)

    async def write(self, work: Callable[[Database, *Arguments], T], *arguments: *Arguments) -> T:
        """Run ``work(database, *arguments)``, a short write, in its turn. Raises `app.errors.Overloaded`."""
        return await self.writing.run(work, *arguments)

    async def write_long(self, work: Callable[[Database, *Arguments], T], *arguments: *Arguments) -> T:
        """As `write`, for work with files, which may take minutes between its writes."""
        return await self.writing_long.run(work, *arguments)

    def reads(self, work: Callable[P, T]) -> Route[P, T]:
        """A route whose whole work `run` does."""

        @functools.wraps(work)
        async def route(*arguments: P.args, **named: P.kwargs) -> T:
            return await self.run(functools.partial(work, *arguments, **named))

        return route

    def writes(self, work: Callable[Concatenate[Database, P], T]) -> Route[P, T]:
        """A route whose whole work `write` does; it has the parameters of ``work`` after the database."""
        return _in_turn(self.write, work)

    def writes_long(self, work: Callable[Concatenate[Database, P], T]) -> Route[P, T]:
        """As `writes`, with `write_long`."""
        return _in_turn(self.write_long, work)

    async def paint(self, work: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
        """Run longer work, which may wait for a frame, in a small thread pool of its own."""
        return await asyncio.get_running_loop().run_in_executor(self.painting, work, *arguments)

    async def prompt(
        self, left: "Future[None]", jpeg: bytes, prompt: Prompt, prompter: str, mask: Rle | None = None
    ) -> PromptAnswer:
        """The answer of another process; see `answer_prompt`. Raises as `PromptPool.ask_until`, for ``left`` too."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.prompting, self.prompts.ask_until, left, jpeg, prompt, prompter, mask)

    async def get_ready_for_prompts(self, jpeg: bytes, prompter: str) -> None:
        """Start the process that answers prompts, and compute there what the first one would wait for."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self.prompting, self.prompts.run, get_ready, jpeg, prompter)

    async def prompt_own(self, jpeg: bytes, prompt: Prompt, model: OwnModel, mask: Rle | None = None) -> PromptAnswer:
        """As `prompt`, by the checkpoint of a project, in a process of its own."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.prompting_own, self.own_prompts.ask, jpeg, prompt, model, mask)

    async def get_own_ready(self, jpeg: bytes, model: OwnModel, *, chosen: bool) -> bool:
        """As `app.prompting.answering.get_own_ready`. Raises as `PromptPool.run`."""
        work = functools.partial(self.own_prompts.run, get_own_ready, jpeg, model, chosen=chosen)
        return await asyncio.get_running_loop().run_in_executor(self.prompting_own, work)

    def video(self, video_id: str) -> Video:
        """The stored video. Raises `storage.errors.NotFound`."""
        with self.database.read() as tx:
            videos.video_stamp(tx, video_id)
            return videos.get_video(tx, video_id)

    def require_video(self, video_id: str) -> None:
        """Raise `storage.errors.NotFound` if there is no such video, without reading its index, which may be long."""
        with self.database.read() as tx:
            videos.video_stamp(tx, video_id)

    def opened(self, video_id: str) -> OpenedVideo:
        """A video and its index for reading frames. Raises `storage.errors.NotFound`.

        The last `KEPT_VIDEOS` stay parsed: reading the index of a long video takes a tenth of a second. Of the video,
        only path, count, confirmed and content hash are sure to be current.
        """
        with self.database.read() as tx:
            stamp = (*videos.video_stamp(tx, video_id),)
            found = self._known(video_id, stamp)
            if found is not None:
                return found
            video = videos.get_video(tx, video_id)
        return self._keep(OpenedVideo(stamp=stamp, video=video, index=frame_index(video)))

    def opened_now(self, video_id: str) -> OpenedVideo:
        """As `opened`, but with all fields of the video as they are stored now."""
        with self.database.read() as tx:
            stamp = (*videos.video_stamp(tx, video_id),)
            video = videos.get_video(tx, video_id)
        found = self._known(video_id, stamp)
        index = frame_index(video) if found is None else found.index
        return self._keep(OpenedVideo(stamp=stamp, video=video, index=index))

    def _known(self, video_id: str, stamp: tuple[object, ...]) -> OpenedVideo | None:
        with self.lock:
            found = self.kept.get(video_id)
            if found is None or found.stamp != stamp:
                return None
            self.kept.move_to_end(video_id)
            return found

    def _keep(self, found: OpenedVideo) -> OpenedVideo:
        with self.lock:
            self.kept[found.video.id] = found
            self.kept.move_to_end(found.video.id)
            while len(self.kept) > KEPT_VIDEOS:
                self.kept.popitem(last=False)
        return found

    def close(self) -> None:
        """End the threads, and close files and database."""
        # Pending frame requests are cancelled first, so that no thread waits for one.
        self.frames.close()
        self.painting.shutdown(wait=True, cancel_futures=True)
        self.reading.shutdown(wait=True, cancel_futures=True)
        self.writing.close()
        self.writing_long.close()
        self.prompts.close()
        self.own_prompts.close()
        self.prompting.shutdown(wait=True, cancel_futures=True)
        self.prompting_own.shutdown(wait=True, cancel_futures=True)
        self.database.close()


def _in_turn(
    write: Callable[[Callable[[Database], T]], Awaitable[T]], work: Callable[Concatenate[Database, P], T]
) -> Route[P, T]:
    @functools.wraps(work)
    async def route(*arguments: P.args, **named: P.kwargs) -> T:
        return await write(lambda database: work(database, *arguments, **named))

    # FastAPI reads the parameters of a route from its signature.
    signature = inspect.signature(work)
    _, *parameters = signature.parameters.values()
    route.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return route


def make_context(settings: Settings, database: Database) -> Context:
    """A context for an open database."""
    reader = database.read_only()
    frames = FrameCache(settings.frames, memory_bytes=settings.frame_cache_bytes, disk_bytes=settings.frame_disk_bytes)
    return Context(
        settings=settings,
        database=reader,
        frames=frames,
        hub=EventHub(reader),
        painting=ThreadPoolExecutor(PAINTING_THREADS, thread_name_prefix="paint"),
        reading=ThreadPoolExecutor(READING_THREADS, thread_name_prefix="read"),
        writing=WriteQueue(database, name="write", threads=1, most=MOST_WRITES, turn_seconds=PATIENCE_SECONDS),
        writing_long=WriteQueue(database, name="write-long", threads=LONG_THREADS, most=MOST_LONG),
        prompting=ThreadPoolExecutor(MOST_PROMPTS, thread_name_prefix="prompt"),
        prompting_own=ThreadPoolExecutor(MOST_PROMPTS, thread_name_prefix="prompt-own"),
        prompts=PromptPool(answer_prompt, begin=functools.partial(use_device, settings.device)),
        own_prompts=PromptPool(answer_by_own),
    )
