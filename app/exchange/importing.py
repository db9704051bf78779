"""Imports a file of any format with its frames into a project, one video after another.

A video is written out of sight and shown when it is whole, in short transactions, so that others can write meanwhile.
An import that is broken off goes on when it is started again, and can be taken back (`app.exchange.open_imports`).
Ids, names, positions of null, and keys that are not part of the format are kept for a later export. Imported masks have
the source *imported* and are unreviewed, since nobody has judged them yet. Null is *absent*.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from app.errors import BadInput, Cancelled
from app.exchange import open_imports
from app.exchange.import_frames import find_pictures
from app.exchange.import_source import AS_IT_IS, ImportFile, ReadSettings, read_source
from app.exchange.open_imports import NEW_PROJECT
from app.exchange.repeats import Repeat
from app.exchange.staging import Ready
from app.exchange.storing import LOOKING, Choose, Imported, ImportTarget, Storing
from app.progress import Report, quiet
from app.settings import Settings
from storage import frames, projects
from storage.database import Database
from storage.errors import NameTaken
from storage.videos import Video
from storage.youtube_vis import PictureFinder


def import_dataset(
    database: Database,
    settings: Settings,
    *,
    project_id: str | None = None,
    new_project: str | None = None,
    file: Path,
    frames_folder: Path | None = None,
    how: ReadSettings = AS_IT_IS,
    stride: int | None = None,
    repeat: Repeat = "ask",
    choose: Choose | None = None,
    resumes: Mapping[str, Any] | None = None,
    report: Report = quiet,
    cancelled: Callable[[], bool] = lambda: False,
    published: Callable[[Connection], None] = lambda tx: None,
) -> Imported:
    """Read a file, archive or folder of any format into a project; its pictures stay where they are.

    They are in ``frames_folder``, by default where the file says or beside it; those of an archive are unpacked into
    the data folder. A video file with the name of the folder of the pictures is found too, if they are not there.

    With ``stride`` the file annotates one frame in so many of videos at their full rate, which are folders or video
    files (see `app.exchange.import_frames`); the frames between are unknown, not *absent*, and an export at that stride
    gives the same file. A video whose pictures are missing, broken or of another size is left out, and ``skipped`` has
    the reason.

    Each video is shown as soon as it is whole. An open import of the same file and folder into the project goes on: the
    videos that came in with it stay, and are not imported again.

    Args:
        project_id: the project; None: a new one called ``new_project``. It is made when the storing begins, and is gone
            again if no video comes in.
        how: the reading of broken videos and of marks as crowd.
        repeat: the treatment of videos that an earlier, finished import has added already.
        choose: called if there are such videos and ``repeat`` is "ask", for an answer; None: they are refused.
        resumes: parameters of the job with which a person can let an open import go on; they are stored with it.
        published: called in the transaction that shows a video.

    Raises `app.exchange.repeats.ImportedAlready` if there are such videos and nobody chooses, `BadInput` if file or
    folder do not exist or no video can be used, `storage.youtube_vis.YouTubeVisError` or
    `storage.formats.FormatError` if the file is not valid, `app.errors.Busy` while another process imports the file
    into the project, `storage.errors.NameTaken`, `Cancelled`.
    """

    def check() -> None:
        if cancelled():
            raise Cancelled

    report(0.0, f"Reading {file.name}")
    with read_source(database, settings, file, frames_folder, stride, check, how) as source:
        open_imports.clear_broken_imports(database)
        with database.read() as tx:
            target = _target(tx, source, project_id, new_project)
            before = _before(tx, target, source)
        ready, skipped = _find_all(source, {str(video.source_id) for video in before}, report, check)
        if not ready and not before:
            where = "" if frames_folder else " Say in which folder the frames are (--frames DIR, or in the form)."
            if source.left_out:
                raise BadInput(f"{file} holds no video without an error; the first: {source.left_out[0]}")
            raise BadInput(f"{skipped[0]}{where}" if skipped else f"{file} holds no video.")
        storing = Storing(database, source, target, report, check, published)
        return storing.run(ready, [*source.left_out, *skipped], repeat, choose, dict(resumes or {}))


def _target(tx: Connection, source: ImportFile, project_id: str | None, new_project: str | None) -> ImportTarget:
    """The project of the import. A new one that an open import of the same file has made already is the project."""
    if project_id is not None:
        return ImportTarget(projects.get_project(tx, project_id).id)
    name = " ".join((new_project or "").split())
    known = projects.find_project(tx, name)
    if known is None:
        return ImportTarget(new_name=name)
    found = source.open_import(tx, known.id)
    if found is None or not dict(found.made or {}).get(NEW_PROJECT):
        raise NameTaken("project", name)
    return ImportTarget(known.id)


def _before(tx: Connection, target: ImportTarget, source: ImportFile) -> tuple[Video, ...]:
    """The videos that came in before an import of this file broke off. Raises `Busy` if it is running."""
    found = source.open_import(tx, target.project_id)
    if found is None:
        return ()
    open_imports.require_idle(found)
    return open_imports.shown_videos(tx, found)


def _find_all(
    source: ImportFile, known: set[str], report: Report, check: Callable[[], None]
) -> tuple[list[Ready], list[str]]:
    """The videos of a file with their pictures, but for those of ``known`` ids; a sentence for each unusable one."""
    finder = PictureFinder(source.frames)
    wanted = [video for video in source.dataset.videos if str(video.id) not in known]
    tracks: dict[int, list[Any]] = {video.id: [] for video in wanted}
    for track in source.dataset.tracks:
        if track.video_id in tracks:
            tracks[track.video_id].append(track)
    ready: list[Ready] = []
    skipped: list[str] = []
    for position, video in enumerate(wanted):
        check()
        share = LOOKING * position / len(wanted)
        report(share, f"Looking at the frames of video {position + 1} of {len(wanted)}")
        try:
            found = find_pictures(video, finder, stride=source.stride, check=lambda _done, _all: check())
        except (BadInput, frames.VideoError) as error:
            skipped.append(f"Video {video.id} was left out: {source.opened.as_given(str(error))}")
            continue
        notes = tuple(replace(note, text=source.opened.as_given(note.text)) for note in found.notes)
        ready.append(Ready(video, replace(found, notes=notes), tuple(tracks[video.id])))
    return ready, skipped
