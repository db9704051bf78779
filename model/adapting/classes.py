"""The classes of a network that learns new categories and keeps those it knew, and clips that teach some of them.

A clip teaches the classes of its own source alone. Nobody looked for the old classes in corrected videos, or for the
new ones in replayed clips, so they have no loss there.

New classes of few corrected videos are the exception. The base finds things of all kinds under names that mean nothing
in the project; one corrected dog teaches that nothing else is a thing, and the next proposals would find less than
before. So replayed things count as things of the new classes, too, the less the more videos are corrected.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from model.training.clips import ClipSource
from model.training.targets import PRESENT, ClipTargets
from model.weights.categories import normalised


@dataclass(frozen=True)
class JointClasses:
    """Names of classes: those that corrections teach come first, then ``kept``, which only the base knew."""

    taught: tuple[str, ...]
    kept: tuple[str, ...] = ()

    @classmethod
    def of(cls, base: Sequence[str], categories: Sequence[str]) -> "JointClasses":
        """The categories of the corrections, and those of the ``base`` that have other names."""
        own = {normalised(name) for name in categories}
        return cls(tuple(categories), tuple(name for name in base if normalised(name) not in own))

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in the order of the labels."""
        return self.taught + self.kept

    def labels_of(self, names: Sequence[str]) -> tuple[int, ...]:
        """The labels of these names. Raises `ValueError` for a name that no class has."""
        known = {normalised(name): label for label, name in enumerate(self.names)}
        unknown = [name for name in names if normalised(name) not in known]
        if unknown:
            raise ValueError(f"the network has no class {unknown[0]!r}; it has {', '.join(self.names)}")
        return tuple(known[normalised(name)] for name in names)


def stand_ins(classes: JointClasses, base: Sequence[str], clips: ClipSource) -> tuple[float, ...]:
    """For each taught class the weight, 0 to 1, with which replayed things of the ``base`` stand in for it.

    For each class all replayed things together count like one of the n videos of ``clips`` with a present mask: 1 / n.
    A class without one has 0. So have all where the base knows a category of the corrections by name: what it finds
    under other names is something else then.
    """
    present = [{track.label for track in video.tracks if PRESENT in track.states} for video in clips.videos]
    shown = [labels for labels in present if labels]
    if len(classes.kept) < len(base) or not shown:
        return (0.0,) * len(classes.taught)
    known = set().union(*shown)
    return tuple(1 / len(shown) if label in known else 0.0 for label in range(len(classes.taught)))


@dataclass(frozen=True)
class TeachingSource:
    """A clip source of a network with ``classes`` classes; label k of the source is ``labels[k]`` of the network.

    ``stand_ins``: for the first classes of the network the weight with which all tracks count as one of them, too.
    ``replayed``: it shows what the network knew before.
    """

    source: ClipSource
    labels: tuple[int, ...]
    classes: int
    stand_ins: tuple[float, ...] = ()
    replayed: bool = False

    @property
    def stands_for(self) -> tuple[tuple[int, float], ...]:
        """The labels of the network that all tracks stand in for, with their weights."""
        return tuple((label, weight) for label, weight in enumerate(self.stand_ins) if weight > 0)

    def targets(self, clip: ClipTargets) -> ClipTargets:
        """The targets of a clip of the source, with the labels of the network."""
        table = torch.tensor(self.labels, dtype=torch.int64)
        complete = None if clip.complete is None else self._spread(clip.complete, table)
        if complete is not None and clip.complete is not None:
            for label, _ in self.stands_for:
                complete[:, label] = clip.complete.all(dim=1)
        return replace(
            clip,
            labels=table[clip.labels],
            complete=complete,
            rejected=tuple((frame, self.labels[label], box) for frame, label, box in clip.rejected),
            taught=self._spread(torch.ones((1, len(table)), dtype=torch.bool), table)[0],
            stands_for=self.stands_for,
        )

    def _spread(self, columns: Tensor, table: Tensor) -> Tensor:
        """bool (T, labels of the source) -> (T, classes of the network)."""
        spread = torch.zeros((len(columns), self.classes), dtype=torch.bool)
        spread[:, table] = columns
        return spread
