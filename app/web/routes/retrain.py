"""What a retraining would use, and the runs so far; starting one is a job (`app.web.routes.jobs`)."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from app.checkpoints.choice import chosen_checkpoint
from app.training import retrain
from app.web import wire
from app.web.context import Context
from storage import checkpoints, jobs, projects
from storage.jobs import Job

KIND = "retrain"


def facts(context: Context, project_id: str) -> dict[str, Any]:
    """The plan as it stands, the checkpoint in use, what a new run is compared with, and all runs, newest first."""
    plan = retrain.plan(context.database, project_id)
    with context.database.read() as tx:
        projects.get_project(tx, project_id)
        active = checkpoints.active_checkpoint(tx, project_id)
        start = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=None)
        runs = [job for job in jobs.list_jobs(tx, project_id, limit=200) if job.kind == KIND]
    return {
        "plan": asdict(plan),
        "active": None if active is None else {"id": active.id, "name": active.name},
        "defaults": {
            "steps": None,  # as many as the corrected frames call for; the run says how many
            "config": "tevit_tiny" if start is None else start.config,
            "from": None if start is None else start.name,
        },
        "runs": [_run(job) for job in runs],
    }


def _run(job: Job) -> dict[str, Any]:
    """A job with its ``steps`` (None until known), and ``from`` and ``plan`` as the finished run recorded them."""
    result = dict(job.result or {})
    return {
        **wire.job(job),
        "steps": result.get("steps") or dict(job.parameters).get("steps"),
        "from": result.get("before_name"),
        "plan": result.get("plan"),
    }


def router(context: Context) -> APIRouter:
    """``GET /data/projects/{project}/retrain``."""
    routes = APIRouter(prefix="/data/projects")

    @routes.get("/{project_id}/retrain")
    async def get_retrain(project_id: str) -> dict[str, Any]:
        return await context.run(facts, context, project_id)

    return routes
