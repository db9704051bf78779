"""How long a retraining will take, estimated from those before it, or from its counted work. Loads no torch."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from app.checkpoints.networks import why_unsteady
from app.sentences import counted
from app.training.folds import default_steps
from app.training.machine_speed import slowness
from app.training.past_runs import last_pace, past_runs
from app.training.phases import CPU_WORK, GUESS
from app.training.plan import RetrainPlan

CLIP_FRAMES = 5
# Frames of the golden videos of the configurations that come with the program: for choosing, and for judging old and
# new (see `app.training.golden`).
GOLDEN_FRAMES = 60 * CLIP_FRAMES + 2 * 60 * 12
# How many times as long as `tevit_tiny` a configuration takes, by the CPU time of a step and of a golden video; the
# others are known after their first run.
COST = {"tevit_tiny": 1.0, "tevit_lite": 1.6}
CHOOSING_FOLDS = 2  # networks that only choose how far to go; as `model.adapting.choosing.Budget`, which loads torch


def sentence(seconds: float | None) -> str:
    """How long a retraining takes, in plain words."""
    if seconds is None:
        return "How long it takes is known after the first run."
    minutes = max(round(seconds / 60), 1)
    return f"It takes about {counted(minutes, 'minute')}, longer where the machine does other work."


def expected(
    tx: Connection, project_id: str, planned: RetrainPlan, config: str, *, steps: int | None = None
) -> float | None:
    """Seconds that the planned retraining of a project will take from a checkpoint of this configuration.

    By earlier ones of the project with this configuration, else by its counted work; None where nothing is known.
    ``steps``: of each training, where a person gave them; such runs say nothing of others.
    """
    pace = last_pace(tx, project_id, config)
    chosen = [run.result for run in past_runs(tx, project_id) if not (run.job and run.job.parameters.get("steps"))]
    alike = (run for run in chosen if _config(run) in (None, config) and _tells(run))
    by_runs = None if steps else seconds_of(planned, alike)
    return by_runs or guessed(planned, config, pace, steps=steps, slow=slowness())


def guessed(
    planned: RetrainPlan,
    config: str,
    pace: Mapping[str, float] | None = None,
    *,
    steps: int | None = None,
    slow: float = 1.0,
) -> float | None:
    """Seconds that the planned retraining takes by its counted work; None where nothing is known of ``config``.

    ``pace``: seconds a unit of work by kind, of an earlier retraining with this configuration in any project. What it
    lacks is guessed: as long as `tevit_tiny` takes, times ``slow`` for a slower machine (`app.training.machine_speed`),
    and for networks times what the configuration costs. ``steps`` as in `expected`.
    """
    if not planned.masks or not (pace or config in COST):
        return None
    of_networks = 1.0 if pace else COST[config]
    cost = {kind: slow * (1.0 if kind in CPU_WORK else of_networks) * seconds for kind, seconds in GUESS.items()}
    golden = GOLDEN_FRAMES if config in COST else 0
    return _seconds({**_parts(dataclasses.asdict(planned), steps=steps), "golden": golden}, {**cost, **(pace or {})})


def seconds_of(planned: RetrainPlan, runs: Iterable[Mapping[str, Any]]) -> float | None:
    """Seconds that the planned retraining will take, by the results of earlier ones, the newest first.

    The time grows with the parts of the work at the pace of the earlier run. One that recorded no pace tells only how
    it grows with the number of trainings, and with the number of masks up to the most steps of one. None where no
    earlier run says how long it took.
    """
    now = dataclasses.asdict(planned)
    for run in runs:
        seconds, before, pace = run.get("seconds"), run.get("plan"), run.get("pace")
        if not isinstance(seconds, int | float) or not isinstance(before, Mapping):
            continue
        if isinstance(pace, Mapping) and before.get("labelled_frames"):
            done, work = (_seconds(_parts({"trainings": 1, **one}), pace) for one in (before, now))
        else:
            done, work = (_work(_masks(one), _trainings({**now, **one})) for one in (before, now))
        if done:
            return float(seconds) * work / done
    return None


def _tells(run: Mapping[str, Any]) -> bool:
    """Whether a run did all kinds of work that the next one does: earlier versions did not make masks steady."""
    pace = run.get("pace")
    return why_unsteady() is not None or (isinstance(pace, Mapping) and "steady" in pace)


def _parts(planned: Mapping[str, Any], *, steps: int | None = None) -> dict[str, float]:
    """The units of work of a plan by kind (`app.training.phases`)."""
    sides = 2 * planned.get("measured_frames", 0)
    each = steps or default_steps(planned["labelled_frames"] // CLIP_FRAMES)
    steady = 0 if why_unsteady() else sides
    return {"measure": sides, "steady": steady, "train": _trainings(planned, steps=steps) * each}


def _seconds(parts: Mapping[str, float], pace: Mapping[str, float]) -> float:
    return sum(units * pace.get(kind, 0.0) for kind, units in parts.items())


def _masks(planned: Mapping[str, Any]) -> int:
    return sum(int(planned.get(name, 0)) for name in ("masks_accepted", "masks_drawn", "masks_imported"))


def _config(run: Mapping[str, Any]) -> str | None:
    lineage = run.get("lineage")
    return lineage.get("config") if isinstance(lineage, Mapping) else None


def _trainings(planned: Mapping[str, Any], *, steps: int | None = None) -> int:
    """How many networks a retraining of this plan trains, those that only choose how far to go among them.

    With two folds or more these choose; with ``steps`` that a person gave, or one trained video, nothing is chosen.
    """
    trainings = int(planned["trainings"])
    taught = int(planned.get("corrected_videos", 0)) - len(planned.get("held_out", ()))
    return trainings + (CHOOSING_FOLDS if not steps and taught > 1 and trainings - 1 < 2 else 0)


def _work(masks: int, trainings: int) -> float:
    """Work in relative units: few masks get the least number of steps, many the most (see `folds.default_steps`)."""
    if not masks:
        return 0.0
    return max(trainings, 1) * min(max(masks, _LEAST), _MOST)


_LEAST, _MOST = 300, 2250  # masks from which on the number of steps grows, and up to which it does
