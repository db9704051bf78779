"""Cross-validation inside the training videos: folds, marks, blends, and going on after a kill."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from model.adapting import AdaptSettings, adapt, choosing
from model.adapting.choice import Choice
from model.adapting.choosing import Budget, FoldNetwork, FoldVideos, choose
from model.adapting.training import Adaptation
from model.training.clips import ClipSubset
from model.training.targets import PRESENT
from model.training.trainer import TrainingDiverged
from model.weights.categories import with_categories
from model.weights.halves import exact_dtype
from tests.model.adapting.made import corrections, replayed, small_checkpoint

BASE = {"AP": 0.0, "AP_without_classes": 0.3, "best_iou": 0.6}
BUDGET = Budget(marks=(1, 2, 3))


def figures_by_weights(monkeypatch: pytest.MonkeyPatch, wanted: dict[int, float]) -> list[int]:
    """Each fold has the AP ``wanted`` at each mark, and the base's other figures; returns the marks measured."""
    marks: list[int] = []

    def figures(fold: Any, mark: int, share: float) -> dict[str, float]:
        marks.append(mark)
        return {**BASE, "AP": wanted[mark] * (1.2 if share == 0.5 else share)}

    monkeypatch.setattr(choosing._TrainedFold, "figures", figures)
    monkeypatch.setattr(choosing, "_before", lambda run, held: BASE)
    return marks


def chosen(**more: Any) -> Choice:
    return choose(small_checkpoint(), corrections(), replay=replayed(), budget=BUDGET, **more)


@pytest.mark.parametrize(
    ("wanted", "steps"),
    [
        ({1: 0.2, 2: 0.5, 3: 0.4}, 3),  # no clear difference: the longest
        ({1: 0.0, 2: 0.9, 3: 0.1}, 2),
        ({1: 0.9, 2: 0.5, 3: 0.0}, 2),
    ],
)
def test_the_longest_training_that_is_not_clearly_worse_than_the_best_is_taken(
    monkeypatch: pytest.MonkeyPatch, wanted: dict[int, float], steps: int
) -> None:
    figures_by_weights(monkeypatch, wanted)
    choice = chosen()
    assert (choice.steps, choice.blend) == (steps, 1.0)
    assert [(line["steps"], line["blend"]) for line in choice.table] == [(1, 1.0), (2, 1.0), (3, 1.0), (0, 0.0)]


def test_where_all_of_the_way_is_worse_than_the_base_a_part_of_it_may_be_better(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    figures_by_weights(monkeypatch, {})
    monkeypatch.setattr(
        choosing._TrainedFold, "figures", lambda fold, mark, share: {**BASE, "AP": 0.3 if share == 0.5 else -0.1}
    )
    choice = chosen()
    assert (choice.steps, choice.blend) == (3, 0.5)
    assert {line["blend"] for line in choice.table} == {0.0, 0.25, 0.5, 0.75, 1.0}


def test_the_mean_figures_at_each_mark_are_given_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    figures_by_weights(monkeypatch, {1: 0.2, 2: 0.5, 3: 0.4})
    seen: list[tuple[int, dict[str, float]]] = []
    chosen(on_mark=lambda steps, figures: seen.append((steps, figures)))
    assert [(steps, figures["AP"]) for steps, figures in seen] == [(0, 0.0), (1, 0.2), (2, 0.5), (3, 0.4)]
    assert set(seen[0][1]) == set(BASE)


def test_folds_stop_where_they_are_clearly_worse_than_before(monkeypatch: pytest.MonkeyPatch) -> None:
    marks = figures_by_weights(monkeypatch, {1: 0.9, 2: 0.1, 3: 0.9})
    assert chosen().steps == 1 and set(marks) == {1, 2}


def test_folds_go_on_together_as_long_as_their_mean_is_not_clearly_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    figures_by_weights(monkeypatch, {})
    wanted = {"a": {1: 0.5, 2: 0.4, 3: 0.3}, "b": {1: 0.1, 2: 0.4, 3: 0.9}}
    monkeypatch.setattr(
        choosing._TrainedFold,
        "figures",
        lambda fold, mark, share: {**BASE, "AP": share * wanted[fold.held.videos[0].name][mark]},
    )
    choice = choose(small_checkpoint(), corrections(), replay=None, budget=BUDGET)
    assert choice.steps == 3 and [line["AP"] for line in choice.table[:3]] == pytest.approx([0.3, 0.4, 0.6])


def test_a_fold_has_the_steps_and_the_blend_that_the_others_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    figures_by_weights(monkeypatch, {})
    wanted = {"a": {1: 1.3, 2: 0.4, 3: 0.1}, "b": {1: 0.1, 2: 0.4, 3: 1.9}}
    monkeypatch.setattr(
        choosing._TrainedFold,
        "figures",
        lambda fold, mark, share: {**BASE, "AP": share * wanted[fold.held.videos[0].name][mark]},
    )
    made: dict[int, FoldNetwork] = {}
    folds = [FoldVideos((1,), (0,)), FoldVideos((0,), (1,))]
    choose(
        small_checkpoint(),
        corrections(),
        replay=None,
        budget=BUDGET,
        folds=folds,
        on_fold=made.__setitem__,
    )
    assert {number: (one.steps, one.blend) for number, one in made.items()} == {0: (3, 1.0), 1: (1, 1.0)}
    assert made[0].checkpoint.categories == ("dog", "fox", "owl", "cat", "horse")
    adapted = made[1].adapted(corrections().categories, "cpu")
    assert adapted.kept == ("cat", "horse") and adapted.network.config.classes == 3
    trained = Adaptation(small_checkpoint(), ClipSubset(corrections(), [0]), replay=None, steps=3)
    trained.run(1)
    state = trained.blended(1.0).state
    trained.close()
    assert all(torch.equal(value, state[key]) for key, value in made[1].checkpoint.state.items())


def test_the_networks_of_folds_are_rounded_where_the_start_is(monkeypatch: pytest.MonkeyPatch) -> None:
    figures_by_weights(monkeypatch, {1: 0.5, 2: 0.6, 3: 0.7})
    start = small_checkpoint()
    halves = {key: value.half() if value.is_floating_point() else value for key, value in start.state.items()}
    made: dict[int, FoldNetwork] = {}
    choose(
        replace(start, state=halves), corrections(), replay=None, budget=Budget(marks=(1,)), on_fold=made.__setitem__
    )
    assert [one.steps for one in made.values()] == [1, 1]
    assert all(exact_dtype(one.checkpoint.state) == torch.float16 for one in made.values())


def test_where_nothing_helps_the_networks_of_the_folds_are_the_base(monkeypatch: pytest.MonkeyPatch) -> None:
    figures_by_weights(monkeypatch, {1: 0.0, 2: -0.1, 3: -0.2})
    made: dict[int, FoldNetwork] = {}
    chosen(on_fold=made.__setitem__)
    start = small_checkpoint()
    for one in made.values():
        kept = with_categories(one.checkpoint, start.categories)
        assert (one.steps, one.blend) == (0, 0.0)
        assert all(torch.equal(kept.state[key], value) for key, value in start.state.items())
    assert len(made) == 2


def test_what_helps_nobody_keeps_the_base(monkeypatch: pytest.MonkeyPatch) -> None:
    figures_by_weights(monkeypatch, {1: 0.0, 2: -0.1, 3: -0.2})
    choice = chosen()
    assert (choice.steps, choice.blend) == (0, 0.0)


def test_the_drawn_share_counts_the_masks_that_are_no_accepted_proposals() -> None:
    video = corrections().videos[0]
    first = video.tracks[0]
    shown = sum(state == PRESENT for track in video.tracks for state in track.states)
    accepted = tuple(state == PRESENT for state in first.states)
    judged = replace(video, tracks=(replace(first, accepted=accepted), *video.tracks[1:]))
    assert choosing.drawn_share([video]) == 1.0 == choosing.drawn_share([])
    assert sum(accepted) > 0 and choosing.drawn_share([judged]) == pytest.approx(1 - sum(accepted) / shown)


def test_training_that_diverges_keeps_the_base(monkeypatch: pytest.MonkeyPatch) -> None:
    def diverge(*arguments: Any, **more: Any) -> None:
        raise TrainingDiverged("no numbers")

    monkeypatch.setattr(Adaptation, "run", diverge)
    choice = chosen()
    assert choice.blend == 0.0 and len(choice.table) == 1
    assert choice.stopped == ("Choosing how far to go ended early, in fold 1: no numbers",)


def test_a_killed_choice_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    whole = chosen()
    stop = iter([False] * 3 + [True] * 99)
    chosen(state_folder=tmp_path, cancelled=lambda: next(stop))
    steps: list[tuple[int, int]] = []  # number of the fold, and step
    again = chosen(state_folder=tmp_path, on_step=lambda fold, step: steps.append((fold, step.step)))
    assert again == whole
    done = list(steps)
    steps.clear()
    assert chosen(state_folder=tmp_path, on_step=lambda fold, step: steps.append((fold, step.step))) == whole
    assert {fold for fold, _ in done} == {0, 1} and len(set(done)) == len(done) and not steps


def test_features_without_room_in_memory_lie_in_the_folder_of_the_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folders: set[Path] = set()

    def noted(**more: Any) -> Any:
        folders.add(more["dir"])
        return temporary_file(**more)

    temporary_file = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", noted)
    settings = AdaptSettings(cache_bytes=0, copies=1, column_iterations=1)
    chosen(state_folder=tmp_path / "choosing", settings=settings, cancelled=lambda: bool(folders))
    assert folders == {tmp_path / "choosing"}
    adapt(
        small_checkpoint(),
        corrections(),
        replay=None,
        steps=1,
        settings=settings,
        state_path=tmp_path / "training-0.pt",
        cancelled=lambda: len(folders) > 1,
    )
    assert folders == {tmp_path / "choosing", tmp_path}


def test_every_video_is_held_out_once() -> None:
    source = corrections()
    apart = [FoldVideos((1,), (0,)), FoldVideos((0,), (1,))]
    assert choosing.held_out(source, Budget(folds=2)) == choosing.held_out(source, Budget(folds=5)) == apart
    assert choosing.held_out(ClipSubset(source, [1]), Budget()) == [FoldVideos((0,), (0,))]
    subset = ClipSubset(source, [1])
    assert [video.name for video in subset.videos] == ["b"] and subset.categories == source.categories
    assert (subset.read_frames(0, [1]) == source.read_frames(1, [1])).all()


@pytest.mark.parametrize("steps", [1, 50, 51, 100, 200, 384, 1500])
def test_the_marks_of_a_budget_double_up_to_its_last_step(steps: int) -> None:
    budget = Budget.up_to(steps)
    assert budget.marks[-1] == steps and list(budget.marks) == sorted(set(budget.marks)) and budget.marks[0] <= 100
    assert all(after <= 2 * before for before, after in zip(budget.marks, budget.marks[1:], strict=False))
    assert (budget.most_steps(), budget.most_steps(3)) == (2 * steps, 3 * steps)
