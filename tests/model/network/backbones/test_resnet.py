import pytest
import torch

from model.config import ResNetConfig
from model.network.backbones.resnet import Bottleneck, ResNet
from tests.model.small import assert_frames_apart, normal_clips, randomise

SMALL = ResNetConfig(blocks=(1, 2, 1, 1), width=4)


@pytest.fixture()
def backbone() -> ResNet:
    torch.manual_seed(0)
    return ResNet(SMALL).eval()


def test_maps_have_the_strides_and_channels_of_a_pyramid(backbone: ResNet) -> None:
    with torch.inference_mode():
        maps, tokens = backbone(normal_clips(2, 3, (64, 96)))
    assert [tuple(m.shape) for m in maps] == [(6, 16, 16, 24), (6, 32, 8, 12), (6, 64, 4, 6), (6, 128, 2, 3)]
    assert backbone.channels == (16, 32, 64, 128) and tokens == []


def test_frames_do_not_see_each_other(backbone: ResNet) -> None:
    assert_frames_apart(backbone, normal_clips(1, 4, (32, 32)), [2, 0, 3, 1])


def test_stem_and_first_stage_never_learn(backbone: ResNet) -> None:
    frozen = {name for name, parameter in backbone.named_parameters() if not parameter.requires_grad}
    assert frozen == {name for name, _ in backbone.named_parameters() if name.startswith(("conv1", "bn1", "layer1"))}
    free = ResNet(ResNetConfig(blocks=(1, 1, 1, 1), width=4, frozen_stages=-1))
    assert all(parameter.requires_grad for parameter in free.parameters())


def test_statistics_never_change_in_training(backbone: ResNet) -> None:
    backbone.train()
    before = {key: value.clone() for key, value in backbone.state_dict().items()}
    backbone(normal_clips(1, 2, (32, 32)))[0][3].sum().backward()
    assert all(torch.equal(value, before[key]) for key, value in backbone.state_dict().items())
    assert backbone.layer2[0].bn1.weight.grad is not None  # the norm itself still learns
    assert backbone.training and not backbone.layer2[0].bn1.training


def test_the_stride_sits_in_the_three_by_three_convolution() -> None:
    block = Bottleneck(8, 4, 2)
    assert (block.conv1.stride, block.conv2.stride, block.conv3.stride) == ((1, 1), (2, 2), (1, 1))
    assert block.downsample is not None and block.downsample[0].stride == (2, 2)
    assert Bottleneck(16, 4, 1).downsample is None


def test_a_block_without_its_last_norm_is_its_shortcut() -> None:
    block = Bottleneck(16, 4, 1).eval()
    randomise(block)
    torch.nn.init.zeros_(block.bn3.weight)
    torch.nn.init.zeros_(block.bn3.bias)
    x = torch.randn(2, 16, 5, 5).relu()
    with torch.inference_mode():
        assert torch.equal(block(x), x)


def test_published_channels() -> None:
    with torch.device("meta"):
        assert ResNet(ResNetConfig()).channels == (256, 512, 1024, 2048)
