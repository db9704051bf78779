from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from model.network.boxes import generalized_iou
from model.network.tevit import TeViT
from model.training.losses import (
    class_truth,
    count_positives,
    dice_loss,
    focal_loss,
    mask_coverage,
    present_pairs,
    training_losses,
)
from model.training.targets import ABSENT, PRESENT, UNKNOWN, ClipTargets
from tests.material import material
from tests.model.small import clip_truth, normal_clips, small_network

BOXES = [(8.0, 8.0, 40.0, 40.0), (50.0, 20.0, 80.0, 60.0)]
NEVER = torch.zeros(0, dtype=torch.int64)


@pytest.fixture()
def network() -> TeViT:
    return small_network().train()


def far(frames: int, queries: int) -> torch.Tensor:
    return torch.tensor([90.0, 60.0, 95.0, 63.0]).expand(frames, queries, 4).clone()


def test_focal_loss_counts_confident_mistakes_most() -> None:
    logits = torch.tensor([-6.0, 0.0, 6.0])
    loss = focal_loss(logits, torch.zeros(3))
    assert loss[0] < 1e-4 < loss[1] < loss[2]
    p = logits.sigmoid()
    torch.testing.assert_close(loss, -0.75 * p**2 * torch.log(1 - p), atol=1e-4, rtol=1e-3)


def test_dice_loss_is_nought_for_the_truth_and_one_for_its_opposite() -> None:
    mask = (torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(0)) > 0.5).float()
    assert dice_loss(mask, mask).abs().max() < 1e-5
    torch.testing.assert_close(dice_loss(1 - mask, mask), torch.ones(3))


def test_a_matched_query_has_its_class_where_its_track_is_and_none_where_it_is_absent() -> None:
    truth = clip_truth([[PRESENT], [ABSENT]], [2], BOXES[:1])
    wanted, known = class_truth(torch.zeros(2, 4, 3), far(2, 4), truth, (torch.tensor([1]), torch.tensor([0])))
    assert wanted.nonzero().tolist() == [[0, 1, 2]]
    assert known.all()


def test_nothing_is_known_where_the_track_is_unknown() -> None:
    truth = clip_truth([[PRESENT], [UNKNOWN]], [2], BOXES[:1])
    wanted, known = class_truth(torch.zeros(2, 4, 3), far(2, 4), truth, (torch.tensor([1]), torch.tensor([0])))
    assert wanted.sum() == 1
    assert not known[1, 1].any() and known[0].all() and known[1, [0, 2, 3]].all()


def test_other_queries_are_background_in_complete_frames_and_classes_only() -> None:
    complete = torch.tensor([[True, False, True], [False, False, False]])
    truth = clip_truth([[PRESENT], [PRESENT]], [1], BOXES[:1], complete=complete)
    _, known = class_truth(torch.zeros(2, 3, 3), far(2, 3), truth, (torch.tensor([0]), torch.tensor([0])))
    assert known[0, 1].tolist() == [1, 0, 1] and known[1, 1].tolist() == [0, 0, 0]
    assert known[:, 0].all()  # the matched query is judged whole


def test_a_rejected_mask_teaches_its_class_to_the_queries_near_it() -> None:
    truth = clip_truth([[], []], [], [], complete=torch.zeros(2, 3, dtype=torch.bool), rejected=((1, 2, BOXES[0]),))
    boxes = far(2, 3)
    boxes[:, 1] = torch.tensor(BOXES[0]) + 1.0
    wanted, known = class_truth(torch.zeros(2, 3, 3), boxes, truth, (NEVER, NEVER))
    assert known.nonzero().tolist() == [[1, 1, 2]]
    assert wanted.sum() == 0


def test_a_clip_of_unknown_frames_costs_nothing_and_teaches_nothing(network: TeViT) -> None:
    truth = clip_truth([[UNKNOWN], [UNKNOWN]], [1], BOXES[:1], complete=torch.zeros(2, 3, dtype=torch.bool))
    losses, _ = training_losses(network, normal_clips(1, 2), [truth])
    total = sum(losses.values())
    assert total.detach().item() == 0.0  # type: ignore[union-attr]
    total.backward()  # type: ignore[union-attr]
    assert all(p.grad is None or not p.grad.any() for p in network.parameters())


def test_an_empty_clip_teaches_background(network: TeViT) -> None:
    losses, matches = training_losses(network, normal_clips(1, 2), [clip_truth([[], []], [], [])])
    assert losses["stage0_loss_cls"].detach().item() > 0
    assert all(value.detach().item() == 0 for name, value in losses.items() if not name.endswith("cls"))
    assert all(len(queries) == 0 for stage in matches for queries, _ in stage)
    assert torch.isfinite(sum(losses.values()))  # type: ignore[arg-type]


def test_a_frame_without_truth_beside_frames_with_it_is_no_error(network: TeViT) -> None:
    losses, _ = training_losses(network, normal_clips(1, 3), [clip_truth([[1], [0], [0]], [1], BOXES[:1])])
    assert torch.isfinite(sum(losses.values()))  # type: ignore[arg-type]


def test_every_stage_has_its_four_losses_and_every_used_weight_a_gradient(network: TeViT) -> None:
    truth = clip_truth([[PRESENT, PRESENT]] * 2, [0, 2], BOXES)
    losses, matches = training_losses(network, normal_clips(1, 2), [truth])
    assert set(losses) == {f"stage{s}_loss_{kind}" for s in range(2) for kind in ("cls", "bbox", "iou", "mask")}
    assert len(matches) == 2
    sum(losses.values()).backward()  # type: ignore[union-attr]
    without = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert not [name for name in without if "msg" in name or "mask_head" in name or "fc_" in name]


def test_box_losses_are_means_over_present_pairs(network: TeViT) -> None:
    truth = clip_truth([[PRESENT, PRESENT], [PRESENT, ABSENT]], [0, 2], BOXES)
    clips = normal_clips(1, 2)
    losses, matches = training_losses(network, clips, [truth])
    queries = network.stages(network.encode(clips, torch.tensor([truth.img_hw]).float()))[0]
    found = dict(zip(*(side.tolist() for side in matches[0][0]), strict=True))
    query_of = {track: query for query, track in found.items()}
    pairs = [(0, 0), (0, 1), (1, 0)]
    boxes = torch.stack([queries.boxes[0, frame, query_of[track]] for frame, track in pairs])
    wanted = torch.tensor([BOXES[track] for _, track in pairs])
    scale = torch.tensor([96.0, 64.0, 96.0, 64.0])
    expected = ((boxes - wanted) / scale).abs().sum() / 3 * 5
    torch.testing.assert_close(losses["stage0_loss_bbox"], expected, rtol=1e-4, atol=1e-5)
    expected = (1 - generalized_iou(boxes, wanted)).sum() / 3 * 2
    torch.testing.assert_close(losses["stage0_loss_iou"], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("states", [[[1, 0], [1, 1]], [[1, -1], [0, -1]], [[0, 0], [-1, 0]]])
def test_losses_are_divided_by_the_matched_pairs_where_every_track_finds_a_query(
    network: TeViT, states: list[list[int]]
) -> None:
    batch = [clip_truth(states, [0, 2], BOXES), clip_truth([[PRESENT]] * 2, [1], BOXES[1:])]
    losses, matches = training_losses(network, normal_clips(2, 2), batch)
    counted = count_positives(batch, queries=6, device="cpu")
    for stage in matches:
        assert counted == sum(len(frames) for frames, _, _ in present_pairs(batch, stage))
    whole, _ = training_losses(network, normal_clips(2, 2), batch, positives=1.0)
    for name, value in losses.items():
        torch.testing.assert_close(value * counted, whole[name])


def crowd(states: list[list[int]]) -> ClipTargets:
    """More tracks than the six queries of the small network."""
    count = len(states[0])
    boxes = [(4.0 + 9 * g, 4.0 + 5 * g, 20.0 + 9 * g, 24.0 + 5 * g) for g in range(count)]
    return clip_truth(states, [g % 3 for g in range(count)], boxes)


def test_tracks_for_which_there_is_no_query_are_not_counted(network: TeViT) -> None:
    batch = [crowd([[PRESENT] * 8] * 2)]
    _, matches = training_losses(network, normal_clips(1, 2), batch)
    for stage in matches:
        assert sum(len(frames) for frames, _, _ in present_pairs(batch, stage)) == 12
    assert count_positives(batch, queries=6, device="cpu") == 12
    assert count_positives(batch, queries=8, device="cpu") == 16


def test_of_a_crowd_whose_tracks_come_and_go_a_share_is_counted_whatever_is_matched() -> None:
    seldom = crowd([[PRESENT] * 8, [PRESENT] * 4 + [ABSENT] * 2 + [UNKNOWN] * 2])
    assert count_positives([seldom], queries=6, device="cpu") == 12 * 6 / 8
    assert count_positives([seldom, seldom], queries=6, device="cpu") == 18
    assert count_positives([crowd([[ABSENT] * 8] * 2)], queries=6, device="cpu") == 1
    assert count_positives([], queries=6, device="cpu") == 1


def test_the_order_of_the_clips_does_not_matter() -> None:
    first = clip_truth([[PRESENT, ABSENT]] * 2, [0, 2], BOXES)
    second = clip_truth([[PRESENT]] * 2, [1], BOXES[1:])
    clips = normal_clips(2, 2)
    network = small_network()  # evaluation mode: batch statistics would see the order of sums
    forth, _ = training_losses(network, clips, [first, second])
    back, _ = training_losses(network, clips.flip(0), [second, first])
    for name, value in forth.items():
        torch.testing.assert_close(value, back[name], rtol=1e-4, atol=1e-5)


def test_mask_truth_is_cut_at_the_padded_clip() -> None:
    truth = clip_truth([[PRESENT]], [0], [(0.0, 0.0, 96.0, 64.0)])
    beyond = torch.tensor([[[-30.0, -30.0, 300.0, 300.0]]])
    zero = torch.zeros(1, dtype=torch.int64)
    assert (mask_coverage(truth, beyond, (zero, zero, zero), cells=28) >= 0.5).all()


@pytest.fixture(scope="module")
def units() -> dict[str, torch.Tensor]:
    with np.load(material("reference/golden/units/units.npz")) as file:
        return {key: torch.from_numpy(np.asarray(file[key])) for key in file.files}


def check(loss: torch.Tensor, unit: dict[str, torch.Tensor], leaf: torch.Tensor, name: str) -> None:
    loss.backward()
    torch.testing.assert_close(loss.detach(), unit[f"{name}/loss"], rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(leaf.grad, unit[f"{name}/grad"], rtol=1e-3, atol=1e-6)


def test_focal_loss_equals_the_reference(units: dict[str, torch.Tensor]) -> None:
    leaf = units["focal_loss/logits"].clone().requires_grad_()
    truth = F.one_hot(units["focal_loss/labels"], 41)[:, :40].float()
    scale = 2.0 / float(units["focal_loss/avg_factor"])
    check(focal_loss(leaf, truth).sum() * scale, units, leaf, "focal_loss")


def test_dice_loss_equals_the_reference(units: dict[str, torch.Tensor]) -> None:
    leaf = units["dice_loss/logits"].clone().requires_grad_()
    loss = dice_loss(leaf.sigmoid(), units["dice_loss/target"]).sum() * 8.0 / float(units["dice_loss/avg_factor"])
    check(loss, units, leaf, "dice_loss")


def test_giou_loss_equals_the_reference(units: dict[str, torch.Tensor]) -> None:
    leaf = units["giou_loss/pred"].clone().requires_grad_()
    loss = (1 - generalized_iou(leaf, units["giou_loss/target"])).sum() * 2.0 / float(units["giou_loss/avg_factor"])
    check(loss, units, leaf, "giou_loss")


def test_mask_targets_equal_the_reference(units: dict[str, torch.Tensor]) -> None:
    masks = units["mask_target/gt_masks"]
    height, width = (int(side) for side in masks.shape[1:])
    truth: ClipTargets = replace(
        clip_truth([[PRESENT] * len(masks)], [0] * len(masks), [(0.0, 0.0, 1.0, 1.0)] * len(masks), hw=(height, width)),
        masks=masks[None],
    )
    count = len(units["mask_target/boxes"])
    triple = (torch.zeros(count, dtype=torch.int64), torch.arange(count), units["mask_target/inds"])
    out = (mask_coverage(truth, units["mask_target/boxes"][None], triple, cells=28) >= 0.5).float()
    assert torch.equal(out, units["mask_target/out"])


def test_a_batch_without_truth_is_not_divided_by_nothing(network: TeViT) -> None:
    """The official class loss is divided by 1e-7 then, which makes it about 1e10."""
    clips = normal_clips(1, 2)
    empty = clip_truth([[], []], [], [])
    losses, _ = training_losses(network, clips, [empty])
    logits = network.stages(network.encode(clips, torch.tensor([empty.img_hw]).float()))[0].logits
    expected = focal_loss(logits, torch.zeros_like(logits)).sum() * 2
    torch.testing.assert_close(losses["stage0_loss_cls"], expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("empty", [0, 1, 2])
def test_a_frame_without_truth_anywhere_in_a_clip_teaches_background_there(network: TeViT, empty: int) -> None:
    """The official assigner stops with an IndexError at such a frame."""
    states = [[PRESENT]] * 3
    states[empty] = [ABSENT]
    truth = clip_truth(states, [1], BOXES[:1])
    losses, matches = training_losses(network, normal_clips(1, 3), [truth])
    assert all(torch.isfinite(value) for value in losses.values())
    sum(losses.values()).backward()  # type: ignore[union-attr]
    assert all(p.grad is None or torch.isfinite(p.grad).all() for p in network.parameters())
    logits = torch.zeros(3, 6, 3)
    wanted, known = class_truth(logits, torch.zeros(3, 6, 4), truth, matches[0][0])
    assert known.all() and not wanted[empty].any() and wanted.sum() == 2


def test_a_query_box_far_outside_the_picture_has_a_finite_loss(network: TeViT) -> None:
    with torch.no_grad():
        network.rpn_head.init_proposal_bboxes.weight[:, :2] = 9.0  # type: ignore[index]
    truth = clip_truth([[PRESENT]] * 2, [1], BOXES[:1])
    losses, _ = training_losses(network, normal_clips(1, 2), [truth])
    assert all(torch.isfinite(value) for value in losses.values())
