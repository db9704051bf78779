"""The loop over cached features: it equals training through the trunk, resumes, and survives NaN and lack of memory."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from model.adapting import loop as loop_module
from model.adapting.loop import AdaptLoop
from model.adapting.settings import AdaptSettings, Rates
from model.network.packed import can_pack
from model.network.tevit import TeViT
from model.network.trained_products import OneDnnLinear, same_products
from model.training import ranks
from model.training.trainer import StepReport, TrainingDiverged
from tests.model.adapting.made import small_loop


def run(made: AdaptLoop, *, stop: int | None = None) -> tuple[TeViT, list[StepReport]]:
    reports: list[StepReport] = []
    kept = made.run(on_step=reports.append, cancelled=lambda: stop is not None and made.step >= stop)
    return kept, reports


def same(first: torch.nn.Module, second: torch.nn.Module) -> bool:
    pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_heads_learn_and_the_trunk_and_the_statistics_stay() -> None:
    made = small_loop()
    before = {name: value.clone() for name, value in made.network.state_dict().items()}
    _, reports = run(made)
    assert [report.step for report in reports] == [1, 2, 3, 4] and all(r.gradient_norm > 0 for r in reports)
    for name, value in made.network.state_dict().items():
        # At test time only the last mask head runs, so the others are not trained.
        fixed = (
            name.startswith(("backbone.", "neck.", "roi_head.mask_head.0.")) or "_batches" in name or "running_" in name
        )
        assert torch.equal(value, before[name]) is fixed or ".conv_logits" in name, name


@pytest.mark.parametrize(
    ("part", "named"), [("columns", ".fc_cls."), ("masks", ".mask_head."), ("queries", "rpn_head.")]
)
def test_a_rate_of_zero_leaves_a_part_as_it_is(part: str, named: str) -> None:
    made = small_loop(settings=AdaptSettings(rates=Rates(**{part: 0.0})))
    before = {name: value.clone() for name, value in made.network.state_dict().items()}
    run(made)
    moved = {name for name, value in made.network.state_dict().items() if not torch.equal(value, before[name])}
    assert moved and not any(named in name and ".conv_logits" not in name for name in moved)


def test_a_resumed_run_equals_an_undisturbed_one_bit_for_bit(tmp_path: Path) -> None:
    settings = AdaptSettings(keep_every=1)
    undisturbed = small_loop(settings=settings)
    whole, _ = run(undisturbed)
    run(small_loop(settings=settings, state_path=tmp_path / "state.pt"), stop=2)
    resumed = small_loop(settings=settings, state_path=tmp_path / "state.pt")
    # The state of step 2 has not been proved by a loss when the run is stopped.
    assert resumed.step in (1, 2)
    kept, _ = run(resumed)
    assert same(whole, kept)
    assert list(resumed.losses) == [1, 2, 3, 4] and resumed.losses == undisturbed.losses
    assert small_loop(state_path=tmp_path / "none.pt").step == 0


@pytest.mark.skipif(not can_pack(), reason="oneDNN has no linear layers here")
def test_losses_are_computed_with_the_products_for_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_module, "trained_products", lambda device: OneDnnLinear())
    losses, within = loop_module.losses_over, list[bool]()

    def watched(*values: Any, **more: Any) -> Any:
        within.append(isinstance(same_products()[1], OneDnnLinear))
        return losses(*values, **more)

    monkeypatch.setattr(loop_module, "losses_over", watched)
    run(small_loop(steps=2))
    assert within and all(within) and not isinstance(same_products()[1], OneDnnLinear)


def test_a_step_needs_no_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def talk(*values: object, **more: object) -> None:
        raise AssertionError("a process that trains alone would wait for ever")

    monkeypatch.setattr(ranks, "ranks", lambda: 2)
    monkeypatch.setattr(ranks, "total", talk)
    assert len(run(small_loop(steps=1))[1]) == 1


def test_the_state_of_another_run_is_not_continued(tmp_path: Path) -> None:
    settings = AdaptSettings(keep_every=1)
    run(small_loop(settings=settings, state_path=tmp_path / "state.pt"))
    assert small_loop(settings=settings, state_path=tmp_path / "state.pt").step == 4
    for other in ({"steps": 5}, {"seed": 2}, {"settings": AdaptSettings(keep_every=1, rate=0.2)}):
        assert small_loop(**{"settings": settings, **other}, state_path=tmp_path / "state.pt").step == 0  # type: ignore[arg-type]


def raising(monkeypatch: pytest.MonkeyPatch, error: Exception, *, above: int) -> list[int]:
    """The losses of more than ``above`` clips at once fail; returns the numbers of clips that were tried."""
    tried: list[int] = []
    losses: Callable[..., Any] = loop_module.losses_over

    def limited(network: TeViT, features: Any, targets: list[Any], **more: Any) -> Any:
        tried.append(len(targets))
        if len(targets) > above:
            raise error
        return losses(network, features, targets, **more)

    monkeypatch.setattr(loop_module, "losses_over", limited)
    return tried


@pytest.mark.parametrize(
    "error", [MemoryError(), torch.cuda.OutOfMemoryError("CUDA out of memory"), RuntimeError("can't allocate memory")]
)
def test_without_memory_the_clips_are_halved_and_the_step_stays_the_same(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    whole, _ = run(small_loop(steps=1))
    tried = raising(monkeypatch, error, above=1)
    made = small_loop(steps=1)
    kept, reports = run(made)
    assert made.clips_at_once == 1 and len(reports) == 1 and max(tried) > 1 and tried[-4:] == [1, 1, 1, 1]
    for a, b in zip(whole.state_dict().values(), kept.state_dict().values(), strict=True):
        torch.testing.assert_close(a, b, atol=1e-4, rtol=1e-3)


def test_a_clip_that_does_not_fit_alone_and_other_errors_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    raising(monkeypatch, MemoryError(), above=0)
    with pytest.raises(MemoryError):
        run(small_loop(steps=1))
    raising(monkeypatch, RuntimeError("shapes differ"), above=0)
    with pytest.raises(RuntimeError, match="shapes differ"):
        run(small_loop(steps=1))


def test_a_loss_that_is_no_number_stops_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = small_loop(settings=AdaptSettings(keep_every=1), state_path=tmp_path / "state.pt")

    def spoil(step: StepReport) -> None:
        if step.step == 2:
            with torch.no_grad():
                made.network.roi_head.bbox_head[0].fc_cls.weight.fill_(float("nan"))  # type: ignore[operator, union-attr]

    with pytest.raises(TrainingDiverged, match="step 3"):
        made.run(on_step=spoil)
    kept = torch.load(tmp_path / "state.pt", weights_only=True)
    assert all(torch.isfinite(value).all() for value in kept["network"].values())
