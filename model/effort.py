"""Estimated work of a person on proposed tracks: seconds per track-frame, from how well they match the truth.

The times are published ones: a yes or no to a shown object takes 1.6 s (Papadopoulos et al., CVPR 2016, arXiv
1602.08405), an object is outlined in 79 s (Lin et al., ECCV 2014, arXiv 1405.0312: 22 hours for 1000). A correction is
taken as a quarter of an outline. Spreading, interpolation and the like save time that is not counted, so the figure
compares networks; it does not predict a day's work.
"""

from collections.abc import Sequence

import numpy as np

VERDICT = 1.6  # seconds for accepting or rejecting a proposed track
DRAW = 79.0  # for a mask that no proposed track shows
CORRECT = DRAW / 4  # for a mask that is shown, but not well
SHOWN, GOOD = 0.5, 0.8  # mask IoU from which a mask is shown, and needs no correction


def seconds(proposed: int, overlaps: Sequence[np.ndarray]) -> float | None:
    """Seconds per track-frame.

    ``overlaps`` has for each true track the mask IoU, frame by frame where it is visible, of the proposed track that
    shows it. None without a true mask.
    """
    values = np.concatenate(overlaps) if overlaps else np.zeros(0)
    if not len(values):
        return None
    work = np.where(values >= GOOD, 0.0, np.where(values >= SHOWN, CORRECT, DRAW)).sum()
    return float((work + VERDICT * proposed) / len(values))
