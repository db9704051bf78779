import pytest
import torch
from torch.nn import functional as F

from model.network.mask_head import MaskHead, _upsample
from tests.model.small import HEAD, randomise

CELLS = HEAD.mask_cells


@pytest.fixture(scope="module")
def head() -> MaskHead:
    head = MaskHead(HEAD, 3).eval()
    randomise(head)
    return head


def inputs(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(2)
    return (
        torch.randn((count, HEAD.channels), generator=generator),
        torch.randn((count, HEAD.channels, CELLS, CELLS), generator=generator),
    )


def test_only_the_class_that_is_asked_for_is_drawn_and_it_is_the_right_one(head: MaskHead) -> None:
    queries, rois = inputs(4)
    labels = torch.tensor([2, 0, 1, 2])
    with torch.inference_mode():
        every = head.conv_logits(head.embed(queries, rois))  # (4, 3, 2S, 2S)
        torch.testing.assert_close(head(queries, rois, labels), every[torch.arange(4), labels], atol=1e-5, rtol=1e-4)


def test_upsampling_equals_a_transposed_convolution() -> None:
    torch.manual_seed(3)
    layer = torch.nn.ConvTranspose2d(5, 4, 2, stride=2)
    x = torch.randn(3, 5, 6, 6)
    blocks = _upsample(x, layer)  # (3, 6, 6, 2, 2, 4)
    upsampled = blocks.permute(0, 5, 1, 3, 2, 4).reshape(3, 4, 12, 12)
    torch.testing.assert_close(upsampled, F.conv_transpose2d(x, layer.weight, layer.bias, stride=2))


def test_regions_keep_their_order_in_any_batch(head: MaskHead) -> None:
    queries, rois = inputs(5)
    labels = torch.tensor([0, 1, 2, 0, 1])
    with torch.inference_mode():
        together = head(queries, rois, labels)
        alone = torch.cat([head(queries[i : i + 1], rois[i : i + 1], labels[i : i + 1]) for i in range(5)])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)


def test_masks_are_twice_as_fine_as_the_region(head: MaskHead) -> None:
    with torch.inference_mode():
        assert head(*inputs(2), torch.tensor([0, 0])).shape == (2, 2 * CELLS, 2 * CELLS)


def test_nothing_to_draw_is_no_error(head: MaskHead) -> None:
    with torch.inference_mode():
        assert head(*inputs(0), torch.zeros(0, dtype=torch.int64)).shape == (0, 2 * CELLS, 2 * CELLS)


def test_statistics_follow_the_regions_of_a_training_step() -> None:
    head = MaskHead(HEAD, 3).train()
    before = head.convs[0].bn.running_mean.clone()
    head(*inputs(4), torch.tensor([0, 1, 2, 0]))
    assert not torch.equal(before, head.convs[0].bn.running_mean)
    assert head.convs[0].bn.num_batches_tracked == 1
