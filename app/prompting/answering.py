"""Answering one prompt, in the process that computes it: from the JPEG of a frame to the run lengths of a mask."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np

from app.errors import BadInput, UnusableModel
from app.machine import choose_device
from app.prompting.marks import go_on
from app.prompting.own_model import OwnModel, OwnPrompter
from app.settings import segmenter_folder
from model.prompts import SURE, Prompt, Prompter, PromptError
from model.prompts.corrections import WithCorrections
from model.prompts.cursor import CursorPrompter, SalientPrompter
from model.prompts.grabcut import GrabCut
from model.prompts.transformers_sam import TransformersSam
from storage import rle

PROMPTERS: Mapping[str, Callable[[], Prompter]] = {
    "cursor": lambda: CursorPrompter(go_on=go_on),
    "u2netp": lambda: WithCorrections(SalientPrompter(go_on=go_on)),
    "grabcut": lambda: WithCorrections(GrabCut()),
    "segmenter": lambda: TransformersSam(segmenter_folder(), choose_device(_wanted["device"])),
}
"""Prompters by name, but `OWN`; made at the first prompt, in the process that answers."""
DEFAULT = "cursor"
OWN = "own"
"""The checkpoint of the project, which has a process of its own (`answer_by_own`)."""
# IoU from which on two masks are taken for the same thing, and least confidence of one that casts doubt on another.
AGREE, DOUBT = 0.6, 0.3
# Frames that stay decoded; one of 1080p has 6 MB.
KEPT_PICTURES = 3
_wanted: dict[str, str | None] = {"device": None}
_made: dict[str, Prompter] = {}
_own: dict[OwnModel, WithCorrections] = {}
_pictures: OrderedDict[bytes, np.ndarray] = OrderedDict()


@dataclass(frozen=True)
class PromptAnswer:
    """``mask`` is None where nothing was found; ``confidence`` 0 to 1, and ``sure`` whether that is enough.

    ``prompter`` is the name of the adapter that answered, ``source`` what in it drew the mask, for the person.
    ``draft``: a prompt that is no draft may get a better answer.
    """

    mask: rle.Rle | None
    confidence: float
    prompter: str
    source: str
    sure: bool
    draft: bool = False


def use_device(device: str | None) -> None:
    """Where large models run in this process from now on; None: chosen when one is loaded."""
    _wanted["device"] = device


def get_ready(jpeg: bytes, prompter: str = DEFAULT) -> None:
    """Load what answers prompts, and compute for a picture what its first prompt would wait for.

    Does nothing where that is not possible: the first prompt then gets the reason.
    """
    try:
        made, picture = _prompter(prompter), _picture(jpeg)
    except (BadInput, PromptError):
        return
    if isinstance(made, CursorPrompter):
        made.get_ready(picture)


def get_own_ready(jpeg: bytes, model: OwnModel, *, chosen: bool) -> bool:
    """Load the checkpoint of a project, and find what is in a picture; whether that was done.

    A network that takes seconds a frame here only does it where a person has ``chosen`` it. Raises `BadInput` where
    that is not possible.
    """
    if not chosen and model.is_slow():
        return False
    try:
        made = _own_prompter(model).first
        assert isinstance(made, OwnPrompter)
        made.get_ready(_picture(jpeg))
    except PromptError as error:
        raise BadInput(str(error)) from error
    return True


def answer_by_own(jpeg: bytes, prompt: Prompt, model: OwnModel, mask: rle.Rle | None = None) -> PromptAnswer:
    """As `answer_prompt`, by the checkpoint of a project. Raises `BadInput`."""
    return _answer(jpeg, prompt, mask, OWN, lambda: _own_prompter(model))


def answer_prompt(jpeg: bytes, prompt: Prompt, prompter: str = DEFAULT, mask: rle.Rle | None = None) -> PromptAnswer:
    """The mask of what ``prompt`` points at in a picture; ``mask`` is an earlier mask that its points correct.

    Raises `BadInput` for a prompt that cannot be answered, `UnusableModel` if its model cannot be loaded, `Abandoned`.
    """
    return _answer(jpeg, prompt, mask, prompter, lambda: _prompter(prompter))


def better(first: PromptAnswer, own: PromptAnswer) -> PromptAnswer:
    """Of the answers of the tool at the cursor and of the project's checkpoint to one prompt, the one to show.

    Where the checkpoint is sure, it knows the thing: its mask is taken, unless both agree and the other is finer. A
    sure mask that differs from what the checkpoint found there is no longer sure.
    """
    agree = first.mask is not None and own.mask is not None and rle.iou(first.mask, own.mask) >= AGREE
    if own.sure or (not first.sure and own.confidence > first.confidence):
        return first if first.sure and agree else own
    if first.sure and own.mask is not None and own.confidence >= DOUBT and not agree:
        return replace(first, confidence=min(first.confidence, SURE / 2), sure=False)
    return first


def _answer(
    jpeg: bytes, prompt: Prompt, mask: rle.Rle | None, name: str, prompter: Callable[[], Prompter]
) -> PromptAnswer:
    picture = _picture(jpeg)
    if mask is not None:
        prompt = replace(prompt, mask=_earlier(mask, picture.shape[:2]))
    try:
        found = prompter().mask(picture, prompt)
    except PromptError as error:
        raise BadInput(str(error)) from error
    drawn = rle.encode(found.mask) if found.mask.any() else None
    sure = found.sure and drawn is not None
    return PromptAnswer(drawn, found.confidence, name, found.source, sure, found.draft)


def _own_prompter(model: OwnModel) -> WithCorrections:
    """Raises `PromptError` where it cannot be loaded."""
    if model not in _own:
        # Two large networks may not fit into memory together, so the old one is released first.
        _own.clear()
        _own[model] = WithCorrections(OwnPrompter(model.load(), model.classes))
    return _own[model]


def _prompter(name: str) -> Prompter:
    """Raises `BadInput`, and `UnusableModel` where it cannot run."""
    if name not in PROMPTERS:
        raise BadInput(f"There is no prompter {name}; there are {', '.join(PROMPTERS)}.")
    if name not in _made:
        try:
            _made[name] = PROMPTERS[name]()
        except PromptError as error:
            raise UnusableModel(str(error)) from error
    return _made[name]


def _picture(jpeg: bytes) -> np.ndarray:
    """The pixels of a frame (uint8 H x W x 3 RGB, read only). Raises `BadInput`."""
    if jpeg not in _pictures:
        pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        if pixels is None:
            raise BadInput("The picture of this frame cannot be read.")
        _pictures[jpeg] = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
        _pictures[jpeg].flags.writeable = False
        while len(_pictures) > KEPT_PICTURES:
            _pictures.popitem(last=False)
    _pictures.move_to_end(jpeg)
    return _pictures[jpeg]


def _earlier(mask: rle.Rle, size: tuple[int, ...]) -> np.ndarray:
    height, width = size
    if list(mask["size"]) != [height, width]:
        told = f"{mask['size'][1]} x {mask['size'][0]}"
        raise BadInput(f"The mask has {told} pixels, and the picture has {width} x {height}.")
    try:
        return rle.decode(mask)
    except rle.RleError as error:
        raise BadInput(f"The mask cannot be read: {error}.") from error
