"""Constants on a device: made once, usable with and without gradients."""

import torch

from model.network.constants import constant

CPU = torch.device("cpu")


def test_the_same_values_are_the_same_tensor() -> None:
    first = constant([0.5, 1.0], dtype=torch.float32, device=CPU)
    assert constant((0.5, 1.0), dtype=torch.float32, device=CPU) is first
    assert first.tolist() == [0.5, 1.0]
    assert constant((0.5, 1.0), dtype=torch.float64, device=CPU).dtype == torch.float64
    assert constant((0.5, 1.0), dtype=torch.float32, device=torch.device("meta")).device.type == "meta"


def test_a_constant_stays_whatever_else_is_asked_for() -> None:
    first = constant([0.25, 4.0], dtype=torch.float32, device=CPU)
    for number in range(5000):
        constant([float(number)], dtype=torch.float32, device=CPU)
    assert constant([0.25, 4.0], dtype=torch.float32, device=CPU) is first


def test_a_constant_that_inference_made_serves_training() -> None:
    with torch.inference_mode():
        scale = constant((2.0, 3.0, 7.25), dtype=torch.float32, device=CPU)
    value = torch.ones(3, requires_grad=True)
    (value * scale).sum().backward()
    assert value.grad is not None and value.grad.tolist() == [2.0, 3.0, 7.25]
