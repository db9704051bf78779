"""Mistakes that only a GPU would show otherwise: tensors on the wrong device, and waits for values inside a clip."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from model.config import ResNetConfig, SwinConfig, TeViTConfig
from model.thresholds import Thresholds
from model.tracking.clip_inference import read_clip
from model.training.losses import dice_loss, focal_loss, training_losses
from model.training.matcher import clip_cost
from tests.model.device_mode import DeviceWatch
from tests.model.small import CONFIG, clip_truth, normal_clips, small_network
from tests.model.training.test_trainer import trainer

HW = (64, 96)
KINDS = {
    "messenger shift": CONFIG,
    "resnet": replace(CONFIG, backbone=ResNetConfig(blocks=(1, 1, 1, 1), width=8)),
    "swin": replace(CONFIG, backbone=SwinConfig(dim=8, depths=(2, 2, 2, 2), heads=(1, 2, 2, 4), window=3)),
}
# Where a clip may wait for the device: results leave it; the matching of training is made on
# the host, and how many pairs and boxes have a truth decides the sizes of what follows.
RESULTS = {
    "tracking/clip_inference.py read_clip",  # all logits at once, for the choice below
    "tracking/selection.py published",
    "tracking/selection.py review",
    "tracking/clip_inference.py _probabilities",
    "tracking/clip_inference.py _candidates",
}
TRUTH = {
    "training/matcher.py match",
    "training/losses.py present_pairs",
    "training/losses.py positive_pairs",
    "network/roi_align.py _axis_matrices",
    "training/supervision.py class_truth",
    "training/supervision.py _near",
}


# A step of the trainer also reads its losses and its gradient's norm, to stop where they are no numbers.
STEP = TRUTH | {
    "training/trainer.py _backward",
    "training/trainer.py _mean_over_ranks",
    "training/trainer.py _step",
    "training/trainer.py _require_finite_weights",
    "training/trainer.py run",  # for the seed of PyTorch's loader
    "training/targets.py frames_without_truth",
    "training/targets.py to",  # to the device of the training, which is the CPU here
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_network_runs_on_any_device_and_never_waits(kind: str) -> None:
    config: TeViTConfig = KINDS[kind]
    network = small_network(config=config).to("meta")  # stands for a GPU: it refuses tensors of the CPU
    frame, query = torch.arange(3, device="meta"), torch.zeros(3, dtype=torch.int64, device="meta")
    clips, size = normal_clips(1, 3, HW).to("meta"), torch.zeros((1, 2), device="meta")
    for _ in range(2):  # constants come to the device with the first clip
        with DeviceWatch() as watch, torch.inference_mode():
            features = network.encode(clips, size)
            queries = network.decode(features)
            masks = network.masks(features, queries, frame, query, query)
    assert queries.boxes.shape == (1, 3, config.queries, 4) and masks.shape == (3, 28, 28)
    assert {part.device.type for part in (*features.levels, *queries, masks)} == {"meta"}
    assert watch.reads == set() and watch.unnamed == set() and watch.copies == set()


@pytest.mark.parametrize("rule", ["published", "review"])
def test_inference_waits_only_where_results_leave_the_device(rule: str) -> None:
    network = small_network()
    frames = list(np.random.default_rng(0).integers(0, 255, (3, 48, 64, 3), np.uint8))
    with DeviceWatch() as watch:
        read_clip(
            network,
            frames,
            frame_hw=(48, 64),
            config=network.config,
            rule=rule,
            precision="float32",
            max_tracks=4,
            minimum=0.0,
            thresholds=Thresholds(0.0, 0.0),
        )
    assert watch.unnamed == set()
    assert watch.reads and watch.reads <= RESULTS
    assert not any(place.startswith("network/") for place in watch.copies - {"network/constants.py _made"})


def test_training_waits_only_for_the_matching_and_the_truth() -> None:
    network = small_network().train()
    truth = clip_truth([[1, 1], [1, 0]], [0, 2], [(5, 5, 40, 40), (30, 10, 90, 60)])
    clips = normal_clips(1, 2, HW)
    with DeviceWatch() as watch:
        losses, _ = training_losses(network, clips, [truth])
        torch.stack(list(losses.values())).sum().backward()
    assert watch.unnamed == set()
    assert watch.reads and watch.reads <= TRUTH


def test_a_step_of_the_trainer_waits_only_for_what_it_reports() -> None:
    made = trainer()
    with DeviceWatch() as watch:
        made.run(on_step=lambda report: None, cancelled=lambda: made.step >= 1)
    assert watch.unnamed <= {"training/trainer.py run"}
    assert TRUTH - watch.reads == set() and watch.reads <= STEP


def test_devices_are_never_mixed_in_training() -> None:
    network = small_network().train().to("meta")
    truth = clip_truth([[1, 1], [1, 0]], [0, 2], [(5, 5, 40, 40), (30, 10, 90, 60)]).to("meta")
    clips = normal_clips(1, 2, HW).to("meta")
    features = network.encode(clips, torch.zeros((1, 2), device="meta"))
    for queries in network.stages(features):
        cost = clip_cost(queries.logits[0], queries.boxes[0], truth)
        assert cost.shape == (CONFIG.queries, 2) and cost.device.type == "meta"
        loss = focal_loss(queries.logits, torch.zeros_like(queries.logits)).sum() + queries.boxes.sum()
        frame, query = torch.zeros((2, 3), dtype=torch.int64, device="meta")
        for stage in range(CONFIG.head.stages):
            logits = network.mask_logits(features, queries, frame, query, query, stage=stage)
            loss = loss + dice_loss(logits.sigmoid(), torch.zeros_like(logits)).sum()
    loss.backward()
    assert {p.grad.device.type for p in network.parameters() if p.grad is not None} == {"meta"}


def test_the_watch_finds_what_it_is_for() -> None:
    with DeviceWatch() as watch:
        numbers = torch.arange(4)
        _ = numbers[numbers > 1]
    assert watch.unnamed == watch.reads == {"outside of model"}
    with DeviceWatch() as watch:
        numbers = torch.arange(4, device="cpu")
        _ = numbers[numbers - 1]
    assert watch.unnamed == watch.reads == set()
    with DeviceWatch() as watch:
        assert float(numbers.sum()) == 6
        numbers[numbers > 1] = 0
    assert watch.reads == {"outside of model"} and watch.copies == set()
    mask, counts = numbers > 1, numbers + 1
    for read in (
        lambda: numbers.to("cpu"),
        lambda: numbers.to(device="cpu", dtype=torch.float32),
        mask.argwhere,
        lambda: torch.where(mask),
        lambda: torch.nn.functional.one_hot(numbers),
        lambda: numbers.repeat_interleave(counts),
        lambda: torch.repeat_interleave(counts),
    ):
        with DeviceWatch() as watch:
            read()
        assert watch.reads == {"outside of model"}
    with DeviceWatch() as watch:
        numbers.to(torch.float32)
        numbers.to(numbers.device)
        torch.where(mask, numbers, counts)
        torch.nn.functional.one_hot(numbers, 4)
        numbers.repeat_interleave(2)
        numbers.repeat_interleave(counts, output_size=5)
    assert watch.reads == set()
    for copy in (lambda: torch.tensor([1], device="cpu"), lambda: numbers.new_tensor([1]), lambda: numbers[[0, 1]]):
        with DeviceWatch() as watch:
            copy()
        assert watch.copies == {"outside of model"}
