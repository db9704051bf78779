"""Asking for a spread: checked at once, computed by the worker. Imports no torch: the server asks here."""

from sqlalchemy import Connection

from app.checkpoints.choice import chosen_checkpoint
from app.checkpoints.releases import DEMO
from app.jobs import queue
from app.settings import Settings
from app.spreading.given import plan_spread
from app.spreading.stretches import SpreadRequest
from storage import jobs, projects, videos
from storage.checkpoints import Checkpoint
from storage.database import Database

JOB = "spread"


def request_spread(
    database: Database, settings: Settings, *, video_id: str, request: SpreadRequest, checkpoint_id: str | None = None
) -> jobs.Job:
    """Queue a spread; one of the same tracks that is under way is cancelled, and what it has found stays as a draft.

    Spreads of other tracks go on, which may be those of another person.

    checkpoint_id: the checkpoint whose shapes are used, too; None: the one in use, see `checkpoint_in_use`.

    Raises `app.errors.BadInput` if there is nothing to spread or the checkpoint was removed, `storage.errors.NotFound`.
    """
    with database.read() as tx:
        video = videos.get_video(tx, video_id)
        # The rivals are the worker's matter: a video may have hundreds of thousands of rows.
        plan_spread(tx, video, request, rivals=False)
        checkpoint = checkpoint_in_use(tx, project_id=video.project_id, checkpoint_id=checkpoint_id)
    for job in queue.active_jobs(database, kind=JOB, video_id=video_id):
        if set(SpreadRequest.of(job.parameters).tracks) & set(request.tracks):
            queue.cancel(database, job.id)
    return queue.enqueue(
        database,
        settings,
        kind=JOB,
        project_id=video.project_id,
        video_id=video_id,
        parameters={**request.as_json(), "checkpoint": None if checkpoint is None else checkpoint.id},
    )


def checkpoint_in_use(tx: Connection, *, project_id: str, checkpoint_id: str | None) -> Checkpoint | None:
    """The checkpoint whose shapes help a spread: ``checkpoint_id``, else the one that proposes in the project.

    The factory checkpoint knows the demo's shapes alone, so it serves only in the demo's project. Raises as
    `chosen_checkpoint`.
    """
    found = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=checkpoint_id)
    of_demo = projects.get_setting(tx, "demo_project") == project_id
    return None if found is None or (checkpoint_id is None and found.name == DEMO and not of_demo) else found
