"""Stores the changes of identities that a search of a video suggests; see `model.identity`."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from model.identity import IdentityCandidate, LookCollector, find_candidates
from storage import identity_candidates
from storage.identity_candidates import StoredCandidate
from storage.tracks import MaskRow, Track

_MOST = 500  # candidates of a video that are stored
LEAST = 0.2
"""Strength of the weakest candidate that is stored."""


def candidates(collector: LookCollector, tracks: Sequence[Track]) -> list[IdentityCandidate]:
    """The candidates of what was collected that are worth a question, the most likely first."""
    found = find_candidates(collector.looks({track.id: track.category_id for track in tracks}))
    return [one for one in found if one.strength >= LEAST][:_MOST]


def store_candidates(
    tx: Connection,
    video_id: str,
    found: Sequence[IdentityCandidate],
    rows: Mapping[str, Mapping[int, MaskRow]],
    *,
    edit: int,
) -> None:
    """Store candidates with the masks that the search read: ``rows`` by track and frame, as of ``edit``."""
    stored = [
        StoredCandidate(
            kind=one.kind,
            tracks=one.tracks,
            frame=one.frame,
            masks=tuple((track, frame, rows[track][frame].hash or "") for track, frame in one.masks),
            strength=round(one.strength, 4),
            evidence=one.evidence,
        )
        for one in found
    ]
    identity_candidates.replace(tx, video_id, stored, edit=edit)
