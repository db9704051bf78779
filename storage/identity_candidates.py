"""Changes of identities that the latest search of a video suggests, and those that a person dismissed.

They are suggestions of a machine beside the rows, not part of the edit log: a search replaces those of the one before.
What a person dismissed stays so over later searches.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Row, insert, select, tuple_, update

from storage import schema, summary_tables
from storage.errors import NotFound
from storage.masks import chunks

NEAR = 4
"""Frames between two candidates with the same tracks up to which they are the same one."""


@dataclass(frozen=True)
class StoredCandidate:
    """One candidate; see ``model.identity.IdentityCandidate`` for the meaning.

    ``masks``: track, frame and the hash of the mask that the search read there.
    """

    kind: str
    tracks: tuple[str, ...]
    frame: int
    masks: tuple[tuple[str, int, str], ...]
    strength: float
    evidence: Mapping[str, float]

    def is_like(self, other: "StoredCandidate") -> bool:
        """Whether both ask the same question, maybe after different searches."""
        return (self.kind, set(self.tracks)) == (other.kind, set(other.tracks)) and abs(
            self.frame - other.frame
        ) <= NEAR


@dataclass(frozen=True)
class IdentitySearch:
    """The result of a search: ``edit`` is the number of the last edit that it saw, ``created`` unix seconds.

    ``candidates`` with the strongest first; ``dismissed`` what people dismissed, by the latest search that had it.
    """

    edit: int
    created: float
    candidates: tuple[StoredCandidate, ...]
    dismissed: tuple[StoredCandidate, ...] = ()

    def is_dismissed(self, one: StoredCandidate) -> bool:
        """Whether a person dismissed a candidate, in this search or in an earlier one."""
        return any(one.is_like(other) for other in self.dismissed)


def replace(tx: Connection, video_id: str, candidates: Sequence[StoredCandidate], *, edit: int) -> None:
    """Store the candidates of a video, strongest first, in place of those of an earlier search."""
    old = latest(tx, video_id)
    values = {"edit": edit, "created": time.time(), "candidates": [asdict(one) for one in candidates]}
    table = summary_tables.identity_candidates
    if old is None:
        tx.execute(insert(table).values(video_id=video_id, dismissed=[], **values))
    else:
        tx.execute(update(table).where(table.c.video_id == video_id).values(**values))


def dismiss(tx: Connection, video_id: str, one: StoredCandidate, *, dismissed: bool) -> IdentitySearch:
    """Dismiss a candidate of the latest search for good, or bring it back; repeating it changes nothing.

    Raises `storage.errors.NotFound` where no search of the video has it and nobody dismissed it.
    """
    found = latest(tx, video_id)
    if found is None or not any(one.is_like(other) for other in (*found.candidates, *found.dismissed)):
        raise NotFound("candidate", f"{one.kind} at frame {one.frame}")
    others = [other for other in found.dismissed if not other.is_like(one)]
    named = next((other for other in found.candidates if other.is_like(one)), one)
    kept = [*others, named] if dismissed else others
    table = summary_tables.identity_candidates
    values = {"dismissed": [asdict(other) for other in kept]}
    tx.execute(update(table).where(table.c.video_id == video_id).values(**values))
    return IdentitySearch(found.edit, found.created, found.candidates, tuple(kept))


def latest(tx: Connection, video_id: str) -> IdentitySearch | None:
    """The latest search of a video, or None."""
    table = summary_tables.identity_candidates
    row = tx.execute(select(table).where(table.c.video_id == video_id)).one_or_none()
    return None if row is None else _search(row)


def open_in_project(tx: Connection, project_id: str) -> dict[str, tuple[StoredCandidate, ...]]:
    """Video id -> its candidates that nobody dismissed and whose masks are still those that the search read.

    Videos without one are left out, and so are removed videos. Those with the most come first.
    """
    table, videos = summary_tables.identity_candidates, schema.videos
    query = select(table).join(videos, videos.c.id == table.c.video_id)
    query = query.where(videos.c.project_id == project_id, videos.c.removed.is_(None))
    found = {row.video_id: _search(row) for row in tx.execute(query)}
    waiting = {
        video: [one for one in search.candidates if not search.is_dismissed(one)] for video, search in found.items()
    }
    masks = _masks_now(tx, [mask[:2] for of_video in waiting.values() for one in of_video for mask in one.masks])
    still = {
        video: tuple(one for one in of_video if all(masks.get(mask[:2]) == mask[2] for mask in one.masks))
        for video, of_video in waiting.items()
    }
    order = sorted(still, key=lambda video: (-len(still[video]), video))
    return {video: still[video] for video in order if still[video]}


def _masks_now(tx: Connection, places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The hashes of masks by track and frame, of tracks that stand."""
    rows, tracks = schema.masks.c, schema.tracks.c
    found: dict[tuple[str, int], str] = {}
    for part in chunks(places):
        query = select(rows.track_id, rows.frame, rows.blob_hash).join(schema.tracks, tracks.id == rows.track_id)
        query = query.where(tuple_(rows.track_id, rows.frame).in_(part), tracks.deleted.is_(False))
        found |= {(track, frame): name for track, frame, name in tx.execute(query.where(tracks.rejected.is_(False)))}
    return found


def _search(row: Row) -> IdentitySearch:
    return IdentitySearch(row.edit, row.created, _read(row.candidates), _read(row.dismissed))


def _read(stored: Sequence[dict]) -> tuple[StoredCandidate, ...]:
    return tuple(
        StoredCandidate(
            **{**one, "tracks": tuple(one["tracks"]), "masks": tuple((track, k, h) for track, k, h in one["masks"])}
        )
        for one in stored
    )
