"""Finds videos of an imported file that are in the project already, and asks what becomes of them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from app.errors import Undecided
from app.exchange.extras import CONTENT
from storage import videos
from storage.frames import FrameIndex
from storage.videos import Video
from storage.youtube_vis import VisNote, VisTrack, VisVideo

Repeat = Literal["ask", "skip", "replace", "again"]
CHOICES: tuple[Repeat, ...] = ("skip", "replace", "again")
MOST_NAMES = 5
IMPORTED_ALREADY = "imported_already"
"""The name of the question in the result of a job that asks."""


class ImportedAlready(Undecided):
    """An earlier import has added videos of the file already, and the request has no choice for them.

    ``what`` is the sentence without the choices, which are flags on the command line and a field on the page.
    """

    def __init__(self, what: str) -> None:
        choices = "leave them as they are (--skip), put those of the file in their place (--replace), or import them"
        super().__init__(f"{what} Choose what becomes of them: {choices} once more (--again).", kind=IMPORTED_ALREADY)
        self.what = what


@dataclass(frozen=True)
class Candidate:
    """A video of the file with its pictures, their names as they are stored, and its tracks."""

    video: VisVideo
    index: FrameIndex
    names: tuple[str, ...]
    tracks: tuple[VisTrack, ...]


@dataclass(frozen=True)
class Repeated:
    """A video of the project that the file has again; ``same``: with the same tracks as in the earlier import."""

    known: Video
    same: bool


def find_repeats(
    tx: Connection, project_id: str, candidates: Sequence[Candidate], *, but: str | None = None
) -> dict[int, Repeated]:
    """Video id of the file -> the video of the project that an earlier import, other than ``but``, added for it.

    Both have the same source (place and names of the pictures) or the same content (the bytes of the pictures).
    """
    imported = [video for video in videos.list_videos(tx, project_id) if video.import_id not in (None, but)]
    by_source = {(video.path, tuple(video.file_names or ())): video for video in imported}
    by_content = {video.content_hash: video for video in imported if video.content_hash}
    found = {}
    for one in candidates:
        known = by_source.get((str(one.index.path), one.names)) or by_content.get(one.index.content_hash or "")
        if known is not None:
            found[one.video.id] = Repeated(known, (known.extra or {}).get(CONTENT) == content_digest(one))
    return found


def content_digest(candidate: Candidate) -> str:
    """SHA-256 of the entries of a video and of its tracks in the file."""
    content = {
        "names": candidate.names,
        "tracks": [
            [track.id, track.category_id, track.iscrowd, track.segmentations, sorted(track.unknown), track.extra]
            for track in candidate.tracks
        ],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def refuse_repeats(file: str, repeats: Mapping[int, Repeated], *, count: int) -> None:
    """Raise `ImportedAlready` with the choices, if any of the ``count`` videos of a file are repeated."""
    if not repeats:
        return
    names = [repeated.known.name for repeated in repeats.values()]
    which = ", ".join(names[:MOST_NAMES]) + (f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else "")
    changed = sum(not repeated.same for repeated in repeats.values())
    many = "all videos" if len(names) == count else f"{len(names)} of {count} videos"
    if count == 1:
        many = "the video"
    other = f"; {changed} of them had other tracks then" if changed else ""
    raise ImportedAlready(f"{file}: {many} of it came into this project by an import already ({which}){other}.")


def repeat_notes(repeats: Mapping[int, Repeated], repeat: Repeat) -> list[VisNote]:
    """A note for each repeated video on what becomes of it.

    A replaced video is removed from the library with its tracks and corrections, and can be restored there.
    """
    notes = []
    for number, repeated in repeats.items():
        name, where = repeated.known.name, f"video {number}"
        if repeat == "replace":
            text = f"it is in place of {name}, which can be restored from the removed videos."
            notes.append(VisNote("replaced", where, text))
        elif repeat == "skip":
            changed = "" if repeated.same else ", though the file has other tracks for it than then"
            notes.append(VisNote("imported already", where, f"{name} is here already and stays as it is{changed}."))
    return notes
