"""The masks of proposed tracks in some frames, made steady: the typical ones are kept and spread to the others."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from pycocotools import mask as coco
from torch import Tensor

from model.prompts.salient import SaliencyNetwork
from model.propagation import Given, SpreadFrame, Trunk, spread
from model.refining import MaskRefiner
from model.steadying.key_frames import key_frames
from model.steadying.redrawing import redrawn
from model.tracking.whole_video import Rle, TrackProposal

SHARED = 0.4  # of the smaller mask, from which two tracks show the same thing or a part of it

SURE = 0.06  # doubt (`model.refining`) up to which its edges are taken: no given mask says whether to trust it

LEAST_SURE = 0.25  # share of the masks of key frames with such edges below which the other frames are not looked at

KEPT_BYTES = 256 << 20  # of features that the layers of a scene share

Read = Callable[[int], np.ndarray]


@dataclass(frozen=True)
class SteadyNetworks:
    """The small networks that steadying uses: whose features are compared, and which two draw edges (None: nobody).

    ``salient`` draws key masks anew where it is sure, ``refiner`` all masks.
    """

    trunk: Trunk
    salient: SaliencyNetwork | None = None
    refiner: MaskRefiner | None = None


def steadied(
    read: Read,
    tracks: Sequence[TrackProposal],
    scene: range,
    *,
    size: tuple[int, int],
    networks: SteadyNetworks,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[TrackProposal, ...]:
    """The tracks in the frames of ``scene``, which no cut divides, with steady masks.

    In its key frames (`model.steadying.key_frames`) a track keeps its masks, or has them drawn anew
    (`model.steadying.redrawing`). In the others it gets what spreading makes of these, also where the network had not
    seen it, and its own mask where spreading sees nothing of it. Then masks get the edges of the picture where a
    network is sure of them (`model.refining`). The tracks of a layer compete for the pixels. Scores stay. Where both
    have a mask, their IoU counts as an agreement; where the network had none, how sure spreading is.

    tracks: with an entry for each frame of ``scene``. read: gives frame k, uint8 RGB of ``size`` = (height, width) or
    of `model.propagation.working.working_size`. ``cancelled`` is asked before each frame; then the rest stays as it is.
    """
    masks = [list(one.segmentations) for one in tracks]
    keys = [key_frames(one.segmentations, one.frame_scores) for one in tracks]
    sure: list[dict[int, float]] = [{} for _ in tracks]
    found = layers(tracks) if len(scene) > 1 else []
    trunk = networks.trunk if len(found) < 2 else _KeptFeatures(networks.trunk)
    for layer in found:
        given: dict[int, dict[int, np.ndarray]] = {}
        for place in layer:
            for at in () if cancelled() else keys[place]:
                others = [tracks[other].segmentations[at] for other in layer if other != place]
                key = _pixels(tracks[place].segmentations[at])
                better = _with_edges(key, others, partial(read, scene[at]), networks.salient)
                given.setdefault(place, {})[scene[at]] = key if better is None else better
                if better is not None:
                    masks[place][at] = _encoded(better)
        for step in _spread(read, given, scene, size, trunk, cancelled):
            for place, guess in step.guesses.items():
                if guess.mask is not None:
                    masks[place][step.frame - scene.start] = _encoded(guess.mask)
                    sure[place][step.frame - scene.start] = 0.0 if guess.needs_look else guess.confidence
    if networks.refiner is not None:
        _refine_scene(masks, keys, lambda at: read(scene[at]), networks.refiner, cancelled)
    return tuple(_changed(*of_track) for of_track in zip(tracks, masks, sure, strict=True))


def _refine_scene(
    masks: list[list[Rle | None]],
    keys: Sequence[Sequence[int]],
    picture: Callable[[int], np.ndarray],
    refiner: MaskRefiner,
    cancelled: Callable[[], bool],
) -> None:
    """Give the masks of all tracks the edges of the picture, in place: in key frames first.

    Where the refiner is sure of fewer than `LEAST_SURE` of the masks there, it does not know what the scene shows, and
    nobody waits for it to look at the other frames. ``keys``: places of key frames by track.
    """
    first = sorted({at for of_track in keys for at in of_track})
    sure = [one for at in first if not cancelled() for one in _refine(masks, at, picture, refiner)]
    if not masks or sum(sure) < LEAST_SURE * len(sure):
        return
    for at in range(len(masks[0])):
        if at not in first and not cancelled():
            _refine(masks, at, picture, refiner)


def _refine(
    masks: list[list[Rle | None]], at: int, picture: Callable[[int], np.ndarray], refiner: MaskRefiner
) -> list[bool]:
    """Give the masks at one place of all tracks the edges of the picture, in place, where the refiner is sure.

    Returns for each mask whether it is. They may share pixels then: two halves of a thing that are proposed as two
    tracks may both become the whole.
    """
    here = [track for track in masks if track[at] is not None]
    if not here:
        return []
    fine = refiner.refined(picture(at), [_pixels(one[at]) for one in here], most_doubt=SURE)
    for track, mask in zip(here, fine, strict=True):
        track[at] = track[at] if mask is None else _encoded(mask)
    return [mask is not None for mask in fine]


def _with_edges(
    key: np.ndarray, others: Sequence[Rle | None], picture: Callable[[], np.ndarray], salient: SaliencyNetwork | None
) -> np.ndarray | None:
    """The key mask drawn anew, where somebody is sure of it; it gains no pixel of the masks of ``others``.

    A person and the bicycle beneath may stand out together.
    """
    better = None if salient is None else redrawn(picture(), key, salient)
    taken = [other for other in others if other is not None]
    return better if better is None or not taken else better & (key | ~_pixels(coco.merge(taken)))


def layers(tracks: Sequence[TrackProposal]) -> list[list[int]]:
    """Places of the tracks in layers, best first: within one, no two tracks show the same pixels (`SHARED`).

    A part of a thing that is proposed beside the thing would take its pixels away, if both competed for them.
    """
    shared = _shared(tracks)
    order = sorted(range(len(tracks)), key=lambda place: (-sum(tracks[place].frame_scores), place))
    found: list[list[int]] = []
    for place in order:
        free = (layer for layer in found if all(shared[place, other] < SHARED for other in layer))
        layer = next(free, None)
        if layer is None:
            found.append([place])
        else:
            layer.append(place)
    return found


def _shared(tracks: Sequence[TrackProposal]) -> np.ndarray:
    """(K, K) float64: of two tracks, the share of the smaller mask that both cover, mean over frames with both."""
    total, times = np.zeros((2, len(tracks), len(tracks)))
    for frame in zip(*(one.segmentations for one in tracks), strict=True):
        here = [place for place, mask in enumerate(frame) if mask is not None]
        if len(here) > 1:
            masks = [_binary(frame[place]) for place in here]
            of_first = coco.iou(masks, masks, [1] * len(here))  # of a crowd: the share of the first mask alone
            at = np.ix_(here, here)
            total[at] += np.maximum(of_first, of_first.T)
            times[at] += 1
    return np.asarray(total / np.maximum(times, 1))


def _spread(
    read: Read,
    given: Given,
    scene: range,
    size: tuple[int, int],
    trunk: Trunk,
    cancelled: Callable[[], bool],
) -> Iterator[SpreadFrame]:
    """The final guesses."""
    if given and not cancelled():
        yield from spread(
            read,
            given,
            size=size,
            start=scene.start,
            stop=scene.stop,
            trunk=trunk,
            cancelled=cancelled,
            first_looks=False,
        )


class _KeptFeatures:
    """A network that remembers what it gave for a frame, up to `KEPT_BYTES`: every layer asks for the same ones."""

    def __init__(self, trunk: Trunk) -> None:
        self._trunk, self._bytes = trunk, 0
        self._kept: dict[bytes, dict[int, Tensor]] = {}

    def spread_features(self, frames: np.ndarray) -> dict[int, Tensor]:
        """See `model.propagation.Trunk`."""
        key = hashlib.sha256(frames.tobytes()).digest()
        if key in self._kept:
            return self._kept[key]
        found = self._trunk.spread_features(frames)
        size = sum(one.numel() * one.element_size() for one in found.values())
        if self._bytes + size <= KEPT_BYTES:
            self._kept[key] = found
            self._bytes += size
        return found


def _changed(track: TrackProposal, masks: Sequence[Rle | None], sure: Mapping[int, float]) -> TrackProposal:
    agreements = track.agreements or (None,) * len(masks)
    found = tuple(
        _agreement(known, track.segmentations[at], masks[at], sure.get(at)) for at, known in enumerate(agreements)
    )
    return replace(track, segmentations=tuple(masks), agreements=found)


def _agreement(known: float | None, before: Rle | None, after: Rle | None, sure: float | None) -> float | None:
    """The lower one of the agreement known of a frame and the IoU of its masks; where nothing changed, the known.

    Of a mask that the network had not seen: how ``sure`` spreading is of it, 0 to 1.
    """
    if after is None or before == after:
        return known
    found = sure if before is None else float(coco.iou([_binary(before)], [_binary(after)], [0])[0, 0])
    return min((value for value in (known, found) if value is not None), default=None)


def _pixels(mask: Rle | None) -> np.ndarray:
    assert mask is not None
    return np.asarray(coco.decode(mask)).astype(bool)


def _encoded(mask: np.ndarray) -> Rle:
    code = coco.encode(np.asfortranarray(mask, np.uint8))
    return {"size": [int(side) for side in code["size"]], "counts": code["counts"].decode("ascii")}


def _binary(mask: Rle | None) -> Rle:
    """The mask as `pycocotools` compares it."""
    assert mask is not None
    counts = mask["counts"]
    return {**mask, "counts": counts.encode() if isinstance(counts, str) else counts}
