"""Background jobs: queue, list, and cancel them."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.checkpoints.choice import chosen_checkpoint
from app.errors import BadInput
from app.jobs import queue
from app.proposing.steadying import choose_steady
from app.reviewing import proposing_again
from app.training import retrain
from app.training.corrections import latest_check, request_check
from app.web import wire
from app.web.context import Context
from app.web.wire import Json
from model.tracking.settings import ProposeSettings
from storage import jobs, projects
from storage.database import Database

MOST_LISTED = 100  # jobs, the newest; of those that wait or run all are listed


class ProposeRequest(BaseModel):
    """Body of ``POST /data/videos/{video}/propose``; the default is the project's active checkpoint.

    ``steady``: whether masks are made steady; None: if they can be.
    """

    checkpoint: str | None = None
    steady: bool | None = None


class RetrainRequest(BaseModel):
    """Body of ``POST /data/projects/{project}/retrain``; by default the number of steps is chosen.

    ``leave_out``: without the masks that the latest check of the corrections named and nobody changed since.
    ``again``: if the new checkpoint comes into use, propose again in the videos that nobody has judged.
    """

    steps: int | None = Field(default=None, ge=1, le=1_000_000)
    leave_out: bool = False
    again: bool = True


def router(context: Context) -> APIRouter:
    """Routes of jobs; their state is also sent over the WebSocket."""
    routes = APIRouter(prefix="/data")

    @routes.post("/videos/{video_id}/propose")
    @context.writes
    def post_propose(database: Database, video_id: str, request: ProposeRequest | None = None) -> Json:
        video, wanted = context.video(video_id), request or ProposeRequest()
        with database.read() as tx:
            chosen = chosen_checkpoint(tx, project_id=video.project_id, checkpoint_id=wanted.checkpoint)
        if chosen is None:
            raise BadInput("This project has no checkpoint to propose with; download one, add a file, or draw by hand.")
        choose_steady(ProposeSettings(steady=wanted.steady))
        with database.atomic() as tx:
            proposing_again.make_way(tx, video_id)
        queue.require_no_active(database, kind="propose", video_id=video_id, doing="being proposed")
        job = queue.enqueue(
            database,
            context.settings,
            kind="propose",
            project_id=video.project_id,
            video_id=video_id,
            parameters={"checkpoint": chosen.id, **({} if wanted.steady is None else {"steady": wanted.steady})},
        )
        context.hub.follow(job.id)
        return {"job": wire.job(job)}

    @routes.post("/projects/{project_id}/retrain")
    @context.writes_long
    def post_retrain(database: Database, project_id: str, request: RetrainRequest | None = None) -> Json:
        with database.read() as tx:
            projects.get_project(tx, project_id)
        wanted = request or RetrainRequest()
        with database.read() as tx:
            named = latest_check(tx, project_id).named if wanted.leave_out else ()
        job = retrain.start(
            database,
            context.settings,
            project_id=project_id,
            steps=wanted.steps,
            leave_out=[one.place for one in named],
            again=wanted.again,
        )
        context.hub.follow(job.id)
        return {"job": wire.job(job)}

    @routes.post("/projects/{project_id}/retrain/go-on")
    @context.writes
    def post_go_on(database: Database, project_id: str) -> Json:
        job = retrain.go_on(database, context.settings, project_id=project_id)
        context.hub.follow(job.id)
        return {"job": wire.job(job)}

    @routes.post("/projects/{project_id}/check-corrections")
    @context.writes
    def post_check(database: Database, project_id: str) -> Json:
        with database.read() as tx:
            projects.get_project(tx, project_id)
        job = request_check(database, context.settings, project_id=project_id)
        context.hub.follow(job.id)
        return {"job": wire.job(job)}

    @routes.get("/jobs")
    @context.reads
    def get_jobs(project: str | None = None, active: bool = False) -> Json:
        with context.database.read() as tx:
            found = jobs.list_jobs(tx, project, active=active, limit=None if active else MOST_LISTED)
        return {"jobs": [wire.job(job) for job in found]}

    @routes.get("/jobs/{job_id}")
    @context.reads
    def get_job(job_id: str) -> Json:
        with context.database.read() as tx:
            return wire.job(jobs.get_job(tx, job_id))

    @routes.get("/jobs/{job_id}/log")
    @context.reads
    def get_log(job_id: str) -> Json:
        with context.database.read() as tx:
            return {"log": jobs.get_job(tx, job_id).log}

    @routes.get("/jobs/{job_id}/points")
    @context.reads
    def get_points(job_id: str) -> Json:
        with context.database.read() as tx:
            jobs.get_job(tx, job_id)
            return {"series": wire.series(jobs.points(tx, job_id))}

    @routes.post("/jobs/{job_id}/cancel")
    @context.writes
    def post_cancel(database: Database, job_id: str) -> Json:
        job = queue.cancel(database, job_id)
        context.hub.follow(job_id)
        return wire.job(job)

    return routes
