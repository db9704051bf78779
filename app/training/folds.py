"""Who teaches and who is held out when a retraining is measured, and how long it trains."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

DEFAULT_STEPS = 200
HELD_OUT_FROM = 5  # corrected videos from which one in five is held out; below that k-fold by video
HELD_OUT, K_FOLD, LAST_THIRD = "held-out", "k-fold", "last-third"


@dataclass(frozen=True)
class Fold:
    """One measurement: which videos (indices into the source) teach, which are held out."""

    taught: tuple[int, ...]
    held_out: tuple[int, ...]


def evaluation_kind(corrected: int) -> str:
    """How before and after are measured with this many corrected videos."""
    if corrected >= HELD_OUT_FROM:
        return HELD_OUT
    return K_FOLD if corrected > 1 else LAST_THIRD


def folds(video_ids: Sequence[str], contents: Sequence[str]) -> tuple[Fold, ...]:
    """Who is taught and who is held out, by a hash of each video's content, so that a video never changes sides."""
    every = tuple(range(len(video_ids)))
    kind = evaluation_kind(len(every))
    if kind == LAST_THIRD:
        return (Fold(every, every),)
    if kind == K_FOLD:
        return tuple(_fold(every, (out,), contents) for out in every)
    ranked = sorted(every, key=lambda index: hashlib.sha256(contents[index].encode()).hexdigest())
    out = ranked[: max(len(every) // 5, 1)]
    return (_fold(every, tuple(sorted(out)), contents),)


def _fold(every: Sequence[int], out: Sequence[int], contents: Sequence[str]) -> Fold:
    """All others teach, copies of a held-out video aside, which would give its truth away (unless nothing else is)."""
    others = tuple(i for i in every if i not in out)
    held = {contents[i] for i in out}
    return Fold(tuple(i for i in others if contents[i] not in held) or others, tuple(out))


def default_steps(clips: int) -> int:
    """Ten steps a clip of five frames, at least 200 and at most 1500."""
    return min(max(10 * clips, DEFAULT_STEPS), 1500)
