"""The classes of a network that learns new categories and keeps those it knew, and clips that teach some of them.

A clip teaches the classes of its own source alone. Nobody looked for the old classes in corrected videos, or for the
new ones in replayed clips, so they have no loss there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from model.training.clips import ClipSource
from model.training.targets import ClipTargets
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


@dataclass(frozen=True)
class TeachingSource:
    """A clip source of a network with ``classes`` classes; label k of the source is ``labels[k]`` of the network."""

    source: ClipSource
    labels: tuple[int, ...]
    classes: int

    def targets(self, clip: ClipTargets) -> ClipTargets:
        """The targets of a clip of the source, with the labels of the network."""
        table = torch.tensor(self.labels, dtype=torch.int64)
        return replace(
            clip,
            labels=table[clip.labels],
            complete=None if clip.complete is None else self._spread(clip.complete, table),
            rejected=tuple((frame, self.labels[label], box) for frame, label, box in clip.rejected),
            taught=self._spread(torch.ones((1, len(table)), dtype=torch.bool), table)[0],
        )

    def _spread(self, columns: Tensor, table: Tensor) -> Tensor:
        """bool (T, labels of the source) -> (T, classes of the network)."""
        spread = torch.zeros((len(columns), self.classes), dtype=torch.bool)
        spread[:, table] = columns
        return spread
