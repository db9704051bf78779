"""The kinds of background jobs and what does each; see `app.worker.loop`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from app.checkpoints.download import download
from app.checkpoints.find import checkpoint_path
from app.checkpoints.register import CheckpointFile, add_file, export_official, notes_of
from app.errors import BadInput, Cancelled, Undecided
from app.exchange.export_choice import ExportChoice
from app.exchange.exporting import FrozenName, export_dataset
from app.exchange.import_source import ReadSettings
from app.exchange.importing import import_dataset
from app.exchange.repeats import IMPORTED_ALREADY, ImportedAlready
from app.exchange.versions import make_version
from app.library.counting import count_frames
from app.library.uploads import CHECKPOINTS, IMPORTS, file_of_job
from app.proposing.into_project import propose_video
from app.result_files.choices import ProposalChoices
from app.result_files.importing import PROPOSALS, import_proposals
from app.reviewing.proposing_again import is_unjudged
from app.reviewing.requests import request_search
from app.reviewing.search import search_video
from app.spreading import requesting
from app.spreading.stretches import SpreadRequest
from app.training import corrections
from app.worker.job import Handler, JobContext
from app.worker.loop import watch_child
from model.tracking.settings import ProposeSettings
from storage import checkpoints, jobs
from storage.checkpoints import Checkpoint
from storage.errors import NotFound
from storage.formats import FormatError
from storage.jobs import Job
from storage.youtube_vis import YouTubeVisError


def propose(context: JobContext) -> Mapping[str, Any]:
    """``{"checkpoint": id, **ProposeSettings}``: proposals for the job's video; goes on where a run broke off.

    One in the background proposes again, and leaves the video alone if a person has judged something in it meanwhile.
    """
    parameters = context.job.parameters
    project_id, video_id = str(context.job.project_id), str(context.job.video_id)
    if parameters.get(jobs.BACKGROUND) and not is_unjudged(context.database, project_id, video_id):
        return {"skipped": "Somebody has reviewed something in this video meanwhile, so it stays as it is."}
    done = propose_video(
        context.database,
        context.settings,
        video_id=video_id,
        checkpoint_id=parameters["checkpoint"],
        report=context.report,
        cancelled=context.report.cancelled,
        job_id=context.job.id,
        propose_settings=ProposeSettings.of(parameters),
        warm=context.warm,
    )
    request_search(context.database, context.settings, video_id=video_id)
    return done.as_json()


def find_errors(context: JobContext) -> Mapping[str, Any]:
    """Searches the job's video for likely errors."""
    return search_video(
        context.database,
        video_id=str(context.job.video_id),
        report=context.report,
        cancelled=context.report.cancelled,
    )


def check_corrections(context: JobContext) -> Mapping[str, Any]:
    """Names the corrections of the job's project that look spoiled."""
    from app.training import suspicions  # loads torch, which other jobs may not need

    project_id = str(context.job.project_id)
    with context.database.read() as tx:
        edit = corrections.last_edit(tx, project_id)
    report = context.report
    found = suspicions.check_project(context.database, project_id, report=report, cancelled=report.cancelled).as_json()
    with context.database.read() as tx:
        named = corrections.with_masks(tx, found["named"])
    return {**found, "named": named, corrections.EDIT: edit}


def index(context: JobContext) -> Mapping[str, Any]:
    """Counts the frames of the job's video by decoding it."""
    video = count_frames(
        context.database, video_id=str(context.job.video_id), report=context.report, cancelled=context.report.cancelled
    )
    return {"count": video.count}


def import_file(context: JobContext) -> Mapping[str, Any]:
    """A source of any format into a project.

    Parameters: ``{"upload"?, "file", "frames"?, "stride"?, "repeat"?, "new_project"?, "keep_good"?, "crowd"?}``, for
    results of a model ``{"as": "proposals", "annotations"?, "video"?, "source"?, "min_score"?}`` beside them.
    ``file`` is the path of a file or folder of this machine, or the name of the file with the id ``upload``, which is
    removed when nothing can go on with it. The project is the job's, or a new one with the name ``new_project``.
    """
    parameters = context.job.parameters
    new = parameters.get("new_project")
    folder = context.settings.data / IMPORTS
    with file_of_job(folder, parameters, typed="file", kept_after=_can_go_on) as file:
        try:
            if parameters.get("as") == PROPOSALS:
                return _import_proposals(context, file)
            done = import_dataset(
                context.database,
                context.settings,
                project_id=None if new else str(context.job.project_id),
                new_project=new,
                file=file,
                frames_folder=Path(parameters["frames"]) if parameters.get("frames") else None,
                how=ReadSettings(bool(parameters.get("keep_good")), parameters.get("crowd", "ask")),
                stride=parameters.get("stride"),
                repeat=parameters.get("repeat", "ask"),
                resumes=parameters,
                report=context.report,
                cancelled=context.report.cancelled,
                published=lambda tx: jobs.reset_attempts(tx, context.job.id),
            )
        except ImportedAlready as error:
            raise Undecided(f"{error.what} Choose what becomes of them.", kind=IMPORTED_ALREADY) from error
        except (YouTubeVisError, FormatError) as error:
            raise BadInput(str(error)) from error
    return done.as_json()


def _import_proposals(context: JobContext, file: Path) -> Mapping[str, Any]:
    """The results of a model, as proposals."""
    parameters = context.job.parameters
    new = parameters.get("new_project")
    done = import_proposals(
        context.database,
        context.settings,
        project_id=None if new else str(context.job.project_id),
        new_project=new,
        file=file,
        choices=ProposalChoices.of(parameters),
        job_id=context.job.id,
        report=context.report,
        cancelled=context.report.cancelled,
    )
    for video_id in done.video_ids:
        request_search(context.database, context.settings, video_id=video_id)
    return done.as_json()


def _can_go_on(error: BaseException) -> bool:
    """Whether a job that ended with this error may still need its file."""
    return isinstance(error, Undecided) or not isinstance(error, BadInput)


def export_project(context: JobContext) -> Mapping[str, Any]:
    """``{"out": path, **ExportChoice, "freeze"?: name}``: the job's project as YouTube-VIS, kept as a version.

    ``{"out": path, "again": name}``: a version that was kept, written again.
    """
    if "again" in context.job.parameters:
        return _made_again(context, context.job.parameters["again"])
    name = context.job.parameters.get("freeze")
    done = export_dataset(
        context.database,
        project_id=str(context.job.project_id),
        out=Path(context.job.parameters["out"]),
        choice=ExportChoice.of(context.job.parameters),
        frozen=None if name is None else FrozenName(name, context.settings),
        report=context.report,
        cancelled=context.report.cancelled,
        ready=lambda done: context.prepare(done.as_json()),
    )
    return done.as_json()


def _made_again(context: JobContext, name: str) -> Mapping[str, Any]:
    out = Path(context.job.parameters["out"])

    def check() -> None:
        if context.report.cancelled():
            raise Cancelled

    made = make_version(
        context.database,
        context.settings,
        project_id=str(context.job.project_id),
        name=name,
        out=out,
        report=context.report,
        check=check,
        ready=lambda version: context.prepare(version.as_result(out)),
    )
    return made.as_result(out)


def download_release(context: JobContext) -> Mapping[str, Any]:
    """``{"name": release, "use"?}``: a published checkpoint into the data folder; ``use`` puts it in use."""
    name = context.job.parameters["name"]

    def end(tx: Connection, made: Checkpoint) -> None:
        _use(tx, context.job, made)
        context.finish(tx, result(made))

    def result(made: Checkpoint) -> Mapping[str, Any]:
        sentence = f"{made.name} is downloaded and {_standing(context.job)}."
        return {"checkpoint": made.id, "name": made.name, "sentence": sentence}

    made = download(
        context.database,
        context.settings,
        name=name,
        report=context.report,
        cancelled=context.report.cancelled,
        then=end,
    )
    with context.database.atomic() as tx:
        _use(tx, context.job, made)  # one that was here already was not registered, so nothing was done then
    return result(made)


def add_checkpoint(context: JobContext) -> Mapping[str, Any]:
    """``{"path" | "upload" and "file", "name", "config"?, "use"?}``: a checkpoint file into the data folder.

    ``path`` names a file of this machine, which stays; ``file`` is the name of the file with the id ``upload``, which
    is removed. ``use`` puts the checkpoint in use in the job's project.
    """
    parameters = context.job.parameters

    def end(tx: Connection, made: Checkpoint) -> None:
        _use(tx, context.job, made)
        context.finish(tx, _added(context.job, made))

    context.report(0.1, "Reading the file")
    with file_of_job(context.settings.data / CHECKPOINTS, parameters, typed="path") as path:
        file = CheckpointFile(path, parameters["name"], config=parameters.get("config"))
        made = add_file(
            context.database,
            context.settings,
            file,
            project_id=None,
            cancelled=context.report.cancelled,
            then=end,
        )
    return _added(context.job, made)


def _added(job: Job, made: Checkpoint) -> Mapping[str, Any]:
    sentence = " ".join((f"{made.name} is added and {_standing(job)}.", *notes_of(made)))
    return {"checkpoint": made.id, "name": made.name, "sentence": sentence}


def _use(tx: Connection, job: Job, made: Checkpoint) -> None:
    if job.parameters.get("use") and job.project_id is not None:
        checkpoints.activate(tx, job.project_id, made.id)


def _standing(job: Job) -> str:
    return "proposes in this project now" if job.parameters.get("use") else "can be put in use"


def export_checkpoint(context: JobContext) -> Mapping[str, Any]:
    """``{"checkpoint": id}``: a checkpoint into the exports folder, in the layout of the official code."""
    from model.weights.checkpoint import CheckpointError

    context.report(0.1, "Writing the official layout")
    with context.database.read() as tx:
        found = checkpoints.get_checkpoint(tx, context.job.parameters["checkpoint"])
    try:
        out, _ = export_official(context.settings, name=found.name, path=checkpoint_path(context.settings, found))
    except (CheckpointError, OSError) as error:
        raise BadInput(f"The checkpoint {found.name} could not be exported: {error}.") from error
    return {"path": str(out), "size_bytes": out.stat().st_size, "sentence": f"Written to {out}."}


def retrain(context: JobContext) -> None:
    """Training in a process of its own, which reports to the same job and stores the result itself."""
    watch_child(context, ["retrain", "--job", context.job.id, *context.settings.flags()])


def spread(context: JobContext) -> Mapping[str, Any]:
    """``SpreadRequest`` and ``checkpoint`` (an id): drafts for the tracks that are spread in the job's video."""
    from app.spreading.engine import load_shapes, make_spreader  # loads torch, which other jobs may not need
    from app.spreading.into_drafts import spread_video

    context.report(0.0, "Loading")
    shapes, words = None, ""
    if named := context.job.parameters.get("checkpoint"):
        try:
            with context.database.read() as tx:
                found = checkpoints.get_checkpoint(tx, named)
        except NotFound:
            words = "without the checkpoint, which was deleted"
        else:
            shapes, words = load_shapes(context.settings, context.warm, found)
    done = spread_video(
        context.database,
        video_id=str(context.job.video_id),
        request=SpreadRequest.of(context.job.parameters),
        job_id=context.job.id,
        spreader=make_spreader(context.settings.device, shapes),
        report=lambda share, message: context.report(share, f"{message}, {words}" if words else message),
        cancelled=context.report.cancelled,
    )
    return done.as_json()


HANDLERS: dict[str, Handler] = {
    "propose": propose,
    "find_errors": find_errors,
    corrections.KIND: check_corrections,
    "index": index,
    "import": import_file,
    "export": export_project,
    "download": download_release,
    "add_checkpoint": add_checkpoint,
    "export_checkpoint": export_checkpoint,
}
ASIDE: dict[str, Handler] = {"retrain": retrain}
AT_ONCE: dict[str, Handler] = {requesting.JOB: spread}
