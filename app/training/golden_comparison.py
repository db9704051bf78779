"""Compares a new checkpoint with an old one on a golden set; what an earlier run measured is not measured again."""

from collections.abc import Callable

from app.training.golden import PROCEDURAL, GoldenSet, knows, measure_golden
from app.training.report import GoldenFigures
from model.weights.checkpoint import ModelCheckpoint
from storage import projects
from storage.database import Database


class GoldenComparison:
    """A golden set and the ``old`` checkpoint to compare with; ``sha256`` is the hash of its file."""

    def __init__(self, database: Database, golden: GoldenSet, old: ModelCheckpoint, sha256: str) -> None:
        self._database, self._golden, self._old = database, golden, old
        self._key = f"golden {sha256} {golden.name}"
        self._before = self._known()

    @property
    def frames(self) -> int:
        """Frames that `measure` runs a network over."""
        return self._golden.frames * (1 if self._before is not None else 2)

    def measure(
        self, new: ModelCheckpoint, *, device: str, on_frames: Callable[[int], None] = lambda frames: None
    ) -> GoldenFigures:
        """AP of both; without classes if one of the networks does not know those of the set."""
        golden, old = self._golden, self._old
        wanted = golden.source.categories
        agnostic = not (knows(old.categories, wanted) and knows(new.categories, wanted))

        def figure(made: ModelCheckpoint) -> float | None:
            return measure_golden(golden, made.build(device), made.categories, agnostic=agnostic, on_frames=on_frames)

        before = None if agnostic else self._before
        if before is None:
            before = figure(old)
            if golden.kind == PROCEDURAL and not agnostic:
                with self._database.atomic() as tx:
                    projects.set_setting(tx, self._key, before)
        return GoldenFigures(golden.kind, golden.name, "AP_agnostic" if agnostic else "AP", before, figure(new))

    def _known(self) -> float | None:
        """The AP of the old one on a set that is always the same, if an earlier run measured it."""
        if self._golden.kind != PROCEDURAL:
            return None
        with self._database.read() as tx:
            value = projects.get_setting(tx, self._key)
        return float(value) if isinstance(value, int | float) else None
