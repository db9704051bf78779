"""Convolutions with gradients in another layout: the results and gradients of the layer."""

from typing import Any

import pytest
import torch
from torch import nn

from model.network import planar_gradients
from model.network.planar_gradients import convolved


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """An element for each convolution that was computed in the other way; small ones count as large."""
    found: list[int] = []
    forward = planar_gradients._PlanarConvolution.forward

    def counted(*given: Any) -> torch.Tensor:
        found.append(1)
        return forward(*given)

    monkeypatch.setattr(planar_gradients._PlanarConvolution, "forward", counted)
    monkeypatch.setattr(planar_gradients, "_LARGE", 1)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX2")
    return found


def maps(channels: int = 6) -> torch.Tensor:
    return torch.randn(2, channels, 9, 8).contiguous(memory_format=torch.channels_last)


def gradients(out: torch.Tensor, x: torch.Tensor, conv: nn.Conv2d) -> list[torch.Tensor]:
    """The result, and the gradients of the input and of all that the layer learns."""
    weighted = (out * torch.linspace(-1, 1, out.numel()).view_as(out)).sum()
    return [out, *torch.autograd.grad(weighted, [x, *conv.parameters()])]


@pytest.mark.parametrize(("stride", "padding", "bias"), [(1, 1, True), (2, 1, False), (2, 0, True)])
def test_results_and_gradients_are_those_of_the_layer(stride: int, padding: int, bias: bool, calls: list[int]) -> None:
    torch.manual_seed(3)
    conv, x = nn.Conv2d(6, 5, 3, stride=stride, padding=padding, bias=bias), maps().requires_grad_()
    exact = gradients(conv(x), x, conv)
    found = gradients(convolved(conv, x), x, conv)
    assert calls == [1]
    for one, other in zip(found, exact, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)


def test_an_input_or_a_layer_without_gradients_gets_none(calls: list[int]) -> None:
    conv, x = nn.Conv2d(6, 5, 3, padding=1), maps()
    convolved(conv, x).sum().backward()
    assert calls == [1] and x.grad is None and conv.weight.grad is not None
    conv.requires_grad_(False)
    assert convolved(conv, x.requires_grad_()).requires_grad and calls == [1]


@pytest.mark.parametrize(
    "conv",
    [
        nn.Conv2d(4, 4, 1),
        nn.Conv2d(4, 4, 3, groups=4),
        nn.Conv2d(4, 4, 3, dilation=2),
        nn.Conv2d(4, 4, 3, padding="same"),
        nn.Conv2d(4, 4, 3, padding=1, padding_mode="reflect"),
        nn.Sequential(nn.Conv2d(4, 4, 3)),
    ],
)
def test_other_layers_are_computed_as_they_are(conv: nn.Module, calls: list[int]) -> None:
    x = maps(4)
    torch.testing.assert_close(convolved(conv, x), conv(x))
    assert not calls


def test_it_is_left_where_it_would_not_be_faster(calls: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    conv, x = nn.Conv2d(6, 5, 3, padding=1), maps()
    with torch.no_grad():
        convolved(conv, x)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert convolved(conv, x).dtype == torch.bfloat16
    convolved(conv, x.contiguous())
    convolved(conv.double(), x.double())
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX512")
    convolved(conv.float(), x)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX2")
    monkeypatch.setattr(planar_gradients, "_LARGE", 1 << 25)
    convolved(conv, x)
    assert not calls
