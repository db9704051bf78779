"""Splits the corrected videos of a retraining, and sets the number of its steps. Loads no torch.

A retraining makes one network to keep, and for each fold another one that measures and chooses how far to go. The
kept network is measured on the videos that are held out for good (`app.training.roles`); a fold adds videos that the
kept network learns: they are measured with a network that did not see them. Before and after are measured on the same
videos, and the checkpoint in use has learnt none of them, unless there are too few others. The fewer videos are held
out for good, the more folds there are, so that the time of a retraining grows evenly with the number of videos.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.sentences import counted
from app.training.roles import HELD_OUT_FROM, CorrectedVideo, by_hash
from storage.video_roles import HELD_OUT as HELD_OUT_ROLE

DEFAULT_STEPS = 200
HELD_OUT, K_FOLD, LAST_THIRD = "held-out", "k-fold", "last-third"
MOST_FOLDS = 3
ENOUGH_HELD_OUT = 8  # videos held out for good with which no fold is needed
MOST_MEASURED = 16  # videos; measuring more costs more time than it tells


@dataclass(frozen=True)
class Fold:
    """One measurement: indices of the videos to train on, and of those held out to measure on."""

    taught: tuple[int, ...]
    held_out: tuple[int, ...]


@dataclass(frozen=True)
class Split:
    """The trainings of one retraining, by indices of its videos.

    Attributes:
        kept: the training of the network that is kept; its ``held_out`` videos are those held out for good.
        folds: trainings that only measure.
        before_learnt: whether the checkpoint in use was trained on measured videos, which flatters it.
    """

    kind: str
    kept: Fold
    folds: tuple[Fold, ...]
    before_learnt: bool

    @property
    def measured(self) -> tuple[int, ...]:
        """All videos that before and after are measured on, in the order of the measurement."""
        return tuple(index for fold in self.trainings for index in fold.held_out)

    @property
    def trainings(self) -> tuple[Fold, ...]:
        """All trainings in their order: the folds, then the network to keep."""
        return (*self.folds, self.kept)

    @property
    def set_name(self) -> str:
        """The name of the set of measured videos."""
        return self.name_of(range(len(self.measured)))

    def name_of(self, places: Collection[int]) -> str:
        """The name of the set of those measured videos that stand at these places of `measured`."""
        of_folds = len(self.measured) - len(self.kept.held_out)
        return measured_on(self.kind, len(places), by_folds=sum(place < of_folds for place in places))


def evaluation_kind(corrected: int) -> str:
    """How before and after are measured with this many different corrected videos."""
    if corrected >= HELD_OUT_FROM:
        return HELD_OUT
    return K_FOLD if corrected > 1 else LAST_THIRD


def measured_on(kind: str, videos: int, *, by_folds: int = 0) -> str:
    """The name of the set on which so many videos were measured, ``by_folds`` of them with networks of folds."""
    if kind == HELD_OUT:
        # The kept network learns the videos of folds: they are held out of one training, not for good.
        set_of = f"{counted(videos, 'video')}, {by_folds} of them by folds"
        return set_of if by_folds else counted(videos, "held-out video")
    return f"{counted(videos, 'video')} by k-fold" if kind == K_FOLD else "the last third of the one corrected video"


def split(videos: Sequence[CorrectedVideo], roles: Mapping[str, str], *, learnt: Collection[str] = ()) -> Split:
    """The trainings for these videos with these roles (`app.training.roles.assigned`).

    ``learnt``: contents of the videos that the checkpoint in use was trained on.
    """
    contents = [video.content for video in videos]
    groups = by_hash(dict.fromkeys(contents))
    kind = evaluation_kind(len(groups))
    every = tuple(range(len(videos)))
    if kind == LAST_THIRD:
        # The copies of the one video have one truth each; the first of them is measured.
        return Split(kind, Fold(every, ()), (Fold(every[:1], every[:1]),), before_learnt=groups[0] in learnt)
    out = [content for content in groups if roles.get(content) == HELD_OUT_ROLE]
    taught = [content for content in groups if content not in out]
    unseen_out, unseen = ([content for content in some if content not in learnt] for some in (out, taught))
    enough = len(unseen_out) + len(unseen) > 1
    if not enough:
        unseen_out, unseen = out, taught
    parts = _parts(unseen, taught=len(taught), held_out=len(unseen_out), kind=kind)
    first = {content: contents.index(content) for content in groups}

    def fold(part: Sequence[str], *, kept: bool = False) -> Fold:
        learns = [k for k in every if contents[k] in taught and (kept or contents[k] not in part)]
        return Fold(tuple(learns), tuple(sorted(first[content] for content in part)))

    return Split(kind, fold(unseen_out[:MOST_MEASURED], kept=True), tuple(fold(part) for part in parts), not enough)


def _parts(unseen: Sequence[str], *, taught: int, held_out: int, kind: str) -> list[list[str]]:
    """The videos that each fold holds out: each at most once, and a third of the trained videos a fold at most."""
    folds = MOST_FOLDS if kind == K_FOLD else MOST_FOLDS * (ENOUGH_HELD_OUT - held_out) / ENOUGH_HELD_OUT
    count = min(-int(-folds // 1), len(unseen), taught)
    if count < 1 or taught < 2:
        return []
    largest = max(-(-taught // MOST_FOLDS), 1)
    chosen = unseen[: min(count * largest, max(MOST_MEASURED - held_out, 0))]
    return [list(chosen[start::count]) for start in range(count) if chosen[start::count]]


def default_steps(clips: int) -> int:
    """Ten steps a clip of five frames, at least 200 and at most 1500."""
    return min(max(10 * clips, DEFAULT_STEPS), 1500)
