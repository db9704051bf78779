"""Use case: ask for a search of a video for likely errors; the worker searches, see `app.reviewing.search`."""

from app.jobs import queue
from app.settings import Settings
from storage import jobs, videos
from storage.database import Database

KIND = "find_errors"


def request_search(database: Database, settings: Settings, *, video_id: str) -> jobs.Job:
    """The queued or running search of a video, or a new one. Raises `storage.errors.NotFound`."""
    with database.read() as tx:
        project_id = videos.get_video(tx, video_id).project_id
    # A search that runs may have read the rows already; one that waits has not.
    waiting = [job for job in queue.active_jobs(database, kind=KIND, video_id=video_id) if job.status == "queued"]
    if waiting:
        return waiting[0]
    return queue.enqueue(database, settings, kind=KIND, project_id=project_id, video_id=video_id)
