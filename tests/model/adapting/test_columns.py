"""Columns of new categories are fitted to what the frozen heads describe."""

import pytest
import torch

from model.adapting import columns
from model.adapting.classes import JointClasses, TeachingSource
from model.adapting.clip_features import ClipFeatures
from model.adapting.columns import fit_columns
from model.adapting.trunk_cache import TrunkCache
from model.network.tevit import TeViT
from model.training.losses import losses_over
from model.training.targets import ClipTargets
from model.weights.categories import is_class_column, with_categories
from tests.model.adapting.made import NEW, corrections, replayed, small_checkpoint
from tests.model.small import NAMES

CLASSES = JointClasses.of(NAMES, NEW)


def made() -> tuple[TeViT, ClipFeatures]:
    network = with_categories(small_checkpoint(), CLASSES.names).build()
    teaching = TeachingSource(corrections(), CLASSES.labels_of(NEW), len(CLASSES.names))
    return network, ClipFeatures(teaching, TrunkCache(network, limit_bytes=1 << 24), network.config)


@torch.no_grad()
def class_loss(network: TeViT, windows: ClipFeatures) -> float:
    total = 0.0
    for levels, clip in windows.whole_windows():
        losses, _ = losses_over(network, windows.features([levels], [clip]), [clip])
        total += sum(float(value) for name, value in losses.items() if name.endswith("_cls"))
    return total


def test_fitting_lowers_the_class_loss_and_moves_the_columns_of_new_labels_alone() -> None:
    network, windows = made()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    loss = class_loss(network, windows)
    fit_columns(network, [windows], new=(1, 2), iterations=60)
    assert class_loss(network, windows) < 0.8 * loss
    for key, value in network.state_dict().items():
        if is_class_column(key):
            assert torch.equal(value[[0, 3, 4]], before[key][[0, 3, 4]]), key
            assert not torch.equal(value[2], before[key][2]) or "conv_logits" in key, key
        else:
            assert torch.equal(value, before[key]), key


def test_several_sources_are_fitted_together() -> None:
    (alone, windows), (both, again) = made(), made()
    fit_columns(alone, [windows], new=(1, 2), iterations=5)
    fit_columns(both, [again, again], new=(1, 2), iterations=5)
    # The loss is a mean over all that is shown, but for the pull towards the start.
    for one, other in zip(alone.state_dict().values(), both.state_dict().values(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-3, rtol=1e-3)


def test_mask_columns_of_a_new_class_start_between_those_of_the_old_ones() -> None:
    network, windows = made()
    old = network.roi_head.mask_head[-1].conv_logits.bias[[0, 3, 4]].detach().clone()  # type: ignore[index, union-attr]
    fit_columns(network, [windows], new=(1, 2), iterations=1)
    new = network.roi_head.mask_head[-1].conv_logits.bias[[1, 2]].detach()  # type: ignore[index, union-attr]
    assert bool((new >= old.min() - 1e-6).all() and (new <= old.max() + 1e-6).all())


def test_without_new_labels_or_after_a_cancellation_nothing_moves() -> None:
    network, windows = made()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    fit_columns(network, [windows], new=(), iterations=10)
    fit_columns(network, [windows], new=(1, 2), iterations=10, cancelled=lambda: True)
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())


def test_the_windows_are_kept_without_their_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[ClipTargets] = []
    monkeypatch.setattr(columns, "_fit", lambda head, stage, targets, new, iterations: kept.extend(targets))
    network, windows = made()
    fit_columns(network, [windows], new=(1, 2), iterations=1)
    assert kept and not any(one.masks.untyped_storage().nbytes() for one in kept)


def test_every_window_comes_as_it_is_and_mirrored() -> None:
    _, windows = made()
    clips = [clip for _, clip in windows.whole_windows()]
    assert [clip.video for clip in clips] == ["a", "a", "b", "b"]
    assert [clip.frames for clip in clips] == [(0, 1, 2, 3)] * 2 + [(0, 1)] * 2
    plain, mirrored = clips[0].boxes[0, 0], clips[1].boxes[0, 0]
    assert torch.isclose(plain[0] + mirrored[2], torch.tensor(float(clips[0].img_hw[1])))


def test_a_new_class_finds_what_stands_in_for_it_beside_its_own_things() -> None:
    network, windows = made()
    other, _ = made()
    weights = (0.0, 1.0)  # of dog, fox
    labels = CLASSES.labels_of(NAMES)
    stands_in = TeachingSource(replayed(), labels, len(CLASSES.names), weights)
    plain = TeachingSource(replayed(), labels, len(CLASSES.names))
    cache = TrunkCache(network, limit_bytes=1 << 24)
    shown = ClipFeatures(stands_in, cache, network.config)
    fit_columns(network, [windows], new=(1, 2), iterations=60)
    fit_columns(other, [windows, shown], new=(1, 2), iterations=60)
    assert class_loss(other, shown) < class_loss(network, shown)
    ignored = ClipFeatures(plain, cache, network.config)
    again, _ = made()
    fit_columns(again, [windows, ignored], new=(1, 2), iterations=60)
    weight = [one.roi_head.bbox_head[-1].fc_cls.weight for one in (network, other, again)]  # type: ignore[union-attr]
    torch.testing.assert_close(weight[2], weight[0])  # replayed clips alone teach a new class nothing
    assert not torch.equal(weight[1][1], weight[0][1])  # type: ignore[index]
    torch.testing.assert_close(weight[1][2], weight[0][2])  # type: ignore[index]
