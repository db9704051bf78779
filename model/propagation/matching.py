"""Labels of a frame from those of other frames, by the likeness of features: label propagation.

As in "Space-Time Correspondence as a Contrastive Random Walk" (Jabri, Owens and Efros, NeurIPS 2020) and in DINO's
evaluation: each cell takes the labels of the most similar cells of the other frames, weighted by a softmax of the
similarity. All tracks and the background compete. Differing from these, the cells that are compared lie around the
place where the flow says that the cell comes from, so that a small radius is enough after a long way, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from model.propagation.flow import pixel_grid, warped

TEMPERATURE, MOST = 0.07, 8  # of the softmax; cells that vote
TILE = 8  # cells to each side that are compared at once
# Radius in cells by stride: around the place by the flow from the frame before, and from a given frame.
RADIUS = {8: 5}
GIVEN_RADIUS = {8: 8}
# Loss of similarity at the radius, in temperatures: nearer cells are preferred.
FALL = 0.4
_NEVER = -10.0  # below every similarity


@dataclass(eq=False)
class Reference:
    """A frame whose labels are known or were found, as cells of one or more strides.

    features: stride -> C x h x w; labels: stride -> h x w x L, background first; offset: stride -> h x w x 2, where
    each cell of the current frame lies in this one, in cells, relative to its own place. given: a person's masks.
    known: float32 L, 1 for the labels that this frame has something to say of, 0 for tracks that were not followed yet.
    """

    features: Mapping[int, Tensor]
    labels: Mapping[int, np.ndarray]
    offset: dict[int, np.ndarray]
    given: bool
    known: np.ndarray

    def follow(self, flows: Mapping[int, np.ndarray]) -> None:
        """Go on to the next frame; ``flows`` by stride, from there to the frame before, in cells."""
        for stride, flow in flows.items():
            grid = pixel_grid(*flow.shape[:2])
            self.offset[stride] = flow + warped(self.offset[stride], flow, grid)


def reference(
    features: Mapping[int, Tensor], labels: np.ndarray, zoom: int, *, given: bool, known: np.ndarray | None = None
) -> Reference:
    """A reference for the frame itself; ``labels``: float32 H x W x L at the working size, background first.

    known: see `Reference`; by default every label is.
    """
    cells = {stride: to_cells(labels, one.shape[1:], stride / zoom) for stride, one in features.items()}
    offset = {stride: np.zeros((*one.shape[1:], 2), np.float32) for stride, one in features.items()}
    every = np.ones(labels.shape[2], np.float32)
    return Reference(features, cells, offset, given, every if known is None else known)


def to_cells(values: np.ndarray, shape: Sequence[int], cell: float) -> np.ndarray:
    """Mean of ``values`` (float32 H x W x C) over cells of ``cell`` pixels; h x w x C. The edge is continued."""
    height, width = round(shape[0] * cell), round(shape[1] * cell)
    below, right = max(height - values.shape[0], 0), max(width - values.shape[1], 0)
    whole = (
        cv2.copyMakeBorder(values, 0, below, 0, right, cv2.BORDER_REPLICATE)
        if values.shape[2] <= 4
        else np.pad(values, ((0, below), (0, right), (0, 0)), mode="edge")
    )
    whole = whole.reshape(*whole.shape[:2], -1)[:height, :width]
    parts = [
        cv2.resize(whole[..., at : at + 4], (shape[1], shape[0]), interpolation=cv2.INTER_AREA).reshape(*shape, -1)
        for at in range(0, whole.shape[2], 4)
    ]
    return np.concatenate(parts, axis=2)


def to_pixels(cells: np.ndarray, box: tuple[int, int, int, int], cell: float) -> np.ndarray:
    """Values of cells (float32 h x w) at the pixels of a box (x0, y0, x1, y1), interpolated between centres."""
    x0, y0, x1, y1 = box
    place = np.array([[1 / cell, 0, (x0 + 0.5) / cell - 0.5], [0, 1 / cell, (y0 + 0.5) / cell - 0.5]], np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(cells, place, (x1 - x0, y1 - y0), flags=flags, borderMode=cv2.BORDER_REPLICATE)


@dataclass(frozen=True, eq=False)
class Matched:
    """labels: float32 h x w x L, background 1 outside of the query; similarity: h x w of the best cell, 0 outside."""

    labels: np.ndarray
    similarity: np.ndarray
    stride: int


def match(features: Tensor, query: np.ndarray, references: Sequence[Reference], stride: int) -> Matched:
    """Labels for the cells where ``query`` (bool h x w) is true, by ``features`` (C x h x w, each cell of length 1)."""
    height, width = query.shape
    count = references[0].labels[stride].shape[2]
    labels = np.zeros((height * width, count), np.float32)
    labels[:, 0] = 1.0
    similarity = np.zeros(height * width, np.float32)
    for cells in _tiles(query):
        wanted = features.reshape(len(features), -1)[:, cells].T.contiguous()
        votes = [_votes(wanted, cells, width, one, stride) for one in references]
        labels[cells], similarity[cells] = _elected(votes, references)
    return Matched(labels.reshape(height, width, count), similarity.reshape(height, width), stride)


def _tiles(query: np.ndarray) -> Iterator[np.ndarray]:
    """Numbers of the wanted cells, tile by tile: cells that lie together are compared with the same few cells."""
    rows, columns = np.nonzero(query)
    tile = rows // TILE * query.shape[1] + columns // TILE
    order = np.argsort(tile, kind="stable")
    ends = np.flatnonzero(np.diff(tile[order])) + 1
    cells = (rows * query.shape[1] + columns)[order]
    return (one for one in np.split(cells, ends) if len(one))


def _elected(votes: Sequence[tuple[Tensor, Tensor]], references: Sequence[Reference]) -> tuple[np.ndarray, np.ndarray]:
    """Labels (Q x L) and the best similarity (Q) from the votes of every reference."""
    similar = torch.cat([one for one, _ in votes], dim=1)
    best, index = similar.topk(min(MOST, similar.shape[1]), dim=1)
    weight = torch.softmax(best / TEMPERATURE, dim=1)[..., None]
    # A frame that knows nothing of a track is not counted against it.
    known = torch.cat(
        [torch.from_numpy(one.known).expand(len(rows), -1) for one, (_, rows) in zip(references, votes, strict=True)]
    )[index]
    labels = torch.cat([one for _, one in votes])[index]
    share = (weight * known * labels).sum(1) / (weight * known).sum(1).clamp(min=1e-6)
    return share.numpy(), best[:, 0].numpy()


def _votes(wanted: Tensor, cells: np.ndarray, width: int, one: Reference, stride: int) -> tuple[Tensor, Tensor]:
    """Similarities (Q x K) of Q wanted cells to K cells of a reference, less by distance; and the labels (K x L)."""
    height, across = one.labels[stride].shape[:2]
    radius = (GIVEN_RADIUS if one.given else RADIUS)[stride]
    offset = one.offset[stride].reshape(-1, 2)[cells]
    x, y = cells % width + offset[:, 0], cells // width + offset[:, 1]
    x0, x1 = _span(x, radius, across)
    y0, y1 = _span(y, radius, height)
    part = one.features[stride][:, y0:y1, x0:x1]
    similar = wanted @ part.reshape(len(part), -1)
    down, aside = _squared(y, y0, y1), _squared(x, x0, x1)
    apart = (down[:, :, None] + aside[:, None, :]).reshape(len(cells), -1)
    similar -= apart * (FALL * TEMPERATURE / radius**2)
    similar[apart > radius**2] = _NEVER
    return similar, _rows(one.labels[stride][y0:y1, x0:x1])


def _rows(labels: np.ndarray) -> Tensor:
    """Labels h x w x L as cells x L."""
    return torch.from_numpy(labels.reshape(-1, labels.shape[2]).copy())


def _span(places: np.ndarray, radius: int, length: int) -> tuple[int, int]:
    """First and end of the cells within ``radius`` of any place, at least one cell of the frame."""
    first = int(np.clip(np.floor(places.min()) - radius, 0, length - 1))
    return first, int(np.clip(np.ceil(places.max()) + radius + 1, first + 1, length))


def _squared(places: np.ndarray, first: int, end: int) -> Tensor:
    return torch.from_numpy(np.square(places[:, None] - np.arange(first, end)[None]).astype(np.float32))
