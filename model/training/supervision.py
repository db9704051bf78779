"""The class target of every query in every frame of a clip, and where somebody has looked.

Nothing is taught where nobody looked: such a target has weight 0, so its gradient is exactly 0.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from model.training.targets import PRESENT, UNKNOWN, Box, ClipTargets

REJECTED_IOU = 0.5  # box IoU above which a query is trained against the label of a rejected mask
UNKNOWN_IOU = 0.3  # box IoU above which a query may be an object that nobody judged


def class_truth(
    logits: Tensor, boxes: Tensor, targets: ClipTargets, matched: tuple[Tensor, Tensor]
) -> tuple[Tensor, Tensor]:
    """Class targets of each query of a clip, and the weights of their losses: two (T, N, classes) float tensors.

    Targets are 0 or 1; a weight of 0 means that there is no loss. In a frame where the track of a matched query is

    - present, the query has the track's class, and those that the clip's tracks count as too, with the weight of the
      mask;
    - absent, it is background;
    - unknown, there is no loss.

    Any other query is background for the classes for which the frame is complete, but not on an unknown mask. On a
    rejected mask it is background for the label of that mask, in any frame: the verdict of a person holds although the
    same mask is proposed again.

    Args:
        logits: (T, N, classes).
        boxes: (T, N, 4) xyxy, pixels of the padded network input.
        targets: the ground truth of the clip.
        matched: indices (M,) of queries and of the tracks matched to them.
    """
    queries, tracks = matched
    truth = torch.zeros_like(logits)
    weight = torch.ones_like(logits)
    if targets.complete is not None:
        weight *= targets.complete[:, None].to(logits.dtype)
    unknown_frame, unknown_query, _ = _near(
        boxes,
        [frame for frame, _, _ in targets.unknown],
        [box for _, box, _ in targets.unknown],
        crowd=[is_crowd for _, _, is_crowd in targets.unknown],
        above=UNKNOWN_IOU,
    )
    weight[unknown_frame, unknown_query] = 0.0
    rejected_frame, rejected_query, entry = _near(
        boxes, [one[0] for one in targets.rejected], [one[2] for one in targets.rejected], above=REJECTED_IOU
    )
    labels = torch.tensor([one[1] for one in targets.rejected], dtype=torch.int64, device=boxes.device)
    weight[rejected_frame, rejected_query, labels[entry]] = 1.0
    states = targets.states[:, tracks]  # (T, M)
    judged = (states != UNKNOWN).to(logits.dtype)
    if targets.weights is not None:
        judged = torch.where(states == PRESENT, targets.weights[:, tracks].to(logits.dtype), judged)
    weight[:, queries] = judged[..., None].expand(-1, -1, logits.shape[2])
    frames, pair = (states == PRESENT).nonzero(as_tuple=True)
    truth[frames, queries[pair], targets.labels[tracks[pair]]] = 1.0
    shares = torch.ones_like(logits[0, 0]) if targets.taught is None else targets.taught.to(logits.dtype)
    for label, share in targets.stands_for:
        truth[frames, queries[pair], label] = 1.0
        shares[label] = share
    weight *= shares
    return truth, weight


def pair_weights(targets: ClipTargets, frames: Tensor, tracks: Tensor) -> Tensor:
    """The weights (R,) float32 of present masks, given by their frames (R,) in the clip and their tracks (R,)."""
    if targets.weights is None:
        return torch.ones(len(frames), device=targets.boxes.device)
    return targets.weights[frames, tracks]


def _near(
    boxes: Tensor, frames: Sequence[int], others: Sequence[Box], *, above: float, crowd: Sequence[bool] | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Triples (frame, query, index into ``others``) of queries whose overlap with such a box exceeds ``above``.

    The overlap is the IoU; with a crowd it is the share of the query's box inside the box of the crowd.
    """
    place = torch.tensor(frames, dtype=torch.int64, device=boxes.device)
    own = boxes[place]  # (R, N, 4)
    box = boxes.new_tensor(others).reshape(-1, 1, 4)
    low, high = torch.maximum(own[..., :2], box[..., :2]), torch.minimum(own[..., 2:], box[..., 2:])
    shared = (high - low).clamp_min(0).prod(dim=2)
    area, other = (some[..., 2:] - some[..., :2] for some in (own, box))
    area, other = area.clamp_min(0).prod(dim=2), other.clamp_min(0).prod(dim=2)
    whole = area + other - shared
    if crowd is not None:
        is_crowd = torch.tensor(crowd, dtype=torch.bool, device=boxes.device)
        whole = torch.where(is_crowd[:, None], area, whole)
    index, query = (shared / whole.clamp_min(1e-6) > above).nonzero(as_tuple=True)
    return place[index], query, index
