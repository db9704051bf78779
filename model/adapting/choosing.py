"""Chooses how long to train and how far to go, by cross-validation inside the videos that are trained on.

Each fold trains without some videos and is measured on them at a few marks. The caller can go on with the networks of
the folds: each with the steps and the blend that the other folds choose, so that it is no judge in its own case. The
figures need no thresholds: under the published rule the AP with classes, the AP without them, and the overlap of each
true track with the best proposed one.

The rule of the choice is that of `model.adapting.choice`.
"""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from model.adapting.adapt import Adapted
from model.adapting.blending import blended
from model.adapting.choice import NAMES, Choice, Figures, Forgotten, chosen, line_of, noise
from model.adapting.classes import JointClasses
from model.adapting.settings import AdaptSettings
from model.adapting.training import Adaptation, in_bfloat16, trunk_cache
from model.adapting.trunk_cache import TrunkCache
from model.atomic import replacing
from model.network.tevit import TeViT
from model.rule_scoring import figures, published_video
from model.training.clips import ClipSource, ClipSubset, ClipVideo
from model.training.targets import PRESENT
from model.training.trainer import StepReport, TrainingDiverged
from model.weights.categories import KEPT, normalised, with_categories
from model.weights.checkpoint import ModelCheckpoint
from model.weights.halves import rounded_like

TRUNK = ("backbone.", "neck.")


@dataclass(frozen=True)
class FoldVideos:
    """Indices of the videos that a fold learns, and of those that it is measured on."""

    taught: tuple[int, ...]
    held: tuple[int, ...]


@dataclass(frozen=True)
class FoldNetwork:
    """The network of a fold with the classes of `model.adapting.classes.JointClasses`, and how it was trained."""

    checkpoint: ModelCheckpoint
    steps: int
    blend: float

    def adapted(self, taught: tuple[str, ...], device: str) -> Adapted:
        """The same as the outcome of an adaptation to the categories ``taught``."""
        kept = self.checkpoint.categories[len(taught) :]
        network = with_categories(self.checkpoint, taught).build(device)
        facts: dict[str, Any] = {"steps": self.steps, "blend": self.blend, KEPT: list(kept)}
        return Adapted(network, self.checkpoint, kept, self.steps, self.blend, None, facts)


@dataclass(frozen=True)
class Budget:
    """How much choosing and training may cost."""

    marks: tuple[int, ...] = (100, 200, 400)  # steps at which a fold is measured; training ends at one
    folds: int = 2

    @classmethod
    def up_to(cls, steps: int) -> "Budget":
        """Marks that double from 100, the last of them ``steps`` (1 or more)."""
        doubling = [100 * 2**k for k in range(20) if 100 * 2**k < steps]
        return cls(marks=(*doubling, steps))

    def most_steps(self, folds: int | None = None) -> int:
        """Steps of so many folds at most; None: of those that it makes."""
        return (folds or self.folds) * self.marks[-1]


def choose(
    start: ModelCheckpoint,
    clips: ClipSource,
    *,
    replay: ClipSource | None,
    budget: Budget | None = None,
    folds: Sequence[FoldVideos] = (),
    settings: AdaptSettings | None = None,
    device: str = "cpu",
    precision: str = "float32",
    seed: int = 1,
    on_step: Callable[[int, StepReport], None] = lambda fold, step: None,
    on_fold: Callable[[int, FoldNetwork], None] = lambda number, network: None,
    on_mark: Callable[[int, Figures], None] = lambda steps, figures: None,
    forgotten: Forgotten | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    state_folder: Path | None = None,
) -> Choice:
    """Steps and blend for training ``start`` on ``clips``, of at least two videos.

    ``folds`` gives their videos (default: ``budget.folds`` of about equal size, every video held out once).
    ``on_step`` gets the number of a fold, from 0, and its step; ``on_mark`` the mean figures over the folds at each
    mark, before the first one those of the base as mark 0; ``on_fold`` in the end each fold's network as the other
    folds choose it. ``forgotten`` limits the choice (see
    `model.adapting.choice.chosen`). Written states of the folds are kept in ``state_folder``, from which a later call
    goes on. After a cancellation the choice is of no use. Raises
    `model.training.clips.NoTrainingFrames` if a fold has nothing to learn from.
    """
    budget = budget or Budget()
    settings = settings or AdaptSettings()
    fast = in_bfloat16(device, precision)
    with tempfile.TemporaryDirectory(prefix="choosing-") as temporary:
        folder = state_folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        cache = trunk_cache(start.build(device), settings, fast=fast, folder=folder)
        run = _Common(start, clips, replay, settings, device, precision, seed, on_step, cancelled, cache)
        trained = [
            _TrainedFold(run, n, videos, folder / f"fold-{n}", budget)
            for n, videos in enumerate(folds or held_out(clips, budget))
        ]
        try:
            _train(trained, budget, on_mark)
        finally:
            cache.close()
        if cancelled():
            return Choice(0, 0.0)
        choice, alone = chosen(trained, forgotten)
        for number, (fold, line) in enumerate(zip(trained, alone, strict=True)):
            steps, share = int(line["steps"]), float(line["blend"])
            on_fold(number, FoldNetwork(fold.checkpoint(steps, share), steps, share))
        return replace(choice, stopped=tuple(fold.stopped for fold in trained if fold.stopped is not None))


def _train(folds: "Sequence[_TrainedFold]", budget: Budget, on_mark: Callable[[int, Figures], None]) -> None:
    """Train all folds from mark to mark, until the mean of their figures is clearly below the best one.

    Where a single fold stops says little: it is measured on a few videos.
    """
    values: list[float] = []
    base = line_of(folds, 0, 0.0, [fold.base for fold in folds])
    on_mark(0, {name: float(base[name]) for name in NAMES})
    try:
        for mark in budget.marks:
            if not all(fold.reach(mark) for fold in folds):
                break
            line = line_of(folds, mark, 1.0, [fold.at[mark] for fold in folds])
            on_mark(mark, {name: float(line[name]) for name in NAMES})
            values.append(float(line["objective"]))
            if values[-1] < max(values) - noise(folds):
                break
    finally:
        for fold in folds:
            fold.close()


def held_out(clips: ClipSource, budget: Budget) -> list[FoldVideos]:
    """The folds of a budget: every video held out once, dealt out in turn. A single video is taught as well."""
    every = range(len(clips.videos))
    count = min(budget.folds, len(every))
    parts = [tuple(every[fold::count]) for fold in range(count)]
    return [FoldVideos(tuple(k for k in every if k not in part) or part, part) for part in parts]


@dataclass(frozen=True)
class _Common:
    """What all folds have in common."""

    start: ModelCheckpoint
    clips: ClipSource
    replay: ClipSource | None
    settings: AdaptSettings
    device: str
    precision: str
    seed: int
    on_step: Callable[[int, StepReport], None]
    cancelled: Callable[[], bool]
    cache: TrunkCache  # of all folds together, which are open at the same time


class _TrainedFold:
    """One fold: its weights and figures at every mark, both kept in files, and figures of blends."""

    def __init__(self, run: _Common, number: int, videos: FoldVideos, path: Path, budget: Budget) -> None:
        self._run, self._number, self._path, self._budget = run, number, path, budget
        self.held, self._taught = ClipSubset(run.clips, videos.held), ClipSubset(run.clips, videos.taught)
        self.base, self.drawn = _before(run, self.held), drawn_share(self.held.videos)
        self.at: dict[int, Figures] = self._stored()
        self.fitted: ModelCheckpoint | None = None
        self.stopped: str | None = None  # why its training failed
        self._adaptation: Adaptation | None = None

    def reach(self, mark: int) -> bool:
        """Train to this mark and measure there; False if that was cancelled, or the weights are no numbers any more."""
        if mark in self.at and self.fitted is not None:
            return True
        adaptation = self._adaptation = self._adaptation or self._open()
        self.fitted = adaptation.fitted
        if mark in self.at:
            return True
        try:
            adaptation.run(mark, on_step=lambda step: self._run.on_step(self._number, step))
        except TrainingDiverged as error:
            self.stopped = f"Choosing how far to go ended early, in fold {self._number + 1}: {error}"
            return False  # the marks before it count; without any the base is kept
        if self._run.cancelled():
            return False
        trained = adaptation.blended(1.0).state
        with replacing(self._file(f"{mark}.pt")) as temporary, temporary.open("wb") as file:
            torch.save({key: value for key, value in trained.items() if not key.startswith(TRUNK)}, file)
        self.at[mark] = self.figures(mark, 1.0)
        with replacing(self._file("figures.json")) as temporary:
            temporary.write_text(json.dumps(self.at))
        return True

    def close(self) -> None:
        """Drop what only training needs."""
        if self._adaptation is not None:
            self._adaptation.close()
            self._adaptation = None

    def _open(self) -> Adaptation:
        run = self._run
        return Adaptation(
            run.start,
            self._taught,
            replay=run.replay,
            steps=self._budget.marks[-1],
            settings=run.settings,
            device=run.device,
            precision=run.precision,
            seed=run.seed,
            state_path=self._file("state.pt"),
            cache=run.cache,
            cancelled=run.cancelled,
        )

    def figures(self, mark: int, share: float) -> Figures:
        """The figures of the weights at a mark, blended with those before training."""
        return measured(self.network(mark, share), self.held)

    def network(self, mark: int, share: float) -> TeViT:
        """The network at a mark with ``share`` of the trained weights, with the classes of the corrections."""
        made = self.checkpoint(mark, share)
        return with_categories(made, tuple(self._run.clips.categories)).build(self._run.device)

    def checkpoint(self, mark: int, share: float) -> ModelCheckpoint:
        """As `network` with all classes; mark 0 is the base."""
        if mark == 0:
            start = self._run.start
            return with_categories(start, JointClasses.of(start.categories, self._run.clips.categories).names)
        assert self.fitted is not None
        heads = torch.load(self._file(f"{mark}.pt"), weights_only=True)
        trained = {**self.fitted.state, **heads}
        made = replace(self.fitted, state=blended(self.fitted.state, trained, share))
        # As the kept network is stored: what a fold measures is to be what it would be in use.
        return rounded_like(made, self._run.start)

    def _file(self, name: str) -> Path:
        return self._path.with_name(f"{self._path.name}-{name}")

    def _stored(self) -> dict[int, Figures]:
        path = self._file("figures.json")
        return {int(mark): one for mark, one in json.loads(path.read_text()).items()} if path.exists() else {}


def _before(run: _Common, held: ClipSource) -> Figures:
    """The figures of the base: with its own classes, except for the AP of the categories that it knows by name."""
    own = measured(run.start.build(run.device), held)
    known = {normalised(name) for name in run.start.categories}
    if not known.intersection(map(normalised, held.categories)):
        return {**own, "AP": 0.0}
    named = measured(with_categories(run.start, tuple(held.categories)).build(run.device), held)
    return {**own, "AP": named["AP"]}


def measured(network: TeViT, source: ClipSource) -> Figures:
    """The figures `NAMES` of a network on all videos of a source under the published rule, 0 to 1."""
    videos = [published_video(network, source, index) for index in range(len(source.videos))]
    found = figures(videos, [video.under_published() for video in videos])
    return {name: float(found[name] or 0.0) for name in NAMES}


def drawn_share(videos: Sequence[ClipVideo]) -> float:
    """The share (0 to 1) of the true masks that are no accepted proposals; 1 where there are no masks."""
    drawn = [
        track.accepted is None or not track.accepted[frame]
        for video in videos
        for track in video.tracks
        for frame, state in enumerate(track.states)
        if state == PRESENT
    ]
    return sum(drawn) / len(drawn) if drawn else 1.0
