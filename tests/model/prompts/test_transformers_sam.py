"""The optional adapter over transformers: with a tiny model of random weights where the package is, and without it."""

import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from model.prompts import Prompt, PromptError, PromptPoint
from model.prompts.transformers_sam import KEPT, TransformersSam, obstacle
from tests.model.prompts.scenes import disc

PICTURE, _ = disc(90, 120)
BOX = (20.0, 20.0, 80.0, 70.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SAM 2 of a few thousand weights, as `save_pretrained` writes it."""
    if importlib.util.find_spec("transformers") is None:
        pytest.skip("transformers is not installed; it is optional and no part of the requirements")
    from transformers import Sam2Config, Sam2Model

    backbone = {
        "model_type": "sam2_hiera_det_model",
        "hidden_size": 8,
        "blocks_per_stage": [1, 1, 2, 1],
        "embed_dim_per_stage": [8, 16, 32, 64],
        "num_attention_heads_per_stage": [1, 1, 2, 2],
        "window_size_per_stage": [4, 4, 4, 4],
        "global_attention_blocks": [3],
        "image_size": [128, 128],
    }
    config = Sam2Config(
        vision_config={
            "backbone_config": backbone,
            "backbone_channel_list": [64, 32, 16, 8],
            "backbone_feature_sizes": [[32, 32], [16, 16], [8, 8]],
            "fpn_hidden_size": 32,
        },
        prompt_encoder_config={"hidden_size": 32, "image_size": 128, "patch_size": 16},
        mask_decoder_config={"hidden_size": 32, "mlp_dim": 64, "num_attention_heads": 2, "iou_head_hidden_dim": 32},
    )
    place = tmp_path_factory.mktemp("sam2")
    Sam2Model(config).save_pretrained(place)
    return place


def test_a_box_and_points_are_answered_in_the_size_of_the_picture(folder: Path) -> None:
    prompter = TransformersSam(folder)
    for prompt in (
        Prompt(box=BOX),
        Prompt(points=(PromptPoint(50, 45, True),)),
        Prompt(box=BOX, points=(PromptPoint(50, 45, True), PromptPoint(22, 22, False))),
    ):
        found = prompter.mask(PICTURE, prompt)
        assert found.mask.shape == PICTURE.shape[:2] and found.mask.dtype == bool
        assert 0 <= found.confidence <= 1 and found.source == "Sam2"


def test_the_same_prompt_has_the_same_answer_and_another_one_another(folder: Path) -> None:
    prompter = TransformersSam(folder)
    first, again = (prompter.mask(PICTURE, Prompt(box=BOX)) for _ in range(2))

    assert np.array_equal(first.mask, again.mask) and first.confidence == again.confidence
    assert prompter.mask(PICTURE, Prompt(box=(60, 10, 119, 89))).confidence != first.confidence


def test_features_are_computed_once_for_a_picture(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prompter = TransformersSam(folder)
    compute, seen = prompter._model.get_image_embeddings, []
    monkeypatch.setattr(prompter._model, "get_image_embeddings", lambda pixels: seen.append(1) or compute(pixels))

    for _ in range(3):
        prompter.mask(PICTURE, Prompt(box=BOX))
    assert len(seen) == 1
    for shade in range(KEPT):
        prompter.mask(np.full_like(PICTURE, shade), Prompt(box=BOX))
    prompter.mask(PICTURE, Prompt(box=BOX))
    assert len(seen) == 1 + KEPT + 1


def test_a_prompt_without_anything_in_the_thing_is_refused(folder: Path) -> None:
    with pytest.raises(PromptError, match="needs a box, or a point"):
        TransformersSam(folder).mask(PICTURE, Prompt(points=(PromptPoint(5, 5, False),)))


def test_what_cannot_run_says_why_and_what_mends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "TEVIT_SEGMENTER" in obstacle(None)
    monkeypatch.setattr("model.prompts.transformers_sam.importlib.util.find_spec", lambda name: None)
    assert "pip install transformers" in obstacle(tmp_path)
    monkeypatch.setattr("model.prompts.transformers_sam.importlib.util.find_spec", lambda name: name)
    assert "no config.json" in obstacle(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    assert "of the kind bert" in obstacle(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "sam2_video"}))
    assert obstacle(tmp_path) == ""
    monkeypatch.setattr("model.prompts.transformers_sam.importlib.import_module", lambda name: object())
    with pytest.raises(PromptError, match=r"has no Sam2Model; .* --upgrade"):
        TransformersSam(tmp_path)
    (tmp_path / "config.json").write_text("[]")
    with pytest.raises(PromptError, match=r"no config\.json"):
        TransformersSam(tmp_path)


class FakeSam:
    """As much of a model of transformers as the adapter uses; it remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.pictures = 0
        self.config = SimpleNamespace(prompt_encoder_config=SimpleNamespace(image_size=64))

    @staticmethod
    def from_pretrained(folder: Path, local_files_only: bool) -> "FakeSam":
        assert local_files_only
        load_file(folder / "model.safetensors")
        return FakeSam()

    def to(self, device: str) -> "FakeSam":
        self.device = device
        return self

    def eval(self) -> "FakeSam":
        return self

    def get_image_embeddings(self, pixels: torch.Tensor) -> list[torch.Tensor]:
        self.pictures += 1
        assert str(pixels.device) == self.device
        return [pixels]

    def __call__(self, **asked: Any) -> SimpleNamespace:
        self.asked.append(asked)
        assert {str(one.device) for one in asked.values() if isinstance(one, torch.Tensor)} == {self.device}
        shapes = 3 if asked["multimask_output"] else 1
        return SimpleNamespace(iou_scores=torch.ones(1, 1, shapes), pred_masks=torch.ones(1, 1, shapes, 16, 16))


FakeSam.__name__ = "Sam2Model"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of weights for `FakeSam`, which stands for the package."""
    monkeypatch.setattr("model.prompts.transformers_sam.importlib.util.find_spec", lambda name: name)
    module = SimpleNamespace(Sam2Model=FakeSam, Sam3TrackerModel=FakeSam)
    monkeypatch.setattr("model.prompts.transformers_sam.importlib.import_module", lambda name: module)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "sam2"}))
    save_file({"a": torch.zeros(2)}, tmp_path / "model.safetensors")
    return tmp_path


def asked_of(prompter: TransformersSam) -> FakeSam:
    model: Any = prompter._model
    assert isinstance(model, FakeSam)
    return model


def test_an_earlier_mask_is_shown_to_the_model(made: Path) -> None:
    prompter = TransformersSam(made)
    mask = np.zeros(PICTURE.shape[:2], bool)
    mask[:, :60] = True
    prompter.mask(PICTURE, Prompt(points=(PromptPoint(50, 45, True),), mask=mask))
    prompter.mask(PICTURE, Prompt(points=(PromptPoint(50, 45, False),), mask=mask))
    prompter.mask(PICTURE, Prompt(points=(PromptPoint(50, 45, True),), mask=np.zeros_like(mask)))
    first, second, empty = asked_of(prompter).asked
    logits = first["input_masks"]
    assert logits.shape == (1, 1, 16, 16) and logits.dtype == torch.float32
    assert (logits[..., :8] == 10).all() and (logits[..., 8:] == -10).all()
    assert not first["multimask_output"] and "input_masks" in second, "the mask says which thing is meant"
    assert "input_masks" not in empty and empty["multimask_output"]


def test_the_model_and_all_that_it_is_shown_are_on_the_device_that_is_named(made: Path) -> None:
    prompter = TransformersSam(made, "meta")
    mask = np.ones(PICTURE.shape[:2], bool)
    prompter.mask(PICTURE, Prompt(box=BOX, points=(PromptPoint(50, 45, True),), mask=mask))
    assert len(asked_of(prompter).asked) == 1


@pytest.mark.parametrize(("kind", "grey"), [("sam2", (0.485, 0.456, 0.406)), ("sam3_video", (0.5, 0.5, 0.5))])
def test_pixels_are_scaled_as_the_kind_of_weights_was_trained_unless_the_folder_says_it(
    made: Path, kind: str, grey: tuple[float, ...]
) -> None:
    (made / "config.json").write_text(json.dumps({"model_type": kind}))
    assert TransformersSam(made)._mean.tolist() == pytest.approx(grey)
    (made / "preprocessor_config.json").write_text('{"image_mean": [0.1, 0.2, 0.3]}')
    assert TransformersSam(made)._mean.tolist() == pytest.approx([0.1, 0.2, 0.3])


def test_pictures_of_other_shapes_with_the_same_bytes_have_features_of_their_own(made: Path) -> None:
    prompter = TransformersSam(made)
    for picture in (PICTURE, PICTURE.reshape(PICTURE.shape[1], PICTURE.shape[0], 3), PICTURE):
        assert prompter.mask(picture, Prompt(box=(5, 5, 30, 30))).mask.shape == picture.shape[:2]
    assert asked_of(prompter).pictures == 2


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ImportError("This needs timm\n  long"), r"lacks another package for the model in .* \(This needs timm\)"),
        (MemoryError(), "not enough memory for the model in"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "not enough memory for the model in"),
    ],
)
def test_what_fetching_the_weights_again_does_not_mend_has_a_sentence_of_its_own(
    made: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    def refuse(folder: Path, local_files_only: bool) -> FakeSam:
        raise error

    monkeypatch.setattr(FakeSam, "from_pretrained", staticmethod(refuse))
    with pytest.raises(PromptError, match=sentence) as found:
        TransformersSam(made)
    assert "fetch them again" not in str(found.value)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("model.safetensors", b"damaged"),
        ("model.safetensors", b""),
        ("preprocessor_config.json", b'{"image_mean": "grey"}'),
        ("preprocessor_config.json", b'{"image_std": {"r": 1}}'),
    ],
)
def test_damaged_weights_are_refused_in_one_sentence(made: Path, file: str, content: bytes) -> None:
    (made / file).write_bytes(content)
    with pytest.raises(PromptError, match=r"The weights in .* cannot be loaded \(.+\); fetch them again\.$"):
        TransformersSam(made)
