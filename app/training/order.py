"""What a retraining is to do. Loads no torch."""

from dataclasses import dataclass

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
    """

    project_id: str
    current: Checkpoint
    first: Checkpoint
    snapshot: str
    suspicious: float = 0.0
    left_out: int = 0
    steps: int | None = None
    notes: tuple[str, ...] = ()
