import torch
from torch import nn

from model.training.ema import WeightAverage


def layer(value: float) -> nn.Module:
    network = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(value)
    return network


def test_the_mean_starts_at_the_network_and_forgets_it_soon() -> None:
    network = layer(0.0)
    average = WeightAverage(network, decay=0.999)
    network.load_state_dict(layer(1.0).state_dict())
    for _ in range(30):
        average.update(network)
    weight = average.network[0].weight  # type: ignore[index]
    assert 0.95 < weight.min().item() <= 1.0


def test_the_first_update_follows_the_warm_up() -> None:
    network = layer(0.0)
    average = WeightAverage(network, decay=0.999)
    network.load_state_dict(layer(1.0).state_dict())
    average.update(network)
    torch.testing.assert_close(average.network[0].weight, torch.full((2, 2), 1 - 2 / 11))  # type: ignore[index]


def test_counters_are_copied_not_averaged() -> None:
    network = layer(0.0)
    average = WeightAverage(network, decay=0.9)
    network[1].num_batches_tracked.fill_(7)  # type: ignore[index, operator]
    average.update(network)
    assert average.network[1].num_batches_tracked == 7  # type: ignore[index]


def test_the_average_stays_out_of_training() -> None:
    network = layer(0.0).train()
    average = WeightAverage(network, decay=0.9)
    assert not average.network.training
    assert not any(p.requires_grad for p in average.network.parameters())
    assert network.training and all(p.requires_grad for p in network.parameters())


def test_a_restored_average_goes_on_like_the_old_one() -> None:
    torch.manual_seed(0)
    network = layer(0.5)
    first = WeightAverage(network, decay=0.9)
    first.update(layer(1.0))
    second = WeightAverage(layer(9.0), decay=0.9)
    second.restore(first.state())
    for average in (first, second):
        average.update(layer(2.0))
    for a, b in zip(first.network.state_dict().values(), second.network.state_dict().values(), strict=True):
        assert torch.equal(a, b)
