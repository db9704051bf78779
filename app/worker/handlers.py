"""The kinds of background jobs and what does each; see `app.worker.loop`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.checkpoints.download import download
from app.checkpoints.find import checkpoint_path
from app.checkpoints.register import CheckpointFile, add_file, export_official
from app.errors import BadInput
from app.exchange.exporting import export_dataset
from app.exchange.importing import import_dataset
from app.exchange.repeats import ImportedAlready
from app.library.counting import count_frames
from app.library.uploads import CHECKPOINTS, IMPORTS, file_of_job
from app.proposing.into_project import propose_video
from app.worker.loop import watch_child
from app.worker.work import Handler, Work
from model.tracking.settings import ProposeSettings
from storage import checkpoints
from storage.youtube_vis import YouTubeVisError


def propose(work: Work) -> Mapping[str, Any]:
    """``{"checkpoint": id, **ProposeSettings}``: proposals for the job's video; goes on where a run broke off."""
    parameters = work.job.parameters
    done = propose_video(
        work.database,
        work.settings,
        video_id=str(work.job.video_id),
        checkpoint_id=parameters["checkpoint"],
        report=work.report,
        cancelled=work.report.cancelled,
        job_id=work.job.id,
        propose_settings=ProposeSettings.of(parameters),
        warm=work.warm,
    )
    return done.as_json()


def index(work: Work) -> Mapping[str, Any]:
    """Confirms the frames of the job's video."""
    video = count_frames(
        work.database, video_id=str(work.job.video_id), report=work.report, cancelled=work.report.cancelled
    )
    return {"count": video.count}


def import_file(work: Work) -> Mapping[str, Any]:
    """``{"upload"?, "file", "frames", "stride"?, "repeat"?}``: a YouTube-VIS file into the project.

    An upload is removed.

    ``file`` is its path, or with the id of an ``upload`` its name.
    """
    parameters = work.job.parameters
    with file_of_job(work.settings.data / IMPORTS, parameters, typed="file") as file:
        try:
            done = import_dataset(
                work.database,
                work.settings,
                project_id=str(work.job.project_id),
                file=file,
                frames_folder=Path(parameters["frames"]),
                stride=parameters.get("stride"),
                repeat=parameters.get("repeat", "ask"),
                report=work.report,
                cancelled=work.report.cancelled,
            )
        except ImportedAlready as error:
            raise BadInput(f"{error.what} Choose above what becomes of them, and import the file again.") from error
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


def download_release(work: Work) -> Mapping[str, Any]:
    """``{"name": release}``: a published checkpoint into the data folder."""
    name = work.job.parameters["name"]
    made = download(work.database, work.settings, name=name, report=work.report, cancelled=work.report.cancelled)
    return {"checkpoint": made.id, "name": made.name, "sentence": f"{made.name} is downloaded and can be put in use."}


def add_checkpoint(work: Work) -> Mapping[str, Any]:
    """``{"path" | "upload" and "file", "name", "config"?}``: a checkpoint file into the data folder.

    The file is one of this machine, which stays where it is, or an upload, which is removed.
    """
    parameters = work.job.parameters
    work.report(0.1, "Reading the file")
    with file_of_job(work.settings.data / CHECKPOINTS, parameters, typed="path") as path:
        file = CheckpointFile(path, parameters["name"], config=parameters.get("config"))
        made = add_file(work.database, work.settings, file, project_id=None)
    return {"checkpoint": made.id, "name": made.name, "sentence": f"{made.name} is added and can be put in use."}


def export_checkpoint(work: Work) -> Mapping[str, Any]:
    """``{"checkpoint": id}``: a checkpoint into the exports folder, in the layout of the official code."""
    from model.weights.checkpoint import CheckpointError

    work.report(0.1, "Writing the official layout")
    with work.database.read() as tx:
        found = checkpoints.get_checkpoint(tx, work.job.parameters["checkpoint"])
    try:
        out, _ = export_official(work.settings, name=found.name, path=checkpoint_path(work.settings, found))
    except (CheckpointError, OSError) as error:
        raise BadInput(f"The checkpoint {found.name} could not be exported: {error}.") from error
    return {"path": str(out), "size_bytes": out.stat().st_size, "sentence": f"Written to {out}."}


def retrain(work: Work) -> None:
    """Training in a process of its own, which reports to the same job and stores its own result."""
    watch_child(work, ["retrain", "--job", work.job.id, *work.settings.flags()])


HANDLERS: dict[str, Handler] = {
    "propose": propose,
    "index": index,
    "import": import_file,
    "export": export_project,
    "download": download_release,
    "add_checkpoint": add_checkpoint,
    "export_checkpoint": export_checkpoint,
}
ASIDE: dict[str, Handler] = {"retrain": retrain}
