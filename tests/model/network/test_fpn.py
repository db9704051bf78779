import pytest
import torch

from model.network.fpn import FPN

SIZES = [(12, 20), (6, 10), (3, 5), (2, 3)]


def maps(channels: tuple[int, ...]) -> list[torch.Tensor]:
    torch.manual_seed(0)
    return [torch.randn(2, width, *size) for width, size in zip(channels, SIZES, strict=True)]


def test_every_level_keeps_its_size_and_gets_the_width() -> None:
    out = FPN((4, 8, 16, 32), 6)(maps((4, 8, 16, 32)))
    assert [tuple(level.shape) for level in out] == [(2, 6, *size) for size in SIZES]


def test_the_coarsest_level_is_a_lateral_and_a_smoothing_convolution() -> None:
    pyramid, inputs = FPN((4, 8, 16, 32), 6), maps((4, 8, 16, 32))
    with torch.inference_mode():
        expected = pyramid.fpn_convs[3](pyramid.lateral_convs[3](inputs[3]))
        torch.testing.assert_close(pyramid(inputs)[3], expected, atol=1e-6, rtol=1e-6)


def test_coarse_levels_reach_finer_ones_by_their_nearest_cell() -> None:
    pyramid = FPN((1, 1, 1, 1), 1)
    with torch.no_grad():
        for conv in [*pyramid.lateral_convs, *pyramid.fpn_convs]:
            conv.conv.weight.zero_()
            conv.conv.weight[..., conv.conv.weight.shape[-2] // 2, conv.conv.weight.shape[-1] // 2] = 1.0
    inputs = [torch.zeros(1, 1, *size) for size in SIZES]
    inputs[2][0, 0, 1, 2] = 1.0
    with torch.inference_mode():
        out = pyramid(inputs)
    assert out[3].sum() == 0
    assert out[1].sum() == 4 and out[1][0, 0, 2:4, 4:6].sum() == 4
    assert out[0].sum() == 16 and out[0][0, 0, 4:8, 8:12].sum() == 16


@pytest.mark.parametrize("level", range(4))
def test_nothing_flows_from_fine_to_coarse(level: int) -> None:
    pyramid, inputs = FPN((3, 3, 3, 3), 5), maps((3, 3, 3, 3))
    changed = [m.clone() for m in inputs]
    changed[level] += 1.0
    with torch.inference_mode():
        before, after = pyramid(inputs), pyramid(changed)
    differs = [not torch.equal(a, b) for a, b in zip(before, after, strict=True)]
    assert differs == [k <= level for k in range(4)]


def test_a_missing_level_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        FPN((4, 8, 16, 32), 6)(maps((4, 8, 16, 32))[:3])
