"""Use case: one click trains the model on what people corrected, and says honestly what that did.

Only human masks teach, human *absent* rows and rejected proposals teach background, everything else teaches nothing.
Training starts from the first checkpoint of the line (never from the last retraining), so that rounds do not drift
away. Backbone and pyramid stay as they are. Before and after are measured on corrected videos that the measured
network never saw.
"""

import time
from dataclasses import dataclass
from typing import Any

from app.errors import BadInput, Cancelled
from app.jobs import queue as background
from app.settings import Settings
from app.training.folds import DEFAULT_STEPS, evaluation_kind, folds
from app.training.project_clips import ProjectClips, videos_with_human_masks
from storage import jobs as job_store
from storage import projects, snapshots, tracks, videos
from storage.database import Database
from storage.jobs import Job

__all__ = ["DEFAULT_STEPS", "RetrainPlan", "plan", "run", "run_job", "start"]


@dataclass(frozen=True)
class RetrainPlan:
    """What a retraining would use; ``reason`` says why there can be none, else None."""

    videos: int
    tracks: int
    masks_accepted: int
    masks_drawn: int
    masks_imported: int
    ignored_unreviewed: int
    corrected_videos: int
    evaluation: str
    reason: str | None


def plan(database: Database, project_id: str) -> RetrainPlan:
    """Counts of what people have judged in a project, and how a retraining would be measured."""
    with database.read() as tx:
        corrected = videos_with_human_masks(tx, project_id)
        every = [row for video_id, _ in videos.video_names(tx, project_id) for row in tracks.rows(tx, video_id)]
        categories = projects.list_categories(tx, project_id)
    present = [row for row in every if row.state == "present"]
    human = [row for row in present if row.human and row.review != "rejected"]
    drawn = sum(row.source == "drawn" or row.review == "corrected" for row in human)
    imported = sum(row.source == "imported" and row.review == "accepted" for row in human)
    reason = None
    if not categories:
        reason = "This project has no category yet; add one and give it to the tracks."
    elif not corrected:
        reason = "Nothing was accepted or corrected yet; review a few tracks first."
    return RetrainPlan(
        videos=len(corrected),
        tracks=len({row.track_id for row in human}),
        masks_accepted=len(human) - drawn - imported,
        masks_drawn=drawn,
        masks_imported=imported,
        ignored_unreviewed=sum(not row.human for row in present),
        corrected_videos=len(corrected),
        evaluation=evaluation_kind(len(corrected)),
        reason=reason,
    )


def start(database: Database, settings: Settings, *, project_id: str, steps: int | None = None) -> Job:
    """Put a retraining in the queue. Raises `BadInput` where there is nothing to learn from."""
    reason = plan(database, project_id).reason
    if reason is not None:
        raise BadInput(reason)
    parameters = {} if steps is None else {"steps": steps}
    return background.enqueue(database, settings, kind="retrain", project_id=project_id, parameters=parameters)


def run(database: Database, settings: Settings, *, job_id: str, report: background.JobReporter) -> dict[str, Any]:
    """Do a queued retraining in this process; returns (and stores) its result.

    Raises `BadInput` where there is nothing to learn from, `Cancelled`; the project then is as it was.
    """
    from app.training.retrain_run import Retraining  # torch, which the server that asks for plans never loads

    with database.read() as tx:
        job = job_store.get_job(tx, job_id)
    project_id = str(job.project_id)
    facts = plan(database, project_id)
    if facts.reason is not None:
        raise BadInput(facts.reason)
    began = time.monotonic()
    with database.read() as tx:
        corrected = videos_with_human_masks(tx, project_id)
    source = ProjectClips(database, project_id=project_id, video_ids=corrected)
    try:
        with database.atomic() as tx:
            names, described = source.snapshot
            snapshot = snapshots.add_snapshot(tx, project_id=project_id, masks=names, videos=described)
        contents = [str(entry[1]) for entry in described]
        training = Retraining(database, settings, project_id=project_id, source=source, report=report)
        result = training.run(
            folds(corrected, contents), kind=facts.evaluation, steps=job.parameters.get("steps"), snapshot=snapshot.hash
        )
    finally:
        source.close()
    result["plan"] = facts.__dict__
    result["seconds"] = round(time.monotonic() - began, 1)
    return result


def run_job(database: Database, settings: Settings, *, job_id: str, worker: str) -> dict[str, Any]:
    """As :func:`run`, reporting to the job and storing how it ended; for the process that the worker starts."""
    with background.JobReporter(database, job_id, worker=worker) as report:
        try:
            result = run(database, settings, job_id=job_id, report=report)
        except Cancelled:
            with database.atomic() as tx:
                job_store.cancelled(tx, job_id)
            raise
    with database.atomic() as tx:
        job_store.finish(tx, job_id, result=result)
    return result
