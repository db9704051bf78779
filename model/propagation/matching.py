"""Labels of a frame from those of other frames, by the likeness of features: label propagation.

As in "Space-Time Correspondence as a Contrastive Random Walk" (Jabri, Owens and Efros, NeurIPS 2020) and in DINO's
evaluation: each cell takes the labels of the most similar cells of the other frames, weighted by a softmax of the
similarity. All tracks and the background compete. Differing from these, the cells that are compared lie around the
place where the flow says that the cell comes from, so that a small radius is enough after a long way, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from model.propagation.flow import pixel_grid, warped
from model.propagation.second_thread import SecondThread

STRIDE = 8  # of the features by which tracks are found again and compared
TEMPERATURE, MOST = 0.07, 8  # of the softmax; cells that vote
TILE = 8  # cells to each side that are compared at once
# Radius in cells by stride: around the place by the flow from the frame before, and from a given frame.
RADIUS = {8: 5}
GIVEN_RADIUS = {8: 8}
# Loss of similarity at the radius, in temperatures: nearer cells are preferred.
FALL = 0.4
FRAME = max(GIVEN_RADIUS.values()) + TILE  # cells of background around a reference, so that squares are whole
_NEVER = -10.0  # below every similarity


@dataclass(eq=False)
class Reference:
    """A frame whose labels are known or were found, as cells of one or more strides.

    features: stride -> C x h x w; labels: stride -> h x w x L, background first; offset: stride -> h x w x 2, where
    each cell of the current frame lies in this one, in cells, relative to its own place. given: bool L, the tracks that
    have a person's mask here, and the background if there are any. known: float32 L, 1 for the labels that this frame
    has something to say of, 0 for tracks that were not followed yet.
    """

    features: Mapping[int, Tensor]
    labels: Mapping[int, np.ndarray]
    offset: dict[int, np.ndarray]
    given: np.ndarray
    known: np.ndarray
    _framed: dict[int, tuple[Tensor, Tensor]] = field(default_factory=dict)

    @classmethod
    def begun(
        cls, features: Mapping[int, Tensor], labels: Mapping[int, np.ndarray], *, given: np.ndarray, known: np.ndarray
    ) -> "Reference":
        """The reference of the frame itself."""
        offset = {stride: np.zeros((*one.shape[1:], 2), np.float32) for stride, one in features.items()}
        return cls(features, labels, offset, given, known)

    def of_given(self) -> "Reference":
        """The same frame, which goes on with this one, but with nothing to say of tracks that are not given in it."""
        return replace(self, known=self.given.astype(np.float32))

    def framed(self, stride: int) -> tuple[Tensor, Tensor]:
        """Features (C x h' x w') and labels (h' w' x L) with `FRAME` cells of nothing, which are background, around."""
        if stride not in self._framed:
            padded = np.pad(self.labels[stride], ((FRAME, FRAME), (FRAME, FRAME), (0, 0)))
            for edge in (np.s_[:FRAME], np.s_[-FRAME:], np.s_[:, :FRAME], np.s_[:, -FRAME:]):
                padded[edge][..., 0] = 1.0
            rows = torch.from_numpy(padded.reshape(-1, padded.shape[2]))
            self._framed[stride] = pad(self.features[stride], (FRAME, FRAME, FRAME, FRAME)), rows
        return self._framed[stride]

    def follow(self, flows: Mapping[int, np.ndarray]) -> None:
        """Go on to the next frame; ``flows`` by stride, from there to the frame before, in cells."""
        for stride, flow in flows.items():
            grid = pixel_grid(*flow.shape[:2])
            self.offset[stride] = flow + warped(self.offset[stride], flow, grid)


def to_cells(values: np.ndarray, shape: Sequence[int], cell: float) -> np.ndarray:
    """Mean of ``values`` (float32 H x W, or H x W x C with C <= 4) over cells of ``cell`` pixels; h x w (x C).

    The edge is continued.
    """
    height, width = round(shape[0] * cell), round(shape[1] * cell)
    below, right = max(height - values.shape[0], 0), max(width - values.shape[1], 0)
    if below or right:
        values = cv2.copyMakeBorder(values, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return cv2.resize(values[:height, :width], (shape[1], shape[0]), interpolation=cv2.INTER_AREA)


def to_pixels(cells: np.ndarray, box: tuple[int, int, int, int], cell: float) -> np.ndarray:
    """Values of cells (float32 h x w) at the pixels of a box (x0, y0, x1, y1), interpolated between centres."""
    x0, y0, x1, y1 = box
    place = np.array([[1 / cell, 0, (x0 + 0.5) / cell - 0.5], [0, 1 / cell, (y0 + 0.5) / cell - 0.5]], np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(cells, place, (x1 - x0, y1 - y0), flags=flags, borderMode=cv2.BORDER_REPLICATE)


@dataclass(frozen=True, eq=False)
class Matched:
    """labels: float32 h x w x L, background 1 outside of the query; similarity: h x w of the best cell, 0 outside.

    to_given: by label, the similarity to the frames alone that its track is given in, h x w; not of other labels.
    """

    labels: np.ndarray
    similarity: np.ndarray
    stride: int
    to_given: Mapping[int, np.ndarray]


def match(
    features: Tensor,
    query: np.ndarray,
    references: Sequence[Reference],
    stride: int,
    second: SecondThread | None = None,
) -> Matched:
    """Labels for the cells where ``query`` (bool h x w) is true, by ``features`` (C x h x w, each cell of length 1).

    A ``second`` thread takes a part of the references.
    """
    height, width = query.shape
    count = references[0].labels[stride].shape[2]
    labels = np.zeros((height * width, count), np.float32)
    labels[:, 0] = 1.0
    similarity = np.zeros(height * width, np.float32)
    given = [label for label in range(1, count) if any(one.given[label] for one in references)]
    to_given = {label: np.zeros((height, width), np.float32) for label in given}
    cells = np.flatnonzero(query)
    if len(cells):
        wanted = features.reshape(len(features), -1)[:, torch.from_numpy(cells)].T.contiguous()
        work = [partial(_votes, wanted, cells, width, one, stride) for one in references]
        votes = [one() for one in work] if second is None else second.all(work)
        labels[cells], similarity[cells] = _elected(votes)
        for label, best in to_given.items():
            similar = [vote.similar[:, 0] for vote, one in zip(votes, references, strict=True) if one.given[label]]
            best.reshape(-1)[cells] = torch.stack(similar).amax(0).numpy()
    return Matched(labels.reshape(height, width, count), similarity.reshape(height, width), stride, to_given)


@dataclass(frozen=True, eq=False)
class _Votes:
    """Of Q cells, the V cells of a reference that are most similar to each: similarity Q x V, labels Q x V x L.

    known: float32 L, as in `Reference`.
    """

    similar: Tensor
    labels: Tensor
    known: Tensor


def _elected(votes: Sequence[_Votes]) -> tuple[np.ndarray, np.ndarray]:
    """Labels (Q x L) and the best similarity (Q) from the votes of every reference."""
    similar = torch.cat([one.similar for one in votes], dim=1)
    best, index = similar.topk(min(MOST, similar.shape[1]), dim=1)
    labels = torch.cat([one.labels for one in votes], dim=1)
    # A frame that knows nothing of a track is not counted against it.
    known = torch.cat([one.known.expand_as(one.labels) for one in votes], dim=1)
    every = index[..., None].expand(-1, -1, labels.shape[2])
    weight = torch.softmax(best / TEMPERATURE, dim=1)[..., None] * known.gather(1, every)
    share = (weight * labels.gather(1, every)).sum(1) / weight.sum(1).clamp(min=1e-6)
    return share.numpy(), best[:, 0].numpy()


def _votes(wanted: Tensor, cells: np.ndarray, width: int, one: Reference, stride: int) -> _Votes:
    """The most similar cells of a reference within the radius; similarities are less by distance.

    The wanted cells (Q x C) are ordered by the tile of the reference that the flow leads them to: those of one tile
    are compared with the same square of cells.
    """
    height, across = one.labels[stride].shape[:2]
    radius = (GIVEN_RADIUS if one.given.any() else RADIUS)[stride]
    features, labels = one.framed(stride)
    side = TILE + 2 * radius + 1
    offset = one.offset[stride].reshape(-1, 2)[cells]
    x, y = cells % width + offset[:, 0], cells // width + offset[:, 1]
    # The first cell of the square, in the reference with its frame around it.
    left = _first(x, across) + FRAME - radius
    top = _first(y, height) + FRAME - radius
    similar = torch.empty(len(cells), side * side)
    for group in _groups(top * (across + 2 * FRAME) + left):
        row, column = int(top[group[0]]), int(left[group[0]])
        square = features[:, row : row + side, column : column + side].reshape(len(features), -1)
        similar[torch.from_numpy(group)] = wanted[torch.from_numpy(group)] @ square
    down, aside = _squared(y + FRAME - top, side), _squared(x + FRAME - left, side)
    apart = (down[:, :, None] + aside[:, None, :]).reshape(len(cells), -1)
    similar.sub_(apart, alpha=FALL * TEMPERATURE / radius**2).masked_fill_(apart > radius**2, _NEVER)
    best, index = similar.topk(min(MOST, similar.shape[1]), dim=1)
    rows = torch.from_numpy(top)[:, None] + index // side
    found = labels[rows * (across + 2 * FRAME) + torch.from_numpy(left)[:, None] + index % side]
    return _Votes(best, found, torch.from_numpy(one.known))


def _first(places: np.ndarray, length: int) -> np.ndarray:
    """The first cell of the tile that each place (float N) lies in; places beside the frame go to the nearest tile."""
    return np.clip(np.floor(places), 0, length - 1).astype(np.int64) // TILE * TILE


def _groups(tiles: np.ndarray) -> list[np.ndarray]:
    """Numbers of the cells with the same tile."""
    order = np.argsort(tiles, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(tiles[order])) + 1)


def _squared(places: np.ndarray, length: int) -> Tensor:
    return torch.from_numpy(np.square(places[:, None] - np.arange(length)[None]).astype(np.float32))
