import pytest
import torch
from torch import nn

from model.network import layers
from model.network.layers import attend, channels_last, constant_conv, pointwise, portions, to_map, to_sequence
from model.network.packed import PackedAttention, PackedLinear, can_pack
from tests.model.small import CONFIG, normal_clips, small_network


@pytest.mark.parametrize("groups", [1, 6])
def test_a_token_is_convolved_like_a_constant_picture(groups: int) -> None:
    torch.manual_seed(1)
    conv = nn.Conv2d(6, 6, 3, padding=1, groups=groups)
    tokens = torch.randn(2, 5, 6)
    picture = tokens.reshape(10, 6, 1, 1).expand(10, 6, 7, 7)
    inside = conv(picture)[:, :, 3, 3].view(2, 5, 6)
    torch.testing.assert_close(constant_conv(tokens, conv), inside)


def test_map_and_sequence_are_inverse() -> None:
    feature = torch.randn(2, 3, 4, 5)
    assert torch.equal(to_map(to_sequence(feature), (4, 5)), feature)


def test_attend_equals_multi_head_attention() -> None:
    torch.manual_seed(2)
    layer = nn.MultiheadAttention(12, 3, batch_first=True).eval()
    nn.init.normal_(layer.in_proj_bias)
    queries, keys = torch.randn(2, 7, 12), torch.randn(2, 5, 12)
    torch.testing.assert_close(attend(layer, queries, keys), layer(queries, keys, keys)[0])


def test_a_sequence_and_its_map_share_their_memory() -> None:
    sequence = torch.randn(2, 20, 3)
    feature = to_map(sequence, (4, 5))
    assert feature.shape == (2, 3, 4, 5) and torch.equal(feature[1, :, 2, 3], sequence[1, 13])
    assert feature.data_ptr() == sequence.data_ptr() == to_sequence(feature).data_ptr()
    assert to_sequence(channels_last(torch.randn(2, 3, 4, 5))).is_contiguous()


@pytest.mark.skipif(not can_pack(), reason="PyTorch cannot pack layers here")
def test_packed_projections_attend_like_the_plain_ones() -> None:
    torch.manual_seed(2)
    layer = nn.MultiheadAttention(12, 3, batch_first=True).eval()
    nn.init.normal_(layer.in_proj_bias)
    queries, keys = torch.randn(2, 7, 12), torch.randn(2, 5, 12)
    with torch.inference_mode():
        packed = attend(PackedAttention(layer, dtype=torch.float32), queries, keys)
        torch.testing.assert_close(packed, attend(layer, queries, keys), atol=1e-5, rtol=1e-4)


def test_a_1_x_1_convolution_is_a_linear_layer() -> None:
    torch.manual_seed(4)
    conv = nn.Conv2d(6, 5, 1)
    x = torch.randn(2, 12, 6)
    expected = to_sequence(conv(to_map(x, (3, 4))))
    torch.testing.assert_close(pointwise(x, conv), expected)
    if can_pack():
        linear = PackedLinear(conv.weight.flatten(1), conv.bias, dtype=torch.float32)
        with torch.inference_mode():
            torch.testing.assert_close(pointwise(x, linear), expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("count", "size", "wanted"), [(5, 6, 5), (5, 4, 3), (4, 5, 2), (7, 1, 1), (0, 9, 0), (3, 99, 3)]
)
def test_portions_are_equal_and_fit(count: int, size: int, wanted: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "_AT_ONCE", 10)
    x = torch.zeros(1)
    with torch.no_grad():
        parts = portions(count, size, x)
    lengths = [part.stop - part.start for part in parts]
    assert len(parts) == wanted and sum(lengths) == count
    assert [i for part in parts for i in range(part.start, part.stop)] == list(range(count))
    assert all(length * size <= 10 or length == 1 for length in lengths)
    assert len(portions(count, size, x)) == min(count, 1)  # with gradients all at once


def test_portions_change_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    network, clips = small_network(), normal_clips(2, 3)
    img_hw = torch.tensor([[64.0, 96.0]] * 2)
    frame, query = torch.arange(6), torch.arange(6) % CONFIG.queries
    found = []
    for at_once in (layers._AT_ONCE, 1):
        monkeypatch.setattr(layers, "_AT_ONCE", at_once)
        with torch.inference_mode():
            features = network.encode(clips, img_hw)
            queries = network.decode(features)
            masks = network.masks(features, queries, frame, query, torch.zeros_like(query))
        found.append((*features.levels, queries.logits, queries.boxes, masks))
    for whole, cut in zip(*found, strict=True):
        torch.testing.assert_close(whole, cut, atol=1e-4, rtol=1e-4)
