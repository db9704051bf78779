import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model.config import TrainingConfig
from model.network.backbones.messenger_shift import DropPath
from model.network.tevit import TeViT
from model.training.clips import Clip, ClipDataset, ClipVideo
from model.training.targets import ABSENT
from model.training.trainer import StepReport, Trainer, TrainingDiverged, TrainingSettings
from tests.model.small import (
    BACKBONE,
    CONFIG,
    MadeSource,
    box_track,
    made_source,
    small_network,
    with_frozen_statistics,
    with_recipe,
)


def trainer(
    *, recipe: TrainingConfig | None = None, settings: TrainingSettings | None = None, drop_path: float = 0.0
) -> Trainer:
    recipe = recipe or with_recipe()
    config = replace(CONFIG, backbone=replace(BACKBONE, drop_path=drop_path), training=recipe)
    return Trainer(small_network(config=config), made_source(), recipe, settings)


def run(made: Trainer, *, stop: int | None = None) -> tuple[TeViT, list[StepReport]]:
    reports: list[StepReport] = []
    network = made.run(on_step=reports.append, cancelled=lambda: stop is not None and made.step >= stop)
    return network, reports


def same(first: torch.nn.Module, second: torch.nn.Module) -> bool:
    pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_a_run_reports_every_step_and_changes_the_weights() -> None:
    made = trainer()
    before = small_network()
    _, reports = run(made)
    assert [report.step for report in reports] == [1, 2, 3, 4]
    assert all(report.steps == 4 and report.gradient_norm > 0 for report in reports)
    assert all(sum(r.parts.values()) == pytest.approx(r.loss, rel=1e-5) for r in reports)
    assert set(reports[0].parts) == {"cls", "bbox", "iou", "mask"}
    assert not same(before, made.network)


def test_the_learning_rate_follows_the_recipe() -> None:
    _, reports = run(trainer())
    rates = [report.learning_rate / 1e-3 for report in reports]
    assert rates == pytest.approx([0.001, 0.5005, 1.0, 0.1])


def test_the_network_to_keep_is_the_running_mean() -> None:
    made = trainer()
    kept, _ = run(made)
    assert made.average is not None and kept is made.average.network
    plain = trainer(recipe=with_recipe(ema=0.0))
    assert run(plain)[0] is plain.network


def test_the_same_seed_gives_the_same_weights_bit_for_bit() -> None:
    first, second = trainer(), trainer()
    run(first)
    run(second)
    assert same(first.network, second.network)
    other = trainer(settings=TrainingSettings(seed=1))
    run(other)
    assert not same(first.network, other.network)


@pytest.mark.parametrize("multiplies", [True, False])
def test_the_fast_precision_of_a_cpu_is_mixed_if_it_multiplies_bfloat16(
    monkeypatch: pytest.MonkeyPatch, multiplies: bool
) -> None:
    monkeypatch.setattr("model.training.trainer.computes_bfloat16", lambda: multiplies)
    exact, fast = trainer(), trainer(settings=TrainingSettings(precision="fast"))
    (_, plain), (_, mixed) = run(exact), run(fast)
    assert same(exact.network, fast.network) == (not multiplies)
    assert {value.dtype for value in fast.network.state_dict().values() if value.is_floating_point()} == {torch.float32}
    assert [report.loss for report in mixed] == pytest.approx([report.loss for report in plain], rel=0.05)


@pytest.mark.parametrize("drop_path", [0.0, 0.4])
def test_a_resumed_run_equals_an_undisturbed_one_bit_for_bit(tmp_path: Path, drop_path: float) -> None:
    settings = TrainingSettings(resume_path=tmp_path / "run.pt", keep_every=1)
    whole = trainer(drop_path=drop_path)
    mean, _ = run(whole)
    run(trainer(settings=settings, drop_path=drop_path), stop=2)
    resumed = trainer(settings=settings, drop_path=drop_path)
    assert resumed.resume()
    assert resumed.step == 2
    resumed_mean, reports = run(resumed)
    assert [report.step for report in reports] == [3, 4]
    assert same(whole.network, resumed.network)
    assert same(mean, resumed_mean)


def test_without_a_kept_state_there_is_nothing_to_resume(tmp_path: Path) -> None:
    assert not trainer(settings=TrainingSettings(resume_path=tmp_path / "none.pt")).resume()
    assert not trainer().resume()


def test_a_kept_state_is_written_whole(tmp_path: Path) -> None:
    settings = TrainingSettings(resume_path=tmp_path / "run.pt", keep_every=2)
    run(trainer(settings=settings), stop=3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.pt"]
    assert torch.load(tmp_path / "run.pt", weights_only=True)["step"] == 2


def test_a_cancelled_run_stops_between_steps() -> None:
    made = trainer()
    _, reports = run(made, stop=2)
    assert len(reports) == 2 and made.step == 2


def test_accumulating_uses_more_clips_per_step() -> None:
    made = trainer(recipe=with_recipe(steps=2, batch=1), settings=TrainingSettings(accumulate=3))
    assert len(made.dataset) == 6
    _, reports = run(made)
    assert len(reports) == 2


def crowded_source() -> MadeSource:
    """Videos of one shape, of which the first has more tracks than the network has queries; they come and go."""
    hw = (48, 64)
    tracks = tuple(
        box_track(number, number % 3, (1, number % 2, 1, number % 3 > 0), (5 * number, 3 * number, 12, 14), hw)
        for number in range(1, CONFIG.queries + 4)
    )
    return MadeSource((ClipVideo("crowd", 4, *hw, tracks=tracks), ClipVideo("pair", 4, *hw, tracks=tracks[:2])))


def uneven_source() -> MadeSource:
    video = made_source().videos[0]
    return MadeSource((video, replace(video, name="c", tracks=video.tracks[:1])))


@pytest.mark.parametrize("source", [uneven_source(), crowded_source()], ids=["few tracks", "more tracks than queries"])
def test_accumulated_batches_are_one_step_of_their_joint_batch(source: MadeSource) -> None:
    """So that a small device can follow a recipe of large batches."""
    found = []
    for batch, accumulate in ((4, 1), (2, 2), (1, 4)):
        recipe = with_recipe(steps=2, batch=batch, warmup_steps=0, ema=0.0)
        settings = TrainingSettings(accumulate=accumulate)
        network = with_frozen_statistics(small_network(config=replace(CONFIG, training=recipe)))
        made = Trainer(network, source, recipe, settings)
        found.append(run(made)[1])
    for reports in found[1:]:
        for report, joint in zip(reports, found[0], strict=True):
            assert report.loss == pytest.approx(joint.loss, rel=1e-3)
            assert report.gradient_norm == pytest.approx(joint.gradient_norm, rel=1e-2)
        assert reports[0].parts == pytest.approx(found[0][0].parts, rel=1e-5)


def test_a_loss_that_is_no_number_stops_the_run_and_is_named() -> None:
    made = trainer()
    with torch.no_grad():
        made.network.roi_head.bbox_head[0].fc_cls.bias.fill_(torch.nan)
    with pytest.raises(TrainingDiverged, match=r"step 1: the loss is nan"):
        run(made)


def diverging(folder: Path, **more: int) -> Trainer:
    """A run whose weights are thrown far away by its first step."""
    recipe = with_recipe(learning_rate=1e12, warmup_steps=0, gradient_clip=0.0)
    return trainer(recipe=recipe, settings=TrainingSettings(resume_path=folder / "run.pt", **more))


def finite(state: object) -> bool:
    if isinstance(state, torch.Tensor):
        return bool(torch.isfinite(state).all())
    return all(finite(value) for value in state.values()) if isinstance(state, dict) else True


@pytest.mark.parametrize("keep_every", [1, 200])
def test_the_state_that_is_kept_when_training_diverges_is_the_last_whose_loss_was_a_number(
    tmp_path: Path, keep_every: int
) -> None:
    made = diverging(tmp_path, keep_every=keep_every)
    with pytest.raises(TrainingDiverged) as caught:
        run(made)
    sentence = str(caught.value)
    assert "step 2: the loss is nan" in sentence and "(--lr, now 1e+12)" in sentence
    assert f"the state after step 0 is kept in {tmp_path / 'run.pt'} (--resume)" in sentence
    assert [path.name for path in tmp_path.iterdir()] == ["run.pt"]
    kept = torch.load(tmp_path / "run.pt", weights_only=True)
    assert kept["step"] == 0 and finite(kept["network"]) and finite(kept["average"])


def test_a_state_is_kept_as_soon_as_the_next_loss_is_a_number(tmp_path: Path) -> None:
    settings = TrainingSettings(resume_path=tmp_path / "run.pt", keep_every=1)
    made = trainer(settings=settings)
    steps: list[int] = []
    made.run(
        on_step=lambda _: steps.append(torch.load(tmp_path / "run.pt", weights_only=True)["step"]),
    )
    assert steps == [0, 1, 2, 3]
    assert torch.load(tmp_path / "run.pt", weights_only=True)["step"] == 4


def test_the_last_weights_must_be_numbers_too(tmp_path: Path) -> None:
    made = trainer(settings=TrainingSettings(resume_path=tmp_path / "run.pt", keep_every=200))

    def spoil(report: StepReport) -> None:
        if report.step == report.steps:
            with torch.no_grad():
                next(iter((made.average.network if made.average else made.network).parameters())).fill_(torch.nan)

    with pytest.raises(TrainingDiverged, match=r"step 4: the weights are no numbers .* after step 0 is kept"):
        made.run(on_step=spoil)


def test_a_resumed_run_takes_the_learning_rate_that_it_is_given(tmp_path: Path) -> None:
    settings = TrainingSettings(resume_path=tmp_path / "run.pt", keep_every=1)
    run(trainer(settings=settings), stop=2)
    slower = trainer(recipe=with_recipe(learning_rate=1e-5), settings=settings)
    given = [group["base_lr"] for group in slower.optimizer.param_groups]
    assert slower.resume()
    assert [group["base_lr"] for group in slower.optimizer.param_groups] == given
    _, reports = run(slower)
    assert reports[0].learning_rate == pytest.approx(1e-5)


def test_a_run_that_starts_anew_does_not_speak_of_the_state_of_another(tmp_path: Path) -> None:
    torch.save({"step": 77}, tmp_path / "run.pt")
    made = trainer(settings=TrainingSettings(resume_path=tmp_path / "run.pt"))
    with torch.no_grad():
        made.network.roi_head.bbox_head[0].fc_cls.bias.fill_(torch.nan)
    with pytest.raises(TrainingDiverged) as caught:
        run(made)
    assert "is kept" not in str(caught.value) and [path.name for path in tmp_path.iterdir()] == ["run.pt"]


def test_stochastic_depth_is_at_work_where_the_configuration_asks_for_it() -> None:
    rates = [m.rate for m in trainer(drop_path=0.7).network.modules() if isinstance(m, DropPath)]
    assert rates == pytest.approx([0.1 * block for block in range(8)])


def test_training_lowers_the_loss() -> None:
    made = trainer(recipe=with_recipe(steps=16, warmup_steps=2, learning_rate=3e-3, decay_steps=(), flip=0.0))
    _, reports = run(made)
    losses = [report.loss for report in reports]
    assert sum(losses[-4:]) < 0.8 * sum(losses[:4])


# --- frames and batches without truth


class Emptied:
    """A made source whose clips lose their truth on the way, as tiny masks do in the official loader."""

    def __init__(self, made: Trainer, frames: slice) -> None:
        self._take, self._frames = made.dataset.__class__.__getitem__, frames

    def __call__(self, dataset: object, index: int) -> Clip:
        clip = self._take(dataset, index)  # type: ignore[arg-type]
        clip.targets.states[self._frames] = ABSENT
        return clip


def test_a_frame_without_truth_is_trained_through_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    made = trainer()
    monkeypatch.setattr(ClipDataset, "__getitem__", _bound(Emptied(made, slice(1, 2))))
    _, reports = run(made)
    notes = [note for report in reports for note in report.notes]
    assert len(notes) == 2 * len(reports)
    assert all(re.fullmatch(r"Video [ab]: no truth in frame \d of a clip; it is background there\.", n) for n in notes)


def test_a_batch_without_any_truth_is_trained_through_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    made = trainer()
    monkeypatch.setattr(ClipDataset, "__getitem__", _bound(Emptied(made, slice(None))))
    _, reports = run(made)
    assert all(report.notes[-1].startswith("No clip of this batch has any truth") for report in reports)
    assert all(0 < report.loss < 1e4 and report.parts["mask"] == report.parts["bbox"] == 0 for report in reports)


def _bound(emptied: Emptied) -> Callable[[ClipDataset, int], Clip]:
    return lambda dataset, index: emptied(dataset, index)


def test_clips_with_truth_in_every_frame_give_no_notes() -> None:
    _, reports = run(trainer(recipe=with_recipe(steps=1)))
    assert reports[0].notes == ()


def test_the_clips_of_a_step_have_one_orientation() -> None:
    made = trainer(recipe=with_recipe(steps=6))
    for frames, targets in made._loader():
        assert len(frames) == 2
        assert len({clip.img_hw[0] < clip.img_hw[1] for clip in targets}) == 1
