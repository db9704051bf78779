"""Made clips of corrected videos: few corrections show a thing in few places, sizes and colours.

A copy is some consecutive frames of a corrected video, cut out at another scale and in other colours, perhaps reversed
in time and mirrored, onto which things of other corrected videos are pasted with their motion (copy-paste, arXiv
2012.07177). Its truth is known as far as that of the videos: nothing unknown becomes background. Copies have the size
of the network's input, so that they cost as little as it does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import cv2
import numpy as np
from pycocotools import mask as coco

from model.network.input import fit
from model.training.clips import ClipSource, ClipVideo, LabelledTrack, NoTrainingFrames, Rle, labelled_frames, usable
from model.training.targets import ABSENT, PRESENT

ZOOM = 1.6  # of the picture, at most; never below 1, where the surroundings would be missing
STRETCH = 1.15  # of one side against the other, at most
PASTED = 3  # things at most
PASTED_ZOOM, PASTED_TURN = 1.4, 30.0  # of a pasted thing: factor and degrees, at most
LIGHT, TINT = 0.25, 0.15  # how far brightness, and each colour, move away from 1


@dataclass(frozen=True)
class _CopyLayer:
    """Frames of a video of the source under a transformation; with ``track`` only this track is taken from them."""

    video: int
    frames: tuple[int, ...]
    matrix: np.ndarray  # (2, 3), from pixels of the resized frame to pixels of the copy
    gain: np.ndarray  # (3,) of the colours
    track: int | None = None

    def warped(self, image: np.ndarray, hw: tuple[int, int]) -> np.ndarray:
        """An image (h, w[, 3]) of the resized frame in the copy of size ``hw``; zeros beyond its border."""
        moved: np.ndarray = cv2.warpAffine(image, self.matrix, (hw[1], hw[0]), flags=cv2.INTER_LINEAR)
        return moved


class AugmentedClips:
    """``count`` copies of parts of the videos of a source, as a clip source; the same for the same seed."""

    def __init__(self, source: ClipSource, *, count: int, frames: int, scale: tuple[int, int], seed: int) -> None:
        """``frames`` of a copy at most; ``scale`` is the size of the network's input, as in `model.network.input.fit`.

        Raises `NoTrainingFrames` if no frame has a mask to learn from.
        """
        self.categories = source.categories
        self._source, self._scale = source, scale
        rng = np.random.default_rng(seed)
        plans = _CopyPlans(source, scale, frames, rng)
        self._copies = [plans.copy(number) for number in range(count)]
        self.videos: Sequence[ClipVideo] = tuple(
            self._described(copy, f"copy {number}") for number, copy in enumerate(self._copies)
        )

    def read_frames(self, video: int, frames: Sequence[int]) -> np.ndarray:
        """uint8 RGB (T, H, W, 3) of the chosen frames of ``videos[video]``, in that order."""
        hw = (self.videos[video].height, self.videos[video].width)
        ground, *things = self._copies[video]
        pictures = self._pictures(ground, frames, hw)
        for thing in things:
            for picture, pasted, frame in zip(pictures, self._pictures(thing, frames, hw), frames, strict=True):
                cover = self._cover(thing, frame, hw)
                if cover is not None:
                    share = cv2.GaussianBlur(cover, (3, 3), 0)[..., None].astype(np.float32) / 255
                    picture += share * (pasted - picture)
        return np.stack([np.clip(picture, 0, 255) for picture in pictures]).astype(np.uint8)

    def _pictures(self, layer: _CopyLayer, frames: Sequence[int], hw: tuple[int, int]) -> list[np.ndarray]:
        """float32 RGB (H, W, 3) of a layer in these frames of the copy."""
        read = self._source.read_frames(layer.video, [layer.frames[frame] for frame in frames])
        height, width = self._size(layer.video)
        pictures = []
        for picture in read:
            if picture.shape[:2] != (height, width):
                picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR)
            pictures.append(layer.warped(picture, hw).astype(np.float32) * layer.gain.astype(np.float32))
        return pictures

    def _cover(self, layer: _CopyLayer, frame: int, hw: tuple[int, int]) -> np.ndarray | None:
        """uint8 (H, W), 0 to 255: how much the pasted thing covers in a frame of the copy; None: it is not there."""
        assert layer.track is not None
        track, at = self._source.videos[layer.video].tracks[layer.track], layer.frames[frame]
        mask = track.segmentations[at]
        return self._moved(layer, mask, hw) if mask is not None and usable(track, at) else None

    def _moved(self, layer: _CopyLayer, mask: Rle, hw: tuple[int, int]) -> np.ndarray:
        height, width = self._size(layer.video)
        pixels = coco.decode(mask) * np.uint8(255)
        if pixels.shape != (height, width):
            pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)
        return layer.warped(pixels, hw)

    def _size(self, video: int) -> tuple[int, int]:
        described = self._source.videos[video]
        return fit((described.height, described.width), self._scale).img_hw

    def _described(self, copy: Sequence[_CopyLayer], name: str) -> ClipVideo:
        """The copy with its truth: things that are pasted later hide those before them."""
        ground, *things = copy
        source, hw = self._source.videos[ground.video], self._size(ground.video)
        count = len(ground.frames)
        covers = [[self._cover(thing, frame, hw) for frame in range(count)] for thing in things]

        def hidden(masks: list[np.ndarray | None], above: int) -> list[np.ndarray | None]:
            return [uncovered(mask, frame, above) for frame, mask in enumerate(masks)]

        def uncovered(mask: np.ndarray | None, frame: int, above: int) -> np.ndarray | None:
            for cover in (later[frame] for later in covers[above:]):
                mask = mask if mask is None or cover is None else mask & (cover < 128)
            return mask

        def left_of(mask: Rle, frame: int) -> Rle | None:
            return _encoded(uncovered(self._moved(ground, mask, hw) >= 128, frame, 0))

        tracks = []
        for track in source.tracks:
            shown = [self._truth(ground, track, at, hw) for at in ground.frames]
            tracks.append(_track(track, ground.frames, hidden(shown, 0), len(tracks) + 1))
        for number, (thing, cover) in enumerate(zip(things, covers, strict=True)):
            pasted = [None if one is None else one >= 128 for one in cover]
            track = self._source.videos[thing.video].tracks[int(thing.track or 0)]
            everywhere = replace(track, states=(ABSENT,) * len(track.states))  # where it is not pasted it is not
            tracks.append(_track(everywhere, thing.frames, hidden(pasted, number + 1), len(tracks) + 1))
        places = {at: frame for frame, at in enumerate(ground.frames)}
        return ClipVideo(
            name,
            count,
            hw[0],
            hw[1],
            tuple(tracks),
            complete=None if source.complete is None else tuple(source.complete[at] for at in ground.frames),
            rejected=tuple(
                (places[at], label, moved)
                for at, label, mask in source.rejected
                if at in places and (moved := left_of(mask, places[at])) is not None
            ),
            unknown=tuple(
                (places[at], moved, crowd)
                for at, mask, crowd in source.unknown
                if at in places and (moved := left_of(mask, places[at])) is not None
            ),
        )

    def _truth(self, layer: _CopyLayer, track: LabelledTrack, at: int, hw: tuple[int, int]) -> np.ndarray | None:
        mask = track.segmentations[at]
        return self._moved(layer, mask, hw) >= 128 if mask is not None and track.states[at] == PRESENT else None


def _encoded(mask: np.ndarray | None) -> Rle | None:
    """The mask as RLE; None where it has no pixels."""
    return coco.encode(np.asfortranarray(mask, np.uint8)) if mask is not None and mask.any() else None


def _track(
    track: LabelledTrack, frames: Sequence[int], masks: Sequence[np.ndarray | None], number: int
) -> LabelledTrack:
    """The track with these masks; where one of them is empty the thing is out of the picture or hidden."""
    encoded = [_encoded(mask) for mask in masks]
    states = tuple(
        PRESENT if found is not None else ABSENT if mask is not None else track.states[at]
        for at, mask, found in zip(frames, masks, encoded, strict=True)
    )
    boxes = tuple(None if found is None else _box(found) for found in encoded)
    weights = None if track.weights is None else tuple(track.weights[at] for at in frames)
    human = None if track.human is None else tuple(track.human[at] for at in frames)
    return LabelledTrack(number, track.label, states, tuple(encoded), boxes, weights, human, iscrowd=track.iscrowd)


def _box(mask: Rle) -> tuple[float, float, float, float]:
    x, y, width, height = (float(side) for side in coco.toBbox(mask))
    return x, y, width, height


class _CopyPlans:
    """Draws what the copies are made of: each video in turn, and pasted things whose labels are equally likely."""

    def __init__(self, source: ClipSource, scale: tuple[int, int], frames: int, rng: np.random.Generator) -> None:
        self._source, self._scale, self._frames, self._rng = source, scale, frames, rng
        self._labelled = {k: found for k, video in enumerate(source.videos) if (found := labelled_frames(video))}
        if not self._labelled:
            raise NoTrainingFrames("no frame of any video carries a mask to learn from")
        self._order = list(self._labelled)
        self._runs: dict[int, list[tuple[int, int, int, int]]] = {}  # label -> (video, track, first, stop)
        for k, video in enumerate(source.videos):
            for number, track in enumerate(video.tracks):
                for first, stop in _runs([t for t in range(video.count) if usable(track, t)]):
                    self._runs.setdefault(track.label, []).append((k, number, first, stop))

    def copy(self, number: int) -> list[_CopyLayer]:
        """The layers of a copy: its ground, then the pasted things."""
        video = self._order[number % len(self._order)]
        described, hw = self._source.videos[video], self._size(video)
        key = int(self._rng.choice(self._labelled[video]))
        count = min(self._frames, described.count)
        start = int(np.clip(key - self._rng.integers(count), 0, described.count - count))
        frames = self._direction(list(range(start, start + count)))
        ground = _CopyLayer(video, frames, self._cut(hw), self._gain())
        return [ground, *(self._thing(count, hw) for _ in range(self._rng.integers(PASTED + 1)))]

    def _thing(self, count: int, hw: tuple[int, int]) -> _CopyLayer:
        """A thing with a random place in the middle of its frames; its motion is its own."""
        rng = self._rng
        labels = sorted(self._runs)
        runs = self._runs[labels[int(rng.integers(len(labels)))]]
        video, track, first, stop = runs[int(rng.integers(len(runs)))]
        start = first if stop - first <= count else int(rng.integers(first, stop - count + 1))
        last = self._source.videos[video].count - 1
        frames = self._direction([min(start + t, last) for t in range(count)])
        box = self._source.videos[video].tracks[track].boxes[min(start + (min(count, stop - first)) // 2, last)]
        assert box is not None
        own, described = self._size(video), self._source.videos[video]
        scale_x, scale_y = own[1] / described.width, own[0] / described.height
        centre = np.array([(box[0] + box[2] / 2) * scale_x, (box[1] + box[3] / 2) * scale_y])
        place = np.array([rng.uniform(0.05, 0.95) * hw[1], rng.uniform(0.05, 0.95) * hw[0]])
        angle = np.deg2rad(rng.uniform(-PASTED_TURN, PASTED_TURN))
        zoom = float(np.exp(rng.uniform(-1, 1) * np.log(PASTED_ZOOM)))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        linear = zoom * turn @ np.diag([self._mirror(), 1.0])
        matrix = np.hstack([linear, (place - linear @ centre)[:, None]])
        return _CopyLayer(video, frames, matrix, self._gain(), track)

    def _cut(self, hw: tuple[int, int]) -> np.ndarray:
        """A matrix that shows a part of the picture of size ``hw``, perhaps mirrored."""
        rng = self._rng
        zoom, stretch = rng.uniform(1.0, ZOOM), float(np.exp(rng.uniform(-1, 1) * np.log(STRETCH)))
        factors = np.maximum(np.array([zoom * stretch, zoom / stretch]), 1.0)
        size = np.array([hw[1], hw[0]], float)
        offset = -rng.uniform(0, 1, 2) * (factors - 1) * size
        matrix = np.hstack([np.diag(factors), offset[:, None]])
        if self._mirror() < 0:
            matrix[0] = [-matrix[0, 0], 0.0, size[0] - 1 - matrix[0, 2]]
        return matrix

    def _gain(self) -> np.ndarray:
        light = 1 + self._rng.uniform(-LIGHT, LIGHT)
        return np.asarray(light * (1 + self._rng.uniform(-TINT, TINT, 3)))

    def _mirror(self) -> float:
        return -1.0 if self._rng.random() < 0.5 else 1.0

    def _direction(self, frames: list[int]) -> tuple[int, ...]:
        return tuple(frames[::-1] if self._rng.random() < 0.5 else frames)

    def _size(self, video: int) -> tuple[int, int]:
        described = self._source.videos[video]
        return fit((described.height, described.width), self._scale).img_hw


def _runs(frames: Sequence[int]) -> list[tuple[int, int]]:
    """Runs of consecutive frames as (first, stop)."""
    found = []
    for _, group in groupby(enumerate(frames), key=lambda pair: pair[1] - pair[0]):
        run = [frame for _, frame in group]
        found.append((run[0], run[-1] + 1))
    return found
