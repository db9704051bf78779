"""Retrainings that can go on from what they have kept: a folder for each, named like its job. Loads no torch."""

from sqlalchemy import Connection

from app.settings import Settings
from storage import jobs
from storage.jobs import Job

STATE = "state.pt"  # in the folder of a run, as soon as it can go on from what it keeps


def newest_kept(tx: Connection, settings: Settings) -> dict[str | None, Job]:
    """Of each project the newest retraining that can go on from what it has kept, or does so now; by project id."""
    names = [state.parent.name for state in settings.retrainings.glob(f"*/{STATE}")]
    newest: dict[str | None, Job] = {}
    for job in jobs.find_jobs(tx, names):
        if job.status != "done":
            newest.setdefault(job.project_id, job)
    return newest
