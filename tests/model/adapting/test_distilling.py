"""What keeps masks as they were: nothing where they agree, and a pull back where they do not."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.adapting import distilling
from model.adapting.distilling import drift
from model.adapting.loop import AdaptLoop
from model.adapting.settings import AdaptSettings
from model.training.trainer import StepReport
from tests.model.adapting.made import small_loop


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.floats(0.01, 3.0))
def test_only_what_moved_counts_and_is_pulled_back(seed: int, distance: float) -> None:
    known = torch.randn(2, 5, 5, generator=torch.Generator().manual_seed(seed))
    logits = known.clone().requires_grad_()
    same = drift(logits, known).sum()
    same.backward()
    assert same.item() == 0.0 and logits.grad is not None and not logits.grad.any()
    further = (known + distance).requires_grad_()
    apart = drift(further, known)
    apart.sum().backward()
    assert further.grad is not None and (apart > 0).all()
    assert (further.grad > 0).all()  # a step downhill lowers what was raised
    assert (drift(known + 2 * distance, known) > apart).all()


def distances(made: AdaptLoop) -> dict[bool, list[float]]:
    """How far the masks of each clip of the first step are from those of the beginning, by whether it is replayed."""
    made.network.eval()
    clips = [clip for number in range(2) for clip in made._drawn(number)]
    features = made._clips[0].features([clip.levels for clip in clips], [clip.target for clip in clips])
    assert made._anchor is not None
    last = made.network.stages(features)[-1]
    found: dict[bool, list[float]] = {True: [], False: []}
    for place, clip in enumerate(clips):
        apart = made._anchor.distance(made.network, features, last, [place])
        found[clip.replayed].append(float(apart.detach()))
    return found


@pytest.fixture
def every_query_is_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distilling, "SURE", 0.0)  # an untrained network is sure of nothing


@pytest.mark.usefixtures("every_query_is_sure")
def test_masks_of_the_classes_that_the_network_knew_count() -> None:
    made = small_loop(replays=True)
    assert max(map(abs, distances(made)[True])) < 1e-5
    columns = made.network.roi_head.mask_head[-1].conv_logits.bias  # type: ignore[union-attr]
    with torch.no_grad():
        columns[1:3] += 2.0  # type: ignore[index, operator]  # fox, owl: only corrected clips show them
    assert max(map(abs, distances(made)[True])) < 1e-5
    with torch.no_grad():
        columns[[0, 3, 4]] += 2.0  # type: ignore[index, operator]
    assert min(distances(made)[True]) > 0.1


def test_the_parts_that_decode_nothing_are_not_copied() -> None:
    made = small_loop(replays=True)
    assert made._anchor is not None
    names = {name.split(".")[0] for name, _ in made._anchor._old.named_parameters()}
    assert names == {"rpn_head", "roi_head"} and made.network.backbone is not None
    assert not any(one.requires_grad for one in made._anchor._old.parameters())


def test_queries_that_show_nothing_are_free(monkeypatch: pytest.MonkeyPatch) -> None:
    made = small_loop(replays=True)
    monkeypatch.setattr(distilling, "SURE", 1.1)
    with torch.no_grad():
        made.network.roi_head.mask_head[-1].conv_logits.bias += 2.0  # type: ignore[union-attr, operator]
    assert distances(made)[True] == [0.0, 0.0]


@pytest.mark.usefixtures("every_query_is_sure")
def test_training_keeps_masks_the_more_that_counts() -> None:
    def after(weight: float) -> float:
        made = small_loop(steps=6, replays=True, settings=AdaptSettings(distilled=weight, rate=1.0))
        made.run(on_step=lambda step: None)
        anchored = small_loop(replays=True)
        anchored.network.load_state_dict(made.network.state_dict())
        return sum(distances(anchored)[True])

    assert after(100.0) < after(0.0)


def test_without_replayed_clips_nothing_is_kept_for_comparison() -> None:
    assert small_loop()._anchor is None
    assert small_loop(replays=True, settings=AdaptSettings(distilled=0.0))._anchor is None
    made = small_loop(steps=1, replays=True)
    parts: list[float] = []
    made.run(on_step=lambda step: parts.append(step.parts["kept"]))
    assert parts == [pytest.approx(0.0, abs=0.05)]


@pytest.mark.usefixtures("every_query_is_sure")
def test_what_keeps_the_masks_takes_no_part_in_the_losses_that_show_whether_it_learns() -> None:
    made = small_loop(replays=True, settings=AdaptSettings(distilled=1e6))
    reports: list[StepReport] = []
    made.run(on_step=reports.append)
    assert reports[-1].parts["kept"] > 0.01
    for one in reports:
        assert made.losses[one.step] == pytest.approx(one.loss - one.parts["kept"])
