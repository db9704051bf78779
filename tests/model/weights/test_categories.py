from dataclasses import replace

import pytest
import torch

from model.weights.categories import PRIOR, is_class_column, normalised, rows_for, with_categories
from model.weights.checkpoint import ModelCheckpoint, from_network
from tests.model.small import CONFIG, NAMES, normal_clips, small_network

HW = torch.tensor([[64.0, 96.0]])


@pytest.fixture(scope="module")
def checkpoint() -> ModelCheckpoint:
    return from_network(small_network(4), NAMES)


def logits(checkpoint: ModelCheckpoint) -> torch.Tensor:
    with torch.inference_mode():
        return checkpoint.build()(normal_clips(1, 2), HW).logits


@pytest.mark.parametrize("name", ["Giant_Panda", "giant panda", " giant-panda ", "GIANT  PANDA"])
def test_spellings_of_one_name_are_the_same(name: str) -> None:
    assert normalised(name) == "giant panda"


def test_the_same_categories_are_the_same_checkpoint(checkpoint: ModelCheckpoint) -> None:
    assert with_categories(checkpoint, NAMES) is checkpoint


def test_known_names_keep_what_they_say_in_any_order(checkpoint: ModelCheckpoint) -> None:
    moved = with_categories(checkpoint, ("Horse", "bird", "cat"))
    assert moved.categories == ("Horse", "bird", "cat") and moved.config.classes == 3
    before, after = logits(checkpoint), logits(moved)
    torch.testing.assert_close(after[..., 0], before[..., 2])
    torch.testing.assert_close(after[..., 2], before[..., 0])


def test_a_new_name_starts_from_the_mean_with_a_rare_prior(checkpoint: ModelCheckpoint) -> None:
    moved = with_categories(checkpoint, (*NAMES, "bird"))
    weight = "roi_head.bbox_head.1.fc_cls.weight"
    torch.testing.assert_close(moved.state[weight][3], checkpoint.state[weight].mean(dim=0))
    bias = moved.state["roi_head.bbox_head.1.fc_cls.bias"]
    assert bias[3].sigmoid().item() == pytest.approx(0.01, rel=1e-4)
    mask = "roi_head.mask_head.1.conv_logits.bias"
    torch.testing.assert_close(moved.state[mask][3], checkpoint.state[mask].mean())


def test_nothing_but_class_columns_changes(checkpoint: ModelCheckpoint) -> None:
    moved = with_categories(checkpoint, ("cat", "bird", "fish", "dog"))
    changed = {key for key, value in moved.state.items() if value is not checkpoint.state[key]}
    assert {key.split(".")[-2] for key in changed} == {"fc_cls", "conv_logits"}
    assert len(changed) == 2 * 2 * 2  # two stages, two layers, weight and bias


def test_leaving_a_category_out_and_taking_it_back_keeps_the_others(checkpoint: ModelCheckpoint) -> None:
    there_and_back = with_categories(with_categories(checkpoint, ("dog",)), NAMES)
    torch.testing.assert_close(logits(there_and_back)[..., 1], logits(checkpoint)[..., 1])


def test_the_dtype_of_the_file_is_kept(checkpoint: ModelCheckpoint) -> None:
    half = {k: v.half() if v.is_floating_point() else v for k, v in checkpoint.state.items()}
    moved = with_categories(ModelCheckpoint(checkpoint.config, NAMES, half), ("dog", "bird"))
    assert moved.state["roi_head.bbox_head.0.fc_cls.weight"].dtype == torch.float16


def test_class_columns_are_those_weights_whose_first_size_is_the_number_of_classes() -> None:
    """Seven is the size of nothing else."""
    seven = small_network(config=replace(CONFIG, classes=7)).state_dict()
    eight = small_network(config=replace(CONFIG, classes=8)).state_dict()
    grown = {key for key, value in seven.items() if value.shape != eight[key].shape}
    assert grown == {key for key in seven if is_class_column(key)} and len(grown) == 2 * (2 + 2)
    assert not is_class_column("fc_cls") and not is_class_column("")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_rows_are_picked_averaged_or_made_rare(dtype: torch.dtype) -> None:
    value = torch.tensor([[1.0, 2.0], [3.0, 6.0]], dtype=dtype)
    picked = rows_for("roi_head.mask_head.0.conv_logits.weight", value, [1, None, 0])
    assert picked.dtype == dtype and picked.tolist() == [[3.0, 6.0], [2.0, 4.0], [1.0, 2.0]]
    bias = rows_for("roi_head.bbox_head.0.fc_cls.bias", value[:, 0], [None, 1])
    assert bias[0].sigmoid().item() == pytest.approx(PRIOR, rel=2e-3) and bias[1] == 3.0
    assert rows_for("roi_head.mask_head.0.conv_logits.bias", value[:, 0], [None]).tolist() == [2.0]
