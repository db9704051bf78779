import pytest
import torch
from torch import nn

from model.network import prepared
from model.network.packed import PackedLinear, can_pack, packs_bfloat16
from model.weights.checkpoint import from_network
from tests.model.small import NAMES, normal_clips, small_network

pytestmark = pytest.mark.skipif(not can_pack(), reason="PyTorch cannot pack layers here")
HW = torch.tensor([[64.0, 96.0]])


def test_a_network_for_inference_computes_what_the_built_one_does() -> None:
    made = from_network(small_network(), NAMES)
    with torch.inference_mode():
        expected = made.build()(normal_clips(1, 2), HW)
        network = made.for_inference()
        found = network(normal_clips(1, 2), HW)
    assert any(isinstance(module, PackedLinear) for module in network.modules())
    torch.testing.assert_close(found.boxes, expected.boxes, atol=1e-3, rtol=1e-4)
    torch.testing.assert_close(found.logits, expected.logits, atol=1e-4, rtol=1e-4)


def test_the_checkpoint_stays_as_it_is_and_can_be_trained() -> None:
    made = from_network(small_network(), NAMES)
    before = {key: value.clone() for key, value in made.state.items()}
    made.for_inference(precision="fast")
    assert all(torch.equal(before[key], value) for key, value in made.state.items())
    assert any(isinstance(module, nn.Linear) for module in made.build().modules())


@pytest.mark.skipif(not packs_bfloat16(), reason="no weights are packed as bfloat16 here")
@pytest.mark.parametrize("precision", ["float32", "fast"])
def test_fast_computes_in_bfloat16_where_the_processor_can(precision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "computes_bfloat16", lambda: True)
    network = from_network(small_network(), NAMES).for_inference(precision=precision)
    kinds = {module.dtype for module in network.backbone.modules() if isinstance(module, PackedLinear)}
    assert kinds == {torch.bfloat16 if precision == "fast" else torch.float32}
