"""Puts a retraining in the queue; loads no torch, since the server runs this.

Training data are human masks; human *absent* rows and rejected proposals are background, and everything else is
unknown. Training starts from the first checkpoint of the line, never from the last retraining, so that rounds do not
drift away. Backbone and pyramid are frozen. Before and after are measured on corrected videos that the measured network
was not trained on. The work itself is in `app.training.retrain_run`.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from app.checkpoints.choice import chosen_checkpoint
from app.errors import BadInput
from app.jobs import queue
from app.library.kept_runs import newest_kept
from app.settings import Settings
from app.training.corrections import MaskPlace
from app.training.golden_file import golden_file
from app.training.plan import plan
from storage import jobs
from storage.database import Database
from storage.jobs import Job

KIND = "retrain"
SESSION = "session"  # in the parameters of a job: the processes that `torchrun` started together find it by that
AGAIN = "again"  # in the parameters of a job: false where nothing is to be proposed again after a promotion
DEVICE = "device"  # in the parameters of a job: on what its run trains


def start(
    database: Database,
    settings: Settings,
    *,
    project_id: str,
    steps: int | None = None,
    leave_out: Sequence[MaskPlace] = (),
    again: bool = True,
) -> Job:
    """Put a retraining in the queue; ``leave_out``: masks that it must not learn from (`app.training.corrections`).

    ``again``: whether a promotion is followed by new proposals in the videos that nobody has judged.

    Raises `BadInput` if there is nothing to train on, if the user's golden set cannot be used, or if the project is
    retraining already.
    """
    reason = plan(database, project_id).reason
    if reason is not None:
        raise BadInput(reason)
    with database.read() as tx:
        current = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=None)
    golden = None if current is None else golden_file(settings.data, current.config)
    if golden is not None and golden.problem is not None:
        raise BadInput(golden.sentence)
    queue.care(database, settings)  # a retraining whose process has died goes on in the queue: that is the reason then
    return queue.enqueue(
        database,
        settings,
        kind=KIND,
        project_id=project_id,
        parameters=parameters_of(steps, leave_out, again=again),
        check=lambda tx: require_none(tx, project_id),
    )


def stopped(tx: Connection, settings: Settings, project_id: str) -> Job | None:
    """The newest retraining of a project that was stopped or failed, and can go on from what it has kept."""
    kept = newest_kept(tx, settings).get(project_id)
    return None if kept is None or kept.active else kept


def go_on(database: Database, settings: Settings, *, project_id: str) -> Job:
    """Put the stopped retraining of a project back into the queue. Raises `BadInput` if there is none.

    One whose process has died is in the queue already, and waits there to go on.
    """
    queue.care(database, settings)
    with database.atomic() as tx:
        kept = newest_kept(tx, settings).get(project_id)
        if kept is not None and kept.status == "queued":
            return kept
        require_none(tx, project_id)
        if kept is None:
            raise BadInput("This project has no stopped retraining that could go on; start a new one.")
        job = jobs.go_on(tx, kept.id)
    queue.care(database, settings)
    return job


def parameters_of(steps: int | None, leave_out: Sequence[MaskPlace], *, again: bool = True) -> dict[str, Any]:
    """The parameters of a job, as its run reads them."""
    parameters: dict[str, Any] = {} if steps is None else {"steps": steps}
    if leave_out:
        parameters["leave_out"] = [list(place) for place in leave_out]
    if not again:
        parameters[AGAIN] = False
    return parameters


def trains_on(job: Job, device: str) -> bool:
    """Whether a running retraining uses this device; one that has not said what it uses yet may use any.

    The processes that `torchrun` starts use one GPU each; only that of the first is known.
    """
    used = job.parameters.get(DEVICE)
    if used is None or used == device:
        return True
    return SESSION in job.parameters and str(used).startswith("cuda") and device.startswith("cuda")


def require_none(tx: Connection, project_id: str) -> None:
    """Raise `BadInput` if a retraining of the project is queued or running."""
    active = jobs.list_jobs(tx, project_id, active=True, kind=KIND)
    if active:
        job = active[-1]
        where = "waits in the queue" if job.status == "queued" else f"is at {100 * job.progress:.0f} %"
        raise BadInput(f"This project is already retraining: that run {where}; wait for it or cancel it.")
