"""`retrain` under `torchrun`: the processes divide the trainings of one run among themselves.

Each training is a whole network, for a fold or to be kept, so the processes need not talk while they train: they leave
their networks in the folder of the run, and the first process measures, decides and registers. On several machines the
data folder and the database must be shared.
"""

import dataclasses
from typing import Any

from torch import distributed

from app.errors import BadInput
from app.jobs import processes
from app.jobs.reporter import JobReporter
from app.machine import choose_device
from app.settings import Settings
from app.training.plan import plan
from app.training.retrain import KIND, require_none
from app.training.retrain_run import begun, run_job
from app.training.retraining import Retraining
from model.training import ranks
from storage import jobs
from storage.database import Database


class QuietReporter(JobReporter):
    """The reporter of a process that is not the first one: it sees a cancellation and reports nothing."""

    def __call__(self, progress: float, message: str = "", *, eta_seconds: float | None = None) -> None:
        """Nothing: the first process reports the progress."""

    def point(self, series: str, step: int, value: float) -> None:
        """Nothing: only the curves of the first process are shown."""

    def log(self, text: str) -> None:
        """Nothing: the first process writes the log."""


def retrain_together(
    database: Database, settings: Settings, *, project_id: str, steps: int | None
) -> dict[str, Any] | None:
    """Retrain in all processes that `torchrun` started; the result in the first one, None in the others.

    Raises `BadInput` in every process if there is nothing to train on, or if the project is retraining already.
    """
    with ranks.joined(choose_device(settings.device)) as device:
        own = dataclasses.replace(settings, device=device)
        found: list[Any] = [_claimed(database, project_id, steps) if ranks.is_first() else None]
        distributed.broadcast_object_list(found, src=0)
        job_id, worker, reason = found[0]
        if reason is not None:
            raise BadInput(reason)
        if ranks.is_first():
            return run_job(database, own, job_id=job_id, worker=worker, first=_first_share)
        ranks.wait()  # until the first process has kept the corrections, and how far to train
        with QuietReporter(database, job_id, worker=worker) as report:
            begun(database, own, job_id=job_id, report=report).train_share(ranks.rank(), ranks.ranks())
        ranks.wait()
        return None


def _first_share(training: Retraining) -> None:
    training.choose()
    ranks.wait()
    training.train_share(0, ranks.ranks())
    ranks.wait()


def _claimed(database: Database, project_id: str, steps: int | None) -> tuple[str, str, str | None]:
    """The id of a new job that this process has taken, its name as a worker, and why there can be none."""
    reason = plan(database, project_id).reason
    worker = processes.own_name()
    if reason is not None:
        return "", worker, reason
    parameters = {} if steps is None else {"steps": steps}
    try:
        with database.atomic() as tx:
            require_none(tx, project_id)
            job = jobs.enqueue(tx, kind=KIND, project_id=project_id, parameters=parameters)
            jobs.claim(tx, worker=worker, kinds=[KIND], only=job.id)
    except BadInput as error:
        return "", worker, str(error)
    return job.id, worker, None
