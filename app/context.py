"""What every route needs: settings, database, frame cache, threads for decoding, and the hub of events."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.events import EventHub
from app.frame_cache import FrameCache
from app.settings import Settings
from app.videos import frame_index
from storage import videos
from storage.database import Database
from storage.frames import FrameIndex
from storage.videos import Video

T = TypeVar("T")
DECODING_THREADS = 4
KEPT_INDEXES = 32


@dataclass
class Context:
    """The running server's parts; made once by `app.server.create_app`, closed when the server ends."""

    settings: Settings
    database: Database
    frames: FrameCache
    hub: EventHub
    decoding: ThreadPoolExecutor
    reading: ThreadPoolExecutor
    indexes: "OrderedDict[tuple[str, int, int], FrameIndex]" = field(default_factory=OrderedDict)

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Runs a short piece of database work on a thread of its own pool, so that decoding never delays it."""
        return await asyncio.get_running_loop().run_in_executor(self.reading, work, *arguments)

    def video(self, video_id: str) -> Video:
        """The stored video; raises `storage.errors.NotFound`."""
        with self.database.read() as tx:
            return videos.get_video(tx, video_id)

    def index(self, video: Video) -> FrameIndex:
        """The frame index of a video; the last few stay parsed, since a long one takes milliseconds to read."""
        key = (f"{video.id}:{video.path}", video.count, video.confirmed)
        found = self.indexes.get(key)
        if found is None:
            found = self.indexes[key] = frame_index(video)
            while len(self.indexes) > KEPT_INDEXES:
                self.indexes.popitem(last=False)
        return found

    def close(self) -> None:
        """Ends the threads and closes files and database."""
        self.decoding.shutdown(wait=True, cancel_futures=True)
        self.reading.shutdown(wait=True, cancel_futures=True)
        self.frames.close()
        self.database.close()


def make_context(settings: Settings, database: Database) -> Context:
    """A context over an open database."""
    frames = FrameCache(settings.frames, memory_bytes=settings.frame_cache_bytes, disk_bytes=settings.frame_disk_bytes)
    return Context(
        settings=settings,
        database=database,
        frames=frames,
        hub=EventHub(database),
        decoding=ThreadPoolExecutor(DECODING_THREADS, thread_name_prefix="decode"),
        reading=ThreadPoolExecutor(8, thread_name_prefix="store"),
    )
