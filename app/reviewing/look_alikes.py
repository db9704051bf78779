"""Tracks in the order in which they look like a chosen one, and the vectors that this needs."""

from dataclasses import dataclass

import numpy as np

from app.pictures.likeness import METHOD, distances
from storage import track_likenesses, track_search, videos
from storage.database import Database
from storage.track_likenesses import Unseen
from storage.track_search import TrackFilter, TrackLine

NEAR = 0.6
"""Distance of looks up to which two tracks are taken to be of one kind; 0 is the same, unlike ones are above 1."""
SCORES, SIZES = 0.2, 2.5  # difference of scores, and ratio of sizes, up to which a model erred in the same way
_MOST = 1000  # alike tracks that are compared further


@dataclass(frozen=True)
class Waiting:
    """Tracks of a project that have no vector yet: how many, and the next ones to compute."""

    number: int
    next: tuple[Unseen, ...]


@dataclass(frozen=True, eq=False)
class Correction:
    """What a person mended in one mask: how it looked as a machine had drawn it, and how it looks now (vectors)."""

    before: np.ndarray
    after: np.ndarray


def waiting(database: Database, project_id: str, *, limit: int) -> Waiting:
    """The tracks whose look is not known yet; the summaries must be up to date."""
    with database.read() as tx:
        return Waiting(*track_likenesses.unseen(tx, project_id, method=METHOD, limit=limit))


def store(database: Database, found: dict[Unseen, np.ndarray | None]) -> None:
    """Store vectors (float32); None for a track whose picture cannot be read."""
    packed = {one: b"" if vector is None else vector.astype("<f4").tobytes() for one, vector in found.items()}
    with database.atomic() as tx:
        track_likenesses.put(tx, packed, method=METHOD)


def alike(database: Database, wanted: TrackFilter, like: str, correction: Correction | None = None) -> tuple[str, ...]:
    """Ids of the found tracks of which the mistake of the track ``like`` is likely too, the most alike first.

    They look like it (`NEAR`), and their scores and their shares of the frame are near. Unknown scores say nothing.
    After a ``correction`` they look like the mask before it, and more so than like the mask after it: what the
    correction changed in colours, silhouette and proportions is wrong in them in the same way.
    """
    with database.read() as tx:
        ids = [one for one in track_search.ids(tx, wanted) if one != like]
        known = track_likenesses.vectors(tx, {*ids, like}, method=METHOD)
        lines = track_search.search(tx, TrackFilter(wanted.project_id, track_ids=(like,)), stop=1)
        ids = [one for one in ids if one in known]
        if like not in known or not ids or not lines:
            return ()
        vectors = np.frombuffer(b"".join(known[one] for one in ids), "<f4").reshape(len(ids), -1)
        away = distances(vectors, np.frombuffer(known[like], "<f4") if correction is None else correction.before)
        same = away <= NEAR if correction is None else (away <= NEAR) & (away < distances(vectors, correction.after))
        near = [ids[at] for at in np.argsort(away, kind="stable") if same[at]][:_MOST]
        only = TrackFilter(wanted.project_id, track_ids=tuple(near))
        found = {line.id: line for line in track_search.search(tx, only, stop=len(near))} if near else {}
        sizes = videos.video_sizes(tx, wanted.project_id)
        pixels = {one: width * height for one, (width, height) in sizes.items()}
    return tuple(one for one in near if one in found and _near(found[one], lines[0], pixels))


def _near(one: TrackLine, other: TrackLine, pixels: dict[str, int]) -> bool:
    """Whether scores and shares of the frame are near; ``pixels`` of the frame by video."""
    if None not in (one.score, other.score) and abs(one.score - other.score) > SCORES:  # type: ignore[operator]
        return False
    sizes = [line.area / max(pixels.get(line.video_id, 0), 1) for line in (one, other)]
    return max(sizes) <= SIZES * min(sizes)


def ordered(database: Database, wanted: TrackFilter, like: str) -> tuple[str, ...]:
    """Ids of the found tracks, those first that look most like the track with the id ``like``.

    Tracks without a vector come last, in the usual order; so do all if the chosen one has none.
    """
    with database.read() as tx:
        ids = track_search.ids(tx, wanted)
        known = track_likenesses.vectors(tx, {*ids, like}, method=METHOD)
    if like not in known:
        return ids
    compared = [track for track in ids if track in known]
    if not compared:
        return ids
    vectors = np.frombuffer(b"".join(known[track] for track in compared), "<f4").reshape(len(compared), -1)
    order = np.argsort(distances(vectors, np.frombuffer(known[like], "<f4")), kind="stable")
    return (*(compared[at] for at in order), *(track for track in ids if track not in known))


def page(database: Database, wanted: TrackFilter, like: str, *, start: int, stop: int) -> tuple[TrackLine, ...]:
    """The found tracks ``start`` to ``stop`` - 1 in the order of `ordered`."""
    ids = ordered(database, wanted, like)[start:stop]
    if not ids:
        return ()
    with database.read() as tx:
        only = TrackFilter(wanted.project_id, track_ids=ids)
        found = {line.id: line for line in track_search.search(tx, only, stop=len(ids))}
    return tuple(found[track] for track in ids if track in found)
