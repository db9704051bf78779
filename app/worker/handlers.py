"""The kinds of background jobs and what does each; see `app.worker.loop`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.checkpoints.download import JOBS as DOWNLOAD_JOBS
from app.checkpoints.register import JOBS as CHECKPOINT_JOBS
from app.errors import BadInput
from app.exchange.exporting import export_dataset
from app.exchange.importing import UPLOADS, import_dataset
from app.library.uploads import file_of_job
from app.library.videos import confirm_frames
from app.proposing.into_project import Wish, propose_video
from app.worker.loop import watch_child
from app.worker.work import Handler, Work
from storage.youtube_vis import YouTubeVisError


def propose(work: Work) -> Mapping[str, Any]:
    """``{"checkpoint": id, "rule"?, "precision"?}``: proposals for the job's video; goes on where a run broke off."""
    parameters = work.job.parameters
    wish = Wish(rule=parameters.get("rule", "review"), precision=parameters.get("precision"))
    done = propose_video(
        work.database,
        work.settings,
        video_id=str(work.job.video_id),
        checkpoint_id=parameters["checkpoint"],
        report=work.report,
        cancelled=work.report.cancelled,
        job_id=work.job.id,
        wish=wish,
        warm=work.warm,
    )
    return done.as_json()


def index(work: Work) -> Mapping[str, Any]:
    """Confirms the frames of the job's video."""
    video = confirm_frames(
        work.database, video_id=str(work.job.video_id), report=work.report, cancelled=work.report.cancelled
    )
    return {"count": video.count}


def import_file(work: Work) -> Mapping[str, Any]:
    """``{"upload"?, "file", "frames", "stride"?}``: a YouTube-VIS file into the project; an upload is removed.

    ``file`` is its path, or with the id of an ``upload`` its name.
    """
    parameters = work.job.parameters
    with file_of_job(work.settings.data / UPLOADS, parameters, typed="file") as file:
        try:
            done = import_dataset(
                work.database,
                work.settings,
                project_id=str(work.job.project_id),
                file=file,
                frames_folder=Path(parameters["frames"]),
                stride=parameters.get("stride"),
                report=work.report,
                cancelled=work.report.cancelled,
            )
        except YouTubeVisError as error:
            raise BadInput(str(error)) from error
    return done.as_json()


def export_project(work: Work) -> Mapping[str, Any]:
    """``{"out": path, "reviewed_only"?, "version"?, "stride"?}``: the job's project as YouTube-VIS."""
    parameters = work.job.parameters
    done = export_dataset(
        work.database,
        work.settings,
        project_id=str(work.job.project_id),
        out=Path(parameters["out"]),
        reviewed_only=bool(parameters.get("reviewed_only", False)),
        version=parameters.get("version", "2019"),
        stride=parameters.get("stride"),
        report=work.report,
        cancelled=work.report.cancelled,
    )
    return done.as_json()


def retrain(work: Work) -> None:
    """Training in a process of its own, which reports to the same job and stores its own result."""
    watch_child(work, ["retrain", "--job", work.job.id, *work.settings.flags()])


HANDLERS: dict[str, Handler] = {
    "propose": propose,
    "index": index,
    "import": import_file,
    "export": export_project,
    **CHECKPOINT_JOBS,
    **DOWNLOAD_JOBS,
}
ASIDE: dict[str, Handler] = {"retrain": retrain}
