"""The work of one retraining: trainings and measurements by fold, thresholds, the golden set, the decision."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from app.checkpoints.class_map import class_mapping, names_a_category
from app.checkpoints.find import checkpoint_file
from app.checkpoints.networks import why_unsteady
from app.errors import BadInput, Cancelled
from app.jobs.reporter import JobReporter
from app.machine import choose_device, choose_precision
from app.settings import Settings
from app.training.comparison import deciding, loss_levels, truth_of, video_lines
from app.training.fold_clips import FoldClips, within_kept
from app.training.folds import LAST_THIRD, Fold, default_steps, split
from app.training.golden import golden_set
from app.training.golden_comparison import GoldenComparisons
from app.training.kept_state import KeptState
from app.training.known_videos import KnownVideos
from app.training.line import learnt_contents
from app.training.machine_speed import slowness
from app.training.measuring import CPU, MeasuredSide, by_rule, labels_in, measure, per_category, steady_side
from app.training.order import Order
from app.training.past_runs import last_pace
from app.training.phases import CALIBRATING, FORGOTTEN, STEADYING, Phase, PhaseClock
from app.training.project_clips import ProjectClips
from app.training.promotion import Evidence, decide
from app.training.registering import RetrainedNetwork
from app.training.report import GoldenFigures, Report
from app.training.roles import assigned
from app.training.rounds import next_round
from app.training.worst_frames import worst_frames
from model.adapting import Adapted, AdaptSettings, adapt
from model.adapting.choice import Choice
from model.adapting.choosing import Budget, FoldNetwork, FoldVideos, choose
from model.rule_scoring import HeldOutVideo, calibrate_on_others
from model.thresholds import Thresholds
from model.training.clips import NoTrainingFrames, labelled_frames
from model.training.trainer import StepReport
from model.weights import checkpoint
from model.weights.categories import for_proposals
from model.weights.checkpoint import ModelCheckpoint
from storage import masks
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.video_roles import GOLDEN, HELD_OUT, video_roles

SEED = 1
VALIDATION = "validation"  # the curve of AP on videos that are held out while it is chosen how far to go
NO_MASKS = "No frame of the corrected videos carries a mask to learn from; correct some first."


class Retraining:
    """One retraining of a project; see `app.training.retrain`."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        order: Order,
        *,
        source: ProjectClips,
        report: JobReporter,
        state: KeptState,
    ) -> None:
        self._database, self._settings, self._order = database, settings, order
        self._source, self._report, self._state = source, report, state
        self._device = choose_device(settings.device)
        with database.read() as tx:
            given = video_roles(tx, order.project_id)
            learnt = learnt_contents(tx, order.current)
            self._round = next_round(tx, order.project_id)
            self._pace = last_pace(tx, order.project_id, order.first.config)
            self._adapting = AdaptSettings(stand_ins=not names_a_category(tx, order.first, order.project_id))
        self._roles = assigned(source.corrected, given)
        self._split = split(source.corrected, self._roles, learnt=learnt)
        self._first, self._current = (
            checkpoint.load(checkpoint_file(settings, one)) for one in (order.first, order.current)
        )
        self._known = self._known_of(given)
        self._golden = self._comparisons()
        self._clock = self._clock_of(self._phases(), share=order.done)
        self._choice = Choice(self._steps(self._split.kept), 1.0)

    @property
    def pace(self) -> dict[str, float]:
        """Seconds a unit of work by kind, for the estimates of the next run."""
        return self._clock.pace

    def run(self) -> RetrainedNetwork:
        """Train and measure. Raises `BadInput` if there is nothing to learn from, `Cancelled`."""
        before = self._measure_stored(self._order.current, "Measuring the checkpoint in use")
        factory = None
        if self._order.first.id != self._order.current.id:
            factory = self._measure_stored(self._order.first, "Measuring the first checkpoint of the line")
        self._choice = self._chosen()
        after: list[HeldOutVideo] = []
        for number, fold in enumerate(self._split.trainings):
            adapted = self._trained(number, fold)
            after += self._measured(adapted, fold.held_out, "Measuring after training")
        chosen, of_others = calibrate_on_others(after, check=lambda: self._advance(1, CALIBRATING))
        self._clock.next()
        sides = (self._side(before, [self._current.thresholds] * len(before)), self._side(after, of_others))
        first = None if factory is None else self._side(factory, [self._first.thresholds] * len(factory))
        self._clock.next()
        golden = self._golden.judged(adapted.checkpoint, lambda n: self._advance(n, "Measuring the golden set"))
        report = self._reported(adapted, sides, chosen, factory=first, golden=golden)
        return RetrainedNetwork(
            adapted=adapted,
            thresholds=chosen,
            report=report,
            parent_sha256=self._order.first.sha256,
            trained_on=tuple(self._source.corrected[k].content for k in self._split.kept.taught),
            roles=self._roles | dict.fromkeys(self._known.contents, GOLDEN),
        )

    def close(self) -> None:
        """Close the open videos."""
        self._source.close()
        self._known.close()

    def choose(self) -> None:
        """Choose how far the trainings go, for all processes: the first of several calls this before they train."""
        self._clock = self._clock_of([*self._choosing_phases, Phase("measure", 0)])
        self._choice = self._chosen()
        self._state.keep_choice(self._choice)

    def train_share(self, number: int, count: int) -> None:
        """Do every ``count``-th training, the kept one with number 0; `run` finds the networks of all processes."""
        self._choice = self._state.kept_choice() or self._choice
        mine = list(enumerate(self._split.trainings))[::-1][number::count]
        self._clock = self._clock_of([*(Phase("train", self._steps(fold)) for _, fold in mine), Phase("measure", 0)])
        for place, fold in mine:
            if not self._state.has(place):
                adapted = self._train(place, fold)
                self._state.keep(place, adapted, self._source.categories)
            self._clock.next()
        self._pace |= self._clock.pace
        self._clock = self._clock_of(self._phases())

    @property
    def all_trained(self) -> bool:
        """Whether the networks of all trainings are kept."""
        return all(self._state.has(place) for place in range(len(self._split.trainings)))

    def _clock_of(self, phases: list[Phase], share: float = 0.0) -> PhaseClock:
        return PhaseClock(phases, pace=self._pace, share=share, gpu=self._device != CPU, slowness=slowness())

    def _phases(self) -> list[Phase]:
        stored = 1 if self._order.first.id == self._order.current.id else 2
        phases = [Phase("measure", self._frames(self._split.measured))] * stored
        phases += self._choosing_phases
        for fold in self._split.trainings:
            comes_of_choosing = self._chooses and self._choosing_folds and fold is not self._split.kept
            phases.append(Phase("train", 0 if comes_of_choosing else self._steps(fold)))
            phases.append(Phase("measure", self._frames(fold.held_out)))
        judge = self._golden.judge
        steady = Phase("steady", 0 if why_unsteady() else (1 + stored) * self._frames(self._split.measured))
        calibrate, golden = Phase("calibrate", len(self._split.measured)), Phase("golden", judge.frames if judge else 0)
        return [*phases, calibrate, steady, golden]

    def _frames(self, videos: tuple[int, ...]) -> int:
        return sum(self._source.videos[index].count for index in videos)

    def _steps(self, fold: Fold) -> int:
        chosen = default_steps(sum(len(labelled_frames(self._source.videos[k])) for k in fold.taught) // 5)
        return self._order.steps or chosen

    @property
    def _choosing_phases(self) -> list[Phase]:
        """To train the folds, and to measure what they forgot."""
        golden = self._golden.choose
        return [
            Phase("train", self._choosing_steps if self._chooses else 0),
            Phase("golden", golden.frames if self._chooses and golden is not None else 0),
        ]

    @property
    def _budget(self) -> Budget:
        return Budget.up_to(self._steps(self._split.kept))

    @property
    def _choosing_steps(self) -> int:
        return self._budget.most_steps(len(self._choosing_folds) or None)

    @property
    def _choosing_folds(self) -> list[FoldVideos]:
        """The folds of the split; a single one cannot choose."""
        return within_kept(self._split) if len(self._split.folds) > 1 else []

    @property
    def _chooses(self) -> bool:
        """Whether steps and blend are chosen: nobody gave the steps, and there are videos to hold out."""
        return self._order.steps is None and len(self._split.kept.taught) > 1

    def _chosen(self) -> Choice:
        """How far to go, by cross-validation inside the videos that the kept network learns."""
        kept = self._state.kept_choice()
        if kept is not None or not self._chooses:
            self._skip_choosing()
            return kept or self._choice
        folds = len(self._choosing_folds) or self._budget.folds
        # Folds that only choose stand behind those that measure, which have curves of their own.
        others = 0 if self._choosing_folds else len(self._split.folds)

        def on_step(fold: int, step: StepReport) -> None:
            doing = f"Choosing how far to go: fold {fold + 1} of {folds},"
            self._stepped(f"fold {others + fold + 1}", doing, step, most=step.steps)

        def on_fold(number: int, made: FoldNetwork) -> None:
            if self._choosing_folds:
                adapted = made.adapted(self._source.categories, self._device)
                self._state.keep(number, adapted, self._source.categories)

        def forgotten(networks: Sequence[ModelCheckpoint]) -> float:
            self._clock.begin("golden")
            return self._golden.forgotten(networks, lambda frames: self._advance(frames, FORGOTTEN))

        try:
            chosen = choose(
                self._first,
                FoldClips(self._source, self._split.kept.taught),
                replay=self._known.replay,
                budget=self._budget,
                folds=self._choosing_folds,
                settings=self._adapting,
                on_fold=on_fold,
                device=self._device,
                precision=choose_precision(self._device),
                seed=SEED,
                on_step=on_step,
                on_mark=lambda step, found: self._report.point(VALIDATION, step, found["AP"]),
                forgotten=None if self._golden.choose is None else forgotten,
                cancelled=self._report.cancelled,
                state_folder=self._state.choosing_folder,
            )
        except NoTrainingFrames:
            chosen = self._choice  # the training itself explains it
        self.check()
        self._state.keep_choice(chosen)
        self._skip_choosing()
        return chosen

    def _skip_choosing(self) -> None:
        """Go on to what follows choosing, whatever of it there was to do."""
        self._clock.begin("golden")
        self._clock.next()

    def _measure_stored(self, registered: Checkpoint, doing: str) -> list[HeldOutVideo]:
        """What a registered checkpoint proposes in the measured videos, as the app maps its classes."""
        with self._database.read() as tx:
            ids = class_mapping(tx, checkpoint=registered, project_id=self._order.project_id).category_ids
        made = for_proposals(self._current if registered.id == self._order.current.id else self._first)
        mapped = dict(zip(registered.categories, ids.values(), strict=True))
        labels = labels_in(self._source.category_ids, [mapped.get(name) for name in made.categories])
        return self._measured(made, self._split.measured, doing, labels=labels)

    def _measured(
        self,
        made: ModelCheckpoint | Adapted,
        videos: tuple[int, ...],
        doing: str,
        *,
        labels: tuple[int | None, ...] | None = None,
    ) -> list[HeldOutVideo]:
        network = made.network if isinstance(made, Adapted) else made.build(self._device)

        def on_video(done: int) -> None:
            self._advance(self._frames(videos[done - 1 : done]), f"{doing}: video {done} of {len(videos)}")

        found = measure(network, self._source, videos, kind=self._split.kind, labels=labels, on_video=on_video)
        self._clock.next()
        return found

    def _side(self, videos: Sequence[HeldOutVideo], thresholds: Sequence[Thresholds]) -> MeasuredSide:
        """What the app would propose there."""
        cancelled = self._report.cancelled
        return steady_side(videos, thresholds, self._device, lambda n: self._advance(n, STEADYING), cancelled)

    def _trained(self, number: int, fold: Fold) -> Adapted:
        """Training ``number``: from what is kept of it, if it is over already."""
        adapted = self._state.kept(number, self._device)
        if adapted is None:
            adapted = self._train(number, fold)
            self._state.keep(number, adapted, self._source.categories)
        self._clock.next()
        return adapted

    def _train(self, number: int, fold: Fold) -> Adapted:
        is_kept = fold is self._split.kept
        curve = "loss" if is_kept else f"fold {number + 1}"
        doing = "Training:" if is_kept else f"Training (fold {number + 1} of {len(self._split.folds)}):"
        first_part = 2 / 3 if self._split.kind == LAST_THIRD and fold.held_out else None
        clips = FoldClips(self._source, fold.taught, first_part=first_part)
        try:
            adapted = adapt(
                self._first,
                clips,
                replay=self._known.replay,
                steps=self._choice.steps,
                planned=self._budget.marks[-1] if self._chooses else None,
                blend=self._choice.blend,
                settings=self._adapting,
                device=self._device,
                precision=choose_precision(self._device),
                seed=SEED,
                on_step=lambda step: self._stepped(curve, doing, step, most=self._choice.steps),
                cancelled=self._report.cancelled,
                state_path=self._state.training_path(number),
            )
        except NoTrainingFrames as error:
            raise BadInput(NO_MASKS) from error
        self.check()
        return adapted

    def _known_of(self, given: Mapping[str, str]) -> KnownVideos:
        contents = [video.content for video in self._source.corrected]
        # A golden video that is corrected by now was not trained on in earlier rounds either.
        earlier = [k for k in self._split.kept.held_out if given.get(contents[k]) in (HELD_OUT, GOLDEN)]
        found = golden_set(self._first, self._settings.data, self._source, earlier, chooses=self._chooses)
        where = {"project_id": self._order.project_id, "device": self._device}
        return KnownVideos(
            self._database, self._state, self._first, found, corrected=contents, roles=given, check=self.check, **where
        )

    def _comparisons(self) -> GoldenComparisons:
        found = self._known.golden
        old = self._first if found is None or found.against == "first" else for_proposals(self._current)
        return GoldenComparisons.of(self._database, found, old, self._order.first.sha256, self._device)

    def _reported(
        self,
        adapted: Adapted,
        sides: tuple[MeasuredSide, MeasuredSide],
        chosen: Thresholds,
        *,
        factory: MeasuredSide | None,
        golden: GoldenFigures | None,
    ) -> Report:
        ids, truth = self._source.video_ids, self._source.truth
        decisive = deciding(self._split.trainings, self._source.videos)
        lines = video_lines(*sides, ids=ids, truth=truth, decisive=decisive)
        before, after = (side.only(decisive) for side in sides)
        loss_first, loss_last = loss_levels(adapted.losses)
        evidence = Evidence(
            kind=self._split.kind,
            before=before.figures(),
            after=after.figures(),
            videos=[line for line in lines if line.decides],
            untaught=len(lines) - len(decisive),
            golden=golden,
            before_learnt=self._split.before_learnt,
            suspicious=self._order.suspicious,
            left_out=self._order.left_out,
            loss_first=loss_first,
            loss_last=loss_last,
            stopped=adapted.stopped,
            untrained=adapted.blend == 0 and adapted.stopped is None,
        )
        decision, intervals = decide(evidence)
        recipe = {**asdict(self._adapting), "blend": self._choice.blend, "tried": self._choice.table}
        return Report(
            evaluation=self._split.kind,
            set=self._split.name_of(decisive),
            before=evidence.before,
            after=evidence.after,
            factory=None if factory is None else factory.only(decisive).figures(),
            per_category=per_category(before, after),
            per_video=lines,
            worst_frames=worst_frames(before, after, ids=ids, store=self._stored),
            intervals=intervals,
            golden=golden,
            truth=truth_of(truth, [video.index for video in before.videos]),
            decision=decision,
            lineage=self._order.lineage(self._round, self._choice.steps, seed=SEED, recipe=recipe),
            rules=by_rule(before, after, own=self._current.thresholds, chosen=chosen),
            notes=(*self._order.notes, *self._choice.stopped, *([adapted.stopped] if adapted.stopped else [])),
        )

    def _stored(self, found: Any) -> list[str]:
        with self._database.atomic() as tx:
            return masks.put_blobs(tx, found)

    def _stepped(self, curve: str, doing: str, step: StepReport, *, most: int) -> None:
        self._report.point(curve, step.step, step.loss)
        speed = self._clock.speed("train")
        where = f"on {self._device}" if speed is None else f"{speed:.1f} steps/s on {self._device}"
        self._advance(1, f"{doing} step {step.step} of {most}, loss {step.loss:.2f}, {where}")

    def _advance(self, units: int, message: str) -> None:
        self.check()
        self._clock.advance(units)
        self._report(self._clock.share, message, eta_seconds=self._clock.eta_seconds)

    def check(self) -> None:
        """Raise `Cancelled` if the job was cancelled or given to another process; note that something new is kept."""
        if self._report.cancelled():
            raise Cancelled
        self._report.stored(self._state.last_kept)
