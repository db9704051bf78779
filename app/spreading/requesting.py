"""Asking for a spread: checked at once, computed by the worker. Imports no torch: the server asks here."""

from app.jobs import queue
from app.settings import Settings
from app.spreading.given import plan_spread
from app.spreading.stretches import SpreadRequest
from storage import jobs, videos
from storage.database import Database

JOB = "spread"


def request_spread(database: Database, settings: Settings, *, video_id: str, request: SpreadRequest) -> jobs.Job:
    """Queue a spread; one of the same tracks that is under way is cancelled, and what it has found stays as a draft.

    Spreads of other tracks go on, which may be those of another person.

    Raises `app.errors.BadInput` if there is nothing to spread, `storage.errors.NotFound`.
    """
    with database.read() as tx:
        video = videos.get_video(tx, video_id)
        # The rivals are the worker's matter: a video may have hundreds of thousands of rows.
        plan_spread(tx, video, request, rivals=False)
    for job in queue.active_jobs(database, kind=JOB, video_id=video_id):
        if set(SpreadRequest.of(job.parameters).tracks) & set(request.tracks):
            queue.cancel(database, job.id)
    return queue.enqueue(
        database,
        settings,
        kind=JOB,
        project_id=video.project_id,
        video_id=video_id,
        parameters=request.as_json(),
    )
