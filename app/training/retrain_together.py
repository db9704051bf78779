"""`retrain` under `torchrun`: the processes divide the trainings of one run among themselves.

Each training is a whole network, for a fold or to be kept, so the processes need not talk while they train: they leave
their networks in the folder of the run, where the first process waits for them; it measures, decides and registers. On
several machines the data folder and the database must be shared.
"""

import contextlib
import dataclasses
import time
from collections.abc import Sequence
from typing import Any

from app.errors import BadInput
from app.jobs import processes, queue
from app.jobs.reporter import JobReporter
from app.machine import Shard, choose_device
from app.settings import Settings
from app.training.corrections import MaskPlace
from app.training.kept_state import KeptState
from app.training.plan import plan
from app.training.retrain import KIND, SESSION, parameters_of, require_none
from app.training.retrain_run import Promoted, begun, run_job
from app.training.retraining import Retraining
from storage import jobs
from storage.database import Database
from storage.jobs import Job

POLL_SECONDS = 0.5


class QuietReporter(JobReporter):
    """The reporter of a process that is not the first one: it sees a cancellation and reports nothing."""

    def __call__(self, progress: float, message: str = "", *, eta_seconds: float | None = None) -> None:
        """Nothing: the first process reports the progress."""

    def point(self, series: str, step: int, value: float) -> None:
        """Nothing: only the curves of the first process are shown."""

    def log(self, text: str) -> None:
        """Nothing: the first process writes the log."""


def retrain_together(
    database: Database,
    settings: Settings,
    *,
    project_id: str,
    steps: int | None,
    shard: Shard,
    leave_out: Sequence[MaskPlace] = (),
    again: bool = True,
    promoted: Promoted = lambda tx, project_id: 0,
) -> dict[str, Any] | None:
    """Retrain in all processes that `torchrun` started; the result in the first one, None in the others.

    ``leave_out`` and ``again`` of the first process count, see `app.training.retrain.start`; for ``promoted`` see
    `app.training.retrain_run.run`.
    Raises `BadInput` in the first process if there is nothing to train on, or if the project is retraining already;
    `torchrun` then ends the others.
    """
    device = choose_device(settings.device)
    own = dataclasses.replace(settings, device=f"cuda:{shard.local}" if device.startswith("cuda") else device)
    if shard.first:
        queue.care(database, settings)  # a retraining whose process has died goes on in the queue
        parameters = parameters_of(steps, leave_out, again=again) | {SESSION: shard.session}
        job = _claimed(database, project_id, parameters)
        first = lambda training: _first_share(training, shard)  # noqa: E731
        return run_job(database, own, job_id=job.id, worker=str(job.worker), first=first, promoted=promoted)
    job = _of_first(database, own, project_id, shard)
    with (
        QuietReporter(database, job.id, worker=str(job.worker)) as report,
        contextlib.closing(begun(database, own, job_id=job.id, report=report)) as training,
    ):
        training.train_share(shard.rank, shard.count)
    return None


def _first_share(training: Retraining, shard: Shard) -> None:
    training.choose()
    training.train_share(0, shard.count)
    while not training.all_trained:
        training.check()
        time.sleep(POLL_SECONDS)


def _claimed(database: Database, project_id: str, parameters: dict[str, Any]) -> Job:
    """A new job that this process has taken."""
    reason = plan(database, project_id).reason
    if reason is not None:
        raise BadInput(reason)
    with database.atomic() as tx:
        require_none(tx, project_id)
        job = jobs.enqueue(tx, kind=KIND, project_id=project_id, parameters=parameters)
        jobs.claim(tx, worker=processes.own_name(), kinds=[KIND], only=job.id)
        return jobs.get_job(tx, job.id)


def _of_first(database: Database, settings: Settings, project_id: str, shard: Shard) -> Job:
    """The job of the first process, as soon as that has kept what the others need."""
    while True:
        with database.read() as tx:
            active = jobs.list_jobs(tx, project_id, active=True, kind=KIND)
        mine = [job for job in active if job.parameters.get(SESSION) == shard.session and job.worker]
        if mine and KeptState(settings, mine[0].id).kept_choice() is not None:
            return mine[0]
        time.sleep(POLL_SECONDS)
