"""Does one retraining: trains and measures fold by fold, then trains on all videos and registers the checkpoint."""

import dataclasses
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from app.checkpoints.choice import chosen_checkpoint
from app.checkpoints.find import checkpoint_file
from app.errors import BadInput, Cancelled
from app.jobs.reporter import JobReporter
from app.machine import choose_device, choose_precision
from app.settings import Settings
from app.training.adapting import replay_of
from app.training.comparison import compared, metrics_of, verdict
from app.training.fold_clips import FoldClips
from app.training.folds import LAST_THIRD, Fold, default_steps, split
from app.training.line import first_of_line, learnt_contents
from app.training.measuring import MeasuredFold, by_rule, measure
from app.training.plan import plan
from app.training.project_clips import ProjectClips, videos_with_human_masks
from app.training.roles import assigned
from app.training.rounds import free_name, next_round
from app.training.suspicions import check_corrections
from model.adapting import Adapted, adapt
from model.network.tevit import TeViT
from model.thresholds import KEY, Thresholds
from model.training.clips import NoTrainingFrames, labelled_frames
from model.training.trainer import StepReport
from model.weights import checkpoint
from model.weights.categories import with_categories
from storage import checkpoints, jobs, snapshots
from storage.arrivals import arriving
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.video_roles import give_roles, video_roles

Then = Callable[[Connection, dict[str, Any]], object]
_STEPS_OF_EVALUATION = 40  # what measuring one video counts as in the progress bar, in steps


def run_job(database: Database, settings: Settings, *, job_id: str, worker: str) -> dict[str, Any]:
    """As `run`, with the job's heartbeat and its end written to the database; for the process that the worker starts.

    ``worker`` is the name under which the job was claimed.
    """
    with JobReporter(database, job_id, worker=worker) as report:
        try:
            return run(
                database,
                settings,
                job_id=job_id,
                report=report,
                then=lambda tx, result: jobs.finish(tx, job_id, result=result),
            )
        except Cancelled:
            with database.atomic() as tx:
                jobs.cancelled(tx, job_id)
            raise


def run(
    database: Database,
    settings: Settings,
    *,
    job_id: str,
    report: JobReporter,
    then: Then = lambda tx, result: None,
) -> dict[str, Any]:
    """Do a queued retraining in this process and return its result.

    ``then`` is called with it in the transaction that registers the checkpoint, so that no kill comes between the two.
    Raises `BadInput` if there is nothing to train on, `Cancelled`; the project is then unchanged.
    """
    with database.read() as tx:
        job = jobs.get_job(tx, job_id)
    project_id = str(job.project_id)
    facts = plan(database, project_id)
    if facts.reason is not None:
        raise BadInput(facts.reason)
    began = time.monotonic()
    with database.read() as tx:
        corrected = videos_with_human_masks(tx, project_id)
    source = ProjectClips(database, project_id=project_id, video_ids=corrected)
    try:
        with database.atomic() as tx:
            names, described = source.snapshot
            snapshot = snapshots.add_snapshot(tx, project_id=project_id, masks=names, videos=described)
        checked = check_corrections(
            source,
            source.video_ids,
            report=lambda _, message: report(0.0, message),
            cancelled=report.cancelled,
        )
        training = Retraining(database, settings, project_id=project_id, source=source, report=report)

        def complete(tx: Connection, result: dict[str, Any]) -> None:
            result["corrections"] = checked.as_json()
            result["plan"] = dataclasses.asdict(facts)
            result["seconds"] = round(time.monotonic() - began, 1)
            then(tx, result)

        return training.run(steps=job.parameters.get("steps"), snapshot=snapshot.hash, then=complete)
    finally:
        source.close()


class Retraining:
    """One retraining of a project; see `app.training.retrain`."""

    def __init__(
        self, database: Database, settings: Settings, *, project_id: str, source: ProjectClips, report: JobReporter
    ) -> None:
        """Reads the first checkpoint of the line. Raises `BadInput` if there is none."""
        self._database, self._settings = database, settings
        self._project_id, self._source, self._report = project_id, source, report
        self._device = choose_device(settings.device)
        with database.read() as tx:
            current = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=None)
            if current is None:
                raise BadInput("There is no checkpoint to start from; download TeViT or add a checkpoint file.")
            self._current = current
            self._first = first_of_line(checkpoints.list_checkpoints(tx), current)
            given = video_roles(tx, project_id)
            learnt = learnt_contents(tx, current)
        self._roles = assigned(source.corrected, given)
        self._split = split(source.corrected, self._roles, learnt=learnt)
        self._start = self._read(self._first)
        self._replay = replay_of(self._start)
        self._done = 0
        self._total = 1
        self._began = time.monotonic()
        self._last_loss = 0.0

    def run(self, *, steps: int | None, snapshot: str, then: Then) -> dict[str, Any]:
        """Train, measure and register; returns the result of the job."""
        trainings, kind = self._split.trainings, self._split.kind
        budgets = [steps or self._steps(fold) for fold in trainings]
        self._total = sum(budgets) + 2 * len(self._split.measured) * _STEPS_OF_EVALUATION
        measured = [fold for fold in trainings if fold.held_out]
        before, after = self._measure_before(measured, kind), []
        for index, fold in enumerate(trainings):
            first_part = 2 / 3 if kind == LAST_THIRD and fold.held_out else None
            clips = FoldClips(self._source, fold.taught, first_part=first_part)
            curve = "loss" if fold is self._split.kept else f"fold {index + 1}"
            adapted = self._train(clips, budgets[index], curve=curve)
            if fold.held_out:
                after.append(self._measure(adapted.network, fold, kind, "Measuring after training"))
        self._report(min(self._done / self._total, 0.999), "Calibrating the thresholds on the held-out videos")
        rules, thresholds = by_rule(
            before, after, own=Thresholds.of_provenance(self._current.provenance), check=self._check
        )
        scores = ([fold.score for fold in folds] for folds in (before, after))
        compares = compared(*scores, kind=kind, set_name=self._split.set_name)
        figures = {"before_name": self._current.name, **compares, "rules": rules}
        result: dict[str, Any] = {
            "promoted": False,
            "steps": budgets[-1],
            "snapshot": snapshot,
            "loss_last": round(self._last_loss, 4),
            "parent": self._first.id,
        }

        def complete(tx: Connection, registered: Checkpoint) -> None:
            named = {"checkpoint": registered.id, "name": registered.name, **figures}
            result.update(named, verdict=verdict(named))
            then(tx, result)

        self._register(adapted, figures, thresholds, steps=budgets[-1], snapshot=snapshot, then=complete)
        return result

    def _steps(self, fold: Fold) -> int:
        return default_steps(sum(len(labelled_frames(self._source.videos[k])) for k in fold.taught) // 5)

    def _measure_before(self, folds: Sequence[Fold], kind: str) -> list[MeasuredFold]:
        network = with_categories(self._read(self._current), self._source.categories).build(self._device)
        return [self._measure(network, fold, kind, "Measuring before training") for fold in folds]

    def _read(self, registered: Checkpoint) -> checkpoint.ModelCheckpoint:
        return checkpoint.load(checkpoint_file(self._settings, registered))

    def _measure(self, network: TeViT, fold: Fold, kind: str, doing: str) -> MeasuredFold:
        def on_video(done: int) -> None:
            self._advance(_STEPS_OF_EVALUATION, f"{doing}: video {done} of {len(fold.held_out)}")

        return measure(network, FoldClips(self._source, fold.held_out), kind=kind, on_video=on_video)

    def _train(self, clips: FoldClips, steps: int, *, curve: str) -> Adapted:
        """Train on these clips from the first checkpoint of the line; ``curve`` names the live curve of the loss."""
        doing = "Training" if curve == "loss" else f"Training ({curve})"

        def on_step(step: StepReport) -> None:
            self._last_loss = step.loss
            self._report.point(curve, step.step, step.loss)
            self._advance(1, f"{doing}: step {step.step} of {step.steps}, loss {step.loss:.2f}")

        try:
            adapted = adapt(
                self._start,
                clips,
                replay=self._replay,
                steps=steps,
                device=self._device,
                precision=choose_precision(self._device),
                on_step=on_step,
                cancelled=self._report.cancelled,
            )
        except NoTrainingFrames as error:
            raise BadInput(
                "No frame of the corrected videos carries a mask to learn from; correct some first."
            ) from error
        self._check()
        return adapted

    def _advance(self, steps: int, message: str) -> None:
        self._check()
        self._done += steps
        share = min(self._done / self._total, 0.999)
        spent = time.monotonic() - self._began
        self._report(share, message, eta_seconds=spent * (1 - share) / max(share, 1e-6))

    def _check(self) -> None:
        if self._report.cancelled():
            raise Cancelled

    def _register(
        self,
        adapted: Adapted,
        figures: Mapping[str, Any],
        thresholds: Thresholds,
        *,
        steps: int,
        snapshot: str,
        then: Callable[[Connection, Checkpoint], object],
    ) -> None:
        with self._database.read() as tx:
            number = next_round(tx, self._project_id)
        provenance: dict[str, Any] = {
            **adapted.facts,
            "steps": steps,
            "seed": 1,
            "snapshot": snapshot,
            "project": self._project_id,
            "round": number,
            "trained_on": sorted({self._source.corrected[k].content for k in self._split.kept.taught}),
        }
        provenance[KEY] = thresholds.as_json()
        parent = self._first.sha256
        made = dataclasses.replace(adapted.checkpoint, parent=parent, provenance=provenance)
        with arriving(self._settings.checkpoints / f"{uuid.uuid4().hex}.safetensors") as arrival:
            checkpoint.save(arrival.content, made)
            digest, path = checkpoint.file_hash(arrival.content), arrival.put()
            with self._database.atomic() as tx:
                registered = checkpoints.add_checkpoint(
                    tx,
                    name=free_name(tx, self._project_id, number),
                    path=str(path.relative_to(self._settings.data)),
                    sha256=digest,
                    config=made.config.name,
                    categories=list(self._source.categories),  # those it only keeps are not proposed
                    size_bytes=path.stat().st_size,
                    project_id=self._project_id,
                    parent_sha256=parent,
                    provenance=provenance,
                    metrics=metrics_of(figures),
                )
                choice = dict(zip(self._source.categories, self._source.category_ids, strict=True))
                checkpoints.set_class_map(tx, registered.id, self._project_id, choice)
                give_roles(tx, self._project_id, self._roles)
                then(tx, registered)
