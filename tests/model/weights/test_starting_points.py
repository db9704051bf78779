"""Training starts from the files of the official recipe, and every key is accounted for."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from model.config import BackboneConfig, TeViTConfig, named
from model.network.tevit import TeViT, build
from model.weights.checkpoint import CheckpointError, export_official, from_network, load, save
from model.weights.coco_names import COCO_NAMES
from model.weights.files import read_weights
from model.weights.starting_points import (
    BACKBONE,
    BY_NAME,
    LITE0,
    PVT,
    QUERYINST,
    RESNET,
    SWIN,
    TEVIT,
    StartReport,
    recognise,
    start_from,
)
from tests.model.small import CONFIG, NAMES, randomise, small_network
from tests.model.weights import foreign_files
from tests.model.weights.foreign_files import MADE, config_of, pvt_file, queryinst_file, resnet_file, swin_file

KINDS = {"pvt": PVT, "resnet": RESNET, "swin": SWIN, "lite0": LITE0}


def fresh(config: TeViTConfig = CONFIG) -> TeViT:
    torch.manual_seed(9)
    return build(config)


def start(network: TeViT, path: Path, **more: str) -> StartReport:
    names = NAMES if network.config.classes == 3 else tuple(f"thing {k}" for k in range(network.config.classes))
    return start_from(network, path, categories=names, **more)


def whole(network: TeViT, report: StartReport, state: dict[str, Tensor]) -> None:
    """Each key of the network and of the file appears in the report, once."""
    assert report.loaded.keys() | report.initial.keys() == network.state_dict().keys()
    assert not report.loaded.keys() & report.initial.keys()
    used = {key for keys in report.loaded.values() for key in keys}
    assert used | report.unused.keys() == state.keys()
    assert not used & report.unused.keys()


@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
@pytest.mark.parametrize("kind", MADE)
def test_an_imagenet_file_is_recognised_and_starts_the_backbone(tmp_path: Path, kind: str, suffix: str) -> None:
    backbone, make = MADE[kind]
    state, path = make(), tmp_path / f"a.{suffix}"
    if suffix == "pth":
        torch.save({"model": state} if kind == "swin" else state, path)
    else:
        save_file({key: value.contiguous() for key, value in state.items()}, path)
    network = fresh(config_of(backbone))
    before = {key: value.clone() for key, value in network.state_dict().items()}
    report = start(network, path)
    whole(network, report, state)
    assert report.kind == KINDS[kind] == recognise(read_weights(path))
    after = network.state_dict()
    assert all(torch.equal(after[key], before[key]) for key in report.initial)
    learnt = [key for key in report.loaded if after[key].is_floating_point()]
    assert sum(not torch.equal(after[key], before[key]) for key in learnt) > 0.9 * len(learnt)
    assert [line for line in report.lines() if "unused" in line.lower()]


def test_a_started_swin_sees_what_the_network_saw_that_the_file_came_from(tmp_path: Path) -> None:
    config = config_of(foreign_files.SWIN)
    torch.save({"model": swin_file(seed=4)}, tmp_path / "a.pth")
    network, source = fresh(config).backbone.eval(), randomise(fresh(config).backbone, 4).eval()
    whole_network = fresh(config)
    start(whole_network, tmp_path / "a.pth")
    network = whole_network.backbone.eval()
    for stage in range(4):  # a classifier's file has no norms behind the stages
        getattr(network, f"norm{stage}").load_state_dict(getattr(source, f"norm{stage}").state_dict())
    clips = torch.randn(1, 1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        for got, expected in zip(network(clips)[0], source(clips)[0], strict=True):
            torch.testing.assert_close(got, expected)


def test_the_converted_layout_of_mmclassification_is_taken(tmp_path: Path) -> None:
    config = config_of(foreign_files.SWIN)
    source = randomise(fresh(config).backbone, 2).state_dict()
    state = {f"backbone.{key}": value for key, value in source.items() if not key.startswith("norm")}
    state |= {"backbone.norm.weight": torch.ones(64), "head.fc.weight": torch.zeros(10, 64)}
    torch.save({"meta": {}, "state_dict": state}, tmp_path / "a.pth")
    network = fresh(config)
    report = start(network, tmp_path / "a.pth")
    whole(network, report, state)
    assert report.kind == BACKBONE
    assert {key for key in report.initial if key.startswith("backbone.")} == {
        f"backbone.norm{stage}.{kind}" for stage in range(4) for kind in ("weight", "bias")
    }


@pytest.mark.parametrize("kind", MADE)
def test_every_missing_key_of_a_truncated_file_is_named(tmp_path: Path, kind: str) -> None:
    backbone, make = MADE[kind]
    state = make()
    report = _started(tmp_path, backbone, state)
    for key in list({keys[0] for keys in report.loaded.values()})[::7]:
        if "relative_position_index" in key or "num_batches" in key:
            continue
        torch.save({name: value for name, value in state.items() if name != key}, tmp_path / "b.pth")
        network = fresh(config_of(backbone))
        before = {name: value.clone() for name, value in network.state_dict().items()}
        with pytest.raises(CheckpointError, match=rf"b\.pth: {re.escape(key)} is missing"):
            start(network, tmp_path / "b.pth")
        assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def _started(tmp_path: Path, backbone: BackboneConfig, state: dict[str, Tensor]) -> StartReport:
    torch.save(state, tmp_path / "a.pth")
    return start(fresh(config_of(backbone)), tmp_path / "a.pth")


def test_a_key_of_another_shape_is_named_by_its_name_in_the_file(tmp_path: Path) -> None:
    cases = {
        "block2.0.mlp.fc1.weight": (foreign_files.BACKBONE, pvt_file()),
        "layer2.0.conv2.weight": (foreign_files.RESNET, resnet_file()),
        "layers.1.downsample.reduction.weight": (foreign_files.SWIN, swin_file()),
    }
    for key, (backbone, state) in cases.items():
        state[key] = torch.zeros(4, 8)
        torch.save(state, tmp_path / "a.pth")
        with pytest.raises(CheckpointError, match=rf"a\.pth: {re.escape(key)} is "):
            start(fresh(config_of(backbone)), tmp_path / "a.pth")


def test_a_file_of_another_backbone_is_refused_by_its_kind(tmp_path: Path) -> None:
    torch.save(resnet_file(), tmp_path / "a.pth")
    with pytest.raises(CheckpointError, match="a ResNet file of ImageNet, and tevit_small has another backbone"):
        start(fresh(), tmp_path / "a.pth")


def test_a_file_of_nothing_known_is_refused_with_its_first_key(tmp_path: Path) -> None:
    torch.save({"wheels.0": torch.zeros(1)}, tmp_path / "a.pth")
    with pytest.raises(CheckpointError, match=r"first key is wheels\.0"):
        start(fresh(), tmp_path / "a.pth")


def test_another_numbering_of_window_places_is_refused(tmp_path: Path) -> None:
    state = swin_file()
    key = "layers.0.blocks.0.attn.relative_position_index"
    state[key] = state[key].flip(0)
    torch.save(state, tmp_path / "a.pth")
    with pytest.raises(CheckpointError, match=re.escape(key)):
        start(fresh(config_of(foreign_files.SWIN)), tmp_path / "a.pth")


# --- COCO


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    torch.save(queryinst_file(), tmp_path / "queryinst.pth")
    return tmp_path / "queryinst.pth"


def columns(state: dict[str, Tensor]) -> set[str]:
    return {key for key in state if ".fc_cls." in key or ".conv_logits." in key}


def test_the_coco_detector_loads_as_the_official_recipe_loads_it(coco: Path) -> None:
    network = fresh()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    state = read_weights(coco).state
    report = start(network, coco)
    whole(network, report, state)
    after = network.state_dict()
    assert report.kind == QUERYINST
    assert report.initial.keys() == columns(after) | {"backbone.msg_tokens"}
    assert report.unused.keys() == columns(after)
    assert all(torch.equal(after[key], before[key]) for key in report.initial)
    assert all(torch.equal(after[key], state[key]) for key in report.loaded)
    assert any("80 COCO classes, here 3 others" in line for line in report.lines())


def test_class_columns_can_go_by_name(coco: Path) -> None:
    names = ("Person", "sedan", "mouse", "giant_panda")
    network = fresh(replace(CONFIG, classes=4))
    prior = network.state_dict()["roi_head.bbox_head.0.fc_cls.bias"][0].clone()
    report = start_from(network, coco, categories=names, class_columns=BY_NAME)
    state, given = network.state_dict(), read_weights(coco).state
    assert report.initial.keys() == {"backbone.msg_tokens"} and not report.unused
    for key in columns(state):
        assert torch.equal(state[key][0], given[key][COCO_NAMES.index("person")])
        assert torch.equal(state[key][1], given[key][COCO_NAMES.index("car")])
        other = prior if key.endswith("fc_cls.bias") else given[key].mean(dim=0)
        for row in (2, 3):  # COCO's mouse belongs to a computer
            torch.testing.assert_close(state[key][row], other)
    assert math.isclose(float(prior), math.log(0.01 / 0.99), rel_tol=1e-6)


def test_another_number_of_queries_leaves_them_at_their_initial_values(coco: Path) -> None:
    network = fresh(replace(CONFIG, queries=9))
    report = start(network, coco)
    assert {key for key in report.initial if key.startswith("rpn_head.")} == {
        "rpn_head.init_proposal_bboxes.weight",
        "rpn_head.init_proposal_features.weight",
    }
    assert any("6 queries, tevit_small 9" in line for line in report.lines())
    whole(network, report, read_weights(coco).state)


def test_eighty_other_classes_do_not_take_the_rows_of_coco(coco: Path) -> None:
    network = fresh(replace(CONFIG, classes=80))
    assert columns(network.state_dict()) <= start(network, coco).initial.keys()


@pytest.mark.parametrize(
    "key", ["neck.fpn_convs.0.conv.bias", "roi_head.mask_head.1.upsample.weight", "roi_head.bbox_head.0.fc_cls.bias"]
)
def test_a_truncated_coco_file_names_its_key(tmp_path: Path, key: str) -> None:
    content = queryinst_file()
    state: dict[str, Tensor] = content["state_dict"]  # type: ignore[assignment]
    for change, message in ((None, "is missing"), (torch.zeros(3), r"is \(3,\)")):
        state.pop(key, None)
        if change is not None and "fc_cls" not in key:
            state[key] = change
        torch.save(content, tmp_path / "a.pth")
        with pytest.raises(CheckpointError, match=rf"{re.escape(key)} {message if key in state else 'is missing'}"):
            start(fresh(), tmp_path / "a.pth")


def test_a_key_that_the_network_has_not_is_told(tmp_path: Path) -> None:
    content = queryinst_file()
    content["state_dict"]["roi_head.wheels"] = torch.zeros(2)  # type: ignore[index]
    torch.save(content, tmp_path / "a.pth")
    assert "roi_head.wheels" in start(fresh(), tmp_path / "a.pth").unused


def test_coco_without_its_class_names_is_known_by_their_number(tmp_path: Path) -> None:
    torch.save({"state_dict": queryinst_file()["state_dict"]}, tmp_path / "a.pth")
    assert recognise(read_weights(tmp_path / "a.pth")) == QUERYINST


# --- TeViT


@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
def test_a_tevit_checkpoint_goes_by_names_of_classes(tmp_path: Path, suffix: str) -> None:
    source = from_network(small_network(3), NAMES)
    path = tmp_path / f"a.{suffix}"
    (export_official if suffix == "pth" else save)(path, source)
    network = fresh()
    report = start_from(network, path, categories=("horse", "cat", "fish"))
    assert report.kind == TEVIT and report.loaded.keys() == network.state_dict().keys()
    key = "roi_head.bbox_head.0.fc_cls.weight"
    assert torch.equal(network.state_dict()[key][:2], source.state[key][[2, 0]])


def test_an_official_layout_as_safetensors_is_a_tevit_checkpoint(tmp_path: Path) -> None:
    state = small_network(3).state_dict()
    save_file({key: value.contiguous() for key, value in state.items()}, tmp_path / "a.safetensors")
    network = fresh()
    assert start(network, tmp_path / "a.safetensors").kind == TEVIT
    assert all(
        torch.equal(value, state[key]) for key, value in network.state_dict().items() if key not in columns(state)
    )
    assert load(tmp_path / "a.safetensors", config=CONFIG).categories == ("class 1", "class 2", "class 3")


def test_a_detector_without_its_first_classifier_is_no_backbone(tmp_path: Path) -> None:
    state = dict(small_network().state_dict())
    del state["roi_head.bbox_head.0.fc_cls.bias"]
    torch.save({"state_dict": state}, tmp_path / "a.pth")
    with pytest.raises(CheckpointError, match=r"roi_head\.bbox_head\.0\.fc_cls\.bias is missing"):
        start(fresh(), tmp_path / "a.pth")


def test_a_truncated_tevit_checkpoint_is_refused_by_its_key(tmp_path: Path) -> None:
    state = dict(small_network().state_dict())
    del state["backbone.msg_tokens"]
    torch.save({"state_dict": state}, tmp_path / "a.pth")
    with pytest.raises(CheckpointError, match=r"backbone\.msg_tokens is missing"):
        start(fresh(), tmp_path / "a.pth")


# --- the published sizes


def test_the_published_pvt_and_resnet_files_fit_key_by_key() -> None:
    """Shapes of `pvt_v2_b1.pth` and of torchvision's ResNet-50, from their definitions, without weights."""
    from model.weights.official_layouts import pvt, resnet

    with torch.device("meta"):
        network = build(named("tevit_msgshift"))
        plain = foreign_files.PlainPvt(network.config.backbone, classes=1000)  # type: ignore[arg-type]
        fifty = build(named("tevit_r50")).backbone
    found = pvt(plain.state_dict())
    wanted = network.backbone.state_dict()
    assert {key: value.shape for key, value in found.tensors.items()} == {
        key: value.shape for key, value in wanted.items() if key != "msg_tokens"
    }
    assert sum(value.numel() for value in plain.parameters()) == 14_009_000  # PVTv2-B1 as published: 14.01 M
    state = {**fifty.state_dict(), "fc.weight": torch.zeros(1), "fc.bias": torch.zeros(1)}
    assert resnet(state).tensors.keys() == fifty.state_dict().keys()
    assert sum(value.numel() for value in fifty.parameters()) == 25_557_032 - 2_049_000  # torchvision's, less `fc`


def test_the_published_swin_fits_key_by_key() -> None:
    """Shapes of `swin_large_patch4_window7_224` of ImageNet-1k, whose number of parameters is known."""
    from model.weights.official_layouts import swin

    with torch.device("meta"):
        backbone = build(named("tevit_swin-l_mstrain")).backbone
        state = foreign_files.as_swin_file(backbone.state_dict(), channels=1536, classes=1000)
    wanted = {key: value.shape for key, value in backbone.state_dict().items() if not key.startswith("norm")}
    assert {key: value.shape for key, value in swin(state).tensors.items()} == wanted
    buffers = ("attn_mask", "relative_position_index")
    assert sum(value.numel() for key, value in state.items() if not key.endswith(buffers)) == 196_532_476
