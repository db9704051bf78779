"""Labels of single pixels by the colours around the place that the flow leads to, for edges finer than the features.

A bilateral filter over two frames (joint bilateral upsampling: Kopf et al., SIGGRAPH 2007): a pixel takes the labels of
nearby pixels of the other frame, weighted by how alike the colours and how near the places are. So an edge that the
flow drags along falls back to where the colours change.
"""

from dataclasses import dataclass

import numpy as np

REACH, STEP = 2, 2  # places to each side, and pixels between them
NEAR = 3.8  # standard deviation of the places, in pixels
ALIKE = 0.083  # standard deviation of the colours, 0 to 1, of all channels together
FULL = 3.0  # sum of weights from which on there is enough that is alike
AT_ONCE = 1000  # pixels that are computed together: what is made of them stays in the processor's cache


@dataclass(frozen=True, eq=False)
class ColourLabels:
    """For N pixels: chances of the label, and how much there was that is alike, both float32 N, 0 to 1."""

    chance: np.ndarray
    support: np.ndarray


def colour_labels(
    colours: np.ndarray, places: np.ndarray, other_colour: np.ndarray, other_chance: np.ndarray
) -> ColourLabels:
    """Labels of N pixels with ``colours`` (N x 3) around their ``places`` (N x 2, x and y) in another frame.

    other_colour: H x W x 3, other_chance: H x W, of the other frame; all float32, 0 to 1.
    """
    parts = [slice(first, first + AT_ONCE) for first in range(0, max(len(colours), 1), AT_ONCE)]
    found = [_labels(colours[part], places[part], other_colour, other_chance) for part in parts]
    return ColourLabels(*(np.concatenate(values) for values in zip(*found, strict=True)))


def _labels(
    colours: np.ndarray, places: np.ndarray, other_colour: np.ndarray, other_chance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    height, width = other_chance.shape
    span = STEP * np.arange(-REACH, REACH + 1)
    down, aside = (axis.ravel() for axis in np.meshgrid(span, span, indexing="ij"))
    at = np.rint(places).astype(np.int32)
    x = np.clip(at[:, :1] + aside, 0, width - 1)
    y = np.clip(at[:, 1:] + down, 0, height - 1)
    index = y * width + x
    differences = other_colour.reshape(-1, 3)[index] - colours[:, None]
    apart = np.einsum("nkc,nkc->nk", differences, differences)
    weight = np.exp(-apart / (2 * ALIKE**2) - (down**2 + aside**2) / (2 * NEAR**2))
    total = weight.sum(axis=1)
    # Where nothing is alike, all count a little.
    chance = ((weight + 1e-6) * other_chance.ravel()[index]).sum(axis=1) / (total + 1e-6 * len(span) ** 2)
    return chance.astype(np.float32), np.minimum(total / FULL, 1.0).astype(np.float32)
