"""How long a retraining will take, estimated from those before it on the same configuration."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.training.plan import RetrainPlan


def seconds_of(planned: RetrainPlan, runs: Iterable[Mapping[str, Any]]) -> float | None:
    """Seconds that the planned retraining will take, by the results of earlier ones, the newest first.

    The time grows with the number of trainings and with the number of masks up to the most steps of one; None where no
    earlier run says how long it took.
    """
    work = _work(planned.masks, planned.trainings)
    for run in runs:
        seconds, before = run.get("seconds"), run.get("plan")
        if not isinstance(seconds, int | float) or not isinstance(before, Mapping):
            continue
        masks = sum(int(before.get(name, 0)) for name in ("masks_accepted", "masks_drawn", "masks_imported"))
        done = _work(masks, int(before.get("trainings", planned.trainings)))
        if done:
            return float(seconds) * work / done
    return None


def _work(masks: int, trainings: int) -> float:
    """Work in relative units: few masks get the least number of steps, many the most (see `folds.default_steps`)."""
    if not masks:
        return 0.0
    return max(trainings, 1) * min(max(masks, _LEAST), _MOST)


_LEAST, _MOST = 300, 2250  # masks from which on the number of steps grows, and up to which it does
