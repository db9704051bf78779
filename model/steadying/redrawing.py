"""A mask of a network drawn anew where a network of edges is sure of the same thing.

A network that tracks things sees a frame coarsely: its masks have the right place and round corners. U2-Netp
(`model.prompts.salient`) finds what stands out in a box, to the pixel, and shows when it is not sure. So where it is
sure, and shows the same thing, its edges are taken.
"""

import cv2
import numpy as np

from model.prompts.boxes import box_in, box_of, overlap
from model.prompts.salient import SaliencyNetwork, SalientThing

ROOM = 0.1  # of the box's sides, on each side of it: a mask that misses a part of the thing has too small a box
LEAST_BOX = 28  # working pixels of the longer side; networks paste a mask from so many cells, to the full size
SAME = 0.6  # IoU of both masks from which on they show the same thing


def redrawn(picture: np.ndarray, mask: np.ndarray, network: SaliencyNetwork) -> np.ndarray | None:
    """The thing of ``mask`` (bool H x W) with the edges that it has in ``picture``, or None where nobody is sure.

    picture: uint8 RGB, of the mask's size or smaller; then the result is scaled to the mask's size, and a mask that is
    tiny in the picture stays, since it would get coarser. One pass of the network, and nothing of it is kept for other
    masks: the result depends on these two alone.
    """
    small = _scaled(mask, picture.shape[:2])
    box = box_of(small)
    if box is None or (small is not mask and max(box[2] - box[0], box[3] - box[1]) < LEAST_BOX):
        return None
    across, down = ROOM * (box[2] - box[0]), ROOM * (box[3] - box[1])
    roomy = box_in(picture.shape, (box[0] - across, box[1] - down, box[2] + across, box[3] + down))
    answer = SalientThing(network).mask(picture, roomy, draft=True).answer
    if not answer.sure or overlap(answer.mask, small) < SAME:
        return None
    return _scaled(answer.mask, mask.shape)


def _scaled(mask: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    if mask.shape == size:
        return mask
    how = cv2.INTER_AREA if size[0] < mask.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(mask.astype(np.float32), (size[1], size[0]), interpolation=how) > 0.5)
