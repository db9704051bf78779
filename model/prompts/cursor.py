"""What the tools at the cursor ask: box, clicks and strokes to mask, by whichever way is sure of it.

First U2-Netp, where its weights are installed. Its mask is taken where it is sure, and where it fills the box and is
the same with another margin. Else colours and the place in the box draw a mask, which is not sure. Without the weights
GrabCut is believed where the colours agree with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from model.pretrained import find, missing
from model.prompts import clicks, colours
from model.prompts.boxes import Window, box_in, fit, overlap, placed, without_specks
from model.prompts.corrections import WithCorrections
from model.prompts.grabcut import SOURCE as GRABCUT
from model.prompts.grabcut import GrabCut
from model.prompts.prompt import SURE, Prompt, PromptedMask, PromptError, PromptPoint
from model.prompts.salient import LEAST_SIDE, SIDE, SaliencyNetwork, SalientMask, SalientThing, ends_there
from model.prompts.salient import SOURCE as SALIENT

# The most that is claimed for a mask about which two ways do not agree.
UNSURE = 0.5


class CursorPrompter:
    """The prompter of the editor. It keeps what the network found, so one object should answer all prompts."""

    def __init__(self, weights: Path | None = None, go_on: Callable[[], object] | None = None) -> None:
        """``weights``: the file of U2-Netp; by default the installed one; without one, colours answer alone.

        ``go_on`` is called before each layer of the network; what it raises ends the prompt.
        Raises `model.pretrained.u2netp.U2NetpError` for a file that is not the network.
        """
        file = weights or find("u2netp")
        self.salient = SalientThing(_network(file, go_on)) if file else None
        self._grabcut = GrabCut()
        self._corrected = WithCorrections(_Function(self._first), self._standing_out)

    def mask(self, picture: np.ndarray, prompt: Prompt) -> PromptedMask:
        """The thing that is meant: by a mask that points correct, a box, or a point in it.

        Raises `PromptError` for a prompt without any of them, and for one beside the picture.
        """
        return self._corrected.mask(picture, prompt)

    def _first(self, picture: np.ndarray, prompt: Prompt) -> PromptedMask:
        if prompt.box is not None:
            return self._in_box(picture, box_in(picture.shape, prompt.box), draft=prompt.draft)
        return self._under(picture, first_inside(picture.shape, prompt.points))

    def get_ready(self, picture: np.ndarray) -> None:
        """Compute what a first prompt for this picture would wait for: a click asks for the whole picture."""
        if self.salient:
            self.salient.see(picture, (0, 0, picture.shape[1], picture.shape[0]))

    def _in_box(self, picture: np.ndarray, box: Window, *, draft: bool) -> PromptedMask:
        most = LEAST_SIDE if draft else SIDE
        salient = self.salient.mask(picture, box, draft=draft, most=most) if self.salient else None
        if salient is not None and (salient.answer.sure or draft):
            return salient.answer
        if salient is not None and salient.seconded:
            return replace(salient.answer, confidence=min(UNSURE, salient.answer.confidence))
        by_colour = colours.probability_in(picture, box)
        if salient is not None:
            return _together(salient, by_colour, picture.shape, box)
        place = placed(picture.shape, box, without_specks(by_colour > 0.5))
        cut = self._grabcut.mask(picture, Prompt(box=box))
        agreement = min(overlap(cut.mask, place), fit(cut.mask, box))
        if agreement >= SURE:
            return PromptedMask(cut.mask, agreement, GRABCUT)
        return PromptedMask(place, min(UNSURE, agreement), colours.SOURCE)

    def _under(self, picture: np.ndarray, point: PromptPoint) -> PromptedMask:
        return self._standing_out(picture, point) or clicks.wand(picture, point)

    def _standing_out(self, picture: np.ndarray, point: PromptPoint) -> PromptedMask | None:
        return clicks.thing_under(picture, point, self.salient) if self.salient else None


class SalientPrompter:
    """U2-Netp alone: what stands out in a box, or under a click."""

    def __init__(self, salient: SalientThing | None = None, go_on: Callable[[], object] | None = None) -> None:
        """``go_on``: as of `CursorPrompter`. Raises `PromptError` where its weights are not installed."""
        if salient is None:
            file = find("u2netp")
            if file is None:
                raise PromptError(missing("u2netp"))
            salient = SalientThing(_network(file, go_on))
        self._salient = salient

    def mask(self, picture: np.ndarray, prompt: Prompt) -> PromptedMask:
        """The thing in the box or under the first point in it. Raises `PromptError` without either."""
        if prompt.box is not None:
            most = LEAST_SIDE if prompt.draft else SIDE
            box = box_in(picture.shape, prompt.box)
            return self._salient.mask(picture, box, draft=prompt.draft, most=most).answer
        found = clicks.thing_under(picture, first_inside(picture.shape, prompt.points), self._salient)
        return found or PromptedMask(np.zeros(picture.shape[:2], dtype=bool), 0.0, SALIENT)


def _network(file: Path, go_on: Callable[[], object] | None) -> SaliencyNetwork:
    from model.pretrained.u2netp import U2Netp  # brings torch, which the server starts without

    return U2Netp(file, go_on=go_on)


def _together(salient: SalientMask, by_colour: np.ndarray, shape: tuple[int, ...], box: Window) -> PromptedMask:
    """Colours, and what stands out in the box where little does beside it. Not standing out is no sign.

    The odds are multiplied, as for two independent observations.
    """
    weight = salient.highest * ends_there(salient.outside)
    odds = _log_odds(by_colour) + weight * np.maximum(0, _log_odds(salient.probability))
    mask = placed(shape, box, without_specks(odds > 0))
    seen = weight > 0 and bool((salient.probability > 0.5).any())
    source = f"{SALIENT} and colours" if seen else colours.SOURCE
    return PromptedMask(mask, min(UNSURE, salient.answer.confidence), source)


def _log_odds(probability: np.ndarray) -> np.ndarray:
    inner = np.clip(probability, 1e-3, 1 - 1e-3)
    return np.log(inner / (1 - inner))


@dataclass(frozen=True)
class _Function:
    """A function as a prompter."""

    mask: Callable[[np.ndarray, Prompt], PromptedMask]


def first_inside(shape: tuple[int, ...], points: Sequence[PromptPoint]) -> PromptPoint:
    height, width = shape[:2]
    for point in points:
        if point.inside and 0 <= point.x < width and 0 <= point.y < height:
            return point
    raise PromptError("A prompt needs a box, a mask, or a point in the thing that lies in the picture.")
