"""How long the copies of an adaptation are: whole windows of a small network, clips of a large one."""

from dataclasses import replace

import pytest
import torch

from model.adapting import training
from model.adapting.augmented import AugmentedClips
from model.adapting.settings import AdaptSettings
from model.adapting.training import Adaptation, frames_of_copy
from model.config import CONFIGURATIONS, named
from model.network.tevit import TeViT
from model.weights.checkpoint import ModelCheckpoint
from tests.model.adapting.made import corrections, replayed, small_checkpoint
from tests.model.small import normal_clips

DEFAULTS = AdaptSettings()


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_copies_are_as_long_as_a_clip_at_least_and_as_a_window_at_most(name: str) -> None:
    config = named(name)
    found = frames_of_copy(config, DEFAULTS.copies, DEFAULTS.copy_bytes)
    small = name in ("tevit_tiny", "tevit_lite")  # 64 whole windows of these fit
    assert found == (config.window if small else config.training.clip_frames)
    assert frames_of_copy(config, 1, 10**15) == config.window
    assert frames_of_copy(config, 10**6, 1) == config.training.clip_frames


def test_more_copies_are_shorter_so_that_their_features_stay_within_the_limit() -> None:
    config = named("tevit_msgshift")
    of_frame = 2 * 256 * (160 * 90 + 80 * 45 + 40 * 23 + 20 * 12)
    assert frames_of_copy(config, 4, 4 * 10 * of_frame) == 10
    assert frames_of_copy(config, 8, 4 * 18 * of_frame) == 9


def test_an_adaptation_makes_copies_of_that_length(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []

    def made(*arguments: object, frames: int, **more: object) -> AugmentedClips:
        lengths.append(frames)
        return AugmentedClips(*arguments, frames=frames, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(training, "AugmentedClips", made)
    start = small_checkpoint()
    for limit in (DEFAULTS.copy_bytes, 1):
        Adaptation(start, corrections(), replay=None, steps=2, settings=replace(DEFAULTS, copy_bytes=limit)).close()
    assert lengths == [start.config.window, start.config.training.clip_frames]


def test_a_training_of_its_own_builds_one_network_whose_trunk_gives_the_same_features_when_it_has_learnt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built: list[TeViT] = []
    build = ModelCheckpoint.build

    def counted(self: ModelCheckpoint, device: str = "cpu", precision: str = "float32") -> TeViT:
        built.append(build(self, device, precision))
        return built[-1]

    monkeypatch.setattr(ModelCheckpoint, "build", counted)
    start = small_checkpoint()
    one = Adaptation(start, corrections(), replay=None, steps=2)
    assert len(built) == 1
    frames, size = normal_clips(1, 3, seed=1)[0][None], torch.tensor([[64.0, 96.0]])
    before = build(start).encode(frames, size).levels
    one.run()
    for a, b in zip(before, built[0].encode(frames, size).levels, strict=True):
        assert torch.equal(a, b)
    one.close()


@pytest.mark.parametrize("stand_in", [True, False])
def test_replayed_things_stand_in_for_new_classes_unless_the_settings_say_otherwise(
    monkeypatch: pytest.MonkeyPatch, stand_in: bool
) -> None:
    taught: list[tuple[int, ...]] = []
    monkeypatch.setattr(
        training,
        "fit_columns",
        lambda network, windows, **more: taught.extend(one.teaching.stands_for for one in windows),
    )
    unknown = replace(corrections(), categories=("bee", "fox", "owl"))
    settings = replace(DEFAULTS, augmented=0, stand_ins=stand_in)
    Adaptation(small_checkpoint(), unknown, replay=replayed(), steps=1, settings=settings).close()
    assert any(taught) is stand_in
