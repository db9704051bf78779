"""Answering one prompt, in the process that computes it: from the JPEG of a frame to the run lengths of a mask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from app.errors import BadInput
from model.prompts import Prompt, Prompter, PromptError
from model.prompts.grabcut import GrabCut
from storage import rle

PROMPTERS: Mapping[str, Callable[[], Prompter]] = {"grabcut": GrabCut}
"""Every prompter by its name; made at its first prompt, in the process that answers."""
DEFAULT = "grabcut"
_made: dict[str, Prompter] = {}


@dataclass(frozen=True)
class PromptAnswer:
    """``mask`` is None where nothing was found; ``confidence`` 0 to 1; ``prompter`` is the name of what answered."""

    mask: rle.Rle | None
    confidence: float
    prompter: str


def answer_prompt(jpeg: bytes, prompt: Prompt, prompter: str = DEFAULT) -> PromptAnswer:
    """The mask of what ``prompt`` points at in a picture. Raises `BadInput` for a prompt that cannot be answered."""
    if prompter not in PROMPTERS:
        raise BadInput(f"There is no prompter {prompter}; there are {', '.join(PROMPTERS)}.")
    if prompter not in _made:
        _made[prompter] = PROMPTERS[prompter]()
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise BadInput("The picture of this frame cannot be read.")
    try:
        found = _made[prompter].mask(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), prompt)
    except PromptError as error:
        raise BadInput(str(error)) from error
    mask = rle.encode(found.mask) if found.mask.any() else None
    return PromptAnswer(mask, found.confidence, prompter)
