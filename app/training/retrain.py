"""Puts a retraining in the queue; loads no torch, since the server runs this.

Training data are human masks; human *absent* rows and rejected proposals are background, and everything else is
unknown. Training starts from the first checkpoint of the line, never from the last retraining, so that rounds do not
drift away. Backbone and pyramid are frozen. Before and after are measured on corrected videos that the measured network
was not trained on. The work itself is in `app.training.retrain_run`.
"""

from app.errors import BadInput
from app.jobs import queue
from app.settings import Settings
from app.training.plan import plan
from storage.database import Database
from storage.jobs import Job


def start(database: Database, settings: Settings, *, project_id: str, steps: int | None = None) -> Job:
    """Put a retraining in the queue. Raises `BadInput` if there is nothing to train on."""
    reason = plan(database, project_id).reason
    if reason is not None:
        raise BadInput(reason)
    parameters = {} if steps is None else {"steps": steps}
    return queue.enqueue(database, settings, kind="retrain", project_id=project_id, parameters=parameters)
