"""Use cases: a video comes into a project from a path, an upload or a folder of pictures; its frames are confirmed."""

import re
import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from app.errors import BadInput, Cancelled, OtherPixels
from app.jobs import queue as background
from app.library.counting import CountedFrames, frame_index
from app.settings import Settings
from storage import frames, jobs, projects, videos
from storage.atomic import new_folder, put_in_place, replacing
from storage.database import Database
from storage.frames import FrameIndex
from storage.videos import Video

# Up to this many pixels in all (about 20 seconds of 1280x720) the frames are counted at once; longer videos are
# counted by a background job while they can already be looked at.
CONFIRM_AT_ONCE_PIXELS = 1280 * 720 * 600
# Seconds that listing the packets of a new video may take; a job goes on with what is longer.
LISTING_SECONDS = 0.3
LONGEST_NAME = 120
TEMPORARY = ".part"


@dataclass(frozen=True)
class Source:
    """A video before it is stored: where it is, what it is called, and whether the data folder holds the only copy."""

    path: Path
    name: str
    copied: bool


def add_video(
    database: Database,
    settings: Settings,
    *,
    project_id: str,
    path: str | Path,
    name: str | None = None,
    copy: bool = False,
    count: bool = True,
) -> Video:
    """Adds a video file or a folder of pictures of this machine; with ``copy`` the data folder keeps its own.

    Frames that are not counted at once are counted by a job, unless ``count`` is False: the caller does it then.
    Raises `BadInput` for an empty path, `storage.frames.VideoError` when it is no video; nothing is kept then.
    """
    found = _existing(path)
    shown = name or (found.name if found.is_dir() else found.stem)
    if not copy:
        return _store(database, settings, project_id=project_id, source=Source(found, shown, False), count=count)
    kept = _copy_in(settings, found)
    try:
        return _store(database, settings, project_id=project_id, source=Source(kept, shown, True), count=count)
    except BaseException:
        _remove(kept)
        raise


async def receive_upload(
    settings: Settings, *, name: str, body: AsyncIterator[bytes], limit: int | None = None
) -> Path:
    """Streams an upload into ``data/videos``; returns its temporary path, which the caller stores or removes.

    Nothing stays behind when the sender breaks off, when the disk is full, or above ``limit`` bytes.
    """
    settings.videos.mkdir(parents=True, exist_ok=True)
    part = settings.videos / f".{uuid.uuid4().hex}{Path(safe_name(name)).suffix}{TEMPORARY}"
    received = 0
    try:
        with part.open("wb") as file:
            async for chunk in body:
                received += len(chunk)
                if limit is not None and received > limit:
                    raise BadInput(f"The file {name} is larger than the {limit} bytes that this server takes.")
                file.write(chunk)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BadInput(
            f"The upload {name} could not be written ({error.strerror}); make room and repeat it."
        ) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def add_upload(database: Database, settings: Settings, *, project_id: str, name: str, part: Path) -> Video:
    """Stores what `receive_upload` took; on any failure the file is removed.

    Raises `storage.frames.VideoError` whose sentence names the file as the person knows it.
    """
    kept = _claim(settings.videos, safe_name(name))
    try:
        put_in_place(part, kept)
        return _store(
            database, settings, project_id=project_id, source=Source(kept, Path(name).stem or kept.stem, True)
        )
    except frames.VideoError as error:
        kept.unlink(missing_ok=True)
        raise BadInput(str(error).replace(str(kept), Path(name).name)) from error
    except BaseException:
        kept.unlink(missing_ok=True)
        raise


def confirm_frames(
    database: Database,
    *,
    video_id: str,
    report: Callable[[float, str], None],
    cancelled: Callable[[], bool],
) -> Video:
    """Counts a video's frames by decoding it once; afterwards masks can be stored on every frame.

    What is counted is stored as it goes (``confirmed`` of the video grows), also when it is cancelled or fails.
    Raises `Cancelled`, or `storage.frames.VideoError` when the source changed since it was added.
    """
    with database.read() as tx:
        video = videos.get_video(tx, video_id)
    if video.confirmed >= video.count:
        return video
    report(0.0, "Listing the frames")
    with CountedFrames(database, video_id=video_id, pixels=False) as counting:
        for _ in counting:
            if cancelled():
                raise Cancelled
            share = min(counting.count / max(counting.announced, 1), 1.0)
            report(share, f"Counting frames: {counting.count} of about {counting.announced}")
    with database.read() as tx:
        return videos.get_video(tx, video_id)


def repoint(
    database: Database,
    settings: Settings,
    *,
    video_id: str,
    path: str | Path,
    other_pixels: bool = False,
) -> Video:
    """The video's pictures are at ``path`` now; its tracks and masks stay.

    Accepted is the same file or folder (by its bytes), and a file with the same frames: number, size, times, and the
    pixels of its key frames. ``other_pixels`` also accepts the last ones being different, as in a file that was coded
    again; whether it shows the same things is then the caller's word.

    Raises `BadInput` with what differs (`OtherPixels` if that is only the pixels), `storage.frames.VideoError` when
    there is no video.
    """
    found = _existing(path)
    with database.read() as tx:
        video = videos.get_video(tx, video_id)
    new = _index_like(frame_index(video), found)
    _refuse_another(video, found, new, other_pixels=other_pixels)
    with database.atomic() as tx:
        now = videos.get_video(tx, video_id)
        if dict(now.index) != dict(video.index):
            # More of it was counted while the other file was looked at.
            _refuse_another(now, found, new, other_pixels=other_pixels)
        same_bytes = new.content_hash == now.content_hash
        copied = now.copied and same_bytes and _is_copy(found, settings, Path(now.path).name)
        moved = videos.move_source(tx, video_id, path=str(found), copied=copied, content_hash=new.content_hash)
        if not same_bytes:
            # A video counts as counted with a final index only, so until then one frame stays open.
            sure = new.count if new.confirmed else min(now.confirmed, new.count - 1)
            moved = videos.store_index(tx, video_id, index_json=new.to_dict(), count=new.count, confirmed=sure)
        active = [job for job in jobs.list_jobs(tx, active=True, video_id=video_id) if job.kind == "index"]
    # One that waits begins with the new source; one that runs counts the old one, which may hold the same bytes.
    taken = any(job.status == "queued" or (same_bytes and job.status == "running") for job in active)
    if moved.confirmed < moved.count and not taken:
        background.enqueue(database, settings, kind="index", project_id=moved.project_id, video_id=moved.id)
    return moved


def _refuse_another(video: Video, found: Path, new: FrameIndex, *, other_pixels: bool) -> None:
    old = frame_index(video)
    differs = frames.difference(old, new)
    if differs is None:
        return
    only_pixels = frames.difference(old, new, pixels=False) is None
    if not (other_pixels and only_pixels):
        error = OtherPixels if only_pixels else BadInput
        advice = ", or say that it is the same, coded again" if only_pixels else ""
        raise error(f"{found} is not the video {video.name}: {differs}. Give the place of the same video{advice}.")


def _is_copy(found: Path, settings: Settings, name: str) -> bool:
    """Whether ``found`` is what was copied in as ``name``, perhaps under a data folder that has moved since.

    Anything else in the folder of copies was put there by a person, and stays when the video is deleted.
    """
    return found.resolve() == settings.videos.resolve() / name


def _index_like(old: FrameIndex, found: Path) -> FrameIndex:
    """The index of ``found``, as far as it has to be known to be compared with ``old``."""
    if found.is_dir() != (old.kind == "images"):
        return frames.probe(found)
    if old.kind == "images":
        return frames.index_files(found, old.names)
    size, content_hash = frames.file_identity(found)
    if (size, content_hash) == (old.size_bytes, old.content_hash):
        return replace(old, path=found)
    announced = frames.probe(found)
    if not old.confirmed or (announced.width, announced.height) != (old.width, old.height):
        # Where the size already differs, nothing has to be counted to say so.
        return announced
    return frames.index(found)


def _existing(path: str | Path) -> Path:
    text = str(path).strip()
    if not text:
        raise BadInput("Type the path of a video file or of a folder of pictures.")
    found = named_place(text)
    if not found.exists():
        raise BadInput(f"There is no file or folder {found} on this machine.")
    return found


def named_place(path: str | Path) -> Path:
    """``path`` from the root on and without "..", as a place is stored; links in it keep their names.

    Raises `BadInput` for what cannot be a path.
    """
    try:
        if "\0" in str(path):
            raise ValueError("it holds a NUL character")
        found = Path(path).expanduser().absolute()
        # Places are compared by their names, so one place must not have two of them.
        place = found.resolve() if ".." in found.parts else found
        place.exists()
    except (OSError, RuntimeError, ValueError) as error:
        # A name too long, links in a circle or a person without a home folder, a character that no path can have.
        raise BadInput(f"{str(path)!r} cannot be a path on this machine ({error}).") from error
    return place


def problem(video: Video, index: FrameIndex) -> str | None:
    """One sentence when the video's source is gone or holds other bytes than it had, else ``None``."""
    try:
        frames.verify(index)
    except frames.VideoError as error:
        return f"{video.name}: {error}"
    return None


def safe_name(name: str) -> str:
    """A file name from what a person or a browser sent: no folders, no hidden files, only plain characters."""
    plain = re.sub(r"[^\w.\- ]", "_", Path(name.replace("\\", "/")).name, flags=re.UNICODE).strip(" .")
    if not plain:
        return "video"
    stem, suffix = Path(plain).stem[:LONGEST_NAME], Path(plain).suffix[:16]
    return stem + suffix


def _store(database: Database, settings: Settings, *, project_id: str, source: Source, count: bool = True) -> Video:
    with database.read() as tx:
        projects.get_project(tx, project_id)
    index = frames.probe(source.path, patience=LISTING_SECONDS)
    small = index.count * index.width * index.height <= CONFIRM_AT_ONCE_PIXELS
    if small and not index.confirmed and not index.partial:
        index = frames.index(source.path)
    with database.atomic() as tx:
        taken = {video.name for video in videos.list_videos(tx, project_id)}
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
        background.enqueue(database, settings, kind="index", project_id=project_id, video_id=video.id)
    return video


def free_name(name: str, taken: set[str]) -> str:
    """``name``, or ``name 2``, ``name 3``, … when it is taken."""
    wanted, number = name, 2
    while wanted in taken:
        wanted, number = f"{name} {number}", number + 1
    return wanted


def _copy_in(settings: Settings, found: Path) -> Path:
    settings.videos.mkdir(parents=True, exist_ok=True)
    kept = _claim(settings.videos, safe_name(found.name), as_folder=found.is_dir())
    try:
        if found.is_dir():
            with new_folder(kept) as part:
                for name in frames.picture_names(found):
                    shutil.copyfile(found / name, part / name)
        else:
            with replacing(kept) as part:
                shutil.copyfile(found, part)
    except BaseException as error:
        kept.rmdir() if kept.is_dir() else kept.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        raise BadInput(f"{found} could not be copied into the data folder ({error.strerror}).") from error
    return kept


def _claim(folder: Path, name: str, *, as_folder: bool = False) -> Path:
    """A place of this name, or one with a mark, that nobody had and that is taken now: two may bring the same name."""
    path = folder / name
    try:
        path.mkdir() if as_folder else path.touch(exist_ok=False)
    except FileExistsError:
        path = folder / f"{Path(name).stem}-{uuid.uuid4().hex[:8]}{Path(name).suffix}"
        path.mkdir() if as_folder else path.touch(exist_ok=False)
    return path


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
