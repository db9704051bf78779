"""The work of one retraining: train and measure fold by fold, then train on everything and register the result."""

import dataclasses
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.checkpoints.choice import chosen_checkpoint
from app.checkpoints.find import checkpoint_file
from app.errors import BadInput, Cancelled
from app.jobs import queue as background
from app.machine import choose_device, choose_precision
from app.settings import Settings
from app.training.folds import HELD_OUT, LAST_THIRD, Fold, default_steps
from app.training.project_clips import ProjectClips
from model.config import TeViTConfig, TrainingConfig
from model.network.tevit import TeViT
from model.scoring import Score, score
from model.training.clips import ClipTrack, ClipVideo, NoTrainingFrames, labelled_frames
from model.training.targets import PRESENT, UNKNOWN
from model.training.trainer import StepReport, Trainer, TrainingSettings
from model.weights import checkpoint as files
from model.weights.categories import with_categories
from model.weights.checkpoint import Checkpoint
from storage import checkpoints as models
from storage.checkpoints import Checkpoint as Registered
from storage.database import Database

_RATE = 0.1  # of the configuration's learning rate: corrections refine, they do not start anew
_STEPS_OF_EVALUATION = 40  # what measuring one video counts as in the progress bar, in steps


class Part:
    """Some videos of a source as a source of their own, optionally only some of their frames."""

    def __init__(self, source: ProjectClips, videos: Sequence[int], *, first_part: float | None = None) -> None:
        self._source, self._indices = source, tuple(videos)
        self.categories = source.categories
        chosen = [source.videos[index] for index in videos]
        labels = frozenset(range(len(self.categories)))
        self.videos = tuple(_until(video, first_part, labels) if first_part else video for video in chosen)

    def read_frames(self, video: int, frames: Sequence[int]) -> Any:
        """uint8 RGB (T, H, W, 3)."""
        return self._source.read_frames(self._indices[video], frames)


def boundary(video: ClipVideo, share: float) -> int:
    """The frame before which ``share`` of the frames with a human mask lie."""
    known = labelled_frames(video)
    return known[min(max(int(len(known) * share), 1), len(known) - 1)] if known else video.count


def _until(video: ClipVideo, share: float, labels: frozenset[int]) -> ClipVideo:
    """The video with everything from its boundary on unknown: nothing there teaches, not even as background."""
    stop = boundary(video, share)
    said = (labels,) * video.count if video.complete is None else video.complete
    complete = tuple(known if frame < stop else frozenset() for frame, known in enumerate(said))
    rejected = tuple(mask for mask in video.rejected if mask[0] < stop)

    def cut(track: ClipTrack) -> ClipTrack:
        states = tuple(state if frame < stop else UNKNOWN for frame, state in enumerate(track.states))
        return dataclasses.replace(track, states=states)

    tracks = tuple(cut(track) for track in video.tracks)
    return dataclasses.replace(video, tracks=tracks, complete=complete, rejected=rejected)


def frames_after_boundary(video: ClipVideo) -> list[int]:
    """Frames of a video's last third that hold a human mask."""
    stop = boundary(video, 2 / 3)
    return [f for f in range(stop, video.count) if any(track.states[f] == PRESENT for track in video.tracks)]


class Retraining:
    """One retraining of a project; see `app.training.retrain`."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        project_id: str,
        source: ProjectClips,
        report: background.JobReporter,
    ) -> None:
        self._database, self._settings = database, settings
        self._project_id, self._source, self._report = project_id, source, report
        self._device = choose_device(settings.device)
        with database.read() as tx:
            current = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=None)
            if current is None:
                raise BadInput("There is no checkpoint to start from; download TeViT or add a checkpoint file.")
            self._current = current
            self._factory = _first_of_line(models.list_checkpoints(tx), current)
        self._start = with_categories(self._read(self._factory), source.categories)
        self._done = 0
        self._total = 1
        self._began = time.monotonic()
        self._last_loss = 0.0

    def run(self, folds: Sequence[Fold], *, kind: str, steps: int | None, snapshot: str) -> dict[str, Any]:
        """Train, measure, register; the result as the job stores it."""
        steps = steps or default_steps(sum(len(labelled_frames(v)) for v in self._source.videos) // 5)
        measured = sum(len(fold.held_out) for fold in folds)
        self._total = steps * (1 if kind == HELD_OUT else len(folds) + 1)
        self._total += 2 * measured * _STEPS_OF_EVALUATION
        before, after = self._measure_before(folds, kind), []
        for index, fold in enumerate(folds):
            part = Part(self._source, fold.taught, first_part=2 / 3 if kind == LAST_THIRD else None)
            network = self._train(part, steps, curve="loss" if kind == HELD_OUT else f"fold {index + 1}")
            after.append(self._score(network, fold, kind, "Measuring after training"))
        if kind != HELD_OUT:  # the folds only measured; what is kept has learnt from everything
            network = self._train(Part(self._source, range(len(self._source.videos))), steps, curve="loss")
        registered = self._register(network, steps=steps, snapshot=snapshot)
        return _result(registered, self._current.name, before, after, kind=kind, steps=steps, snapshot=snapshot) | {
            "loss_last": round(self._last_loss, 4),
            "parent": self._factory.id,
        }

    def _measure_before(self, folds: Sequence[Fold], kind: str) -> list[Score]:
        network = with_categories(self._read(self._current), self._source.categories).build(self._device)
        return [self._score(network, fold, kind, "Measuring before training") for fold in folds]

    def _read(self, registered: Registered) -> Checkpoint:
        return files.load(checkpoint_file(self._settings, registered))

    def _score(self, network: TeViT, fold: Fold, kind: str, doing: str) -> Score:
        part = Part(self._source, fold.held_out)

        def on_video(done: int) -> None:
            self._advance(_STEPS_OF_EVALUATION, f"{doing}: video {done} of {len(fold.held_out)}")

        network.eval()
        every = range(len(fold.held_out))
        if kind == LAST_THIRD:
            return score(network, part, every, frames=frames_after_boundary, on_video=on_video)
        return score(network, part, every, on_video=on_video)

    def _train(self, part: Part, steps: int, *, curve: str) -> TeViT:
        network = self._start.build(self._device).train()
        for parameter in (*network.backbone.parameters(), *network.neck.parameters()):
            parameter.requires_grad_(False)
        settings = TrainingSettings(
            seed=1,
            device=self._device,
            precision=choose_precision(self._device),
            frozen_statistics=True,
        )

        doing = "Training" if curve == "loss" else f"Training ({curve})"

        def on_step(step: StepReport) -> None:
            self._last_loss = step.loss
            self._report.point(curve, step.step, step.loss)
            self._advance(1, f"{doing}: step {step.step} of {step.steps}, loss {step.loss:.2f}")

        try:
            trainer = Trainer(network, part, recipe(network.config, steps), settings)
        except NoTrainingFrames as error:
            raise BadInput(
                "No frame of the corrected videos carries a mask to learn from; correct some first."
            ) from error
        trained = trainer.run(on_step=on_step, cancelled=self._report.cancelled)
        self._check()
        return trained

    def _advance(self, steps: int, message: str) -> None:
        self._check()
        self._done += steps
        share = min(self._done / self._total, 0.999)
        spent = time.monotonic() - self._began
        self._report(share, message, eta_seconds=spent * (1 - share) / max(share, 1e-6))

    def _check(self) -> None:
        if self._report.cancelled():
            raise Cancelled

    def _register(self, network: TeViT, *, steps: int, snapshot: str) -> Registered:
        name = _free_name(self._database)
        path = self._settings.checkpoints / f"{uuid.uuid4().hex}.safetensors"
        provenance = {"steps": steps, "seed": 1, "snapshot": snapshot, "project": self._project_id}
        made = files.from_network(network, self._source.categories, parent=self._factory.sha256, provenance=provenance)
        files.save(path, made)
        try:
            with self._database.atomic() as tx:
                registered = models.add_checkpoint(
                    tx,
                    name=name,
                    path=_stored_path(path, self._settings),
                    sha256=files.file_hash(path),
                    config=made.config.name,
                    categories=list(made.categories),
                    size_bytes=path.stat().st_size,
                    project_id=self._project_id,
                    parent_sha256=self._factory.sha256,
                    provenance=provenance,
                )
                choice = dict(zip(made.categories, self._source.category_ids, strict=True))
                models.set_class_map(tx, registered.id, self._project_id, choice)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return registered


def recipe(config: TeViTConfig, steps: int) -> TrainingConfig:
    """How corrections are trained: a tenth of the learning rate, cosine, a short warm-up, two clips a step."""
    return dataclasses.replace(
        config.training,
        steps=steps,
        schedule="cosine",
        decay_steps=(),
        warmup_steps=max(steps // 10, 1),
        learning_rate=config.training.learning_rate * _RATE,
        batch=2,
        ema=0.99 if steps < 500 else 0.999,
    )


def _first_of_line(every: Sequence[Registered], current: Registered) -> Registered:
    """The checkpoint that the current one was retrained from, and so on back to the first that is still there."""
    by_hash = {found.sha256: found for found in every}
    seen = {current.sha256}
    while current.parent_sha256 in by_hash and current.parent_sha256 not in seen:
        current = by_hash[str(current.parent_sha256)]
        seen.add(current.sha256)
    return current


def _free_name(database: Database) -> str:
    with database.read() as tx:
        taken = {found.name for found in models.list_checkpoints(tx)}
    number = 1
    while f"round {number}" in taken:
        number += 1
    return f"round {number}"


def _stored_path(path: Path, settings: Settings) -> str:
    return str(path.relative_to(settings.data))


def _mean(scores: Sequence[Score], weights: Sequence[int]) -> dict[str, float]:
    total = max(sum(weights), 1)
    return {
        key: sum(one.stats[key] * weight for one, weight in zip(scores, weights, strict=True)) / total
        for key in scores[0].stats
    }


def _per_category(scores: Sequence[Score]) -> dict[str, tuple[int, float | None]]:
    """Tracks and mean AP of each category over all folds, weighted by tracks."""
    sums: dict[str, tuple[int, float]] = {}
    for one in scores:
        for name, count, value in one.per_category:
            tracks, weighted = sums.get(name, (0, 0.0))
            sums[name] = (tracks + count, weighted + count * (value or 0.0))
    return {name: (count, weighted / count if count else None) for name, (count, weighted) in sums.items()}


def _result(
    registered: Registered,
    before_name: str,
    before: Sequence[Score],
    after: Sequence[Score],
    *,
    kind: str,
    steps: int,
    snapshot: str,
) -> dict[str, Any]:
    weights = [len(one.per_video) for one in before]
    was, now = _per_category(before), _per_category(after)
    videos_before = [line for one in before for line in one.per_video]
    videos_after = [line for one in after for line in one.per_video]
    first, second = _mean(before, weights), _mean(after, weights)
    return {
        "checkpoint": registered.id,
        "name": registered.name,
        "before_name": before_name,
        "before": first,
        "after": second,
        "per_category": [
            {"name": name, "tracks": count, "before": value, "after": now.get(name, (0, None))[1]}
            for name, (count, value) in was.items()
        ],
        "per_video": [
            {"name": name, "before": value, "after": other}
            for (name, value), (_, other) in zip(videos_before, videos_after, strict=True)
        ],
        "evaluation": kind,
        "proven": kind == HELD_OUT and second["AP"] > first["AP"],
        "steps": steps,
        "snapshot": snapshot,
    }
