"""The command retrain: trains on the project's corrections."""

import argparse
import json
import time
from dataclasses import asdict
from typing import Any

from app.checkpoints.choice import chosen_checkpoint
from app.checkpoints.factory import FOLDER, ensure_factory
from app.cli.outcome import ChecksFailed, print_lines
from app.cli.progress import Progress
from app.cli.project import find_project, opened
from app.jobs.queue import cancel, care
from app.library.kept_runs import STATE
from app.machine import Shard
from app.sentences import WrongUsage
from app.settings import Settings
from app.training.corrections import MaskPlace
from app.training.estimate import expected, sentence
from app.training.past_runs import start_config
from app.training.plan import RetrainPlan, plan, sentences
from app.training.retrain import go_on, start
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

            result = run_job(database, settings, job_id=job.id, worker=str(job.worker))
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
                _show(database, project.id, planned, steps=arguments.steps, as_json=arguments.json)
                return
            named: list[MaskPlace] = []
            if planned.reason is None and shard.first:
                print_lines(_in_words(database, project.id, planned, steps=arguments.steps))
                named = _suspicious(database, project.id, leave_out=arguments.leave_out_suspicious)
            asked = {"steps": arguments.steps, "leave_out": named}
            if shard.count > 1:
                from app.training.retrain_together import retrain_together  # loads torch

                made = retrain_together(database, settings, project_id=project.id, shard=shard, **asked)
                if made is not None:
                    print(json.dumps(made) if arguments.json else made["verdict"])
                return
            started = start(database, settings, project_id=project.id, **asked)
            result = _follow(database, settings, started.id)
    print(json.dumps(result) if arguments.json else result["verdict"])


def _give_start(database: Database, settings: Settings, project: Project) -> None:
    """Register the factory checkpoint where nobody chose another one to start from."""
    with database.read() as tx:
        chosen = chosen_checkpoint(tx, project_id=project.id, checkpoint_id=None)
    if chosen is None and FOLDER.is_dir():
        ensure_factory(database, settings)


def _show(database: Database, project_id: str, planned: RetrainPlan, *, steps: int | None, as_json: bool) -> None:
    """Print the plan, and the corrections that look spoiled."""
    from app.training import suspicions  # loads torch, which following a job does not need

    progress = Progress()
    checked = suspicions.check_project(database, project_id, report=progress)
    progress.end()
    if as_json:
        print(json.dumps({**asdict(planned), "corrections": checked.as_json()}))
    else:
        print("\n".join((*_in_words(database, project_id, planned, steps=steps), *suspicions.sentences(checked))))


def _in_words(database: Database, project_id: str, planned: RetrainPlan, *, steps: int | None) -> tuple[str, ...]:
    """The plan and how long it takes, one sentence a line."""
    with database.read() as tx:
        start = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=None)
        config = start and start_config(tx, project_id, start)
        seconds = expected(tx, project_id, planned, config, steps=steps) if config else None
    return (*sentences(planned), *([sentence(seconds)] if planned.reason is None else []))


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
