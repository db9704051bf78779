"""What a retraining is to do. Loads no torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.training.report import Lineage
from storage.checkpoints import Checkpoint


@dataclass(frozen=True)
class Order:
    """What a retraining is to do; all of it stays as it is while it runs, and when it goes on after a kill.

    Attributes:
        current: the checkpoint in use when it began; ``first``: the first of its line, from which it trains.
        snapshot: hash of the frozen corrections.
        suspicious: share (0 to 1) of the human masks that look spoiled, ``left_out`` of them among these.
        steps: of each training; None: chosen from the number of corrected frames.
        notes: sentences for the report.
        done: share (0 to 1) of the work that was done before a kill.
    """

    project_id: str
    current: Checkpoint
    first: Checkpoint
    snapshot: str
    suspicious: float = 0.0
    left_out: int = 0
    steps: int | None = None
    notes: tuple[str, ...] = ()
    done: float = 0.0

    def lineage(self, number: int, steps: int, *, seed: int, recipe: Mapping[str, Any]) -> Lineage:
        """Where the checkpoint of round ``number`` comes from, trained for ``steps``."""
        return Lineage(
            parent=self.first.id,
            parent_name=self.first.name,
            before=self.current.id,
            before_name=self.current.name,
            snapshot=self.snapshot,
            seed=seed,
            config=self.first.config,
            round=number,
            steps=steps,
            recipe=recipe,
        )
