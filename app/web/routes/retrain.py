"""The plan of a retraining, and the runs so far; `app.web.routes.jobs` starts one."""

from dataclasses import asdict, replace

from fastapi import APIRouter

from app.checkpoints.choice import chosen_checkpoint
from app.reviewing.next_videos import proposed_unjudged
from app.training.corrections import latest_check
from app.training.estimate import expected
from app.training.golden_file import golden_file
from app.training.past_runs import KIND, PastRun, past_runs, start_config
from app.training.plan import plan
from app.training.recorded_effort import recorded_effort
from app.training.retrain import AGAIN, stopped
from app.web import wire
from app.web.context import Context
from app.web.track_summaries import bring_up_to_date
from app.web.wire import Json
from storage import checkpoints, projects
from storage.taught_categories import taught_categories

MOST_SHOWN = 200  # suspicious masks that the page is told, the most suspicious first


def facts(context: Context, project_id: str) -> Json:
    """The present plan, the checkpoint in use, the defaults of a new run, and all runs, the newest first.

    ``seconds`` is how long a new run would take (`app.training.estimate`); null where nothing is known. ``categories``:
    what each one in use has to learn from. ``corrections``: the latest check of them, of which at most `MOST_SHOWN`
    masks are named and ``suspicious`` is the number of all. ``stopped``: id of the run that can go on.
    ``effort``: what people's work in the project took so far. ``again``: number of videos in which a promotion would be
    followed by new proposals; the summaries must be up to date. ``golden``: a sentence about the user's golden set.
    """
    planned = plan(context.database, project_id)
    with context.database.read() as tx:
        projects.get_project(tx, project_id)
        active = checkpoints.active_checkpoint(tx, project_id)
        start = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=None)
        runs = past_runs(tx, project_id)
        taught = taught_categories(tx, project_id)
        checked = latest_check(tx, project_id)
        effort = recorded_effort(tx, project_id)
        left = stopped(tx, context.settings, project_id)
        config = start and start_config(tx, project_id, start)
        seconds = expected(tx, project_id, planned, config) if config else None
        again = len(proposed_unjudged(tx, project_id))
    golden = golden_file(context.settings.data, config) if config else None
    shown = replace(checked, named=checked.named[:MOST_SHOWN])
    return {
        "plan": asdict(planned),
        "corrections": {**asdict(shown), "suspicious": len(checked.named)},
        "effort": effort.as_json(),
        "categories": [asdict(one) for one in taught],
        "seconds": seconds,
        "active": None if active is None else {"id": active.id, "name": active.name},
        "defaults": {
            "steps": None,  # chosen from the number of corrected frames when the run starts
            "config": "tevit_tiny" if start is None else start.config,
            "from": None if start is None else start.name,
        },
        "stopped": None if left is None else left.id,
        "again": again,
        "golden": None if golden is None else golden.sentence,
        "runs": [_run(run) for run in runs],
    }


def _run(run: PastRun) -> Json:
    """A run with its ``steps`` and ``plan`` (None until known), and ``from`` of the finished one.

    ``again``: whether it proposes again after a promotion.

    A run whose job is gone is *done*; it has the id of its checkpoint.
    """
    result = dict(run.result)
    facts: Json = {
        "steps": result.get("steps"),
        "from": result.get("before_name"),
        "plan": result.get("plan"),
    }
    if run.job is None:
        times = {"created": run.created, "started": None, "finished": run.created}
        return {"id": run.id, "kind": KIND, "status": "done", "job": False, **times, **facts, "result": result}
    for name in ("steps", "plan"):  # a run under way has written its plan there
        facts[name] = facts[name] or run.job.parameters.get(name)
    facts[AGAIN] = run.job.parameters.get(AGAIN, True)
    return {**wire.job(run.job), **facts, "job": True, "result": result or None}


def router(context: Context) -> APIRouter:
    """``GET /data/projects/{project}/retrain``."""
    routes = APIRouter(prefix="/data/projects")

    @routes.get("/{project_id}/retrain")
    async def get_retrain(project_id: str) -> Json:
        await bring_up_to_date(context, project_id)
        return await context.run(facts, context, project_id)

    return routes
