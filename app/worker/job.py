"""The context in which the worker runs a job."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.checkpoints.warm_model import WarmModel
from app.jobs.reporter import JobReporter
from app.settings import Settings
from storage import jobs
from storage.database import Database


@dataclass
class JobContext:
    """The arguments of a job's handler: settings, database, the job, its reporter, and the model that stays loaded."""

    settings: Settings
    database: Database
    job: jobs.Job
    report: JobReporter
    warm: WarmModel

    def finish(self, tx: Connection, result: Mapping[str, Any]) -> None:
        """End the job in the transaction that stores its result, so that no kill comes between the two.

        Raises `storage.jobs.JobOver` if the job was given up meanwhile; nothing of the transaction is kept then.
        """
        jobs.finish(tx, self.job.id, result=result)

    def prepare(self, result: Mapping[str, Any]) -> None:
        """Store what the job will have written, just before a folder with it appears; see `storage.jobs.prepare`."""
        with self.database.atomic() as tx:
            jobs.prepare(tx, self.job.id, result=result)


Handler = Callable[[JobContext], Mapping[str, Any] | None]
