"""Linear layers by oneDNN: results and gradients of those that they replace."""

from contextlib import nullcontext

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from model.network import trained_products as products
from model.network.packed import can_pack
from model.network.trained_products import OneDnnLinear, same_products, trained_products

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
def test_results_and_gradients_are_those_of_the_layer(shape: tuple[int, ...], out: int, bias: bool) -> None:
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


def test_only_float32_on_a_cpu_with_avx512_is_computed_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "can_pack", lambda: True)
    for capability, fits in (("AVX512", True), ("AVX2", False)):
        monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda capability=capability: capability)
        assert isinstance(trained_products(torch.device("cpu")), OneDnnLinear) == fits
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX512")
    assert not isinstance(trained_products(torch.device("cuda")), OneDnnLinear)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert not isinstance(trained_products(torch.device("cpu")), OneDnnLinear)
