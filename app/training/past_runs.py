"""The retrainings of a project: its jobs, and the checkpoints whose job is gone; each with its report.

A report is stored with its checkpoint, so it stays as long as the checkpoint does, whatever becomes of the job.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from storage import checkpoints, jobs
from storage.checkpoints import Checkpoint
from storage.jobs import Job

KIND = "retrain"
MOST = 200


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
    """Seconds a unit of work by kind, of the last retraining with a configuration; for the estimates of the next one.

    One of the project comes before those of others. Empty where there is none.
    """
    for project in (project_id, None):
        for job in jobs.list_jobs(tx, project, kind=KIND, limit=20):
            result = dict(job.result or {})
            pace, lineage = result.get("pace"), result.get("lineage")
            if isinstance(pace, dict) and isinstance(lineage, dict) and lineage.get("config") == config:
                return {str(kind): float(seconds) for kind, seconds in pace.items()}
    return {}
