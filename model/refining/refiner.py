"""Refines coarse masks of a picture, several at a time."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from model.pretrained.lite0 import Lite0, normalised
from model.prompts.boxes import box_of
from model.refining.crops import Square
from model.refining.network import SIDE, RefiningNetwork, features_of
from model.weights.files import CheckpointError, read_weights

LEAST = 12  # pixels of a mask below which nothing can be said about its edges
MOST_DOUBT = 0.15  # where given masks have shown that the network can be trusted; others take less
FORMAT = "tevit-refiner 1"  # in the notes of a weight file
BATCH = 8  # squares that the network sees at once


class RefinerError(ValueError):
    """A weight file is not that of a refining network; the message is one sentence."""


class MaskRefiner:
    """A refining network with its backbone, in evaluation mode."""

    def __init__(self, backbone: Lite0, network: RefiningNetwork) -> None:
        self.backbone, self.network = backbone, network.eval()

    @classmethod
    def load(cls, path: Path, backbone: Lite0) -> "MaskRefiner":
        """The refiner with the weights of a safetensors file, on the device of ``backbone``. Raises `RefinerError`."""
        try:
            file = read_weights(path)
        except CheckpointError as error:
            raise RefinerError(str(error)) from error
        form = file.meta.get("format", "without a name")
        if form != FORMAT:
            raise RefinerError(f"{path} does not hold a refining network of the format {FORMAT}: its format is {form}")
        try:
            return cls.of_state(file.state, backbone)
        except RuntimeError as error:  # keys or shapes of other weights
            raise RefinerError(f"{path} does not hold the weights of a refining network: {error}") from error

    @classmethod
    def of_state(cls, state: dict[str, Tensor], backbone: Lite0) -> "MaskRefiner":
        """The refiner with these weights. Raises RuntimeError for other ones."""
        network = RefiningNetwork()
        network.load_state_dict({key: value.float() for key, value in state.items()})
        return cls(backbone, network.requires_grad_(False).to(backbone.stem.weight.device))

    @torch.inference_mode()
    def refined(
        self, picture: np.ndarray, masks: Sequence[np.ndarray], *, most_doubt: float = MOST_DOUBT
    ) -> list[np.ndarray | None]:
        """Each mask (bool H x W) with the edges that its thing has in ``picture``, uint8 RGB of this size or smaller.

        Each by itself: two results may share pixels. None where nobody is sure: for a mask of fewer than `LEAST`
        pixels, and where the network is in doubt. Its doubt is the number of pixels that it expects to be wrong, as a
        share of those of the mask; ``most_doubt`` is the largest one that is taken.
        """
        found: list[np.ndarray | None] = [None] * len(masks)
        places = [place for place, mask in enumerate(masks) if int(mask.sum()) >= LEAST]
        for begin in range(0, len(places), BATCH):
            some = places[begin : begin + BATCH]
            squares = [_square(masks[place]) for place in some]
            seen = self._seen(picture, [masks[place] for place in some], squares)
            for place, square, chances in zip(some, squares, seen, strict=True):
                inside, wrong = float((chances > 0.5).sum()), float(np.minimum(chances, 1 - chances).sum())
                if wrong > most_doubt * inside:
                    continue
                mask = square.put_back(chances, masks[place].shape[:2]) > 0.5
                if int(mask.sum()) >= LEAST:
                    found[place] = mask
        return found

    def _seen(self, picture: np.ndarray, masks: Sequence[np.ndarray], squares: Sequence[Square]) -> np.ndarray:
        """float32 N x SIDE x SIDE, 0 to 1."""
        device = self.backbone.stem.weight.device
        scale = picture.shape[1] / masks[0].shape[1]
        seen = normalised(np.stack([square.scaled(scale).cut(picture, SIDE) for square in squares]), device)
        coarse = np.stack([mask_in(square, mask) for square, mask in zip(squares, masks, strict=True)])
        logits = self.network(features_of(self.backbone, seen), seen, torch.from_numpy(coarse)[:, None].to(device))
        return np.asarray(logits[:, 0].sigmoid().cpu().numpy())


def mask_in(square: Square, mask: np.ndarray) -> np.ndarray:
    """The part of a mask (bool H x W) in a square, float32 SIDE x SIDE, 0 to 1."""
    return square.cut(mask.astype(np.float32), SIDE, beyond=cv2.BORDER_CONSTANT)


def _square(mask: np.ndarray) -> Square:
    box = box_of(mask)
    assert box is not None
    return Square.around(box)
