"""What every route needs: settings, database, frame cache, threads for short work, and the hub of events."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.library.counting import frame_index
from app.pictures.jpegs import FrameCache
from app.settings import Settings
from app.web.event_hub import EventHub
from storage import videos
from storage.database import Database
from storage.frames import FrameIndex
from storage.videos import Video

T = TypeVar("T")
PAINTING_THREADS = 2
KEPT_VIDEOS = 16


@dataclass(frozen=True)
class OpenedVideo:
    """A video as it was stored when ``stamp`` held, and its index, parsed."""

    stamp: tuple[object, ...]
    video: Video
    index: FrameIndex


@dataclass
class Context:
    """The running server's parts; made once by `app.web.server.create_app`, closed when the server ends."""

    settings: Settings
    database: Database
    frames: FrameCache
    hub: EventHub
    painting: ThreadPoolExecutor
    reading: ThreadPoolExecutor
    kept: "OrderedDict[str, OpenedVideo]" = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Runs a short piece of database work on a thread of its own pool, so that decoding never delays it."""
        return await asyncio.get_running_loop().run_in_executor(self.reading, work, *arguments)

    async def paint(self, work: Callable[..., T], *arguments: Any) -> T:
        """Runs a longer piece of work that may wait for a frame on one of a few threads for that."""
        return await asyncio.get_running_loop().run_in_executor(self.painting, work, *arguments)

    def video(self, video_id: str) -> Video:
        """The stored video; raises `storage.errors.NotFound`."""
        with self.database.read() as tx:
            return videos.get_video(tx, video_id)

    def require_video(self, video_id: str) -> None:
        """Raise `storage.errors.NotFound` if there is no such video; its index, which may be long, is not read."""
        with self.database.read() as tx:
            videos.video_stamp(tx, video_id)

    def opened(self, video_id: str) -> OpenedVideo:
        """A video and its index for reading frames; raises `storage.errors.NotFound`.

        The last few stay parsed: the index of a long video takes a tenth of a second to read. Of the video only what
        frames need is sure to be current (path, count, confirmed, content hash).
        """
        with self.database.read() as tx:
            stamp = (*videos.video_stamp(tx, video_id),)
            found = self._known(video_id, stamp)
            if found is not None:
                return found
            video = videos.get_video(tx, video_id)
        return self._keep(OpenedVideo(stamp=stamp, video=video, index=frame_index(video)))

    def opened_now(self, video_id: str) -> OpenedVideo:
        """The same with everything of the video as it is stored now, also its name and cuts."""
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
        """Ends the threads and closes files and database."""
        # What still waits for a frame is given up first, so that no thread is left waiting.
        self.frames.close()
        self.painting.shutdown(wait=True, cancel_futures=True)
        self.reading.shutdown(wait=True, cancel_futures=True)
        self.database.close()


def make_context(settings: Settings, database: Database) -> Context:
    """A context over an open database."""
    frames = FrameCache(settings.frames, memory_bytes=settings.frame_cache_bytes, disk_bytes=settings.frame_disk_bytes)
    return Context(
        settings=settings,
        database=database,
        frames=frames,
        hub=EventHub(database),
        painting=ThreadPoolExecutor(PAINTING_THREADS, thread_name_prefix="paint"),
        reading=ThreadPoolExecutor(8, thread_name_prefix="store"),
    )
