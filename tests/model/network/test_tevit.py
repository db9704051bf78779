import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model.config import named
from model.network.tevit import TeViT, build, shell
from model.weights.checkpoint import from_network, save
from tests.imports import ROOT
from tests.model.small import CONFIG, normal_clips, small_network

HW = torch.tensor([[60.0, 90.0]])


@pytest.fixture(scope="module")
def network() -> TeViT:
    return small_network()


def test_queries_of_all_frames_come_out(network: TeViT) -> None:
    with torch.inference_mode():
        out = network(normal_clips(2, 3), HW.repeat(2, 1))
    assert out.logits.shape == (2, 3, 6, 3)
    assert out.boxes.shape == out.start_boxes.shape == (2, 3, 6, 4)
    assert torch.isfinite(out.logits).all() and torch.isfinite(out.boxes).all()


def test_forward_is_encode_then_decode(network: TeViT) -> None:
    clips = normal_clips(1, 2)
    with torch.inference_mode():
        whole, parts = network(clips, HW), network.decode(network.encode(clips, HW))
    assert all(torch.equal(a, b) for a, b in zip(whole, parts, strict=True))


def test_queries_start_in_the_picture_and_not_in_its_padding(network: TeViT) -> None:
    with torch.inference_mode():
        features = network.encode(normal_clips(1, 1), HW)
        boxes, _ = network._start(features)
    relative = network.rpn_head.init_proposal_bboxes.weight
    centres = (boxes[0, 0, :, :2] + boxes[0, 0, :, 2:]) / 2
    torch.testing.assert_close(centres, relative[:, :2] * torch.tensor([90.0, 60.0]))


def test_each_stage_starts_where_the_last_one_ended_without_its_gradient(network: TeViT) -> None:
    stages = network.stages(network.encode(normal_clips(1, 2), HW))
    assert torch.equal(stages[1].start_boxes, stages[0].boxes)
    assert stages[0].boxes.requires_grad and not stages[1].start_boxes.requires_grad


def test_turning_the_clip_turns_the_queries(network: TeViT) -> None:
    clips = normal_clips(1, 4)
    with torch.inference_mode():
        plain, turned = network(clips, HW), network(clips.roll(1, dims=1), HW)
    torch.testing.assert_close(turned.boxes, plain.boxes.roll(1, dims=1), atol=1e-2, rtol=1e-3)
    torch.testing.assert_close(turned.logits, plain.logits.roll(1, dims=1), atol=1e-3, rtol=1e-3)


def test_clips_of_a_batch_are_independent(network: TeViT) -> None:
    clips = normal_clips(2, 2)
    hw = torch.tensor([[60.0, 90.0], [64.0, 70.0]])
    with torch.inference_mode():
        both, second = network(clips, hw), network(clips[1:], hw[1:])
    torch.testing.assert_close(both.boxes[1:], second.boxes, atol=1e-2, rtol=1e-3)


def test_extra_queries_join_behind_the_learned_ones(network: TeViT) -> None:
    boxes = torch.tensor([10.0, 10.0, 40.0, 40.0]).expand(1, 2, 3, 4)
    added = torch.randn(1, 2, 3, CONFIG.head.channels, generator=torch.Generator().manual_seed(5))
    with torch.inference_mode():
        out = network.decode(network.encode(normal_clips(1, 2), HW), boxes, added)
    assert out.logits.shape == (1, 2, 9, 3)


def test_no_extra_queries_change_nothing(network: TeViT) -> None:
    with torch.inference_mode():
        features = network.encode(normal_clips(1, 2), HW)
        plain = network.decode(features)
        none = network.decode(features, torch.zeros(1, 2, 0, 4), torch.zeros(1, 2, 0, CONFIG.head.channels))
    assert torch.equal(plain.boxes, none.boxes)


def test_masks_follow_the_order_of_the_request(network: TeViT) -> None:
    frame, query = torch.tensor([0, 1, 1, 0]), torch.tensor([2, 5, 0, 3])
    label = torch.tensor([0, 1, 2, 1])
    order = torch.tensor([3, 0, 2, 1])
    with torch.inference_mode():
        features = network.encode(normal_clips(1, 2), HW)
        queries = network.decode(features)
        masks = network.masks(features, queries, frame, query, label)
        mixed = network.masks(features, queries, frame[order], query[order], label[order])
    assert masks.shape == (4, 28, 28) and (masks >= 0).all() and (masks <= 1).all()
    torch.testing.assert_close(mixed, masks[order], atol=1e-5, rtol=1e-4)


def test_inference_needs_the_last_mask_head_only(network: TeViT) -> None:
    zero = torch.zeros(1, dtype=torch.int64)
    other = small_network()
    with torch.no_grad():
        for parameter in other.roi_head.mask_head[0].parameters():
            parameter.fill_(torch.nan)
    with torch.inference_mode():
        features = other.encode(normal_clips(1, 1), HW)
        assert torch.isfinite(other.masks(features, other.decode(features), zero, zero, zero)).all()


@pytest.mark.parametrize("count", [1, 6, 15, 17])
def test_a_grid_of_starting_boxes_covers_the_picture(count: int) -> None:
    boxes = build(replace(CONFIG, queries=count)).rpn_head.init_proposal_bboxes.weight
    assert boxes.shape == (count, 4)
    assert (boxes > 0).all() and (boxes[:, :2] < 1).all()
    assert len(boxes[:, :2].unique(dim=0)) == count


def test_the_published_queries_start_as_the_full_picture() -> None:
    network = build(replace(CONFIG, query_layout="full"))
    assert network.rpn_head.init_proposal_bboxes.weight.unique(dim=0).tolist() == [[0.5, 0.5, 1.0, 1.0]]


def test_the_tiny_network_is_tiny() -> None:
    assert sum(p.numel() for p in build(named("tevit_tiny")).parameters()) < 8_000_000


@pytest.mark.parametrize("name", ["tevit_tiny", "tevit_r50", "tevit_swin-l_mstrain"])
def test_a_shell_has_the_keys_shapes_and_types_of_the_network_and_no_numbers(name: str) -> None:
    with torch.device("meta"):
        wanted = build(named(name))
    found = shell(named(name))

    assert [(key, value.shape, value.dtype) for key, value in found.state_dict().items()] == [
        (key, value.shape, value.dtype) for key, value in wanted.state_dict().items()
    ]
    assert {parameter.device.type for parameter in found.parameters()} == {"meta"}
    assert [p.requires_grad for p in found.parameters()] == [p.requires_grad for p in wanted.parameters()]


def test_a_shell_with_weights_is_the_network(network: TeViT) -> None:
    filled = shell(network.config)
    filled.load_state_dict(network.state_dict(), assign=True)
    clip = normal_clips(1, 2)

    with torch.no_grad():
        wanted, found = network(clip, HW), filled.eval()(clip, HW)
    assert torch.equal(found.logits, wanted.logits) and torch.equal(found.boxes, wanted.boxes)


def test_outside_a_shell_weights_are_drawn_as_before() -> None:
    shell(CONFIG)
    assert build(CONFIG).rpn_head.init_proposal_features.weight.std() > 0.1


def test_reading_weights_does_not_load_the_compiler(tmp_path: Path) -> None:
    save(tmp_path / "tiny.safetensors", from_network(build(named("tevit_tiny")), tuple("abcde")))
    code = """
import sys
from pathlib import Path
from model.weights.checkpoint import load
network = load(Path(sys.argv[1])).build()
print("torch" in sys.modules, "torch._dynamo" in sys.modules)
"""
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "tiny.safetensors")], cwd=ROOT, capture_output=True, text=True
    )

    assert ran.stdout.split() == ["True", "False"], ran.stderr
