"""What the worker gives to whoever does a job."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.checkpoints.warm import WarmModel
from app.jobs.reporter import JobReporter
from app.settings import Settings
from storage import jobs
from storage.database import Database


@dataclass
class Work:
    """What a job's handler is given: where things are, the job, its reporter, and the warm model."""

    settings: Settings
    database: Database
    job: jobs.Job
    report: JobReporter
    warm: WarmModel


Handler = Callable[[Work], Mapping[str, Any] | None]
