import math

import pytest
import torch

from model.network.query_head import QueryHead, init_query_head
from tests.model.small import HEAD, randomise


@pytest.fixture(scope="module")
def head() -> QueryHead:
    head = QueryHead(HEAD, 3).eval()
    randomise(head)
    return head


def inputs(batch: int = 2, frames: int = 3, queries: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    cells = HEAD.box_cells
    return (
        torch.randn((batch, frames, queries, HEAD.channels), generator=generator),
        torch.randn((batch * frames * queries, HEAD.channels, cells, cells), generator=generator),
    )


def test_outputs_have_a_row_per_frame_and_query(head: QueryHead) -> None:
    with torch.inference_mode():
        out = head(*inputs())
    assert out.logits.shape == (2, 3, 4, 3)
    assert out.deltas.shape == (2, 3, 4, 4)
    assert out.object_features.shape == out.attention_features.shape == (2, 3, 4, HEAD.channels)


@pytest.mark.parametrize("order", [[2, 0, 1], [1, 0, 2]])
def test_frames_have_no_order(head: QueryHead, order: list[int]) -> None:
    queries, rois = inputs()
    mixed_rois = rois.view(2, 3, 4, *rois.shape[1:])[:, order].flatten(0, 2)
    with torch.inference_mode():
        plain, mixed = head(queries, rois), head(queries[:, order], mixed_rois)
    for a, b in zip(plain, mixed, strict=True):
        torch.testing.assert_close(a[:, order], b, atol=1e-4, rtol=1e-3)


def test_queries_have_no_order(head: QueryHead) -> None:
    queries, rois = inputs()
    order = [3, 1, 0, 2]
    mixed_rois = rois.view(2, 3, 4, *rois.shape[1:])[:, :, order].flatten(0, 2)
    with torch.inference_mode():
        plain, mixed = head(queries, rois), head(queries[:, :, order], mixed_rois)
    for a, b in zip(plain, mixed, strict=True):
        torch.testing.assert_close(a[:, :, order], b, atol=1e-4, rtol=1e-3)


def test_a_query_hears_of_its_frame_and_then_of_the_other_frames(head: QueryHead) -> None:
    queries, _ = inputs(batch=1)
    changed = queries.clone()
    changed[0, 2, 3, 0] += 1.0
    with torch.inference_mode():
        moved = (head.interact(queries) - head.interact(changed)).abs().sum(dim=3)[0]
    assert (moved > 0).all()  # within frame 2 first, from there through time to everyone


def test_clips_do_not_hear_of_each_other(head: QueryHead) -> None:
    queries, _ = inputs()
    with torch.inference_mode():
        torch.testing.assert_close(head.interact(queries)[1:], head.interact(queries[1:]), atol=1e-5, rtol=1e-4)


def test_a_single_frame_still_passes_time_attention(head: QueryHead) -> None:
    queries, _ = inputs(batch=1, frames=1)
    with torch.inference_mode():
        once = head.attention_norm(head.attention(queries[0]))
        assert (head.interact(queries)[0] - once).abs().max() > 1e-3


def test_training_starts_with_rare_classes() -> None:
    head = QueryHead(HEAD, 3)
    init_query_head(head, prior=0.02)
    assert head.fc_cls.bias.sigmoid().tolist() == pytest.approx([0.02] * 3, rel=1e-4)
    assert math.isclose(head.attention.attn.in_proj_weight.mean().item(), 0, abs_tol=0.02)


def test_towers_carry_no_bias() -> None:
    head = QueryHead(HEAD, 3)
    assert head.cls_fcs[0].bias is None and head.reg_fcs[0].bias is None
