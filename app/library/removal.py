"""Renames, removes and restores videos, and deletes removed ones for good."""

import logging
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from app.errors import BadInput, Busy
from app.library.counting import frame_index, start_counting
from app.library.sources import problem
from app.library.unpacked import discard_after_delete
from app.library.videos import free_name
from app.own_files import remove_own
from app.pictures.jpegs import remove_pictures
from app.settings import Settings
from storage import jobs, removal, videos
from storage.database import Database
from storage.errors import NameTaken, NotFound
from storage.removal import Work
from storage.videos import Video

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RemovedVideo:
    """A removed video, the work that deleting it would lose, and the size of its copy in the data folder in bytes.

    ``copy_bytes`` is None if the video was not copied; the file of a person is never touched.
    """

    video: Video
    work: Work
    copy_bytes: int | None


@dataclass(frozen=True)
class Deleted:
    """The result of deleting a video; ``problem`` is one sentence if its copy could not be removed."""

    video: Video
    work: Work
    problem: str | None


def rename_video(database: Database, *, video_id: str, name: str) -> Video:
    """Rename a video; no two videos of a project have the same name.

    Raises `storage.errors.NotFound`, `BadName`, `NameTaken`.
    """
    name = " ".join(name.split())
    with database.atomic() as tx:
        video = videos.get_video(tx, video_id)
        others = {other for other_id, other in videos.video_names(tx, video.project_id) if other_id != video_id}
        if name in others:
            raise NameTaken("video", name)
        return videos.rename_video(tx, video_id, name)


def remove_video(database: Database, *, video_id: str) -> tuple[Video, tuple[str, ...]]:
    """Remove a video from the library; its tracks, log and file stay. Its jobs are cancelled.

    Returns the video and the ids of these jobs. Raises `storage.errors.NotFound`.
    """
    with database.atomic() as tx:
        return remove_in(tx, video_id)


def remove_in(tx: Connection, video_id: str) -> tuple[Video, tuple[str, ...]]:
    """As `remove_video`, within a transaction of the caller."""
    video = videos.get_video(tx, video_id)
    if video.removed is None:
        video = videos.remove_video(tx, video_id)
    stopped = tuple(job.id for job in jobs.list_jobs(tx, active=True, video_id=video_id))
    for job_id in stopped:
        jobs.request_cancel(tx, job_id)
    return video, stopped


def restore_video(database: Database, settings: Settings, *, video_id: str) -> Video:
    """Restore a removed video; if its name is taken by now, a number is added to it.

    Counting its frames continues if it was stopped. Raises `storage.errors.NotFound`.
    """
    with database.atomic() as tx:
        video = restore_in(tx, video_id)
    start_counting(database, settings, video_id=video_id)
    return video


def restore_in(tx: Connection, video_id: str) -> Video:
    """As `restore_video`, within a transaction of the caller, and without counting frames."""
    video = videos.get_video(tx, video_id)
    if video.staged:
        raise NotFound("video", video_id)
    if video.removed is None:
        return video
    name = free_name(video.name, {other for _, other in videos.video_names(tx, video.project_id)})
    videos.rename_video(tx, video_id, name)
    return videos.restore_video(tx, video_id)


def removed_videos(database: Database, settings: Settings, *, project_id: str) -> tuple[RemovedVideo, ...]:
    """The removed videos of a project, the last removed one first."""
    with database.read() as tx:
        found = [video for video in videos.list_videos(tx, project_id, removed=True) if video.removed is not None]
        work = removal.work_on(tx, [video.id for video in found])
        used = _used_places(tx) if found else Counter()
        copies = {video.id: _own_copy(settings, video, used) for video in found}
    found.sort(key=lambda video: video.removed or 0.0, reverse=True)
    return tuple(
        RemovedVideo(video=video, work=work[video.id], copy_bytes=_size(video, copies[video.id])) for video in found
    )


def delete_video(database: Database, settings: Settings, *, video_id: str, tracks: int, corrections: int) -> Deleted:
    """Delete a removed video for good, with its tracks, its log and its copy in the data folder.

    The content of the archive with which it came goes with the last video that has its pictures there.

    ``tracks`` and ``corrections`` are the numbers that the page showed to the person; if they have changed since,
    nothing is deleted. The caller closes open decoders of the file first.

    Raises `BadInput` if the video is not removed, `Busy` if a job may still use it or the numbers have changed,
    `storage.errors.NotFound`.
    """
    with database.atomic() as tx:
        video = videos.get_video(tx, video_id)
        if video.staged:
            raise NotFound("video", video_id)
        if video.removed is None:
            raise BadInput(f"{video.name} is in the library; remove it first, then it can be deleted for good.")
        _refuse_while_used(tx, video)
        work = removal.work_on(tx, [video_id])[video_id]
        if (work.tracks, work.corrections) != (tracks, corrections):
            raise Busy(f"{video.name} has changed since this was shown; look at the numbers again before deleting.")
        copy = _own_copy(settings, video, _used_places(tx))
        removal.delete_video(tx, video_id)
        shown_elsewhere = removal.videos_of_content(tx, video.content_hash or "") > 0
    if video.content_hash and not shown_elsewhere:
        try:
            remove_pictures(settings.frames, video.content_hash)
        except OSError as error:
            log.warning("Cached pictures of %s could not be removed: %s", video.name, error)
    discard_after_delete(database, settings, Path(video.path))
    return Deleted(video=video, work=work, problem=_remove_copy(video, copy))


def _refuse_while_used(tx: Connection, video: Video) -> None:
    """Raise `Busy` if a job on this video, or on its whole project (training), may be reading its frames and masks."""
    for job in jobs.list_jobs(tx, video.project_id, active=True):
        if job.video_id in (None, video.id):
            raise Busy(f"A job may still be using {video.name}; delete it when that job has ended.")


def _used_places(tx: Connection) -> Counter[Path]:
    """For each resolved path, how many videos (removed ones too) have their source at it or below it."""
    found = (Path(path).resolve() for path in removal.paths(tx))
    return Counter(place for path in found for place in (path, *path.parents))


def _own_copy(settings: Settings, video: Video, used: Counter[Path]) -> Path | None:
    """The copy that this program made of the video, None if another video uses it; a link does not count as a copy."""
    path = Path(video.path)
    found = path.resolve()
    if not video.copied or path.is_symlink() or found.parent != settings.videos.resolve():
        return None
    return path if used[found] == 1 else None


def _size(video: Video, path: Path | None) -> int | None:
    if path is None or not path.exists():
        return None
    if path.is_dir():
        pictures = (path / name for name in frame_index(video).names)
        return sum(picture.stat().st_size for picture in pictures if picture.is_file())
    return path.stat().st_size


def _remove_copy(video: Video, path: Path | None) -> str | None:
    """Remove the copy of the video; files of a person, even among its pictures, stay."""
    if path is None or not path.exists():
        return None
    index = frame_index(video)
    if problem(video, index) is not None:
        return f"The video is deleted; {path} stays, since it is no longer what was copied in."
    try:
        if not path.is_dir():
            path.unlink(missing_ok=True)
        elif remove_own(path, index.names) and path.exists():
            return f"The video is deleted with its pictures; {path} stays, since it holds other files too."
    except OSError as error:
        return f"The video is deleted, but its copy {path} could not be removed ({error.strerror}); remove it by hand."
    return None
