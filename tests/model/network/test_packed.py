import pytest
import torch
from torch import nn
from torch.nn import functional as F

from model.network import packed
from model.network.packed import PackedLinear, can_pack, computes_bfloat16, packs_bfloat16

pytestmark = pytest.mark.skipif(not can_pack(), reason="PyTorch cannot pack layers here")
needs_bfloat16 = pytest.mark.skipif(not packs_bfloat16(), reason="no weights are packed as bfloat16 here")


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(7, 12), (2, 5, 12), (3, 2, 2, 12)])
def test_a_packed_layer_computes_what_the_plain_one_does(bias: bool, shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    layer = nn.Linear(12, 9, bias=bias)
    x = torch.randn(shape)
    ours = PackedLinear(layer.weight, layer.bias, dtype=torch.float32)
    with torch.inference_mode():
        torch.testing.assert_close(ours(x), layer(x), atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(ours(x.transpose(0, -2)), layer(x.transpose(0, -2)), atol=1e-5, rtol=1e-5)


@needs_bfloat16
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_output_has_the_dtype_of_the_input(dtype: torch.dtype) -> None:
    torch.manual_seed(1)
    layer, x = nn.Linear(64, 32), torch.randn(10, 64)
    ours = PackedLinear(layer.weight, layer.bias, dtype=torch.bfloat16)
    with torch.inference_mode():
        out = ours(x.to(dtype))
    assert out.dtype == dtype
    exact = F.linear(x.bfloat16().double(), layer.weight.bfloat16().double(), layer.bias.bfloat16().double())
    torch.testing.assert_close(out.double(), exact, atol=0.02, rtol=0.01)


@pytest.mark.parametrize("dtype", [torch.float32, pytest.param(torch.bfloat16, marks=needs_bfloat16)])
def test_packing_leaves_the_layer_as_it_is(dtype: torch.dtype) -> None:
    layer = nn.Linear(8, 8)
    before = layer.weight.detach().clone()
    PackedLinear(layer.weight, layer.bias, dtype=dtype)
    assert torch.equal(layer.weight, before) and layer.weight.requires_grad


def test_bfloat16_is_for_processors_that_multiply_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "packs_bfloat16", lambda: True)
    for avx512, amx, wanted in ((False, False, False), (True, False, True), (False, True, True)):
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda value=avx512: value)
        monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda value=amx: value)
        assert computes_bfloat16() is wanted
    monkeypatch.setattr(packed, "packs_bfloat16", lambda: False)
    assert not computes_bfloat16()


def test_bfloat16_is_packed_only_where_the_library_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: True)
    assert packs_bfloat16()
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: False)
    assert not packs_bfloat16() and not computes_bfloat16()
    monkeypatch.setattr(packed, "can_pack", lambda: False)
    assert not packs_bfloat16()
