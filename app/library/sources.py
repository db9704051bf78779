"""Where the pictures of a video are: a place that a person names, whether they are still there, and moving them."""

from dataclasses import replace
from pathlib import Path

from app.errors import BadInput, OtherPixels
from app.jobs import queue
from app.library.counting import frame_index
from app.settings import Settings
from storage import frames, jobs, videos
from storage.database import Database
from storage.frames import FrameIndex
from storage.videos import Video


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


def existing(path: str | Path) -> Path:
    """The absolute path of a file or folder that a person names. Raises `BadInput` where there is none."""
    text = str(path).strip()
    if not text:
        raise BadInput("Type the path of a video file or of a folder of pictures.")
    found = named_place(text)
    if not found.exists():
        raise BadInput(f"There is no file or folder {found} on this machine.")
    return found


def glance(video: Video) -> str | None:
    """One sentence where the source of a video is not there or has another length than it had, else ``None``.

    Nothing is read of the source; a change that keeps its length shows when the video is opened.
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
    """One sentence when the video's source is gone or holds other bytes than it had, else ``None``."""
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
    """The video's pictures are at ``path`` now; its tracks and masks stay.

    Accepted is the same file or folder (by its bytes), and a file with the same frames: number, size, times, and the
    pixels of its key frames. ``other_pixels`` also accepts the last ones being different, as in a file that was coded
    again; whether it shows the same things is then the caller's word.

    Raises `BadInput` with what differs (`OtherPixels` if that is only the pixels), `storage.frames.VideoError` when
    there is no video.
    """
    found = existing(path)
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
