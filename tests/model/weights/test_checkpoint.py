import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from model.config import BackboneConfig
from model.network.tevit import build
from model.thresholds import Thresholds
from model.weights.checkpoint import (
    CheckpointError,
    ModelCheckpoint,
    export_official,
    file_hash,
    from_network,
    load,
    save,
    trunk_hash,
)
from model.weights.files import read_weights
from tests.model.small import CONFIG, NAMES, normal_clips, small_network
from tests.model.weights.foreign_files import RESNET, SWIN, config_of


@pytest.fixture(scope="module")
def checkpoint() -> ModelCheckpoint:
    return from_network(small_network(3), NAMES, parent="ab" * 32, provenance={"steps": 6, "data": "made"})


def altered(checkpoint: ModelCheckpoint, **changes: torch.Tensor | None) -> ModelCheckpoint:
    state = dict(checkpoint.state)
    for key, value in changes.items():
        if value is None:
            del state[key]
        else:
            state[key] = value
    return replace(checkpoint, state=state)


@pytest.mark.parametrize("name", ["net.safetensors", "NET.SAFETENSORS"])
def test_an_own_file_brings_everything_back(tmp_path: Path, checkpoint: ModelCheckpoint, name: str) -> None:
    path = tmp_path / "deep" / name
    save(path, checkpoint)
    back = load(path)
    assert (back.config, back.categories, back.parent) == (CONFIG, NAMES, checkpoint.parent)
    assert back.provenance == checkpoint.provenance
    assert back.state.keys() == checkpoint.state.keys()
    assert all(torch.equal(value, checkpoint.state[key]) for key, value in back.state.items())
    assert [p.name for p in path.parent.iterdir()] == [name]


def test_thresholds_come_back_and_a_file_without_them_has_the_defaults(
    tmp_path: Path, checkpoint: ModelCheckpoint
) -> None:
    assert checkpoint.thresholds == Thresholds()
    own = Thresholds(0.2, 0.1, 0.05)
    save(tmp_path / "c.safetensors", replace(checkpoint, provenance={"thresholds": own.as_json()}))
    assert load(tmp_path / "c.safetensors").thresholds == own


@pytest.mark.parametrize("wrong", [{"begin": 2.0}, {"floor": "low"}, {"go_on": True}, [0.4], "0.4"])
def test_what_is_no_threshold_is_refused(tmp_path: Path, checkpoint: ModelCheckpoint, wrong: object) -> None:
    save(tmp_path / "c.safetensors", replace(checkpoint, provenance={"thresholds": wrong}))
    with pytest.raises(CheckpointError, match="threshold"):
        load(tmp_path / "c.safetensors")


def test_the_same_checkpoint_is_the_same_bytes(tmp_path: Path, checkpoint: ModelCheckpoint) -> None:
    """The library orders the description anew at every call, so that few of these would agree by chance."""
    for number in range(6):
        save(tmp_path / f"{number}.safetensors", checkpoint)
    assert len({file_hash(path) for path in tmp_path.iterdir()}) == 1


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(notes=st.dictionaries(st.text(), st.text() | st.integers() | st.none(), max_size=4))
def test_any_provenance_comes_back_from_an_ordered_header(
    tmp_path: Path, checkpoint: ModelCheckpoint, notes: dict[str, object]
) -> None:
    path = tmp_path / "net.safetensors"
    save(path, replace(checkpoint, provenance=notes))
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    back = load(path)
    assert list(header["__metadata__"]) == sorted(header["__metadata__"])
    assert back.provenance == notes
    assert all(torch.equal(value, checkpoint.state[key]) for key, value in back.state.items())


def test_the_built_network_is_the_saved_one(tmp_path: Path, checkpoint: ModelCheckpoint) -> None:
    save(tmp_path / "net.safetensors", checkpoint)
    network, clips, hw = load(tmp_path / "net.safetensors").build(), normal_clips(1, 2), torch.tensor([[64.0, 96.0]])
    assert not network.training
    with torch.inference_mode():
        torch.testing.assert_close(network(clips, hw).logits, small_network(3)(clips, hw).logits, atol=1e-4, rtol=1e-4)


def test_half_precision_halves_the_file_and_hardly_moves_the_weights(
    tmp_path: Path, checkpoint: ModelCheckpoint
) -> None:
    save(tmp_path / "full.safetensors", checkpoint)
    save(tmp_path / "half.safetensors", checkpoint, dtype=torch.float16)
    full, half = ((tmp_path / f"{name}.safetensors").stat().st_size for name in ("full", "half"))
    assert half < 0.75 * full
    back = load(tmp_path / "half.safetensors")
    for key, value in back.state.items():
        if value.is_floating_point():
            assert value.dtype == torch.float16
            torch.testing.assert_close(value.float(), checkpoint.state[key], rtol=1e-3, atol=1e-4)
        else:
            assert torch.equal(value, checkpoint.state[key])
    assert next(back.build().parameters()).dtype == torch.float32


def test_official_files_go_both_ways(tmp_path: Path, checkpoint: ModelCheckpoint) -> None:
    path = tmp_path / "net.pth"
    export_official(path, checkpoint)
    content = torch.load(path, weights_only=True)
    assert set(content) == {"meta", "state_dict"}
    assert tuple(content["meta"]["CLASSES"]) == NAMES and "num_classes=3" in content["meta"]["note"]
    back = load(path, config=CONFIG)
    assert back.categories == NAMES and back.config == CONFIG
    assert all(torch.equal(value, checkpoint.state[key]) for key, value in back.state.items())


def test_the_same_checkpoint_is_the_same_official_file(tmp_path: Path, checkpoint: ModelCheckpoint) -> None:
    for name in ("one.pth", "other.pth"):
        export_official(tmp_path / name, checkpoint)
    assert (tmp_path / "one.pth").read_bytes() == (tmp_path / "other.pth").read_bytes()


def test_an_official_file_of_forty_classes_needs_no_note(tmp_path: Path) -> None:
    config = replace(CONFIG, classes=40)
    export_official(tmp_path / "net.pth", from_network(small_network(config=config), tuple(map(str, range(40)))))
    assert "note" not in torch.load(tmp_path / "net.pth", weights_only=True)["meta"]


def test_an_official_file_without_names_numbers_its_classes(tmp_path: Path, checkpoint: ModelCheckpoint) -> None:
    torch.save({"state_dict": checkpoint.state}, tmp_path / "net.pth")
    assert load(tmp_path / "net.pth", config=CONFIG).categories == ("class 1", "class 2", "class 3")


def test_an_official_file_of_an_unknown_name_asks_for_its_configuration(
    tmp_path: Path, checkpoint: ModelCheckpoint
) -> None:
    export_official(tmp_path / "mine.pth", checkpoint)
    with pytest.raises(CheckpointError, match=r"mine\.pth: say which configuration"):
        load(tmp_path / "mine.pth")


@pytest.mark.parametrize("suffix", ["safetensors", "pth"])
def test_a_missing_an_unknown_and_a_misshapen_key_are_named(
    tmp_path: Path, checkpoint: ModelCheckpoint, suffix: str
) -> None:
    key = "neck.fpn_convs.0.conv.bias"
    cases = {
        rf"{key} is missing": altered(checkpoint, **{key: None}),
        r"neck\.wheels belongs to no part": altered(checkpoint, **{"neck.wheels": torch.zeros(2)}),
        rf"{key} is \(3,\) in the file, \(16,\)": altered(checkpoint, **{key: torch.zeros(3)}),
    }
    for number, (message, wrong) in enumerate(cases.items()):
        path = tmp_path / f"{number}.{suffix}"
        if suffix == "pth":
            export_official(path, wrong)
        else:
            save(path, wrong)
        with pytest.raises(CheckpointError, match=message):
            load(path, config=CONFIG)


@pytest.mark.parametrize("suffix", ["safetensors", "pth"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.98])
def test_a_truncated_file_is_refused_by_name(
    tmp_path: Path, checkpoint: ModelCheckpoint, suffix: str, share: float
) -> None:
    path = tmp_path / f"net.{suffix}"
    (export_official if suffix == "pth" else save)(path, checkpoint)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(CheckpointError, match=rf"net\.{suffix}"):
        load(path, config=CONFIG)


def test_files_of_other_kinds_are_refused(tmp_path: Path) -> None:
    (tmp_path / "note.pth").write_text("hello")
    torch.save([1, 2], tmp_path / "list.pth")
    torch.save({"state_dict": {"a": torch.zeros(1)}}, tmp_path / "other.pth")
    save_file({"a": torch.zeros(1)}, tmp_path / "other.safetensors")
    for name, message in {
        "note.pth": "no readable PyTorch checkpoint",
        "list.pth": "without a 'state_dict'",
        "other.pth": "fc_cls.bias is missing",
        "other.safetensors": "not one of a TeViT checkpoint",
        "none.pth": "there is no such",
    }.items():
        with pytest.raises(CheckpointError, match=message):
            load(tmp_path / name, config=CONFIG)


def test_a_file_that_would_run_code_is_refused(tmp_path: Path) -> None:
    torch.save({"meta": Path("x"), "state_dict": {}}, tmp_path / "evil.pth")
    with pytest.raises(CheckpointError, match=r"evil\.pth"):
        load(tmp_path / "evil.pth", config=CONFIG)


def test_a_broken_description_is_refused(tmp_path: Path, checkpoint: ModelCheckpoint) -> None:
    metadata = {"format": "tevit-checkpoint 1", "config": "{", "categories": json.dumps(NAMES)}
    save_file({k: v.contiguous() for k, v in checkpoint.state.items()}, tmp_path / "net.safetensors", metadata=metadata)
    with pytest.raises(CheckpointError, match="description cannot be read"):
        load(tmp_path / "net.safetensors")


def test_names_must_be_as_many_as_classes(tmp_path: Path, checkpoint: ModelCheckpoint) -> None:
    with pytest.raises(CheckpointError, match="3 classes, 2 are named"):
        save(tmp_path / "net.safetensors", replace(checkpoint, categories=NAMES[:2]))
    assert list(tmp_path.iterdir()) == []


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, checkpoint: ModelCheckpoint) -> None:
    path = tmp_path / "net.safetensors"
    save(path, checkpoint)
    before = file_hash(path)
    with pytest.raises(TypeError):
        save(path, replace(checkpoint, provenance={"x": object()}))
    assert file_hash(path) == before and [p.name for p in tmp_path.iterdir()] == [path.name]


def test_networks_that_share_their_trunk_share_its_hash(checkpoint: ModelCheckpoint) -> None:
    same = trunk_hash(checkpoint.state)
    head = altered(checkpoint, **{"roi_head.bbox_head.0.fc_cls.bias": torch.ones(3)})
    neck = altered(checkpoint, **{"neck.fpn_convs.0.conv.bias": torch.ones(16)})
    assert trunk_hash(head.state) == same != trunk_hash(neck.state)


def test_the_state_of_a_checkpoint_is_its_own_copy() -> None:
    network = small_network()
    taken = from_network(network, NAMES)
    with torch.no_grad():
        network.backbone.msg_tokens.zero_()
    assert taken.state["backbone.msg_tokens"].any()


def test_training_a_built_network_leaves_the_checkpoint_alone(checkpoint: ModelCheckpoint) -> None:
    before = {key: value.clone() for key, value in checkpoint.state.items()}
    network = checkpoint.build()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1.0)
    assert all(torch.equal(value, checkpoint.state[key]) for key, value in before.items())
    assert all(parameter.requires_grad for parameter in network.parameters())


@pytest.mark.parametrize("backbone", [RESNET, SWIN])
def test_every_kind_of_backbone_is_built_whole_and_keeps_what_never_learns_frozen(backbone: BackboneConfig) -> None:
    plain = build(config_of(backbone)).eval()
    network = from_network(plain, NAMES).build()
    assert {p.device.type for p in [*network.parameters(), *network.buffers()]} == {"cpu"}
    frozen = [name for name, parameter in plain.named_parameters() if not parameter.requires_grad]
    assert [name for name, parameter in network.named_parameters() if not parameter.requires_grad] == frozen
    clips, hw = normal_clips(1, 1), torch.tensor([[64.0, 96.0]])
    with torch.inference_mode():
        torch.testing.assert_close(network(clips, hw).logits, plain(clips, hw).logits)


BIAS = "roi_head.bbox_head.0.fc_cls.bias"


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
def test_weights_that_are_no_numbers_are_refused_by_the_first_key(
    tmp_path: Path, checkpoint: ModelCheckpoint, value: float
) -> None:
    keys = [key for key, tensor in checkpoint.state.items() if tensor.is_floating_point()]
    broken = {key: checkpoint.state[key].clone() for key in (keys[4], keys[9])}
    for tensor in broken.values():
        tensor.view(-1)[0] = value
    path = tmp_path / "net.safetensors"
    save(path, altered(checkpoint, **broken))
    with pytest.raises(CheckpointError) as caught:
        load(path)
    assert f"the weight {min(keys[4], keys[9], key=list(load_keys(path)).index)} is not sound: 1 of its" in str(
        caught.value
    )


def load_keys(path: Path) -> list[str]:
    """The keys of a file in the order in which it is read."""
    return list(read_weights(path).state)


def test_large_weights_are_numbers(tmp_path: Path, checkpoint: ModelCheckpoint) -> None:
    """Their sum is none, which alone must not refuse them."""
    path = tmp_path / "net.safetensors"
    huge = torch.full_like(checkpoint.state[BIAS], 3e38)
    save(path, altered(checkpoint, **{BIAS: huge}))
    assert torch.equal(load(path).state[BIAS], huge)


def test_a_running_mean_of_mmcv_is_left_aside_with_a_note(tmp_path: Path, checkpoint: ModelCheckpoint) -> None:
    path = tmp_path / "net.pth"
    export_official(path, checkpoint)
    content = torch.load(path, weights_only=True)
    means = {f"ema_{key.replace('.', '_')}": value * 0 for key, value in content["state_dict"].items()}
    torch.save({**content, "state_dict": {**content["state_dict"], **means}}, path)
    back = load(path, config=CONFIG)
    assert back.state.keys() == checkpoint.state.keys()
    assert all(torch.equal(value, checkpoint.state[key]) for key, value in back.state.items())
    [note] = back.notes
    assert f"{len(means)} weights of a running mean (ema_" in note


def test_a_foreign_safetensors_file_without_class_names_is_numbered_with_a_note(
    tmp_path: Path, checkpoint: ModelCheckpoint
) -> None:
    path = tmp_path / "net.safetensors"
    save_file(checkpoint.state, path)
    back = load(path, config=CONFIG)
    assert back.categories == ("class 1", "class 2", "class 3")[: len(NAMES)]
    assert back.notes == (f"net.safetensors names no classes; they are called class 1 to class {len(NAMES)}.",)


def test_an_own_file_without_class_names_is_refused_with_the_reason(
    tmp_path: Path, checkpoint: ModelCheckpoint
) -> None:
    path = tmp_path / "net.safetensors"
    save_file(checkpoint.state, path, metadata={"format": "tevit-checkpoint 1", "config": json.dumps(CONFIG.to_dict())})
    with pytest.raises(CheckpointError, match="it names no classes"):
        load(path)


def test_a_file_with_class_names_has_no_notes(tmp_path: Path, checkpoint: ModelCheckpoint) -> None:
    export_official(tmp_path / "net.pth", checkpoint)
    assert load(tmp_path / "net.pth", config=CONFIG).notes == ()


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("sem_seg_head.predictor.query_feat.weight", "Mask2Former"),
        ("module.sem_seg_head.pixel_decoder.input_proj.0.weight", "Mask2Former"),
        ("model.pixel_level_module.encoder.stage0.weight", "Mask2Former"),
        ("roi_head.track_head.fcs.0.weight", "MaskTrack R-CNN"),
        ("detr.transformer.encoder.layers.0.norm1.weight", "VisTR"),
        ("image_encoder.patch_embed.proj.weight", "Segment Anything"),
    ],
)
@pytest.mark.parametrize("place", ["model", "state_dict", None])
def test_a_checkpoint_of_another_network_is_called_by_its_name(
    tmp_path: Path, key: str, name: str, place: str | None
) -> None:
    state = {"backbone.stem.weight": torch.zeros(1), key: torch.zeros(1)}
    path = tmp_path / "model_final.pth"
    torch.save({place: state} if place else state, path)
    with pytest.raises(CheckpointError, match=f"a checkpoint of {name}.*not of TeViT"):
        load(path, config=CONFIG)
