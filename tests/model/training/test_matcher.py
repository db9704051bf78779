import itertools

import numpy as np
import pytest
import torch

from model.training.matcher import class_cost, clip_cost, match
from model.training.targets import ABSENT, PRESENT, UNKNOWN
from tests.material import material
from tests.model.small import clip_truth

BOXES = [(8.0, 8.0, 40.0, 40.0), (50.0, 20.0, 80.0, 60.0)]


def predicted(queries: int, frames: int = 2, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    start = torch.rand((frames, queries, 2), generator=generator) * 40
    boxes = torch.cat((start, start + 5 + torch.rand((frames, queries, 2), generator=generator) * 20), dim=-1)
    return torch.randn((frames, queries, 3), generator=generator), boxes


def test_a_clip_without_tracks_matches_nothing() -> None:
    queries, tracks = match(*predicted(4), clip_truth([[], []], [], []))
    assert queries.tolist() == tracks.tolist() == []
    assert queries.dtype == tracks.dtype == torch.int64


def test_the_matching_is_the_cheapest_of_all() -> None:
    truth = clip_truth([[PRESENT, PRESENT], [PRESENT, ABSENT]], [0, 2], BOXES)
    for seed in range(5):
        logits, boxes = predicted(4, seed=seed)
        cost = clip_cost(logits, boxes, truth)
        queries, tracks = match(logits, boxes, truth)
        best = min(cost[a, 0] + cost[b, 1] for a, b in itertools.permutations(range(4), 2))
        assert cost[queries, tracks].sum().item() == pytest.approx(best.item(), rel=1e-5)
        assert queries.tolist() == sorted(queries.tolist())


def test_the_query_that_says_it_all_is_found() -> None:
    truth = clip_truth([[PRESENT, PRESENT]] * 2, [0, 2], BOXES)
    logits, boxes = torch.full((2, 4, 3), -4.0), predicted(4)[1]
    for query, track in ((3, 0), (1, 1)):
        boxes[:, query] = torch.tensor(BOXES[track])
        logits[:, query, truth.labels[track]] = 4.0
    queries, tracks = match(logits, boxes, truth)
    assert dict(zip(queries.tolist(), tracks.tolist(), strict=True)) == {3: 0, 1: 1}


@pytest.mark.parametrize("state", [ABSENT, UNKNOWN])
def test_frames_where_a_track_is_not_known_to_be_there_do_not_count(state: int) -> None:
    logits, boxes = predicted(3)
    both = clip_truth([[PRESENT], [state]], [1], BOXES[:1])
    one = clip_truth([[PRESENT]], [1], BOXES[:1])
    torch.testing.assert_close(clip_cost(logits, boxes, both), clip_cost(logits[:1], boxes[:1], one))


def test_a_track_that_is_nowhere_in_the_clip_costs_nothing() -> None:
    truth = clip_truth([[PRESENT, ABSENT]] * 2, [0, 2], BOXES)
    assert clip_cost(*predicted(3), truth)[:, 1].tolist() == [0, 0, 0]


def test_more_tracks_than_queries_leave_tracks_over() -> None:
    truth = clip_truth([[PRESENT, PRESENT]] * 2, [0, 2], BOXES)
    queries, tracks = match(*predicted(1), truth)
    assert queries.tolist() == [0] and len(tracks) == 1


def test_broken_numbers_do_not_stop_the_matching() -> None:
    logits, boxes = predicted(3)
    boxes[:, 0] = torch.nan
    queries, _ = match(logits, boxes, clip_truth([[PRESENT]] * 2, [0], BOXES[:1]))
    assert queries.tolist() in ([1], [2])


def test_costs_equal_the_reference() -> None:
    with np.load(material("reference/golden/units/units.npz")) as units:
        unit = {key.split("/")[1]: torch.from_numpy(units[key]) for key in units.files if key.startswith("match_cost/")}
    torch.testing.assert_close(class_cost(unit["logits"], unit["labels"]), unit["focal_w2"], atol=1e-5, rtol=1e-5)
    width, height = (int(side) for side in unit["factor"][0, :2])
    half = unit["pred_cxcywh"][:, 2:] / 2
    boxes = torch.cat((unit["pred_cxcywh"][:, :2] - half, unit["pred_cxcywh"][:, :2] + half), dim=1) * unit["factor"]
    truth = clip_truth([[PRESENT] * 4], unit["labels"].tolist(), unit["gt_xyxy"].tolist(), hw=(height, width))
    truth.boxes[0] = unit["gt_xyxy"]
    total = unit["focal_w2"] + unit["l1_w5"] + unit["giou_w2"]
    torch.testing.assert_close(clip_cost(unit["logits"][None], boxes[None], truth), total, atol=1e-4, rtol=1e-4)
