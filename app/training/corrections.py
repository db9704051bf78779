"""The check of a project's corrections, asked for before a retraining, and the masks that a person leaves out of it.

Loads no torch, since the server uses it; the check itself is `app.training.suspicions`, which the worker runs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from app.errors import BadInput
from app.jobs import queue
from app.settings import Settings
from storage import jobs, schema, tracks
from storage.database import Database
from storage.jobs import Job
from storage.tracks import MaskRow

KIND = "check_corrections"
EDIT = "edit"  # in the job's result: the last edit of the project that the check saw

MaskPlace = tuple[str, int, int]
"""Video id, number of the track, frame."""


@dataclass(frozen=True)
class Suspicion:
    """A suspicious mask as it is now: ``mask`` is its hash, ``track_id`` the id of its track; see `NamedMask`."""

    video: str
    name: str
    track: int
    track_id: str
    frame: int
    mask: str
    reason: str

    @property
    def place(self) -> MaskPlace:
        """Where it lies."""
        return (self.video, self.track, self.frame)


@dataclass(frozen=True)
class LatestCheck:
    """The latest check of a project.

    ``running``: one is queued or under way. ``masks`` were checked by the last that ended, None: there was none;
    ``named`` are its suspicious masks that nobody changed since. ``outdated``: the project was edited after it.
    """

    running: bool
    masks: int | None = None
    named: tuple[Suspicion, ...] = ()
    outdated: bool = False
    problem: str | None = None


def request_check(database: Database, settings: Settings, *, project_id: str) -> Job:
    """Put a check in the queue. Raises `BadInput` if one is under way."""
    if any(job.project_id == project_id for job in queue.active_jobs(database, kind=KIND)):
        raise BadInput("The corrections are being checked already; wait for that job or cancel it.")
    return queue.enqueue(database, settings, kind=KIND, project_id=project_id)


def last_edit(tx: Connection, project_id: str) -> int:
    """The number of the newest edit of a project, 0 without one."""
    edits = schema.edits.c
    return int(tx.execute(select(func.max(edits.number)).where(edits.project_id == project_id)).scalar() or 0)


def latest_check(tx: Connection, project_id: str) -> LatestCheck:
    """The latest check of a project, as far as it still holds."""
    table = schema.jobs.c
    # Without their results, which are long: only that of one check is read.
    asked = select(table.id, table.status, table.error).where(table.project_id == project_id, table.kind == KIND)
    found = tx.execute(asked.order_by(table.created.desc(), table.id).limit(10)).all()
    running = any(job.status in jobs.ACTIVE for job in found)
    ended = next((job for job in found if job.status not in jobs.ACTIVE), None)
    problem = ended.error if ended is not None and ended.status == "failed" else None
    done = next((job for job in found if job.status == "done"), None)
    result = None if done is None else jobs.get_job(tx, done.id).result
    if not result:
        return LatestCheck(running, problem=problem)
    return LatestCheck(
        running,
        masks=int(result["masks"]),
        named=_as_they_are(tx, result["named"]),
        outdated=last_edit(tx, project_id) > int(result[EDIT]),
        problem=problem,
    )


def _as_they_are(tx: Connection, named: Sequence[Mapping[str, Any]]) -> tuple[Suspicion, ...]:
    """The named masks that are still the same, with their tracks."""
    present = {
        place: (row.track_id, row.hash)
        for place, row in _rows_around(tx, named)
        if row.human and row.hash is not None and row.review != "rejected"
    }
    found = []
    for one in named:
        place = _place(one)
        track_id, mask = present.get(place, ("", ""))
        # A mask that was redrawn since is another one, which this check has not seen.
        if mask and one.get("mask", mask) == mask:
            found.append(Suspicion(place[0], str(one["video"]), place[1], track_id, place[2], mask, str(one["reason"])))
    return tuple(found)


def with_masks(tx: Connection, named: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The named masks of a check, each with the hash of the mask that was checked."""
    hashes = {place: row.hash for place, row in _rows_around(tx, named)}
    return [{**one, "mask": hashes.get(_place(one)) or ""} for one in named]


def _place(one: Mapping[str, Any]) -> MaskPlace:
    return (str(one["video_id"]), int(one["track"]), int(one["frame"]))


def _rows_around(tx: Connection, named: Sequence[Mapping[str, Any]]) -> Iterator[tuple[MaskPlace, MaskRow]]:
    """All rows of the videos in which the named masks lie, each with its place."""
    for video_id in {str(one["video_id"]) for one in named}:
        numbers = {track.id: track.number for track in tracks.list_tracks(tx, video_id)}
        for row in tracks.rows(tx, video_id):
            yield (video_id, numbers[row.track_id], row.frame), row
