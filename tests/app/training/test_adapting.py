import torch

from app.training.adapting import SEED, replay_of
from model.config import named
from model.network.tevit import build
from model.weights.checkpoint import from_network
from tests.app.training.corrected_project import CLASSES
from tests.model.adapting.made import small_checkpoint


def test_the_demo_replays_its_own_domain_and_other_networks_do_not() -> None:
    torch.manual_seed(0)
    demo = from_network(build(named("tevit_tiny")), CLASSES)
    replay = replay_of(demo)
    assert replay is not None and tuple(replay.categories) == CLASSES and SEED != 900001
    assert {(video.count, video.width, video.height) for video in replay.videos} == {(8, 160, 96)}
    assert replay_of(small_checkpoint()) is None
    renamed = from_network(build(named("tevit_tiny")), ("a", "b", "c", "d", "e"))
    assert replay_of(renamed) is None
