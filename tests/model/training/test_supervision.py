"""What each query learns in each frame: exactly nothing where nobody looked, something where somebody did."""

from dataclasses import dataclass, replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from model.network.tevit import Queries, TeViT
from model.training.losses import count_positives, stage_losses, training_losses
from model.training.supervision import REJECTED_IOU, UNKNOWN_IOU, class_truth, pair_weights
from model.training.targets import ABSENT, PRESENT, UNKNOWN, ClipTargets
from tests.model.small import clip_truth, normal_clips, small_network

FRAMES, QUERIES, CLASSES = 2, 6, 3
THING = (8.0, 8.0, 40.0, 40.0)
OTHER = (50.0, 20.0, 80.0, 60.0)
FAR = (90.0, 60.0, 95.0, 63.0)
NEVER = torch.zeros(0, dtype=torch.int64)
NOT_COMPLETE = torch.zeros(FRAMES, CLASSES, dtype=torch.bool)
FIRST = (torch.tensor([0]), torch.tensor([0]))  # query 0 is matched to track 0


@pytest.fixture(scope="module")
def network() -> TeViT:
    return small_network().train()


@dataclass(frozen=True)
class Gradients:
    """Gradients of the sum of a stage's losses: of logits (T, N, classes), boxes (T, N, 4), and in the mask head."""

    logits: Tensor
    boxes: Tensor
    mask_head: float  # norm

    def taught(self) -> list[list[int]]:
        """(frame, query, class) with a class loss."""
        return self.logits.nonzero().tolist()


def boxes_at(places: dict[tuple[int, int], tuple[float, ...]]) -> Tensor:
    """(T, N, 4) query boxes: these by (frame, query), all others far away."""
    boxes = torch.tensor(FAR).expand(FRAMES, QUERIES, 4).clone()
    for (frame, query), box in places.items():
        boxes[frame, query] = torch.tensor(box)
    return boxes


def gradients(
    network: TeViT, truth: ClipTargets, boxes: Tensor, matched: tuple[Tensor, Tensor] = (NEVER, NEVER)
) -> Gradients:
    network.zero_grad()
    with torch.no_grad():
        features = network.encode(normal_clips(1, FRAMES), torch.tensor([truth.img_hw]).float())
        made = network.stages(features)[0]
    logits, leaf = torch.zeros_like(made.logits).requires_grad_(), boxes[None].clone().requires_grad_()
    losses, _ = stage_losses(
        network, features, Queries(logits, leaf, *made[2:]), [truth], stage=0, positives=1.0, matches=[matched]
    )
    torch.stack(list(losses.values())).sum().backward()
    head = [p.grad.norm() for p in network.roi_head.mask_head[0].parameters() if p.grad is not None]
    assert logits.grad is not None and leaf.grad is not None
    return Gradients(logits.grad[0], leaf.grad[0], float(torch.stack(head).norm()))


def test_a_matched_query_whose_track_is_present_learns_class_box_and_mask(network: TeViT) -> None:
    truth = clip_truth([[PRESENT], [UNKNOWN]], [1], [THING], complete=NOT_COMPLETE)
    found = gradients(network, truth, boxes_at({(0, 0): (10.0, 8.0, 44.0, 38.0)}), FIRST)
    assert found.taught() == [[0, 0, 0], [0, 0, 1], [0, 0, 2]]
    assert found.logits[0, 0, 1] < 0 < found.logits[0, 0, 0], "more of its class, less of the others"
    assert found.boxes[0, 0].all() and not found.boxes[0, 1:].any()
    assert found.mask_head > 0


def test_a_matched_query_whose_track_a_person_marked_absent_learns_background_and_no_shape(network: TeViT) -> None:
    truth = clip_truth([[PRESENT], [ABSENT]], [1], [THING], complete=NOT_COMPLETE)
    found = gradients(network, truth, boxes_at({}), FIRST)
    assert (found.logits[1, 0] > 0).all() and not found.logits[1, 1:].any()
    assert not found.boxes[1].any()
    nowhere = clip_truth([[ABSENT], [ABSENT]], [1], [THING], complete=NOT_COMPLETE)
    assert gradients(network, nowhere, boxes_at({}), FIRST).mask_head == 0


@pytest.mark.parametrize("complete", [None, NOT_COMPLETE, ~NOT_COMPLETE])
def test_a_matched_query_learns_nothing_where_its_track_is_unknown(network: TeViT, complete: Tensor | None) -> None:
    truth = clip_truth([[PRESENT], [UNKNOWN]], [1], [THING], complete=complete)
    found = gradients(network, truth, boxes_at({}), FIRST)
    assert not found.logits[1, 0].any() and not found.boxes[1].any()
    assert found.logits[0, 0].all()


def test_an_unmatched_query_is_background_for_the_complete_classes_of_the_frame_alone(network: TeViT) -> None:
    complete = torch.tensor([[True, False, True], [False, False, False]])
    truth = clip_truth([[PRESENT], [PRESENT]], [1], [THING], complete=complete)
    found = gradients(network, truth, boxes_at({}), FIRST)
    assert [one for one in found.taught() if one[1] > 0] == [[0, q, c] for q in range(1, QUERIES) for c in (0, 2)]
    assert (found.logits[0, 1:, [0, 2]] > 0).all()
    assert not found.boxes[:, 1:].any()


def test_an_unmatched_query_on_a_rejected_mask_learns_that_it_is_not_that_label(network: TeViT) -> None:
    truth = clip_truth([[], []], [], [], complete=NOT_COMPLETE, rejected=((1, 2, THING),))
    near = {(1, 3): (9.0, 9.0, 41.0, 41.0), (0, 3): THING, (1, 4): (30.0, 8.0, 62.0, 40.0)}
    found = gradients(network, truth, boxes_at(near))
    assert found.taught() == [[1, 3, 2]] and found.logits[1, 3, 2] > 0


def test_a_verdict_holds_although_the_rejected_mask_is_proposed_again(network: TeViT) -> None:
    truth = clip_truth(
        [[], []], [], [], complete=~NOT_COMPLETE, rejected=((1, 2, THING),), unknown=((1, THING, False),)
    )
    found = gradients(network, truth, boxes_at({(1, 3): THING}))
    assert [one for one in found.taught() if one[:2] == [1, 3]] == [[1, 3, 2]]


@pytest.mark.parametrize("complete", [None, ~NOT_COMPLETE])
def test_an_unmatched_query_on_a_mask_that_nobody_judged_learns_nothing_in_a_complete_frame(
    network: TeViT, complete: Tensor | None
) -> None:
    truth = clip_truth([[PRESENT], [PRESENT]], [1], [THING], complete=complete, unknown=((1, OTHER, False),))
    found = gradients(network, truth, boxes_at({(1, 2): OTHER, (0, 2): OTHER, (0, 0): THING, (1, 0): THING}), FIRST)
    silent = (found.logits == 0).all(dim=2).nonzero().tolist()
    assert silent == [[1, 2]], "the other frame, the other queries and the matched one are taught"


def test_a_persons_mask_teaches_also_where_an_unjudged_mask_lies_on_it(network: TeViT) -> None:
    truth = clip_truth([[PRESENT], [ABSENT]], [1], [THING], unknown=((0, THING, False), (1, THING, False)))
    found = gradients(network, truth, boxes_at({(0, 0): THING, (1, 0): THING, (0, 1): THING, (1, 1): THING}), FIRST)
    assert found.logits[0, 0].all() and (found.logits[1, 0] > 0).all()
    assert not found.logits[:, 1].any()


@pytest.mark.parametrize(("share", "taught"), [(0.25, True), (0.45, False)])
def test_the_overlap_with_an_unjudged_mask_is_the_iou_of_the_boxes(share: float, taught: bool) -> None:
    inside = (0.0, 0.0, 100.0 * share, 40.0)
    truth = clip_truth([[], []], [], [], unknown=((0, (0.0, 0.0, 100.0, 40.0), False),))
    _, weight = class_truth(torch.zeros(2, QUERIES, CLASSES), boxes_at({(0, 1): inside}), truth, (NEVER, NEVER))
    assert bool(weight[0, 1].all()) is taught is bool(weight[0, 1].any())
    assert (share > UNKNOWN_IOU) is not taught


def test_a_query_inside_a_crowd_is_neither_a_thing_nor_background() -> None:
    one_of_many = (10.0, 10.0, 16.0, 20.0)
    for is_crowd in (True, False):
        truth = clip_truth([[], []], [], [], unknown=((0, (0.0, 0.0, 90.0, 60.0), is_crowd),))
        boxes = boxes_at({(0, 1): one_of_many})
        _, weight = class_truth(torch.zeros(2, QUERIES, CLASSES), boxes, truth, (NEVER, NEVER))
        assert weight[0, 1].any() == (not is_crowd)


def brute_force_iou(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """IoU of two boxes with whole corners, by counting pixels."""
    first, second = ({(x, y) for x in range(box[0], box[2]) for y in range(box[1], box[3])} for box in (one, other))
    return len(first & second) / max(len(first | second), 1)


corners = st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 9), st.integers(1, 9)).map(
    lambda c: (c[0], c[1], c[0] + c[2], c[1] + c[3])
)


@settings(max_examples=60, deadline=None)
@given(
    queries=st.lists(corners, min_size=2, max_size=4),
    rejected=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2), corners), max_size=3),
    unknown=st.lists(st.tuples(st.integers(0, 1), corners), max_size=3),
    complete=st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_the_rules_for_unmatched_queries_equal_plain_loops(
    queries: list[tuple[int, ...]],
    rejected: list[tuple[int, int, tuple[int, ...]]],
    unknown: list[tuple[int, tuple[int, ...]]],
    complete: list[bool],
) -> None:
    table = torch.tensor(complete).reshape(2, 3)
    truth = clip_truth(
        [[], []],
        [],
        [],
        complete=table,
        rejected=tuple((t, label, tuple(map(float, box))) for t, label, box in rejected),
        unknown=tuple((t, tuple(map(float, box)), False) for t, box in unknown),
    )
    boxes = torch.tensor(queries, dtype=torch.float32).expand(2, -1, 4)
    wanted, weight = class_truth(torch.zeros(2, len(queries), 3), boxes, truth, (NEVER, NEVER))
    assert not wanted.any()
    for t in range(2):
        for q, box in enumerate(queries):
            hidden = any(at == t and brute_force_iou(box, other) > UNKNOWN_IOU for at, other in unknown)
            for label in range(3):
                judged = any(
                    (at, what) == (t, label) and brute_force_iou(box, other) > REJECTED_IOU
                    for at, what, other in rejected
                )
                assert bool(weight[t, q, label]) == (judged or (bool(table[t, label]) and not hidden))


def test_the_weight_of_a_mask_multiplies_its_three_losses_and_no_other(network: TeViT) -> None:
    plain = clip_truth([[PRESENT, PRESENT], [PRESENT, ABSENT]], [0, 2], [THING, OTHER])
    table = torch.tensor([[0.5, 1.0], [1.0, 0.25]])
    both = (torch.tensor([0, 1]), torch.tensor([0, 1]))
    places = {(t, q): (box[0] + 2, box[1], box[2], box[3]) for t in (0, 1) for q, box in enumerate((THING, OTHER))}
    before = gradients(network, plain, boxes_at(places), both)
    after = gradients(network, replace(plain, weights=table), boxes_at(places), both)
    share = torch.ones(FRAMES, QUERIES, 1)
    share[0, 0] = 0.5
    torch.testing.assert_close(after.logits, before.logits * share)
    torch.testing.assert_close(after.boxes, before.boxes * share)
    lone = clip_truth([[PRESENT], [UNKNOWN]], [0], [THING])
    whole, half = (
        gradients(network, replace(lone, weights=torch.full((2, 1), weight)), boxes_at(places), FIRST).mask_head
        for weight in (1.0, 0.5)
    )
    assert half == pytest.approx(whole / 2, rel=1e-5) and whole > 0
    assert gradients(network, replace(lone, weights=torch.zeros(2, 1)), boxes_at(places), FIRST).mask_head == 0


def test_the_weights_of_masks_are_looked_up_by_frame_and_track() -> None:
    truth = clip_truth([[PRESENT, PRESENT]] * 2, [0, 2], [THING, OTHER])
    frames, tracks = torch.tensor([0, 1, 1]), torch.tensor([1, 0, 1])
    assert pair_weights(truth, frames, tracks).tolist() == [1, 1, 1]
    table = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert pair_weights(replace(truth, weights=table), frames, tracks).tolist() == [2, 3, 4]


def test_fully_annotated_clips_have_the_same_loss_to_the_last_digit_with_weights_of_one(network: TeViT) -> None:
    """Neither complete tables that are all true nor weights of one change a bit."""
    plain = clip_truth([[PRESENT, PRESENT], [PRESENT, ABSENT]], [0, 2], [THING, OTHER])
    stated = replace(plain, weights=torch.ones(2, 2), complete=~NOT_COMPLETE)
    clips = normal_clips(1, FRAMES)
    for truth in (plain, stated):
        assert count_positives([truth], queries=QUERIES, device="cpu") == 3
    one, _ = training_losses(network, clips, [plain])
    other, _ = training_losses(network, clips, [stated])
    assert {name: value.item() for name, value in one.items()} == {name: value.item() for name, value in other.items()}


def test_no_weight_of_the_network_moves_for_unjudged_masks_alone(network: TeViT) -> None:
    """Complete frames in which every query lies on a mask without a verdict."""
    network.zero_grad()
    everywhere = tuple((t, (-1e6, -1e6, 1e6, 1e6), True) for t in range(FRAMES))
    truth = clip_truth([[], []], [], [], complete=~NOT_COMPLETE, unknown=everywhere)
    losses, _ = training_losses(network, normal_clips(1, FRAMES), [truth])
    total = torch.stack(list(losses.values())).sum()
    total.backward()
    assert total.item() == 0
    assert all(p.grad is None or not p.grad.any() for p in network.parameters())
    network.zero_grad()
    losses, _ = training_losses(network, normal_clips(1, FRAMES), [replace(truth, unknown=())])
    torch.stack(list(losses.values())).sum().backward()
    assert any(p.grad is not None and p.grad.any() for p in network.parameters())
