"""Sources of videos: paths that a person types, checks that a source is still there, and moving a video to another."""

from dataclasses import replace
from pathlib import Path

from app.errors import BadInput, OtherPixels
from app.jobs import queue
from app.library.counting import frame_index
from app.settings import Settings
from app.typed_path import home_path, typed_path
from storage import frames, jobs, videos
from storage.database import Database
from storage.frames import FrameIndex
from storage.videos import Video


def named_place(path: str | Path) -> Path:
    """The absolute form of ``path`` in which paths are stored: without "..", symbolic links not followed.

    Quotes around it and ``file://`` before it are left out. Raises `BadInput` if it cannot be a path.
    """
    try:
        if "\0" in str(path):
            raise ValueError("it holds a NUL character")
        found = home_path(typed_path(str(path))).absolute()
        # Paths are compared as text, so one file must not have two of them.
        place = found.resolve() if ".." in found.parts else found
        place.exists()
    except (OSError, RuntimeError, ValueError) as error:
        # Too long a name, a loop of links, no home folder, or a forbidden character.
        raise BadInput(f"{str(path)!r} cannot be a path on this machine ({error}).") from error
    return place


def existing(path: str | Path) -> Path:
    """The absolute path of a file or folder that a person typed. Raises `BadInput` if there is none."""
    text = str(path).strip()
    if not text:
        raise BadInput("Type the path of a video file or of a folder of pictures.")
    found = named_place(text)
    if not found.exists():
        raise BadInput(f"There is no file or folder {found} on this machine.")
    return found


def glance(video: Video) -> str | None:
    """One sentence if the source of a video is missing or has another length than before, else None.

    Only the directory entry is read; a change that keeps the length is found when the video is opened.
    """
    path = Path(video.path)
    try:
        found = path.stat()
    except OSError:
        return f"The source is not there: {path}. Open the video to say where it is now."
    known = video.index.get("size_bytes")
    if video.kind == "video" and known is not None and found.st_size != known:
        return f"The source is another file than it was: {path} ({known} bytes then, {found.st_size} now)."
    return None


def problem(video: Video, index: FrameIndex) -> str | None:
    """One sentence if the video's source is missing or its bytes have changed, else None."""
    try:
        frames.verify(index)
    except frames.VideoError as error:
        return f"{video.name}: {error}"
    return None


def repoint(
    database: Database,
    settings: Settings,
    *,
    video_id: str,
    path: str | Path,
    other_pixels: bool = False,
) -> Video:
    """Make ``path`` the source of the video; its tracks and masks stay.

    The new source must be the same file or folder (by its bytes), or a file with the same frames: their number, size,
    times, and the pixels of the key frames. ``other_pixels`` allows other pixels too, as in a file that was encoded
    again; the caller then vouches that it is the same video.

    Raises `BadInput` with the difference (`OtherPixels` if only the pixels differ), and `storage.frames.VideoError` if
    there is no video at ``path``.
    """
    found = existing(path)
    with database.read() as tx:
        video = videos.get_video(tx, video_id)
    new = _index_like(frame_index(video), found)
    _refuse_another(video, found, new, other_pixels=other_pixels)
    with database.atomic() as tx:
        now = videos.get_video(tx, video_id)
        if dict(now.index) != dict(video.index):
            # More frames were counted while the other file was examined.
            _refuse_another(now, found, new, other_pixels=other_pixels)
        same_bytes = new.content_hash == now.content_hash
        copied = now.copied and same_bytes and _is_copy(found, settings, Path(now.path).name)
        moved = videos.move_source(tx, video_id, path=str(found), copied=copied, content_hash=new.content_hash)
        if not same_bytes:
            # Until its index is final, one frame stays unconfirmed, so that the video is not taken as counted.
            sure = new.count if new.confirmed else min(now.confirmed, new.count - 1)
            moved = videos.store_index(tx, video_id, index_json=new.to_dict(), count=new.count, confirmed=sure)
        active = [job for job in jobs.list_jobs(tx, active=True, video_id=video_id) if job.kind == "index"]
    # A queued job will read the new source; a running one reads the old one, which will do if the bytes are the same.
    taken = any(job.status == "queued" or (same_bytes and job.status == "running") for job in active)
    if moved.confirmed < moved.count and not taken:
        queue.enqueue(database, settings, kind="index", project_id=moved.project_id, video_id=moved.id)
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
    """Whether ``found`` is the copy that this program made as ``name``, even if the data folder has moved since.

    Any other file in the folder of copies belongs to a person, and stays when the video is deleted.
    """
    return found.resolve() == settings.videos.resolve() / name


def _index_like(old: FrameIndex, found: Path) -> FrameIndex:
    """The index of ``found``, as complete as a comparison with ``old`` needs."""
    if found.is_dir() != (old.kind == "images"):
        return frames.probe(found)
    if old.kind == "images":
        return frames.index_files(found, old.names)
    size, content_hash = frames.file_identity(found)
    if (size, content_hash) == (old.size_bytes, old.content_hash):
        return replace(old, path=found)
    announced = frames.probe(found)
    if not old.confirmed or (announced.width, announced.height) != (old.width, old.height):
        # If the size differs already, no frame has to be counted.
        return announced
    return frames.index(found)
