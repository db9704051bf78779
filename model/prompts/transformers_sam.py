"""Segment Anything of the package transformers (SAM 2, SAM 2.1, EdgeTAM, SAM 3) as a prompter, where a user has one.

Neither the package nor weights come with the installation: the user names a folder of weights, as `save_pretrained`
writes it. Everything is read from that folder; nothing is fetched.
"""

import hashlib
import importlib
import importlib.util
import json
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from model.lack_of_memory import lacks_memory
from model.prompts.boxes import box_in
from model.prompts.prompt import Prompt, PromptedMask, PromptError

if TYPE_CHECKING:
    from torch import Tensor

# Kinds of weights (`model_type` of config.json) and the class of transformers that answers prompts for one picture.
CLASSES = {
    "sam2": "Sam2Model",
    "sam2_video": "Sam2Model",
    "edgetam": "EdgeTamModel",
    "edgetam_video": "EdgeTamModel",
    "sam3_tracker": "Sam3TrackerModel",
    "sam3_tracker_video": "Sam3TrackerModel",
    "sam3_video": "Sam3TrackerModel",
}
PACKAGE = "transformers"
COMMAND = ".venv/bin/python -m pip install transformers"
# Frames whose features are kept.
KEPT = 4
# Logits of an earlier mask: of a pixel that is certainly in the thing, and with a minus of one that is not (SAM 2).
CERTAIN = np.float32(10)
# Mean and deviation of the pixels (0 to 1) by channel with which a kind of weights was trained.
_IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_SAM_3 = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)


def obstacle(folder: Path | None) -> str:
    """Why a model of ``folder`` cannot run, with the command that mends it; empty where it can, or seems to."""
    if folder is None:
        return "No folder of weights is named; set TEVIT_SEGMENTER to one and start again."
    if importlib.util.find_spec(PACKAGE) is None:
        return f"The package {PACKAGE} is not installed; {COMMAND} brings it."
    try:
        kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    except (OSError, ValueError, AttributeError):
        return f"The folder {folder} has no config.json of a model; name the folder that save_pretrained wrote."
    if kind not in CLASSES:
        return f"The model in {folder} is of the kind {kind}; there are {', '.join(CLASSES)}."
    return ""


class TransformersSam:
    """A model of a folder; it keeps the features of the latest pictures, so that each further prompt is quick."""

    def __init__(self, folder: Path | None, device: str = "cpu") -> None:
        """Load the model onto ``device`` ("cpu", "cuda:0"). Raises `PromptError` with the reason and what mends it."""
        reason = obstacle(folder)
        if reason or folder is None:
            raise PromptError(reason)
        kind = json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"]
        try:
            made = getattr(importlib.import_module(PACKAGE), CLASSES[kind])
        except (ImportError, AttributeError) as error:
            text = f"The installed package {PACKAGE} has no {CLASSES[kind]}; {COMMAND} --upgrade brings a newer one."
            raise PromptError(text) from error
        try:
            self._model = made.from_pretrained(folder, local_files_only=True).to(device).eval()
            self._side = int(self._model.config.prompt_encoder_config.image_size)
            self._mean, self._deviation = _normalisation(folder, kind)
        except Exception as error:
            # What a damaged file raises is up to safetensors, torch, json and transformers.
            raise PromptError(_failure(folder, error)) from error
        self._device = device
        self._source = made.__name__.removesuffix("Model")
        self._kept: OrderedDict[bytes, list[Tensor]] = OrderedDict()

    def mask(self, picture: np.ndarray, prompt: Prompt) -> PromptedMask:
        """The best mask of the model for a box, points and an earlier mask; its estimate of the IoU is the confidence.

        Raises `PromptError` without any of a box, a point in the thing and an earlier mask.
        """
        import torch

        height, width = picture.shape[:2]
        scale = np.array([self._side / width, self._side / height], dtype=np.float32)
        asked: dict[str, Tensor] = {}
        if prompt.box is not None:
            box = np.array(box_in(picture.shape, prompt.box), dtype=np.float32).reshape(2, 2) * scale
            asked["input_boxes"] = torch.from_numpy(box.reshape(1, 1, 4))
        if prompt.points:
            places = np.array([(point.x, point.y) for point in prompt.points], dtype=np.float32) * scale
            labels = np.array([int(point.inside) for point in prompt.points], dtype=np.int64)
            asked["input_points"] = torch.from_numpy(places[None, None])
            asked["input_labels"] = torch.from_numpy(labels[None, None])
        earlier = None if prompt.mask is None or not prompt.mask.any() else prompt.mask
        if prompt.box is None and earlier is None and not any(point.inside for point in prompt.points):
            raise PromptError(f"{self._source} needs a box, or a point in the thing.")
        if earlier is not None:
            asked["input_masks"] = torch.from_numpy(self._logits(earlier))
        # Points alone may mean a thing or its part: then the best of several masks is taken.
        several = prompt.box is None and earlier is None
        with torch.inference_mode():
            on_device = {name: tensor.to(self._device) for name, tensor in asked.items()}
            found = self._model(image_embeddings=self._features(picture), multimask_output=several, **on_device)
        scores = found.iou_scores[0, 0].float().cpu()
        best = int(scores.argmax())
        logits = found.pred_masks[0, 0, best].float().cpu().numpy()
        large = cv2.resize(logits, (width, height), interpolation=cv2.INTER_LINEAR)
        confidence = float(scores[best].clamp(0, 1)) if (large > 0).any() else 0.0
        return PromptedMask(large > 0, confidence, self._source)

    def _logits(self, mask: np.ndarray) -> np.ndarray:
        """An earlier mask (bool H x W) as the model takes one: float32 1 x 1 x h x w, `CERTAIN` inside."""
        side = self._side // 4
        shares = cv2.resize(mask.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
        return ((2 * shares - 1) * CERTAIN)[None, None]

    def _features(self, picture: np.ndarray) -> "list[Tensor]":
        import torch

        # Pictures of different shapes may have the same bytes.
        key = hashlib.blake2b(picture.tobytes(), digest_size=16, key=repr(picture.shape).encode()).digest()
        if key not in self._kept:
            square = cv2.resize(picture, (self._side, self._side), interpolation=cv2.INTER_LINEAR) / np.float32(255)
            pixels = ((square - self._mean) / self._deviation).astype(np.float32).transpose(2, 0, 1)[None]
            with torch.inference_mode():
                shown = torch.from_numpy(np.ascontiguousarray(pixels)).to(self._device)
                self._kept[key] = self._model.get_image_embeddings(shown)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def _failure(folder: Path, error: Exception) -> str:
    """Why the weights of ``folder`` could not be loaded, and what mends it."""
    reason = next(iter(str(error).splitlines()), "") or type(error).__name__
    if lacks_memory(error):
        return f"There is not enough memory for the model in {folder}; end other programs or name a smaller model."
    if isinstance(error, ImportError):
        return f"The package {PACKAGE} lacks another package for the model in {folder} ({reason}); install it."
    return f"The weights in {folder} cannot be loaded ({reason}); fetch them again."


def _normalisation(folder: Path, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of the pixels (0 to 1) by channel, as the folder says, else those of the kind of weights."""
    try:
        facts = json.loads((folder / "preprocessor_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        facts = {}
    if not isinstance(facts, dict):
        facts = {}
    usual = _SAM_3 if kind.startswith("sam3") else _IMAGENET
    mean, deviation = facts.get("image_mean") or usual[0], facts.get("image_std") or usual[1]
    return np.array(mean, dtype=np.float32), np.array(deviation, dtype=np.float32)
