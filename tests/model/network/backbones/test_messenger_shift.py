import json

import pytest
import torch

from model.config import named
from model.network.backbones.messenger_shift import (
    DropPath,
    MessengerShift,
    MixFFN,
    shift,
)
from model.network.tevit import build
from tests.material import material
from tests.model.small import BACKBONE, normal_clips, randomise


@pytest.fixture(scope="module")
def backbone() -> MessengerShift:
    network = MessengerShift(BACKBONE).eval()
    randomise(network)
    return network


def test_each_quarter_of_the_tokens_travels_its_own_way() -> None:
    tokens = torch.arange(5.0)[None, :, None, None].expand(1, 5, 8, 2)
    moved = shift(tokens, (1, -1, 2, -2))[0, :, :, 0]
    assert moved[:, 0].tolist() == [4, 0, 1, 2, 3]
    assert moved[:, 2].tolist() == [1, 2, 3, 4, 0]
    assert moved[:, 4].tolist() == [3, 4, 0, 1, 2]
    assert moved[:, 6].tolist() == [2, 3, 4, 0, 1]


def test_shifting_back_gives_the_tokens_again() -> None:
    tokens = torch.randn(2, 6, 8, 3)
    assert torch.equal(shift(shift(tokens, (1, -1, 2, -2)), (-1, 1, -2, 2)), tokens)


def test_maps_have_the_strides_and_channels_of_a_pyramid(backbone: MessengerShift) -> None:
    with torch.inference_mode():
        maps, tokens = backbone(normal_clips(2, 3, (64, 96)))
    assert [tuple(m.shape) for m in maps] == [(6, 8, 16, 24), (6, 16, 8, 12), (6, 24, 4, 6), (6, 32, 2, 3)]
    assert [tuple(t.shape) for t in tokens] == [(6, 8, 8), (6, 8, 16)]  # those of the third stage are not used
    assert all(m.is_contiguous(memory_format=torch.channels_last) for m in maps)


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_turning_the_frames_round_turns_the_maps_round(backbone: MessengerShift, turn: int) -> None:
    clips = normal_clips(1, 4)
    with torch.inference_mode():
        plain, _ = backbone(clips)
        turned, _ = backbone(clips.roll(turn, dims=1))
    for a, b in zip(plain, turned, strict=True):
        torch.testing.assert_close(b, a.roll(turn, dims=0), rtol=1e-4, atol=1e-5)


def test_another_order_of_the_frames_is_another_clip(backbone: MessengerShift) -> None:
    clips, order = normal_clips(1, 5), [0, 3, 1, 4, 2]
    with torch.inference_mode():
        plain, mixed = backbone(clips)[0], backbone(clips[:, order])[0]
    assert (mixed[3] - plain[3][order]).abs().max() > 1e-3


def test_clips_of_a_batch_do_not_see_each_other(backbone: MessengerShift) -> None:
    clips = normal_clips(2, 3)
    with torch.inference_mode():
        together, alone = backbone(clips)[0], backbone(clips[1:])[0]
    for a, b in zip(together, alone, strict=True):
        torch.testing.assert_close(a[3:], b, rtol=1e-4, atol=1e-5)


def test_tokens_of_the_last_stage_reach_no_map(backbone: MessengerShift) -> None:
    clips = normal_clips(1, 3)
    with torch.inference_mode():
        lean, _ = backbone(clips)
        full, tokens = backbone(clips, every_token=True)
    assert len(tokens) == 4
    for a, b in zip(lean, full, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-6)


def test_the_tokens_of_earlier_stages_matter(backbone: MessengerShift) -> None:
    clips = normal_clips(1, 3)
    with torch.inference_mode():
        plain, _ = backbone(clips)
        kept = backbone.msg_tokens.clone()
        backbone.msg_tokens.zero_()
        without, _ = backbone(clips)
        backbone.msg_tokens.copy_(kept)
    assert (plain[3] - without[3]).abs().max() > 1e-3


def test_the_tokens_learn() -> None:
    network = MessengerShift(BACKBONE)
    randomise(network)
    maps, _ = network(normal_clips(1, 2, (32, 32)))
    maps[3].sum().backward()
    assert network.msg_tokens.grad is not None and network.msg_tokens.grad.abs().sum() > 0


def test_the_ffn_mixes_neighbours_but_not_tokens() -> None:
    torch.manual_seed(3)
    ffn = MixFFN(4, 8).eval()
    x = torch.randn(1, 9 + 2, 4)
    changed = x.clone()
    changed[:, 9] += 1.0  # the first token
    with torch.inference_mode():
        difference = (ffn(x, (3, 3), 2) - ffn(changed, (3, 3), 2)).abs().sum(dim=2)[0]
    assert difference[9] > 0 and difference[:9].sum() == 0 and difference[10] == 0


def test_stochastic_depth_drops_whole_branches_in_training_only() -> None:
    torch.manual_seed(4)
    layer, x = DropPath(0.5), torch.ones(200, 2, 3)
    assert torch.equal(layer.eval()(x), x)
    dropped = layer.train()(x)
    assert set(dropped.unique().tolist()) == {0.0, 2.0}
    assert all(len(sample.unique()) == 1 for sample in dropped)
    assert torch.equal(DropPath(0.0).train()(x), x)


@pytest.mark.parametrize("config", ["tevit_msgshift", "tevit_r50", "tevit_swin-l_mstrain"])
def test_keys_and_shapes_are_the_official_ones(config: str) -> None:
    official = json.loads(material(f"reference/state_dicts/{config}.json").read_text())
    with torch.device("meta"):
        network = build(named(config))
    own = {key: list(value.shape) for key, value in network.state_dict().items()}
    assert own == {key: shape for key, shape, _, _ in official}
    learned = {name for name, _ in network.named_parameters()}
    assert learned == {key for key, _, _, kind in official if kind == "parameter"}
