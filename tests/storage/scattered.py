"""Tracks with rows of every kind, stored at once without edits: what is counted must not depend on how it came."""

import random
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert

from storage import schema
from storage.videos import Video


def scatter(
    tx: Connection,
    video: Video,
    *,
    categories: Sequence[str | None],
    blobs: Sequence[str],
    tracks: int,
    rng: random.Random,
) -> None:
    """Give a video so many tracks with a row in about nine of ten frames; ``blobs`` are hashes of stored masks."""
    made = [_track(video, number + 1, rng.choice(categories), rng) for number in range(tracks)]
    tx.execute(insert(schema.tracks), made)
    tx.execute(insert(schema.masks), [row for track in made for row in _rows(track["id"], video.count, blobs, rng)])


def _track(video: Video, number: int, category: str | None, rng: random.Random) -> dict[str, Any]:
    flags = {"deleted": rng.random() < 0.1, "rejected": rng.random() < 0.15, "iscrowd": rng.random() < 0.05}
    facts = {"id": str(uuid.UUID(int=rng.getrandbits(128))), "video_id": video.id, "number": number}
    return {**facts, "category_id": category, "version": 1, **flags}


def _rows(track: str, frames: int, blobs: Sequence[str], rng: random.Random) -> list[dict[str, Any]]:
    rows = []
    for frame in range(frames):
        if rng.random() < 0.1:
            continue
        present = rng.random() < 0.8
        row = {"track_id": track, "frame": frame, "state": "present" if present else "absent", "version": 1}
        row |= {"source": rng.choice(schema.SOURCES), "review": rng.choice(schema.REVIEWS)}
        rows.append({**row, "blob_hash": rng.choice(blobs) if present else None, "iscrowd": rng.random() < 0.05})
    return rows


def declare(tx: Connection, video: Video, categories: Sequence[str], start: int, stop: int) -> None:
    """A complete range without an edit."""
    values = {"id": str(uuid.uuid4()), "video_id": video.id, "start": start, "stop": stop}
    tx.execute(insert(schema.complete_ranges).values(categories=list(categories), declared=1, version=1, **values))
