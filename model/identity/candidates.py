"""Puts candidates of all kinds into one order, and leaves out those that say the same."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .found import IdentityCandidate
from .merging import merges
from .splitting import splits
from .swapping import swaps
from .track_looks import TrackLook

_JUDGED = 0.5  # of the strength is left where a person judged all masks, but maybe not the identity
_SAME = 4  # frames between a swap and a split up to which they are about one error


def find_candidates(looks: Sequence[TrackLook]) -> list[IdentityCandidate]:
    """Changes of identities that probably mend an error, the most likely first."""
    by_id = {one.id: one for one in looks}
    found = [_weighed(one, by_id) for one in (*merges(looks), *splits(looks), *swaps(looks))]
    found.sort(key=lambda one: (-one.strength, one.frame, one.tracks))
    kept: list[IdentityCandidate] = []
    for one in found:
        if not any(_same(one, other) for other in kept):
            kept.append(one)
    return kept


def _weighed(one: IdentityCandidate, looks: Mapping[str, TrackLook]) -> IdentityCandidate:
    judged = all(frame in looks[track].judged for track, frame in one.masks)
    return replace(one, strength=_JUDGED * one.strength) if judged else one


def _same(one: IdentityCandidate, other: IdentityCandidate) -> bool:
    """Whether two candidates are about one error: the stronger one is enough."""
    if "merge" in (one.kind, other.kind):
        return False
    return bool(set(one.tracks) & set(other.tracks)) and abs(one.frame - other.frame) <= _SAME
