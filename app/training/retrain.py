"""Plans a retraining and puts it in the queue; loads no torch, since the server runs this.

Training data are human masks; human *absent* rows and rejected proposals are background, and everything else is
unknown. Training starts from the first checkpoint of the line, never from the last retraining, so that rounds do not
drift away. Backbone and pyramid are frozen. Before and after are measured on corrected videos that the measured network
was not trained on. The work itself is in `app.training.retrain_run`.
"""

from dataclasses import dataclass

from app.errors import BadInput
from app.jobs import queue
from app.settings import Settings
from app.training.folds import evaluation_kind
from app.training.project_clips import videos_with_human_masks
from storage import projects, tracks, videos
from storage.database import Database
from storage.jobs import Job


@dataclass(frozen=True)
class RetrainPlan:
    """The data that a retraining would use; ``reason`` is why there can be none, else None.

    ``masks_*`` are numbers of human masks by their origin; ``ignored_unreviewed`` counts masks without a verdict.
    """

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
    """Counts of the human masks in a project, and how a retraining would be measured."""
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
    """Put a retraining in the queue. Raises `BadInput` if there is nothing to train on."""
    reason = plan(database, project_id).reason
    if reason is not None:
        raise BadInput(reason)
    parameters = {} if steps is None else {"steps": steps}
    return queue.enqueue(database, settings, kind="retrain", project_id=project_id, parameters=parameters)
