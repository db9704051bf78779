"""Pixels that two masks share, for many pairs of masks at once, from their run lengths."""

import numpy as np

from .run_lengths import RunLengths

_AT_ONCE = 1 << 17  # runs whose arrays stay in the fast memory of a processor


def common_pixels(ours: RunLengths, a: np.ndarray, theirs: RunLengths, b: np.ndarray) -> np.ndarray:
    """Common pixels, int64 (P,), of the masks with the numbers a of ``ours`` and b of ``theirs``, int64 (P,) each.

    The two masks of a pair must have the same size, unless one of them is -1, no mask.
    """
    common = np.zeros(len(a), np.int64)
    meet = np.flatnonzero(np.minimum(ours.ends[a], theirs.ends[b]) > np.maximum(ours.begins[a], theirs.begins[b]))
    a, b = a[meet], b[meet]
    runs = np.cumsum(ours.starts[a + 1] - ours.starts[a] + theirs.starts[b + 1] - theirs.starts[b])
    cuts = (np.flatnonzero(np.diff(runs // _AT_ONCE)) + 1).tolist()
    for start, stop in zip([0, *cuts], [*cuts, len(meet)], strict=True):
        if start < stop:
            span = slice(start, stop)
            differing = _differing(ours, a[span], theirs, b[span])
            common[meet[span]] = (ours.areas[a[span]] + theirs.areas[b[span]] - differing) // 2
    return common


def _differing(ours: RunLengths, a: np.ndarray, theirs: RunLengths, b: np.ndarray) -> np.ndarray:
    """Pixels that belong to just one mask of each pair.

    The pairs are taken as one large picture, one beside the other. Where an object begins or ends in either mask, the
    masks become different or equal again, so that the sorted places of both bound the pixels that differ.
    """
    kind = np.int32 if int(ours.rooms[a].sum()) < 1 << 31 else np.int64
    (edges, many), (others, more) = _edges(ours, a, kind), _edges(theirs, b, kind)
    places = np.concatenate((edges, others))
    places.sort(kind="stable")  # merges the two, since each is sorted
    counts = (many + more) // 2
    return np.add.reduceat(places[1::2] - places[::2], np.cumsum(counts) - counts)


def _edges(masks: RunLengths, chosen: np.ndarray, kind: type[np.signedinteger]) -> tuple[np.ndarray, np.ndarray]:
    """Where objects begin and end in some masks with pixels of one, laid beside each other; and how many of each."""
    starts, stops = masks.starts[chosen], masks.starts[chosen + 1]
    # Masks that follow each other in the runs, as those of a track do, are taken in one piece.
    cuts = np.flatnonzero(np.diff(chosen) != 1) + 1
    pieces = zip(starts[np.append(0, cuts)].tolist(), stops[np.append(cuts, len(chosen)) - 1].tolist(), strict=True)
    edges = np.concatenate([masks.runs[i:j] for i, j in pieces], dtype=kind)
    np.cumsum(edges, dtype=kind, out=edges)
    counts = stops - starts
    kept = np.ones(len(edges), bool)
    kept[np.cumsum(counts)[counts % 2 == 1] - 1] = False  # the end of a mask that ends with background
    return edges[kept], counts & ~1
