"""Layers by the faster library: results and gradients of those that they replace."""

from contextlib import nullcontext
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.overrides import _get_current_function_mode_stack
from torch.utils.checkpoint import checkpoint

from model.network import trained_products as products
from model.network.packed import can_pack
from model.network.trained_products import OneDnnLinear, PlanarWeightGradients, same_products, trained_products

needs_onednn = pytest.mark.skipif(not can_pack(), reason="oneDNN has no linear layers here")


def results(layer: nn.Linear, x: torch.Tensor) -> list[torch.Tensor]:
    x = x.clone().requires_grad_()
    out = layer(x)
    layer.zero_grad()
    (out * torch.linspace(-1, 1, out.numel()).view_as(out)).sum().backward()
    assert x.grad is not None and layer.weight.grad is not None
    bias = [] if layer.bias is None or layer.bias.grad is None else [layer.bias.grad.clone()]
    return [out.detach(), x.grad, layer.weight.grad.clone(), *bias]


@needs_onednn
@pytest.mark.parametrize("shape", [(5, 7), (2, 3, 7), (1, 7), (40, 7)])
@pytest.mark.parametrize(("out", "bias"), [(3, True), (50, True), (7, False)])
@pytest.mark.parametrize("capability", ["AVX512", "AVX2"])
def test_results_and_gradients_are_those_of_the_layer(
    shape: tuple[int, ...], out: int, bias: bool, capability: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    torch.manual_seed(0)
    layer, x = nn.Linear(7, out, bias=bias), torch.randn(shape)
    exact = results(layer, x)
    with OneDnnLinear():
        found = results(layer, x)
    for one, other in zip(found, exact, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)


@needs_onednn
def test_views_and_frozen_weights_are_taken_as_they_are() -> None:
    torch.manual_seed(1)
    layer, x = nn.Linear(6, 9).requires_grad_(False), torch.randn(4, 6, 3).transpose(1, 2).requires_grad_()
    with OneDnnLinear():
        found = layer(x)
    found.sum().backward()
    torch.testing.assert_close(found, F.linear(x, layer.weight, layer.bias))
    assert layer.weight.grad is None and x.grad is not None
    torch.testing.assert_close(x.grad, layer.weight.sum(dim=0).expand_as(x))


@needs_onednn
def test_a_result_may_be_changed_in_place() -> None:
    torch.manual_seed(2)
    layer, x = nn.Linear(4, 6), torch.randn(2, 3, 4)
    with OneDnnLinear():
        F.relu_(layer(x).view(2, 3, 2, 3)).sum().backward()
    found = layer.weight.grad.clone()  # type: ignore[union-attr]
    layer.zero_grad()
    F.relu(layer(x)).sum().backward()
    torch.testing.assert_close(found, layer.weight.grad)


@needs_onednn
@pytest.mark.parametrize("around", [True, False])
def test_what_is_computed_again_for_a_gradient_is_computed_in_the_same_way(
    around: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, layer, x = list[int](), nn.Linear(6, 6), torch.randn(4, 6)
    product = products._product
    monkeypatch.setattr(products, "_product", lambda *given: (calls.append(1), product(*given))[1])
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX512")
    with OneDnnLinear():
        pass
    with OneDnnLinear() if around else nullcontext():
        out = checkpoint(layer, x.requires_grad_(), use_reentrant=False, context_fn=same_products)
    out.sum().backward()
    assert len(calls) == (4 if around else 0), "the result twice, and two gradients"


@needs_onednn
def test_what_it_cannot_compute_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "_product", lambda *given: pytest.fail("not for oneDNN"))
    layer = nn.Linear(4, 2)
    with OneDnnLinear():
        assert layer(torch.zeros(0, 4)).shape == (0, 2)
        assert layer(torch.zeros(4)).shape == (2,)
        assert F.linear(torch.zeros(3, 4).double(), layer.weight.double()).dtype == torch.float64
        assert F.relu(torch.full((2,), -1.0)).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("capability", "planar"), [("AVX512", False), ("AVX2", True)])
def test_products_of_float32_on_a_cpu_are_chosen_by_its_instructions(
    capability: str, planar: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    monkeypatch.setattr(products, "can_pack", lambda: True)
    assert modes("cpu") == [OneDnnLinear, PlanarWeightGradients] if planar else [OneDnnLinear]
    assert modes("cuda") == []
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert modes("cpu") == []
    monkeypatch.setattr(products, "can_pack", lambda: False)
    assert modes("cpu") == []


def modes(device: str) -> list[type]:
    """What replaces functions of PyTorch within the block."""
    with trained_products(torch.device(device)):
        return [type(mode) for mode in _get_current_function_mode_stack()]


def convolved(conv: nn.Conv2d, x: torch.Tensor) -> list[torch.Tensor]:
    """The result, and the gradients of input, weight and bias."""
    x = x.clone(memory_format=torch.preserve_format).requires_grad_()
    out = conv(x)
    conv.zero_grad()
    (out * torch.linspace(-1, 1, out.numel()).view_as(out)).sum().backward()
    assert x.grad is not None and conv.weight.grad is not None
    return [out.detach(), x.grad, conv.weight.grad.clone(), *([] if conv.bias is None else [conv.bias.grad.clone()])]  # type: ignore[union-attr]


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(("stride", "padding", "bias"), [(1, 1, True), (2, 1, False), (2, 0, True)])
def test_gradients_of_convolutions_are_those_of_the_layer(
    layout: torch.memory_format, stride: int, padding: int, bias: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(3)
    conv = nn.Conv2d(6, 5, 3, stride=stride, padding=padding, bias=bias)
    x = torch.randn(2, 6, 9, 8).contiguous(memory_format=layout)
    exact, calls = convolved(conv, x), list[int]()
    forward = products._PlanarConvolution.forward

    def counted(*given: Any) -> torch.Tensor:
        calls.append(1)
        return forward(*given)

    monkeypatch.setattr(products._PlanarConvolution, "forward", counted)
    with PlanarWeightGradients():
        found = convolved(conv, x)
    assert calls
    for one, other in zip(found, exact, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)


def test_other_convolutions_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products._PlanarConvolution, "forward", lambda *given: pytest.fail("not for it"))
    x = torch.randn(1, 4, 8, 8)
    frozen = nn.Conv2d(4, 4, 3).requires_grad_(False)
    others = [nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 3, groups=4), nn.Conv2d(4, 4, 3, dilation=2), frozen]
    with PlanarWeightGradients():
        shapes = [tuple(conv(x).shape[2:]) for conv in others]
        assert F.conv2d(x.double(), others[1].weight.double(), groups=4).dtype == torch.float64
        assert F.conv2d(x, weight=others[0].weight).shape == x.shape
    assert shapes == [(8, 8), (6, 6), (4, 4), (6, 6)]
