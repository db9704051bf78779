"""The thing in a box by U2-Netp: the network sees the box with a margin, since it finds what stands out in a picture.

It was trained on whole pictures with one thing in them, so a tight crop fails, and in a crowd nothing stands out. Both
show in its answer: the mask does not fill the box, or hardly any pixel is certain.
"""

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import cv2
import numpy as np

from model.prompts.boxes import Window, fit, overlap, placed, with_margin, without_specks
from model.prompts.picture_keys import PictureKeys
from model.prompts.prompt import PromptedMask

SOURCE = "U2-Netp"
# Side of the square in which the network sees a part of the picture. It was made for 320. With 256 a pass takes two
# thirds of the time, but narrow gaps, as between a dog's legs, are filled. A small part is seen about as large as it
# is; in the least square, which drafts are content with, a pass takes a third of the time.
SIDE, LEAST_SIDE = 320, 192
# Margins around the box, as shares of its sides: the usual one, and others where its answer is doubtful; the one that
# shows the thing more often comes first.
MARGIN, OTHER_MARGINS = 0.4, (0.2, 0.7)
# What was seen with such margins around an earlier box answers for this one too, if it is sure; so the latest draft of
# a box mostly answers for the box as it is at its release.
NEAREST, FARTHEST = OTHER_MARGINS
# IoU with what another margin shows, and share of the box that the mask fills, from which on it is seconded.
SECONDED, FILLS = 0.75, 0.85
# Maps that are kept, of 200 kB each at most.
KEPT = 48
# Probabilities between these are no answer.
_LOW, _HIGH = 0.2, 0.8


@dataclass(frozen=True, eq=False)
class SalientMask:
    """``probability``: float32, of the size of the box. ``highest``: the highest probability in the box.

    ``outside``: pixels that stand out beside the box, as a share of those in it. ``seconded``: the mask fills the box,
    and with another margin nearly the same stands out; so it is the thing more probably than what colours show, though
    it may not be sure. ``coarse``: a draft's square was smaller than the part of the picture deserves.
    """

    probability: np.ndarray
    highest: float
    outside: float
    answer: PromptedMask
    seconded: bool = False
    coarse: bool = False


class SaliencyNetwork(Protocol):
    """`model.pretrained.u2netp.U2Netp`, or what stands in for it."""

    def saliency(self, picture: np.ndarray, side: int) -> np.ndarray:
        """Probability (float32 ``side`` x ``side``) of each place of ``picture`` (uint8 H x W x 3 RGB) to stand out."""
        ...


class SalientThing:
    """The thing in a box; it keeps what the network found for the latest parts of pictures."""

    def __init__(self, network: SaliencyNetwork) -> None:
        self._network = network
        self._keys = PictureKeys()
        self._kept: OrderedDict[tuple[bytes, Window], np.ndarray] = OrderedDict()

    def mask(self, picture: np.ndarray, box: Window, *, draft: bool = False, most: int = SIDE) -> SalientMask:
        """The best mask in ``box``; with a low confidence where nothing stands out there.

        A ``draft`` is content with one margin. ``most``: side of the largest square in which the network may see a part
        of the picture. A box that differs little from an earlier one of the same picture needs no pass of the network.
        """
        key = self._keys.of(picture)
        for window in self._suiting(key, picture.shape, box, most):
            found = self._with(picture, key, box, window, most)
            if found.answer.sure:
                return _as_draft(found) if draft else found
        best = self._with(picture, key, box, with_margin(picture.shape, box, MARGIN), most)
        seen = [best]
        for margin in () if draft else OTHER_MARGINS:
            # Where nothing stands out, it does not with another margin either.
            if best.answer.sure or best.highest < _HIGH:
                break
            seen.append(self._with(picture, key, box, with_margin(picture.shape, box, margin), most))
            best = max(seen, key=lambda found: found.answer.confidence)
        best = replace(best, seconded=_seconded(best, seen, box))
        return _as_draft(best) if draft else best

    def see(self, picture: np.ndarray, window: Window) -> np.ndarray:
        """What the network finds in a part of the picture: probability, float32 of the size of the part."""
        return _enlarged(self._map(picture, self._keys.of(picture), window, SIDE), window)

    def _map(self, picture: np.ndarray, key: bytes, window: Window, most: int) -> np.ndarray:
        """What the network finds in a part of the picture: float16, in the square of `side_for` or a larger one."""
        known = key, window
        if not self._knows(key, window, most):
            part = np.ascontiguousarray(picture[window[1] : window[3], window[0] : window[2]])
            self._kept[known] = self._network.saliency(part, side_for(window, most)).astype(np.float16)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(known)
        return self._kept[known]

    def _knows(self, key: bytes, window: Window, most: int) -> bool:
        """Whether a part of the picture was seen, in a square that is large enough."""
        found = self._kept.get((key, window))
        return found is not None and len(found) >= side_for(window, most)

    def _suiting(self, key: bytes, shape: tuple[int, ...], box: Window, most: int) -> list[Window]:
        """Windows of earlier boxes of this picture that have a usual margin around ``box``; the best one, or none."""
        exact = with_margin(shape, box, MARGIN)
        if self._knows(key, exact, most):
            return []
        mine = [window for known, window in self._kept if known == key and self._knows(key, window, most)]
        windows = [window for window in mine if _suits(window, shape, box)]
        return sorted(windows, key=lambda window: sum(map(abs, np.subtract(window, exact))))[:1]

    def _with(self, picture: np.ndarray, key: bytes, box: Window, window: Window, most: int) -> SalientMask:
        found = self._map(picture, key, window, most)
        seen = _enlarged(found, window)
        coarse = len(found) < side_for(window, SIDE)
        left, top = window[:2]
        inside = seen[box[1] - top : box[3] - top, box[0] - left : box[2] - left]
        mask = without_specks(inside > 0.5)
        within = int((inside > 0.5).sum())
        outside = (int((seen > 0.5).sum()) - within) / max(1, within)
        confidence = min(float(inside.max()), clearness(inside), fit(mask, box), ends_there(outside))
        answer = PromptedMask(placed(picture.shape, box, mask), confidence if mask.any() else 0.0, SOURCE)
        return SalientMask(inside, float(inside.max()), outside, answer, coarse=coarse)


def side_for(window: Window, most: int) -> int:
    """Side of the square in which the network sees a part of a picture, a multiple of 32; at most ``most``."""
    longer = max(window[2] - window[0], window[3] - window[1])
    return min(most, max(LEAST_SIDE, 32 * math.ceil(longer / 32)))


def _enlarged(found: np.ndarray, window: Window) -> np.ndarray:
    """A map of the network in the size of the part of the picture that it belongs to; float32."""
    x0, y0, x1, y1 = window
    return cv2.resize(found.astype(np.float32), (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)


def _as_draft(found: SalientMask) -> SalientMask:
    """The same as the answer to a draft, which may get better unless it is sure and fine."""
    return replace(found, answer=replace(found.answer, draft=found.coarse or not found.answer.sure))


def _suits(window: Window, shape: tuple[int, ...], box: Window) -> bool:
    """Whether the margins of ``window`` lie between `NEAREST` and `FARTHEST`; at the border they may be smaller."""
    across, down = box[2] - box[0], box[3] - box[1]
    margins = (
        ((box[0] - window[0]) / across, window[0] == 0),
        ((box[1] - window[1]) / down, window[1] == 0),
        ((window[2] - box[2]) / across, window[2] == shape[1]),
        ((window[3] - box[3]) / down, window[3] == shape[0]),
    )
    return all((0 if border else NEAREST) <= margin <= FARTHEST for margin, border in margins)


def _seconded(best: SalientMask, seen: Sequence[SalientMask], box: Window) -> bool:
    if fit(best.answer.mask, box) < FILLS:
        return False
    return any(
        overlap(best.probability > 0.5, other.probability > 0.5) >= SECONDED for other in seen if other is not best
    )


def ends_there(outside: float) -> float:
    """How far a thing with so much beside the box ends in the box, 0 to 1."""
    return max(0.0, 1 - 2 * outside)


def clearness(probability: np.ndarray) -> float:
    """Share of the pixels that may belong to a thing about which the network is certain, 0 to 1."""
    possible = probability > _LOW
    count = int(possible.sum())
    return 1 - int((possible & (probability < _HIGH)).sum()) / count if count else 0.0
