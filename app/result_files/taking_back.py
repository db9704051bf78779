"""Takes back the proposals that came from a file: in each video where they are the latest ones."""

import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection

from app.errors import BadInput
from app.result_files.storing import DIGEST
from storage import edits, jobs, runs, videos
from storage.database import Database
from storage.edits import Conflict, undoing
from storage.runs import Run
from storage.videos import Video


@dataclass(frozen=True)
class ProposalsTakenBack:
    """Names of the videos in which the proposals of a file were undone; ``kept`` has a sentence for each other one."""

    videos: tuple[str, ...]
    kept: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The two lists."""
        return asdict(self)


def take_back_proposals(database: Database, *, project_id: str, digest: str, author: str) -> ProposalsTakenBack:
    """Undo what the latest runs in each video stored, as far back as they are of the file with this SHA-256.

    A run whose rows a later edit changed stays, and so do the older ones in its video.

    Raises `BadInput` if no video has proposals of the file.
    """
    with database.read() as tx:
        found = list(_runs(tx, project_id, digest))
    if not found:
        raise BadInput("No video of this project has proposals of this file that could be taken back.")
    gone, kept = [], []
    for video, own in found:
        undone = len([*takewhile(bool, (_take_back(database, video, run, author) for run in own))])
        if undone == len(own):
            gone.append(video.name)
        else:
            part = "a part of " if undone else ""
            kept.append(f"{video.name} keeps {part}its proposals: a later edit changed the same rows.")
    return ProposalsTakenBack(tuple(gone), tuple(kept))


def _take_back(database: Database, video: Video, run: Run, author: str) -> bool:
    """Undo a run in a video; False if a later edit changed the same rows."""
    with database.atomic() as tx:
        last = undoing.last_edit_of(tx, video.id, run.author)
        if last is None:
            return True
        done = edits.undo(tx, video=video.id, author=author, new_id=str(uuid.uuid4()), edit=last)
    return not isinstance(done, Conflict)


def tell_jobs(database: Database, project_id: str, digest: str) -> None:
    """Record in the results of the jobs that imported a file that its proposals were taken back."""
    with database.atomic() as tx:
        for job in jobs.list_jobs(tx, kind="import"):
            result = job.result or {}
            if (result.get("digest"), result.get("project_id")) == (digest, project_id):
                jobs.set_result(tx, job.id, {**result, "taken_back": True})


def _runs(tx: Connection, project_id: str, digest: str) -> Iterator[tuple[Video, list[Run]]]:
    """The videos whose latest runs are of a file, with these runs, newest first.

    Runs that were undone or stored nothing do not count.
    """
    for video in videos.list_videos(tx, project_id):
        standing = (run for run in runs.runs_of(tx, video.id) if undoing.last_edit_of(tx, video.id, run.author))
        own = [*takewhile(lambda run: (run.settings or {}).get(DIGEST) == digest, standing)]
        if own:
            yield video, own
