"""The command retrain: trains on the project's corrections."""

import argparse
import json
import time
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from app.checkpoints.choice import chosen_checkpoint
from app.checkpoints.factory import FOLDER, ensure_factory
from app.cli.outcome import ChecksFailed, print_lines
from app.cli.progress import Progress
from app.cli.project import find_project, opened
from app.jobs.queue import cancel, care
from app.library.kept_runs import STATE
from app.machine import Shard
from app.reviewing import proposing_again
from app.reviewing.next_videos import bring_up_to_date, proposed_unjudged
from app.sentences import WrongUsage, counted
from app.settings import Settings
from app.training.corrections import MaskPlace
from app.training.estimate import expected, sentence
from app.training.golden_file import golden_file
from app.training.past_runs import start_config
from app.training.plan import RetrainPlan, plan, sentences
from app.training.retrain import AGAIN, go_on, start
from storage import jobs
from storage.database import Database
from storage.projects import Project

POLL_SECONDS = 0.5


def retrain(arguments: argparse.Namespace, settings: Settings) -> None:
    """Queue a retraining and follow it to its end; ``--plan``: only print what it would train on.

    ``--resume`` goes on with the one that was stopped. With ``--job`` a queued one is done in this process. Under
    `torchrun` its processes do the work themselves.
    """
    with opened(settings) as database:
        if arguments.job is not None:
            with database.read() as tx:
                job = jobs.get_job(tx, arguments.job)
            from app.training.retrain_run import run_job  # loads torch, which following a job does not need

            result = run_job(database, settings, job_id=job.id, worker=str(job.worker), promoted=_again)
        elif arguments.resume:
            if Shard.of_environment().count > 1:
                raise WrongUsage("A stopped retraining goes on in one process: give --resume without torchrun.")
            project = find_project(database, settings)
            result = _follow(database, settings, go_on(database, settings, project_id=project.id).id)
        else:
            project, shard = find_project(database, settings), Shard.of_environment()
            _give_start(database, settings, project)
            planned = plan(database, project.id)
            if arguments.plan:
                _show(database, settings, project.id, planned, arguments)
                return
            named: list[MaskPlace] = []
            if planned.reason is None and shard.first:
                print_lines(_in_words(database, settings, project.id, planned, arguments))
                named = _suspicious(database, project.id, leave_out=arguments.leave_out_suspicious)
            asked: dict[str, Any] = {"steps": arguments.steps, "leave_out": named, "again": arguments.propose_again}
            if shard.count > 1:
                from app.training.retrain_together import retrain_together  # loads torch

                asked["promoted"] = _again
                made = retrain_together(database, settings, project_id=project.id, shard=shard, **asked)
                if made is None:
                    return
                care(database, settings)  # nobody else may start a worker for what is proposed again
                result = made
            else:
                started = start(database, settings, project_id=project.id, **asked)
                result = _follow(database, settings, started.id)
    if result.get(AGAIN):
        print_lines([f"{proposing_again.sentence(result[AGAIN], result['name'])} The command next shows their order."])
    print(json.dumps(result) if arguments.json else result["verdict"])


def _again(tx: Connection, project_id: str) -> int:
    """Propose again after a promotion; returns in how many videos."""
    return len(proposing_again.propose_again(tx, project_id).jobs)


def _give_start(database: Database, settings: Settings, project: Project) -> None:
    """Register the factory checkpoint where nobody chose another one to start from."""
    with database.read() as tx:
        chosen = chosen_checkpoint(tx, project_id=project.id, checkpoint_id=None)
    if chosen is None and FOLDER.is_dir():
        ensure_factory(database, settings)


def _show(
    database: Database, settings: Settings, project_id: str, planned: RetrainPlan, arguments: argparse.Namespace
) -> None:
    """Print the plan, and the corrections that look spoiled."""
    from app.training import suspicions  # loads torch, which following a job does not need

    progress = Progress()
    checked = suspicions.check_project(database, project_id, report=progress)
    progress.end()
    if arguments.json:
        print(json.dumps({**asdict(planned), "corrections": checked.as_json()}))
    else:
        print(
            "\n".join((*_in_words(database, settings, project_id, planned, arguments), *suspicions.sentences(checked)))
        )


def _in_words(
    database: Database, settings: Settings, project_id: str, planned: RetrainPlan, arguments: argparse.Namespace
) -> tuple[str, ...]:
    """The plan, how long it takes and what a promotion leads to, one sentence a line."""
    bring_up_to_date(database, project_id)
    with database.read() as tx:
        start = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=None)
        config = start and start_config(tx, project_id, start)
        seconds = expected(tx, project_id, planned, config, steps=arguments.steps) if config else None
        again = len(proposed_unjudged(tx, project_id)) if arguments.propose_again else 0
    if planned.reason is not None:
        return sentences(planned)
    golden = golden_file(settings.data, config) if config else None
    promoted = f"If it is promoted, it proposes again in {counted(again, 'unreviewed video')}." if again else ""
    more = (golden.sentence if golden else "", sentence(seconds), promoted)
    return (*sentences(planned), *filter(None, more))


def _suspicious(database: Database, project_id: str, *, leave_out: bool) -> list[MaskPlace]:
    """Print the corrections that look spoiled; returns their places if they are to be left out."""
    from app.training import suspicions  # loads torch, which following a job does not need

    progress = Progress()
    checked = suspicions.check_project(database, project_id, report=progress)
    progress.end()
    print_lines(suspicions.sentences(checked, left_out=leave_out))
    return [(one.video_id, one.track, one.frame) for one in checked.named] if leave_out else []


def _follow(database: Database, settings: Settings, job_id: str) -> dict[str, Any]:
    """Show a job's progress until it ends; Ctrl+C stops the job, which ``--resume`` continues if it has kept anything.

    Raises `ChecksFailed` if the job failed.
    """
    progress = Progress()
    try:
        while True:
            care(database, settings)
            with database.read() as tx:
                job = jobs.get_job(tx, job_id)
            if not job.active:
                break
            progress(job.progress, job.message or job.status, eta_seconds=job.eta_seconds)
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        progress.end()
        cancel(database, job_id)
        if (settings.retrainings / job_id / STATE).is_file():
            print_lines(["Stopped; retrain --resume goes on from what is kept."])
        raise
    progress.end()
    if job.status != "done":
        raise ChecksFailed(job.error or f"The job was {job.status}.")
    return dict(job.result or {})
