"""Puts candidates of all kinds into one order, and leaves out those that say the same."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .found import IdentityCandidate
from .merging import merges
from .splitting import splits
from .swapping import swaps
from .taking_over import takeovers
from .track_looks import TrackLook

_JUDGED = 0.5  # of the strength is left where a person judged all masks, but maybe not the identity
_RATHER = 0.5  # share of a split's strength from which a swap at its place is suggested instead
_SAME = 4  # frames between a swap and a split up to which they are about one error


def find_candidates(looks: Sequence[TrackLook]) -> list[IdentityCandidate]:
    """Changes of identities that probably mend an error, the most likely first."""
    by_id = {one.id: one for one in looks}
    found = [_weighed(one, by_id) for one in (*merges(looks), *splits(looks), *swaps(looks), *takeovers(looks))]
    found.sort(key=lambda one: (-one.strength, one.frame, one.tracks))
    kept: list[IdentityCandidate] = []
    for one in found:
        if not _is_half(one, found) and not any(_same(one, other) for other in kept):
            kept.append(one)
    return kept


def _weighed(one: IdentityCandidate, looks: Mapping[str, TrackLook]) -> IdentityCandidate:
    judged = all(frame in looks[track].judged for track, frame in one.masks)
    return replace(one, strength=_JUDGED * one.strength) if judged else one


def _is_half(one: IdentityCandidate, found: Sequence[IdentityCandidate]) -> bool:
    """Whether a split mends only a part of what a swap mends, which is not much less likely."""
    return one.kind == "split" and any(
        other.kind == "swap" and other.strength >= _RATHER * one.strength and _same(one, other) for other in found
    )


def _same(one: IdentityCandidate, other: IdentityCandidate) -> bool:
    """Whether two candidates are about one error: the stronger one is enough."""
    if "merge" in (one.kind, other.kind):
        return False
    return bool(set(one.tracks) & set(other.tracks)) and abs(one.frame - other.frame) <= _SAME
