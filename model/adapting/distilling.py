"""Keeps the masks of a network as they were in clips of what it knew (learning without forgetting, arXiv 1606.09282).

What an adaptation forgets is nearly all in its mask head. Truth shows the right mask, but a step sees few of them; the
old network shows also how sure it was of each pixel.
"""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from model.network.tevit import Features, Queries, TeViT
from model.training.losses import DICE_WEIGHT

SURE = 0.25  # score from which a query of the old network shows a thing


class Anchor:
    """A network as it is now, of which another one is to keep the masks while it learns."""

    def __init__(self, network: TeViT, labels: Sequence[int]) -> None:
        """``labels``: of the classes that it knows already."""
        self._labels = torch.tensor(list(labels))
        unused: dict[int, None] = {id(part): None for part in (network.backbone, network.neck)}
        self._old = copy.deepcopy(network, unused).eval().requires_grad_(False)

    def distance(
        self,
        network: TeViT,
        features: Features,
        queries: Queries,
        clips: Sequence[int],
    ) -> Tensor:
        """How far the masks of the learning ``network`` are from the old ones, a scalar: the sum over ``clips``.

        ``features`` are those of a batch, ``queries`` those of the network after its last stage, ``clips`` places in
        the batch. Of each clip the masks of all queries and frames are compared of which the old network is sure
        (`SURE`), in the known class of their best score: the mean of `drift` over all cells, times the weight of the
        mask loss.
        """
        total = features.levels[0].new_zeros(())
        with torch.no_grad():
            old = self._old.decode(_part(features, clips))
        for place, clip in enumerate(clips):
            labels = self._labels.to(total.device)
            best, at = old.logits[place][..., labels].float().sigmoid().max(dim=-1)  # (T, N)
            frame, query = (best >= SURE).nonzero(as_tuple=True)
            label = labels[at[frame, query]]
            if not len(frame):
                continue
            of_clip = _part(features, [clip])
            with torch.no_grad():
                seen = _one(old, place)
                known = self._old.mask_logits(of_clip, seen, frame, query, label, stage=-1).float()
            # In the same boxes, else the cells would not be those of the same places.
            own = _one(queries, clip)._replace(boxes=seen.boxes)
            logits = network.mask_logits(of_clip, own, frame, query, label, stage=-1).float()
            total = total + DICE_WEIGHT * drift(logits, known).mean()
        return total


def drift(logits: Tensor, known: Tensor) -> Tensor:
    """How far probabilities are from known ones: their Kullback-Leibler divergence, element by element.

    Both are given as logits of one shape. 0 with gradient 0 where they agree, else above 0.
    """
    probability = known.sigmoid()
    surprise = F.binary_cross_entropy_with_logits(logits, probability, reduction="none")
    return surprise - F.binary_cross_entropy_with_logits(known, probability, reduction="none")


def _one(queries: Queries, clip: int) -> Queries:
    """The queries of one clip of a batch, as a batch."""
    return Queries(*(value[clip : clip + 1] for value in queries))


def _part(features: Features, clips: Sequence[int]) -> Features:
    """The features of some clips of a batch, as a batch."""
    frames = features.frames
    rows = [clip * frames + frame for clip in clips for frame in range(frames)]
    return Features(tuple(level[rows] for level in features.levels), features.img_hw[list(clips)], frames)
