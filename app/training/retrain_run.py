"""Does one retraining: freezes the corrections, does its work, and stores the result; goes on after a kill."""

import contextlib
import dataclasses
import json
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from app.checkpoints.choice import chosen_checkpoint
from app.errors import AppError, BadInput, Cancelled
from app.jobs.reporter import JobReporter
from app.library.abandoned import clear_retrainings
from app.machine import choose_device
from app.sentences import counted
from app.settings import Settings
from app.training.comparison import verdict
from app.training.corrections import with_masks
from app.training.estimate import expected
from app.training.kept_state import KeptState
from app.training.order import Order
from app.training.past_runs import start_config
from app.training.plan import plan
from app.training.project_clips import ProjectClips, videos_with_human_masks
from app.training.recorded_effort import recorded_effort
from app.training.registering import register
from app.training.report import Report
from app.training.retrain import AGAIN, DEVICE
from app.training.retraining import Retraining
from app.training.run_log import LoggedReporter
from app.training.start import start_of
from app.training.suspicions import MOST_NAMED, CorrectionCheck, check_corrections
from model.lack_of_memory import lacks_memory
from storage import checkpoints, jobs, snapshots
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.jobs import Job

Promoted = Callable[[Connection, str], int]
Then = Callable[[Connection, dict[str, Any]], object]
NO_MEMORY = (
    "There is not enough memory for this retraining, so it stopped: the checkpoint in use stays, and what was done is "
    "kept. Close other programs or choose another device, then let it go on."
)
PREPARING = "Preparing what it replays, and the videos that show what it forgets"
GOING_ON = "Going on from what was kept"
WENT_ON = "This run was stopped, or its process ended, before its work was done; it went on from what was kept."


class TooLittleMemory(AppError):
    """A retraining that has to stop for lack of memory, also after all that can be tried."""


def run_job(
    database: Database,
    settings: Settings,
    *,
    job_id: str,
    worker: str,
    first: Callable[[Retraining], object] = lambda training: None,
    promoted: Promoted = lambda tx, project_id: 0,
) -> dict[str, Any]:
    """As `run`, with the job's heartbeat and its end written to the database; for the process that the worker starts.

    ``worker`` is the name under which the job was claimed.
    """
    with LoggedReporter(database, job_id, worker=worker) as report:
        try:
            return run(
                database,
                settings,
                job_id=job_id,
                report=report,
                first=first,
                promoted=promoted,
                then=lambda tx, result: jobs.finish(tx, job_id, result=result),
            )
        except Cancelled:
            with database.atomic() as tx:
                now = jobs.get_job(tx, job_id)
                # Another process may have the job by now: this one was taken for dead.
                if now.status == "cancelling" and now.worker == worker:
                    jobs.cancelled(tx, job_id)
            raise
        except (RuntimeError, MemoryError) as error:
            if not lacks_memory(error):
                raise
            raise TooLittleMemory(NO_MEMORY) from error


def run(
    database: Database,
    settings: Settings,
    *,
    job_id: str,
    report: JobReporter,
    first: Callable[[Retraining], object] = lambda training: None,
    promoted: Promoted = lambda tx, project_id: 0,
    then: Then = lambda tx, result: None,
) -> dict[str, Any]:
    """Do a queued retraining in this process and return its result.

    ``first`` is called before the work begins, when all that it needs is kept. ``then`` is called with the result in
    the transaction that registers the checkpoint, so that no kill comes between the two. Before it, ``promoted`` is
    called there with the project of a checkpoint that comes into use, unless the job says that nothing is to be
    proposed again; it returns in how many videos that happens, which the result tells as ``again``. Raises `BadInput`
    if there is nothing to train on, `Cancelled`; the project is then unchanged.
    """
    state = KeptState(settings, job_id)
    with database.atomic() as tx:
        # What else needs a network on this device waits meanwhile (`app.worker.loop`).
        jobs.add_parameters(tx, job_id, {DEVICE: choose_device(settings.device)})
        job = jobs.get_job(tx, job_id)
    began = time.monotonic()
    kept = state.begun()
    source, facts = kept or _begin(database, settings, state, job, report)
    clear_retrainings(database, settings)  # not before: a run that never begins leaves what the one before has kept
    try:
        if kept:
            report.log(f"{WENT_ON}\n")
            left = (facts.get("expected") or 0.0) * (1 - job.progress)
            report(job.progress, GOING_ON, eta_seconds=left)
        made = _retraining(database, settings, job, kept=(source, facts), report=report, went_on=kept is not None)
        with contextlib.closing(made) as training:
            first(training)
            candidate = training.run()
        result: dict[str, Any] = {}

        def complete(tx: Connection, registered: Checkpoint, made: Report) -> None:
            result.update(made.as_json(), plan=facts["plan"], pace=training.pace)
            result["corrections"] = facts["corrections"]
            result["recorded"] = facts.get("recorded")
            result.update(checkpoint=registered.id, name=registered.name, verdict=verdict(registered.name, made))
            # What a run that went on spent before its kill is not known.
            result["seconds"] = None if kept else round(time.monotonic() - began, 1)
            if job.parameters.get(AGAIN, True):
                result[AGAIN] = promoted(tx, str(job.project_id)) if made.decision.promoted else 0
            then(tx, json.loads(json.dumps(result)))

        register(database, settings, candidate, project_id=str(job.project_id), source=source, then=complete)
    finally:
        source.close()
    # A run that was stopped or failed keeps what it has done, until another retraining of the project begins.
    if not report.taken:
        state.done()
    return json.loads(json.dumps(result))  # type: ignore[no-any-return]


def begun(database: Database, settings: Settings, *, job_id: str, report: JobReporter) -> Retraining:
    """The retraining that another process has begun, from what that has kept."""
    found = KeptState(settings, job_id).begun()
    if found is None:
        raise BadInput("This process does not see what the first one has kept: share the data folder.")
    with database.read() as tx:
        job = jobs.get_job(tx, job_id)
    return _retraining(database, settings, job, kept=found, report=report, went_on=False)


def _retraining(
    database: Database,
    settings: Settings,
    job: Job,
    *,
    kept: tuple[ProjectClips, dict[str, Any]],
    report: JobReporter,
    went_on: bool,
) -> Retraining:
    source, facts = kept
    left_out = facts.get("left_out", 0)
    with database.read() as tx:
        order = Order(
            project_id=str(job.project_id),
            current=checkpoints.get_checkpoint(tx, facts["current"]),
            first=checkpoints.get_checkpoint(tx, facts["first"]),
            snapshot=facts["snapshot"],
            steps=facts["steps"],
            suspicious=CorrectionCheck.of_json(facts["corrections"]).share_with(left_out),
            left_out=left_out,
            notes=(*([WENT_ON] if went_on else []), *filter(None, [facts.get("start")]), *left_out_note(left_out)),
            done=job.progress if went_on else 0.0,
        )
    state = KeptState(settings, job.id)
    return Retraining(database, settings, order, source=source, report=report, state=state)


def _begin(
    database: Database, settings: Settings, state: KeptState, job: Job, report: JobReporter
) -> tuple[ProjectClips, dict[str, Any]]:
    """Freeze the corrections and choose the checkpoints; all of it is kept for a run that goes on."""
    project_id = str(job.project_id)
    planned = plan(database, project_id)
    if planned.reason is not None:
        raise BadInput(planned.reason)
    with database.atomic() as tx:
        current = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=None)
        if current is None:
            raise BadInput("There is no checkpoint to start from; download TeViT or add a checkpoint file.")
        # From now on nobody can delete it, nor those that it was trained from (`app.checkpoints.managing`).
        jobs.add_parameters(tx, job.id, {"checkpoint": current.id})
    with database.read() as tx:
        corrected = videos_with_human_masks(tx, project_id)
        recorded = recorded_effort(tx, project_id)
        steps = job.parameters.get("steps")
        seconds = expected(tx, project_id, planned, start_config(tx, project_id, current), steps=steps)
    left_out = job.parameters.get("leave_out", ())
    source = ProjectClips(database, project_id=project_id, video_ids=corrected, leave_out=left_out)
    try:
        as_plain = json.loads(json.dumps(dataclasses.asdict(planned)))
        with database.atomic() as tx:
            jobs.add_parameters(tx, job.id, {"plan": as_plain})  # people go on; the page shows what was frozen
            names, described = source.snapshot
            snapshot = snapshots.add_snapshot(tx, project_id=project_id, masks=names, videos=described)
        checked = check_corrections(
            source,
            source.video_ids,
            report=lambda _, message: report(0.0, message, eta_seconds=seconds),
            cancelled=report.cancelled,
        )
        start = start_of(
            database,
            settings,
            source,
            project_id=project_id,
            current=current,
            device=choose_device(settings.device),
            check=lambda message: _check(report, message, seconds),
        )
        found = checked.as_json(most=MOST_NAMED)
        with database.read() as tx:
            seconds = expected(tx, project_id, planned, start.checkpoint.config, steps=steps)
            found["named"] = with_masks(tx, found["named"])
        report(0.0, PREPARING, eta_seconds=seconds)
        facts = {
            "corrections": json.loads(json.dumps(found)),
            "recorded": recorded.as_json(),
            "snapshot": snapshot.hash,
            "current": current.id,
            "first": start.checkpoint.id,
            "start": start.note,
            "steps": steps,
            "left_out": len(left_out),
            "plan": as_plain,
            "expected": seconds,
        }
        state.begin(source, facts)
    except BaseException:
        source.close()
        raise
    return source, facts


def _check(report: JobReporter, message: str, seconds: float | None) -> None:
    if report.cancelled():
        raise Cancelled
    report(0.0, message, eta_seconds=seconds)


def left_out_note(masks: int) -> tuple[str, ...]:
    """A sentence for the report where so many masks that look spoiled were left out; none where there are none."""
    verb = "was" if masks == 1 else "were"
    return (f"{counted(masks, 'mask')} that looked spoiled {verb} left out.",) if masks else ()
