"""Training a refining network."""

import copy

import numpy as np
import torch

from model.refining import RefiningNetwork
from model.refining.examples import drawn
from model.refining.training import RefiningStep, loss_of, train
from tests.model.refining.made import backbone, scene


def run(steps: int, seed: int = 1) -> tuple[dict[str, torch.Tensor], list[RefiningStep]]:
    torch.manual_seed(seed)
    told: list[RefiningStep] = []
    scenes = [scene((50, 44, 20)), scene((70, 40, 18))]
    weights = train(
        RefiningNetwork(),
        backbone(),
        drawn(scenes, np.random.default_rng(seed), batch=2),
        steps=steps,
        rate=4e-3,
        on_step=told.append,
    )
    return weights, told


def test_masks_get_better_and_every_step_is_told() -> None:
    _, told = run(40)

    assert [one.step for one in told] == list(range(1, 41))
    assert np.mean([one.loss for one in told[-10:]]) < 0.6 * told[0].loss
    assert np.mean([one.iou - one.coarse_iou for one in told[-10:]]) > 0.02
    assert all(0 <= one.coarse_iou <= 1 and 0 <= one.iou <= 1 for one in told)


def test_the_same_seed_gives_the_same_weights_and_the_backbone_stays() -> None:
    before = copy.deepcopy(backbone().state_dict())
    (first, _), (second, _) = run(2), run(2)

    assert all(torch.equal(first[key], second[key]) for key in first)
    assert all(torch.equal(value, before[key]) for key, value in backbone().state_dict().items())


def test_no_step_leaves_the_network_as_it_is() -> None:
    network = RefiningNetwork()
    found = train(network, backbone(), iter(()), steps=0, rate=1e-3)

    assert all(torch.equal(value, found[key]) for key, value in network.state_dict().items())


def test_the_loss_is_least_for_the_exact_mask() -> None:
    exact = torch.zeros(1, 1, 8, 8)
    exact[..., 2:6, 2:6] = 1.0
    right, wrong = loss_of(20 * exact - 10, exact), loss_of(10 - 20 * exact, exact)

    assert 0 <= right < 0.01 and wrong > 5
