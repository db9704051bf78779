"""Adapting as a whole: the outcome's classes, what is kept, and the base where training fails."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from model.adapting import adapt
from model.adapting.loop import AdaptLoop
from model.adapting.training import Adaptation
from model.training.trainer import TrainingDiverged
from model.weights.categories import for_proposals, with_categories
from model.weights.checkpoint import load, save
from model.weights.halves import exact_dtype
from tests.model.adapting.made import NEW, corrections, replayed, small_checkpoint


def test_the_outcome_proposes_the_new_classes_and_keeps_the_old_ones() -> None:
    start = small_checkpoint()
    adapted = adapt(start, corrections(), replay=replayed(), steps=2)
    assert adapted.network.config.classes == 3 and not adapted.network.training
    assert adapted.checkpoint.categories == ("dog", "fox", "owl", "cat", "horse")
    assert adapted.kept == ("cat", "horse") and (adapted.steps, adapted.blend, adapted.stopped) == (2, 1.0, None)
    proposing = with_categories(adapted.checkpoint, NEW)
    for key, value in proposing.state.items():
        assert torch.equal(value, adapted.network.state_dict()[key]), key


def test_where_the_start_has_16_bit_weights_the_outcome_is_what_a_file_of_such_holds(tmp_path: Path) -> None:
    start = small_checkpoint()
    halves = {key: value.half() if value.is_floating_point() else value for key, value in start.state.items()}
    adapted = adapt(replace(start, state=halves), corrections(), replay=None, steps=1)
    save(tmp_path / "made.safetensors", adapted.checkpoint, dtype=exact_dtype(adapted.checkpoint.state))
    stored = with_categories(load(tmp_path / "made.safetensors"), NEW)
    assert {value.dtype for value in stored.state.values() if value.is_floating_point()} == {torch.float16}
    for key, value in stored.build().state_dict().items():
        assert torch.equal(value, adapted.network.state_dict()[key]), key
    plain = adapt(start, corrections(), replay=None, steps=1).checkpoint.state
    assert exact_dtype(plain) == torch.float32 and {value.dtype for value in plain.values()} >= {torch.float32}


def test_a_checkpoint_proposes_without_the_classes_that_it_only_keeps() -> None:
    adapted = adapt(small_checkpoint(), corrections(), replay=None, steps=1)
    stored = replace(adapted.checkpoint, provenance=adapted.facts)
    assert for_proposals(stored).categories == NEW
    plain = small_checkpoint()
    assert for_proposals(plain) is plain


def test_training_that_diverges_keeps_the_base(monkeypatch: pytest.MonkeyPatch) -> None:
    def diverge(*arguments: Any, **more: Any) -> None:
        raise TrainingDiverged("step 1: the loss is nan, so training diverged.")

    monkeypatch.setattr(AdaptLoop, "run", diverge)
    start = small_checkpoint()
    adapted = adapt(start, corrections(), replay=replayed(), steps=2)
    assert (adapted.steps, adapted.blend) == (0, 0.0) and "nan" in str(adapted.stopped)
    assert adapted.facts["stopped"] == adapted.stopped
    kept = with_categories(adapted.checkpoint, start.categories)
    assert all(torch.equal(kept.state[key], value) for key, value in start.state.items())


def test_a_cancelled_run_ends_at_once() -> None:
    adapted = adapt(small_checkpoint(), corrections(), replay=None, steps=50, cancelled=lambda: True)
    assert adapted.steps == 0


def test_the_beginning_of_a_longer_run_is_the_same_whatever_is_kept_of_it() -> None:
    """The folds stop on the way of the longest run, and the kept network must be trained like them."""
    start, source = small_checkpoint(), corrections()
    longer = Adaptation(start, source, replay=None, steps=4)
    longer.run(2)
    there = longer.blended(1.0).state
    longer.close()
    for planned, same in ((4, True), (None, False)):
        adapted = adapt(start, source, replay=None, steps=2, planned=planned)
        assert adapted.steps == 2 and list(adapted.losses) == [1, 2]
        equal = all(torch.equal(value, adapted.checkpoint.state[key]) for key, value in there.items())
        assert equal is same, planned


def test_no_steps_or_no_blend_is_the_base() -> None:
    start = small_checkpoint()
    for adapted in (
        adapt(start, corrections(), replay=None, steps=0),
        adapt(start, corrections(), replay=None, steps=1, blend=0.0),
    ):
        assert adapted.blend == 0.0 and adapted.stopped is None
        kept = with_categories(adapted.checkpoint, start.categories)
        assert all(torch.equal(kept.state[key], value) for key, value in start.state.items())


def test_a_blend_lies_between_the_fitted_and_the_trained_heads() -> None:
    whole, half = (adapt(small_checkpoint(), corrections(), replay=None, steps=2, blend=b) for b in (1.0, 0.5))
    key = "roi_head.bbox_head.1.fc_reg.weight"
    start = small_checkpoint().state[key]
    torch.testing.assert_close(half.checkpoint.state[key], (start + whole.checkpoint.state[key]) / 2)
    assert half.facts["blend"] == 0.5
