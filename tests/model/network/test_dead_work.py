"""Values that cannot influence a result are not computed, though their weights load and save."""

import re
from collections import Counter
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from model.network.backbones.messenger_shift import Block, MessengerShift
from model.network.mask_head import MaskHead
from model.network.tevit import TeViT
from tests.model.small import BACKBONE, CONFIG, normal_clips, randomise, small_network

FRAMES, HW = 2, (64, 96)


def propose(network: TeViT) -> None:
    """All that a proposal computes: the clip, its queries, and the masks of two of them in every frame."""
    with torch.inference_mode():
        features = network.encode(normal_clips(1, FRAMES, HW), torch.tensor([list(map(float, HW))]))
        queries = network.decode(features)
        frame = torch.arange(FRAMES).repeat_interleave(2)
        query = torch.tensor([0, 3]).repeat(FRAMES)
        network.masks(features, queries, frame, query, torch.zeros_like(query))


def test_only_the_last_mask_head_runs_at_test_time() -> None:
    network = small_network()
    called: Counter[int] = Counter()
    for number, head in enumerate(network.roi_head.mask_head):
        assert isinstance(head, MaskHead)
        head.register_forward_hook(lambda *_, number=number: called.update([number]))
        head.blocks = lambda *values, number=number, blocks=head.blocks: (called.update([number]), blocks(*values))[1]  # type: ignore[method-assign]

    propose(network)

    assert called == {CONFIG.head.stages - 1: 2}  # the hook, and its features
    assert {key.split(".")[2] for key in network.state_dict() if ".mask_head." in key} == {"0", "1"}


def seen_tokens(network: MessengerShift, **more: bool) -> list[list[tuple[int, int]]]:
    """Rows that go into and come out of each block, less the pixels, stage by stage."""
    rows: list[list[tuple[int, int]]] = []
    handles = []
    for number, stage in enumerate(network.layers):
        rows.append([])
        pixels = (HW[0] // (4 * 2**number)) * (HW[1] // (4 * 2**number))

        def note(_: nn.Module, given: tuple, out: torch.Tensor, at: int = number, pixels: int = pixels) -> None:
            rows[at].append((given[0].shape[1] - pixels, out.shape[1] - pixels))

        handles += [block.register_forward_hook(note) for block in stage[1]]  # type: ignore[index, union-attr]
    with torch.inference_mode():
        network(normal_clips(1, FRAMES, HW), **more)
    for handle in handles:
        handle.remove()
    return rows


def test_tokens_are_computed_up_to_the_last_block_that_uses_them() -> None:
    network = randomise(MessengerShift(BACKBONE).eval())
    assert isinstance(network, MessengerShift)
    m = BACKBONE.messengers
    assert seen_tokens(network) == [[(m, m), (m, m)], [(m, m), (m, m)], [(m, m), (m, 0)], [(0, 0), (0, 0)]]
    assert seen_tokens(network, every_token=True) == [[(m, m), (m, m)]] * 4


def flops(network: MessengerShift, **more: bool) -> Counter[str]:
    """Multiplications of the embedding and the blocks of each stage."""
    network.requires_grad_(False)
    with FlopCounterMode(display=False) as counter:
        network(normal_clips(1, FRAMES, HW), **more)
    counts: Counter[str] = Counter()
    for name, values in counter.get_flop_counts().items():
        if match := re.fullmatch(r"MessengerShift\.layers\.(\d)\.(0|1\.\d)", name):
            counts[match[1]] += sum(values.values())
    return counts


def test_the_last_stage_costs_what_a_stage_without_tokens_costs() -> None:
    network = MessengerShift(BACKBONE).eval()
    silent = MessengerShift(replace(BACKBONE, messengers=4)).eval()
    lean, full, without = flops(network), flops(network, every_token=True), flops(silent)
    assert lean.keys() == {"0", "1", "2", "3"}
    assert lean["3"] == without["3"] < full["3"]
    assert lean["2"] < full["2"]
    assert lean["0"] == full["0"] > without["0"]
    assert flops(network, every_token=True) == full


def test_leaving_them_out_changes_no_map_and_no_gradient() -> None:
    gradients = []
    for more in ({}, {"every_token": True}):
        network = randomise(MessengerShift(BACKBONE))
        maps, _ = network(normal_clips(1, FRAMES, HW), **more)
        sum(map_.sin().sum() for map_ in maps).backward()  # type: ignore[union-attr]
        gradients.append({name: p.grad for name, p in network.named_parameters()})
    for name, gradient in gradients[0].items():
        torch.testing.assert_close(gradient, gradients[1][name], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("block", [0, 1])
def test_a_block_without_its_tokens_gives_the_same_pixels(block: int) -> None:
    layer = randomise(MessengerShift(BACKBONE).eval()).layers[2][1][block]  # type: ignore[index, union-attr]
    assert isinstance(layer, Block)
    x = torch.randn(2, 24 + 8, BACKBONE.dims[2], generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        torch.testing.assert_close(layer(x, (4, 6), 8, keep_tokens=False), layer(x, (4, 6), 8)[:, :24])
