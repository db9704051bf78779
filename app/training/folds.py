"""Splits the corrected videos of a retraining into training and held-out videos, and sets the number of its steps."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from app.sentences import counted

DEFAULT_STEPS = 200
HELD_OUT_FROM = 5  # corrected videos from which one in five is held out; below that k-fold by video
HELD_OUT, K_FOLD, LAST_THIRD = "held-out", "k-fold", "last-third"


@dataclass(frozen=True)
class Fold:
    """One measurement: indices of the videos to train on, and of those held out to measure on."""

    taught: tuple[int, ...]
    held_out: tuple[int, ...]


def evaluation_kind(corrected: int) -> str:
    """How before and after are measured with this many corrected videos."""
    if corrected >= HELD_OUT_FROM:
        return HELD_OUT
    return K_FOLD if corrected > 1 else LAST_THIRD


def measured_on(kind: str, videos: int) -> str:
    """The name of the set on which so many videos were measured."""
    if kind == HELD_OUT:
        return counted(videos, "held-out video")
    return f"{counted(videos, 'video')} by k-fold" if kind == K_FOLD else "the last third of the one corrected video"


def folds(video_ids: Sequence[str], contents: Sequence[str]) -> tuple[Fold, ...]:
    """The folds of these videos, whose content hashes are ``contents``.

    Held-out videos are chosen by the hash of their content, so that a video is never held out in one round and trained
    on in the next.
    """
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
    """Train on all others except copies of a held-out video, which would reveal its truth.

    Where all others are such copies, they are used after all.
    """
    others = tuple(i for i in every if i not in out)
    held = {contents[i] for i in out}
    return Fold(tuple(i for i in others if contents[i] not in held) or others, tuple(out))


def default_steps(clips: int) -> int:
    """Ten steps a clip of five frames, at least 200 and at most 1500."""
    return min(max(10 * clips, DEFAULT_STEPS), 1500)
