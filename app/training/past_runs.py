"""The retrainings of a project: its jobs, and the checkpoints whose job is gone; each with its report.

A report is stored with its checkpoint, so it stays as long as the checkpoint does, whatever becomes of the job.
"""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from storage import checkpoints, jobs
from storage.checkpoints import Checkpoint
from storage.jobs import Job

KIND = "retrain"
MOST = 200
PACES = 3  # runs that a pace is taken from: of one alone the machine may have been busy


@dataclass(frozen=True)
class PastRun:
    """One retraining: its job, its checkpoint, or both. ``result``: the report with the checkpoint's present name."""

    id: str
    job: Job | None
    checkpoint: Checkpoint | None
    result: Mapping[str, Any] = field(default_factory=dict)

    @property
    def created(self) -> float:
        """Unix seconds."""
        return self.job.created if self.job is not None else self.checkpoint.created if self.checkpoint else 0.0


def past_runs(tx: Connection, project_id: str) -> tuple[PastRun, ...]:
    """All retrainings of a project, the newest first; running and queued ones too."""
    every = checkpoints.list_checkpoints(tx, project_id, removed=True)
    by_id = {one.id: one for one in every if one.is_retrained and one.project_id == project_id}
    found = [_of_job(job, by_id) for job in jobs.list_jobs(tx, project_id, kind=KIND, limit=MOST)]
    known = {run.checkpoint.id for run in found if run.checkpoint is not None}
    lost = (one for one in by_id.values() if one.id not in known and one.removed is None)
    found += [PastRun(one.id, None, one, _report(one, {})) for one in lost]
    return tuple(sorted(found, key=lambda run: -run.created))


def _of_job(job: Job, by_id: Mapping[str, Checkpoint]) -> PastRun:
    result = dict(job.result or {})
    made = by_id.get(str(result.get("checkpoint")))
    return PastRun(job.id, job, made, result if made is None else _report(made, result))


def _report(made: Checkpoint, result: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored with the checkpoint, and beside it what only the job recorded."""
    provenance = made.provenance or {}
    facts: dict[str, Any] = {name: provenance[name] for name in ("steps", "snapshot", "seed") if name in provenance}
    facts |= {**(made.metrics or {}), **result}
    # A removed checkpoint has a name that says so; its report keeps the one that people gave it.
    name = result.get("name", made.name) if made.removed is not None else made.name
    return {**facts, "checkpoint": made.id, "name": name, "removed": made.removed is not None}


def last_pace(tx: Connection, project_id: str, config: str) -> dict[str, float]:
    """Seconds a unit of work by kind, of the last retrainings with a configuration; for the estimates of the next one.

    The median of the last three of each kind. Those of the project come before those of others. Runs with the steps
    that a person gave do not count: in a short training the first step, which computes what all share, is most of it.
    Neither do runs that found all their trainings done. Empty where there is none.
    """
    for project in (project_id, None):
        every = (_pace(job, config) for job in jobs.list_jobs(tx, project, kind=KIND, limit=20))
        found = [pace for pace in every if "train" in pace][:PACES]
        if found:
            kinds = dict.fromkeys(kind for pace in found for kind in pace)
            return {kind: statistics.median_low(pace[kind] for pace in found if kind in pace) for kind in kinds}
    return {}


def _pace(job: Job, config: str) -> dict[str, float]:
    """The pace of a finished run with a configuration and with chosen steps; empty for any other job."""
    result = dict(job.result or {})
    pace, lineage = result.get("pace"), result.get("lineage")
    fits = isinstance(lineage, dict) and lineage.get("config") == config and not job.parameters.get("steps")
    return {str(kind): float(seconds) for kind, seconds in pace.items()} if fits and isinstance(pace, dict) else {}


def start_config(tx: Connection, project_id: str, current: Checkpoint) -> str:
    """The configuration that a retraining starts from while ``current`` is in use, as far as that is known before it.

    That of the project's last run with this checkpoint in use, which may have started from another one (see
    `app.training.start`); else its own.
    """
    for job in jobs.list_jobs(tx, project_id, kind=KIND, limit=20):
        lineage = (job.result or {}).get("lineage")
        if isinstance(lineage, dict) and lineage.get("before") == current.id and lineage.get("config"):
            return str(lineage["config"])
    return current.config
