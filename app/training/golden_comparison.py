"""Compares new checkpoints with an old one on golden sets; what an earlier run measured is not measured again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.training.golden import PROCEDURAL, GoldenSet, knows, measure_golden
from app.training.report import GoldenFigures
from model.weights.categories import with_categories
from model.weights.checkpoint import ModelCheckpoint
from storage import projects
from storage.database import Database

OnFrames = Callable[[int], None]


class GoldenComparison:
    """A golden set and the ``old`` checkpoint to compare with; ``sha256`` is the hash of its file."""

    def __init__(self, database: Database, golden: GoldenSet, old: ModelCheckpoint, sha256: str) -> None:
        self._database, self._golden, self._old = database, golden, old
        self._key = f"golden {sha256} {golden.name}"
        self._before = self._known()
        self._without_classes: float | None = None

    @property
    def frames(self) -> int:
        """Frames that `measure` runs a network over."""
        return self._golden.frames * (1 if self._before is not None else 2)

    def measure(
        self, new: Sequence[ModelCheckpoint], *, device: str, on_frames: OnFrames = lambda frames: None
    ) -> GoldenFigures:
        """AP of both sides; without classes if one of the networks does not know those of the set.

        Several new checkpoints, with the same classes, take the videos in turn.
        """
        golden, old = self._golden, self._old
        wanted = golden.source.categories
        agnostic = not (knows(old.categories, wanted) and knows(new[0].categories, wanted))

        def figure(made: Sequence[ModelCheckpoint]) -> float | None:
            # The published rule takes the ten best pairs of a query and a class. What other classes score there says
            # nothing of what a network knows of these, so it must not take their places.
            own = [one if agnostic else with_categories(one, tuple(wanted)) for one in made]
            networks = [one.build(device) for one in own]
            return measure_golden(golden, networks, own[0].categories, agnostic=agnostic, on_frames=on_frames)

        before = self._without_classes if agnostic else self._before
        if before is None:
            before = figure([old])
            self._remember(before, agnostic=agnostic)
        return GoldenFigures(golden.kind, golden.name, "AP_agnostic" if agnostic else "AP", before, figure(new))

    def _remember(self, before: float | None, *, agnostic: bool) -> None:
        """Keep the AP of the old one for the next new ones; on a set that is always the same, for later runs too."""
        if agnostic:
            self._without_classes = before
            return
        self._before = before
        if self._golden.kind == PROCEDURAL:
            with self._database.atomic() as tx:
                projects.set_setting(tx, self._key, before)

    def _known(self) -> float | None:
        """The AP of the old one on a set that is always the same, if an earlier run measured it."""
        if self._golden.kind != PROCEDURAL:
            return None
        with self._database.read() as tx:
            value = projects.get_setting(tx, self._key)
        return float(value) if isinstance(value, int | float) else None


@dataclass(frozen=True)
class GoldenComparisons:
    """What golden videos are for in a retraining: to ``judge`` it in the end, and before that to ``choose`` how far.

    The two have no video in common. None where there are no such videos. Networks run on ``device``.
    """

    device: str
    judge: GoldenComparison | None = None
    choose: GoldenComparison | None = None

    @classmethod
    def of(
        cls, database: Database, golden: GoldenSet | None, old: ModelCheckpoint, sha256: str, device: str
    ) -> "GoldenComparisons":
        """Those of a golden set."""
        if golden is None:
            return cls(device)
        choosing = None if golden.choosing is None else GoldenComparison(database, golden.choosing, old, sha256)
        return cls(device, GoldenComparison(database, golden, old, sha256), choosing)

    def judged(self, made: ModelCheckpoint, on_frames: OnFrames) -> GoldenFigures | None:
        """What the judging videos show of a checkpoint."""
        return None if self.judge is None else self.judge.measure([made], device=self.device, on_frames=on_frames)

    def forgotten(self, made: Sequence[ModelCheckpoint], on_frames: OnFrames) -> float:
        """AP (0 to 1) that checkpoints have lost on the videos for choosing; negative if they have gained."""
        assert self.choose is not None
        return -(self.choose.measure(made, device=self.device, on_frames=on_frames).change or 0.0)
