"""Puts findings of all kinds into one order, and takes those about the same place together."""

from collections.abc import Sequence

from .found import LikelyError

_NEAR = 3  # frames between two findings of a track up to which they are about one error
_WHOLE = {"class", "background", "duplicate"}  # about a track as a whole: questions of their own
_ABSENT = {"flicker", "gap"}  # about where a track is not: what its masks show before and after does not answer them
_WEAKEST = 0.12  # findings below this strength are left out


def ordered(found: Sequence[LikelyError]) -> list[LikelyError]:
    """Errors by falling strength; a weaker finding about frames of a stronger one is added to its strength."""
    kept: list[LikelyError] = []
    support: list[list[float]] = []
    for error in sorted(found, key=lambda one: (-one.strength, one.tracks, one.first)):
        if error.strength < _WEAKEST:
            break
        same = next((i for i, other in enumerate(kept) if _about_the_same(other, error)), None)
        if same is None:
            kept.append(error)
            support.append([error.strength])
        elif kept[same].kind != error.kind:
            support[same].append(error.strength)
    raised = [_with_strength(error, together(values)) for error, values in zip(kept, support, strict=True)]
    return sorted(raised, key=lambda one: (-one.strength, one.first, one.tracks))


def together(values: Sequence[float]) -> float:
    """The strength of several findings about one place: each further one takes away half of its share of the rest."""
    rest = 1.0 - values[0]
    for value in values[1:]:
        rest *= 1.0 - value / 2
    return 1.0 - rest


def _about_the_same(one: LikelyError, other: LikelyError) -> bool:
    kinds = {one.kind, other.kind}
    if not set(one.tracks) & set(other.tracks) or kinds & _ABSENT:
        return False
    if kinds & _WHOLE:
        return len(kinds) == 1
    return other.first <= one.last + _NEAR and one.first <= other.last + _NEAR


def _with_strength(error: LikelyError, value: float) -> LikelyError:
    return LikelyError(error.kind, error.tracks, error.first, error.last, error.frame, value, error.evidence)
