"""Answering one prompt, in the process that computes it: from the JPEG of a frame to the run lengths of a mask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np

from app.errors import BadInput
from app.settings import segmenter_folder
from model.pretrained import find, missing
from model.prompts import Prompt, Prompter, PromptError
from model.prompts.cursor import CursorPrompter
from model.prompts.grabcut import GrabCut
from model.prompts.transformers_sam import TransformersSam, obstacle
from storage import rle

PROMPTERS: Mapping[str, Callable[[], Prompter]] = {
    "cursor": CursorPrompter,
    "grabcut": GrabCut,
    "segmenter": lambda: TransformersSam(segmenter_folder()),
}
"""Every prompter by its name; made at its first prompt, in the process that answers."""
DEFAULT = "cursor"
_made: dict[str, Prompter] = {}


@dataclass(frozen=True)
class PromptAnswer:
    """``mask`` is None where nothing was found; ``confidence`` 0 to 1, and ``sure`` whether that is enough.

    ``prompter`` is the name of the adapter that answered, ``source`` what in it drew the mask, for the person.
    """

    mask: rle.Rle | None
    confidence: float
    prompter: str
    source: str
    sure: bool


def answer_prompt(jpeg: bytes, prompt: Prompt, prompter: str = DEFAULT, mask: rle.Rle | None = None) -> PromptAnswer:
    """The mask of what ``prompt`` points at in a picture; ``mask`` is an earlier mask that its points correct.

    Raises `BadInput` for a prompt that cannot be answered.
    """
    if prompter not in PROMPTERS:
        raise BadInput(f"There is no prompter {prompter}; there are {', '.join(PROMPTERS)}.")
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise BadInput("The picture of this frame cannot be read.")
    if mask is not None:
        prompt = replace(prompt, mask=_earlier(mask, pixels.shape[:2]))
    try:
        if prompter not in _made:
            _made[prompter] = PROMPTERS[prompter]()
        found = _made[prompter].mask(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), prompt)
    except PromptError as error:
        raise BadInput(str(error)) from error
    drawn = rle.encode(found.mask) if found.mask.any() else None
    return PromptAnswer(drawn, found.confidence, prompter, found.source, found.sure and drawn is not None)


@dataclass(frozen=True)
class PrompterState:
    """A line of the choice of prompters; ``reason`` says why it cannot run and what mends that, or is empty."""

    name: str
    title: str
    reason: str


def prompter_states() -> tuple[PrompterState, ...]:
    """Every prompter, with the reason why it cannot run; cheap, it loads none."""
    without = "" if find("u2netp") else missing("u2netp")
    return (
        PrompterState("cursor", "U2-Netp, colours and GrabCut" if not without else f"GrabCut. {without}", ""),
        PrompterState("grabcut", "GrabCut", ""),
        PrompterState("segmenter", "Segment Anything", obstacle(segmenter_folder())),
    )


def _earlier(mask: rle.Rle, size: tuple[int, ...]) -> np.ndarray:
    height, width = size
    if list(mask["size"]) != [height, width]:
        told = f"{mask['size'][1]} x {mask['size'][0]}"
        raise BadInput(f"The mask has {told} pixels, and the picture has {width} x {height}.")
    try:
        return rle.decode(mask)
    except rle.RleError as error:
        raise BadInput(f"The mask cannot be read: {error}.") from error
