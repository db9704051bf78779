"""Adds videos to a project: from a path, an upload, or a folder of pictures."""

import re
import shutil
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.errors import AlreadyThere, BadInput, CannotStore
from app.jobs import queue
from app.library.sources import existing
from app.settings import Settings
from storage import frames, projects, videos
from storage.arrivals import Arrival, arriving
from storage.database import Database
from storage.videos import Video

# Up to this many pixels in all (about 20 seconds of 1280x720) the frames are counted at once; those of a longer video
# are counted by a job, while the video can already be opened.
COUNT_AT_ONCE_PIXELS = 1280 * 720 * 600
# Seconds for listing the packets of a new video; if it takes longer, a job lists the rest.
LISTING_SECONDS = 0.3
LONGEST_NAME = 120  # bytes of a file's name
LONGEST_TITLE = 200  # letters of a video's name


@dataclass(frozen=True)
class Source:
    """A video to be stored: its path, its name, and whether the file is a copy that this program made.

    ``origin`` is the path that a person named, None for an upload.
    """

    path: Path
    name: str
    copied: bool
    origin: Path | None = None


def add_video(
    database: Database,
    settings: Settings,
    *,
    project_id: str,
    path: str | Path,
    name: str | None = None,
    copy: bool = False,
    count: bool = True,
    again: bool = False,
) -> Video:
    """Add a video file or a folder of pictures of this machine; ``copy`` copies it into the data folder.

    Frames that are not counted at once are counted by a job; with ``count`` False the caller has to count them.
    Raises `BadInput` for a path that does not exist, `AlreadyThere` for one that the project has (unless ``again``),
    `storage.frames.VideoError` if it is no video; nothing is stored then.
    """
    found = existing(path)
    shown = name or (found.name if found.is_dir() else found.stem)
    origin = None if again else found
    if not copy:
        source = Source(found, shown, copied=False, origin=origin)
        return _store(database, settings, project_id=project_id, source=source, count=count)
    _require_files(found)
    if not again:
        _refuse_twin_before_copying(database, project_id, found)
    with _arriving(settings, found.name, f"{found} could not be copied into the data folder") as arrival:
        source = Source(_copied(found, arrival), shown, copied=True, origin=origin)
        return _store(database, settings, project_id=project_id, source=source, count=count)


def upload(settings: Settings, name: str) -> AbstractContextManager[Arrival]:
    """A place for an upload; the block receives (`receive_upload`) and stores it (`add_upload`), or nothing is left."""
    return _arriving(settings, name, f"The upload {name} could not be written")


async def receive_upload(arrival: Arrival, *, name: str, body: AsyncIterator[bytes], limit: int | None = None) -> None:
    """Write an upload. Raises `BadInput` if it exceeds ``limit`` bytes, and OSError."""
    received = 0
    with arrival.content.open("wb") as file:
        async for chunk in body:
            received += len(chunk)
            if limit is not None and received > limit:
                raise BadInput(f"The file {name} is larger than the {limit} bytes that this server takes.")
            file.write(chunk)


def add_upload(database: Database, settings: Settings, *, project_id: str, name: str, arrival: Arrival) -> Video:
    """Store the file that `receive_upload` wrote.

    Raises `BadInput` if it is no video; the sentence has the original name of the file.
    """
    kept = arrival.put()
    title = Path(name).stem[:LONGEST_TITLE] or kept.stem
    try:
        return _store(database, settings, project_id=project_id, source=Source(kept, title, True))
    except frames.VideoError as error:
        raise BadInput(str(error).replace(str(kept), Path(name).name)) from error


def safe_name(name: str) -> str:
    """A safe file name made from one that a browser sent: no folders, no hidden files, only plain characters."""
    plain = re.sub(r"[^\w.\- ]", "_", Path(name.replace("\\", "/")).name, flags=re.UNICODE).strip(" .")
    if not plain:
        return "video"
    # A cut may leave a blank or a dot at the end, which some file systems drop.
    return (_cut(Path(plain).stem, LONGEST_NAME) + _cut(Path(plain).suffix, 16)).strip(" .") or "video"


def _cut(text: str, longest: int) -> str:
    """The first ``longest`` bytes of a text: file systems count bytes, and a letter may have four."""
    return text.encode("utf-8", "replace")[:longest].decode("utf-8", "ignore")


def _store(database: Database, settings: Settings, *, project_id: str, source: Source, count: bool = True) -> Video:
    with database.read() as tx:
        projects.get_project(tx, project_id)
    index = frames.probe(source.path, patience=LISTING_SECONDS)
    small = index.count * index.width * index.height <= COUNT_AT_ONCE_PIXELS
    if small and not index.confirmed and not index.partial:
        index = frames.index(source.path)
    with database.atomic() as tx:
        known = videos.list_videos(tx, project_id)
        if source.origin is not None:
            _refuse(_twin(known, source.origin, index.content_hash), source.origin)
        taken = {video.name for video in known}
        video = videos.add_video(
            tx,
            project_id=project_id,
            name=free_name(source.name, taken),
            index_json=index.to_dict(),
            kind=index.kind,
            path=str(source.path),
            copied=source.copied,
            count=index.count,
            width=index.width,
            height=index.height,
            confirmed=index.count if index.confirmed else 0,
            content_hash=index.content_hash,
            file_names=list(index.names) or None,
        )
    if count and not index.confirmed:
        queue.enqueue(database, settings, kind="index", project_id=project_id, video_id=video.id)
    return video


def _refuse_twin_before_copying(database: Database, project_id: str, origin: Path) -> None:
    """As `_store` does it, at once: copying may take minutes. Which of two at one moment comes first is open yet."""
    with database.read() as tx:
        known = videos.list_videos(tx, project_id)
    _refuse(twin_of(known, origin), origin)


def _refuse(twin: Video | None, origin: Path) -> None:
    """Raise `AlreadyThere` if the project has a ``twin`` of the file or folder ``origin``."""
    if twin is not None:
        raise AlreadyThere(
            f"{origin} is in this project already, as the video {twin.name}. To have it twice, choose Add again."
        )


def twin_of(known: Sequence[Video], origin: Path) -> Video | None:
    """The first of the videos that is the file or folder ``origin``, or a copy of it.

    ``origin`` is read only if one of them may be its copy; raises `storage.frames.VideoError` if it is no video then.
    """
    copies = any(video.copied and _may_be_copy(video, origin) for video in known)
    content_hash = frames.probe(origin, patience=LISTING_SECONDS).content_hash if copies else None
    return _twin(known, origin, content_hash)


def _twin(known: Iterable[Video], origin: Path, content_hash: str | None) -> Video | None:
    for video in known:
        copy = video.copied and content_hash == video.content_hash and _may_be_copy(video, origin)
        if copy or Path(video.path) == origin:
            return video
    return None


def _may_be_copy(video: Video, origin: Path) -> bool:
    """Whether the video's file is named as `storage.arrivals` names a copy of ``origin``."""
    name = safe_name(origin.name)
    marked = rf"{re.escape(Path(name).stem)}(-[0-9a-f]{{8}})?{re.escape(Path(name).suffix)}"
    return re.fullmatch(marked, Path(video.path).name) is not None


def free_name(name: str, taken: set[str]) -> str:
    """``name``, or ``name 2``, ``name 3``, … if it is taken."""
    wanted, number = name, 2
    while wanted in taken:
        wanted, number = f"{name} {number}", number + 1
    return wanted


def _require_files(found: Path) -> None:
    """Raise `BadInput` for a pipe, socket or device, alone or among the pictures: copying it might never end."""
    named = [found / name for name in frames.picture_names(found)] if found.is_dir() else [found]
    for path in named:
        if not path.is_file():
            raise BadInput(f"{path} is no file that can be copied; give a video file or a folder of pictures.")


@contextmanager
def _arriving(settings: Settings, name: str, what: str) -> Iterator[Arrival]:
    """A file or folder on its way among the copies. ``what`` could not be done, where the system refuses."""
    try:
        with arriving(settings.videos / safe_name(name)) as arrival:
            yield arrival
    except OSError as error:
        raise CannotStore(what, error) from error


def _copied(found: Path, arrival: Arrival) -> Path:
    """Copy a file or a folder of pictures, and put it among the copies; returns its place. Raises OSError."""
    if found.is_dir():
        arrival.content.mkdir()
        for picture in frames.picture_names(found):
            shutil.copyfile(found / picture, arrival.content / picture)
    else:
        shutil.copyfile(found, arrival.content)
    # Only now: a copy that is killed halfway claims no place.
    return arrival.put()
