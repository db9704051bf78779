"""What a retraining would use, and the runs so far; starting one is a job (`app.routes.jobs`)."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from app import retrain, wire
from app.context import Context
from app.proposer import chosen_checkpoint
from storage import jobs, models, projects
from storage.jobs import Job

KIND = "retrain"


def facts(context: Context, project_id: str) -> dict[str, Any]:
    """The plan as it stands, the checkpoint in use, what a new run would start from, and all runs, newest first."""
    plan = retrain.plan(context.database, project_id)
    with context.database.read() as tx:
        projects.get_project(tx, project_id)
        active = models.active_checkpoint(tx, project_id)
        start = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=None)
        runs = [job for job in jobs.list_jobs(tx, project_id, limit=200) if job.kind == KIND]
        names = {checkpoint.id: checkpoint.name for checkpoint in models.list_checkpoints(tx)}
    return {
        "plan": asdict(plan),
        "active": None if active is None else {"id": active.id, "name": active.name},
        "defaults": {
            "steps": retrain.DEFAULT_STEPS,
            "config": "tevit_tiny" if start is None else start.config,
            "from": None if start is None else start.name,
        },
        "runs": [_run(job, names) for job in runs],
    }


def _run(job: Job, names: dict[str, str]) -> dict[str, Any]:
    """A job with what it was asked to do: ``steps``, ``from`` (a checkpoint's name), ``plan`` where it is recorded."""
    result = dict(job.result or {})
    parameters = dict(job.parameters)
    start = result.get("before_name") or names.get(str(result.get("parent") or parameters.get("checkpoint")))
    return {
        **wire.job(job),
        "steps": result.get("steps") or parameters.get("steps") or retrain.DEFAULT_STEPS,
        "from": start,
        "plan": result.get("plan") or parameters.get("plan"),
    }


def router(context: Context) -> APIRouter:
    """``GET /data/projects/{project}/retrain``."""
    routes = APIRouter(prefix="/data/projects")

    @routes.get("/{project_id}/retrain")
    async def get_retrain(project_id: str) -> dict[str, Any]:
        return await context.run(facts, context, project_id)

    return routes
