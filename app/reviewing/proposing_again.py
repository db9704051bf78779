"""Proposes again in the videos that nobody has judged, after another checkpoint came into use.

There is one job for each video, in the background: whatever else waits goes first. What a person judged, drew, named or
rejected stays, as with every proposal, and one undo takes back what a job has changed.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from app.checkpoints.choice import chosen_checkpoint
from app.errors import BadInput
from app.reviewing.next_videos import outdated, proposed_unjudged, video_facts
from app.reviewing.ranking import rank
from app.sentences import counted
from storage import jobs, track_summaries
from storage.database import Database
from storage.jobs import Job

KIND = "propose"


@dataclass(frozen=True)
class ProposedAgain:
    """The jobs that propose again, the most worthwhile video first, and the name of their checkpoint."""

    jobs: tuple[Job, ...]
    checkpoint: str


def sentence(videos: int, checkpoint: str) -> str:
    """What happens to so many videos (1 or more) with the checkpoint of this name."""
    verb = "is" if videos == 1 else "are"
    return f"{counted(videos, 'unreviewed video')} {verb} proposed again with {checkpoint}, after all other jobs."


def propose_again(tx: Connection, project_id: str) -> ProposedAgain:
    """Put a job into the queue for each unjudged video whose proposals the checkpoint in use did not make.

    Videos that wait for a proposal or get one already are left out. The caller has to see to it that a worker lives
    (`app.jobs.queue.care`). Raises `BadInput` where the project has no checkpoint.
    """
    chosen = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=None)
    if chosen is None:
        raise BadInput("This project has no checkpoint to propose with; download one, add a file, or draw by hand.")
    for video_id in track_summaries.stale_videos(tx, project_id):
        track_summaries.refresh(tx, video_id)
    under_way = {job.video_id for job in jobs.list_jobs(tx, project_id, active=True, kind=KIND)}
    wanted = set(outdated(tx, project_id)) - under_way
    # The most worthwhile first, so that review can begin there.
    ordered = [one.video_id for one in rank(video_facts(tx, project_id)) if one.video_id in wanted] if wanted else []
    parameters = {"checkpoint": chosen.id, jobs.BACKGROUND: True}
    made = [
        jobs.enqueue(tx, kind=KIND, project_id=project_id, video_id=video_id, parameters=parameters)
        for video_id in ordered
    ]
    return ProposedAgain(tuple(made), chosen.name)


def waiting(tx: Connection, project_id: str) -> tuple[Job, ...]:
    """The jobs of a project that propose again and have not ended."""
    return tuple(job for job in jobs.list_jobs(tx, project_id, active=True, kind=KIND) if job.in_background)


def stop(tx: Connection, project_id: str) -> tuple[Job, ...]:
    """Cancel the jobs of a project that propose again; what they have stored stays."""
    return tuple(jobs.request_cancel(tx, job.id) for job in waiting(tx, project_id))


def make_way(tx: Connection, video_id: str) -> None:
    """Cancel the job that waits to propose again in a video: a person wants proposals there now."""
    for job in jobs.list_jobs(tx, video_id=video_id, active=True, kind=KIND):
        if job.in_background and job.status == "queued":
            jobs.request_cancel(tx, job.id)


def is_unjudged(database: Database, project_id: str, video_id: str) -> bool:
    """Whether still nobody has judged a video: somebody may have begun while its job waited."""
    with database.atomic() as tx:
        track_summaries.refresh(tx, video_id)
        return any(video.id == video_id for video in proposed_unjudged(tx, project_id))
