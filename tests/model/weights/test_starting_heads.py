"""Heads of a checkpoint with another backbone: what they give, what the backbone's own file adds, what is refused."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model.config import Lite0Config
from model.network.tevit import TeViT, build
from model.weights.checkpoint import CheckpointError, from_network, save
from model.weights.starting_points import LITE0, StartReport, start_from, with_backbone
from tests.model.pretrained.reference_lite0 import random_state
from tests.model.small import CONFIG, NAMES, randomise, small_network

ON_LITE0 = replace(CONFIG, name="small_lite", backbone=Lite0Config())


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    save(tmp_path / "heads.safetensors", from_network(randomise(small_network(), 3), NAMES))
    return tmp_path / "heads.safetensors"


def started(path: Path) -> tuple[TeViT, StartReport]:
    torch.manual_seed(9)
    network = build(ON_LITE0)
    return network, start_from(network, path, categories=NAMES)


def trunk_file(folder: Path) -> Path:
    torch.save(random_state(), folder / "lite0.pth")
    return folder / "lite0.pth"


def test_heads_and_pyramid_are_taken_and_what_fits_the_backbone_stays(heads: Path) -> None:
    network, report = started(heads)
    given = small_network()
    randomise(given, 3)
    state = network.state_dict()
    assert all(torch.equal(state[key], given.state_dict()[key]) for key in report.loaded)
    assert {key.split(".")[0] for key in report.loaded} == {"neck", "rpn_head", "roi_head"}
    assert all(key.startswith(("backbone.", "neck.lateral_convs.")) for key in report.initial)
    assert report.loaded.keys() | report.initial.keys() == state.keys()
    assert {key for key in given.state_dict() if key.startswith("backbone.")} <= report.unused.keys()


def test_classes_of_the_heads_go_by_their_names(heads: Path) -> None:
    torch.manual_seed(9)
    network = build(replace(ON_LITE0, classes=2))
    start_from(network, heads, categories=(NAMES[2], NAMES[0]))
    given = randomise(small_network(), 3).state_dict()["roi_head.bbox_head.0.fc_cls.weight"]
    assert torch.equal(network.state_dict()["roi_head.bbox_head.0.fc_cls.weight"], given[[2, 0]])


def test_heads_and_trunk_from_two_files_are_one_report(heads: Path, tmp_path: Path) -> None:
    network, of_heads = started(heads)
    kept = {key: value.clone() for key, value in network.state_dict().items() if key in of_heads.loaded}
    report = with_backbone(of_heads, start_from(network, trunk_file(tmp_path), categories=NAMES))
    state = network.state_dict()
    assert all(torch.equal(state[key], value) for key, value in kept.items())
    assert report.loaded.keys() | report.initial.keys() == state.keys()
    assert not report.loaded.keys() & report.initial.keys()
    assert {key.rsplit(".", 3)[0] for key in report.initial} == {"neck.lateral_convs"}
    assert report.path == heads and LITE0 in report.kind and "TeViT" in report.kind


def test_the_trunk_alone_is_its_own_report(tmp_path: Path) -> None:
    network = build(ON_LITE0)
    report = start_from(network, trunk_file(tmp_path), categories=NAMES)
    assert with_backbone(None, report) is report and report.kind == LITE0


def test_heads_of_other_sizes_are_refused_and_nothing_changes(heads: Path) -> None:
    network = build(replace(ON_LITE0, head=replace(CONFIG.head, ffn=2 * CONFIG.head.ffn)))
    before = {key: value.clone() for key, value in network.state_dict().items()}
    with pytest.raises(
        CheckpointError, match=r"heads\.safetensors: roi_head\.bbox_head\.0\.ffn.* is .* where small_lite"
    ):
        start_from(network, heads, categories=NAMES)
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())


def test_heads_of_fewer_stages_are_refused_by_their_missing_key(heads: Path) -> None:
    network = build(replace(ON_LITE0, head=replace(CONFIG.head, stages=CONFIG.head.stages + 1)))
    with pytest.raises(CheckpointError, match=f"small_lite: roi_head.bbox_head.{CONFIG.head.stages}.* is missing"):
        start_from(network, heads, categories=NAMES)
