"""The plan of a retraining, and the runs so far; `app.web.routes.jobs` starts one."""

from dataclasses import asdict

from fastapi import APIRouter

from app.checkpoints.choice import chosen_checkpoint
from app.training.plan import plan
from app.web import wire
from app.web.context import Context
from app.web.wire import Json
from storage import checkpoints, jobs, projects
from storage.jobs import Job

KIND = "retrain"


def facts(context: Context, project_id: str) -> Json:
    """The present plan, the checkpoint in use, the defaults of a new run, and all runs, the newest first."""
    planned = plan(context.database, project_id)
    with context.database.read() as tx:
        projects.get_project(tx, project_id)
        active = checkpoints.active_checkpoint(tx, project_id)
        start = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=None)
        runs = jobs.list_jobs(tx, project_id, kind=KIND, limit=200)
    return {
        "plan": asdict(planned),
        "active": None if active is None else {"id": active.id, "name": active.name},
        "defaults": {
            "steps": None,  # chosen from the number of corrected frames when the run starts
            "config": "tevit_tiny" if start is None else start.config,
            "from": None if start is None else start.name,
        },
        "runs": [_run(job) for job in runs],
    }


def _run(job: Job) -> Json:
    """A job with its ``steps`` (None until known), and ``from`` and ``plan`` of the finished run."""
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
    async def get_retrain(project_id: str) -> Json:
        return await context.run(facts, context, project_id)

    return routes
