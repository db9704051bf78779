import numpy as np
import pytest
import torch

from model.config import Lite0Config
from model.network.backbones.lite0 import Lite0Backbone
from model.network.input import fit, prepare_clip
from model.pretrained.lite0 import Lite0, folded
from tests.model.pretrained.reference_lite0 import random_state
from tests.model.small import assert_frames_apart, normal_clips


@pytest.fixture(scope="module")
def backbone() -> Lite0Backbone:
    found = Lite0Backbone(Lite0Config()).eval()
    weights = {key: value for key, value in folded(random_state()).items() if key in found.trunk.state_dict()}
    found.trunk.load_state_dict(weights)
    return found


def test_maps_have_the_strides_and_channels_of_a_pyramid(backbone: Lite0Backbone) -> None:
    with torch.inference_mode():
        maps, tokens = backbone(normal_clips(2, 3, (64, 96)))
    assert [tuple(m.shape) for m in maps] == [(6, 24, 16, 24), (6, 40, 8, 12), (6, 112, 4, 6), (6, 320, 2, 3)]
    assert backbone.channels == (24, 40, 112, 320) and tokens == []


def test_frames_do_not_see_each_other(backbone: Lite0Backbone) -> None:
    assert_frames_apart(backbone, normal_clips(1, 4, (32, 32)), [2, 0, 3, 1])


def test_frames_with_imagenet_statistics_give_the_maps_that_lite0_has_of_the_pixels(backbone: Lite0Backbone) -> None:
    frames = np.random.default_rng(1).integers(0, 256, (2, 64, 96, 3), np.uint8)
    whole = Lite0()
    whole.load_state_dict(folded(random_state()))
    wanted = whole.eval().features(frames)
    with torch.inference_mode():
        found, _ = backbone(prepare_clip(frames, fit((64, 96), (96, 64)))[None])
    for map_, stride in zip(found, (4, 8, 16, 32), strict=True):
        assert torch.allclose(map_, wanted[stride], atol=1e-3 * float(wanted[stride].abs().max()))


def test_the_trunk_learns_only_where_the_configuration_frees_it(backbone: Lite0Backbone) -> None:
    assert not any(parameter.requires_grad for parameter in backbone.parameters())
    free = Lite0Backbone(Lite0Config(frozen=False))
    assert all(parameter.requires_grad for parameter in free.parameters())
    free(normal_clips(1, 1, (32, 32)))[0][3].sum().backward()
    assert free.trunk.stem.weight.grad is not None and free.trunk.stem.weight.grad.abs().max() > 0


def test_nothing_depends_on_the_mode(backbone: Lite0Backbone) -> None:
    clip = normal_clips(1, 2, (32, 32))
    with torch.inference_mode():
        wanted = backbone.eval()(clip)[0][2]
        found = backbone.train()(clip)[0][2]
    backbone.eval()
    assert torch.equal(found, wanted)


def test_there_is_no_classifier(backbone: Lite0Backbone) -> None:
    assert not [key for key in backbone.state_dict() if "classifier" in key or "head" in key]
    assert len(backbone.state_dict()) == len(Lite0().state_dict()) - 4
