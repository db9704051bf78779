"""The context in which the worker runs a job."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

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


Handler = Callable[[JobContext], Mapping[str, Any] | None]
