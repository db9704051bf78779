"""Training clips: the choice of their frames, their augmentation, and their ground truth as tensors.

Source: TeViT `mmdet/datasets/youtubevis.py` and its training pipeline. A clip is a key frame and other labelled
frames of its video, drawn without order. Videos with too few labelled frames repeat some of them (the official
loader retries for ever or stops); :attr:`ClipDataset.notes` lists such videos.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np
import torch
from pycocotools import mask as coco
from torch import Tensor
from torch.utils.data import Dataset

from model.config import ScaleConfig
from model.network.input import Resized, fit, prepare_clip
from model.training.targets import ABSENT, PRESENT, UNKNOWN, Box, ClipTargets

Rle = dict[str, Any]


class NoTrainingFrames(ValueError):
    """A source without a single frame with ground truth."""


@dataclass(frozen=True)
class LabelledTrack:
    """One track of a video: per frame its state, mask (COCO RLE) and box (x, y, w, h in frame pixels)."""

    id: int
    label: int
    states: tuple[int, ...]  # PRESENT, ABSENT or UNKNOWN
    segmentations: tuple[Rle | None, ...]
    boxes: tuple[tuple[float, float, float, float] | None, ...]
    weights: tuple[float, ...] | None = None  # per frame: of the losses of its mask; None: 1 in every frame
    human: tuple[bool, ...] | None = None  # per frame: labelled by a person; None: every frame
    accepted: tuple[bool, ...] | None = None  # per frame: a network's mask that a person accepted; None: in none
    iscrowd: bool = False


@dataclass(frozen=True)
class ClipVideo:
    """One video of a source."""

    name: str
    count: int
    height: int
    width: int
    tracks: tuple[LabelledTrack, ...]
    complete: tuple[frozenset[int], ...] | None = None  # per frame the labels that are complete; None: all, everywhere
    rejected: tuple[tuple[int, int, Rle], ...] = ()  # (frame, label, mask): no object of this label
    unknown: tuple[tuple[int, Rle, bool], ...] = ()  # (frame, mask, is crowd): perhaps an object, nobody judged it


@dataclass(frozen=True)
class DataNote:
    """A defect of the data that training works around, and at which other loaders fail."""

    kind: str  # a few words, the same for all notes of the kind
    video: str | None  # name of the video; None: the whole file
    frame: int | None
    text: str  # one sentence

    def __str__(self) -> str:
        where = "" if self.video is None else f"Video {self.video}"
        where += "" if self.frame is None else f" frame {self.frame}"
        return f"{where}: {self.text}" if where else self.text


class ClipSource(Protocol):
    """Videos with ground truth; `app` implements it for files and projects."""

    @property
    def categories(self) -> tuple[str, ...]:
        """Names in the order of the labels."""
        ...

    @property
    def videos(self) -> Sequence[ClipVideo]:
        """All videos."""
        ...

    def read_frames(self, video: int, frames: Sequence[int]) -> np.ndarray:
        """uint8 RGB (T, H, W, 3) of the chosen frames of ``videos[video]``, in that order."""
        ...


class ClipSubset:
    """Some videos of a clip source, as a clip source."""

    def __init__(self, source: ClipSource, videos: Sequence[int]) -> None:
        self._source, self._indices = source, tuple(videos)
        self.categories = source.categories
        self.videos: Sequence[ClipVideo] = tuple(source.videos[index] for index in videos)

    def read_frames(self, video: int, frames: Sequence[int]) -> np.ndarray:
        """uint8 RGB (T, H, W, 3) of the chosen frames of ``videos[video]``, in that order."""
        return self._source.read_frames(self._indices[video], frames)

    def origin(self, video: int) -> tuple[ClipSource, int]:
        """The source that has the frames of ``videos[video]``, and its index there."""
        return origin(self._source, self._indices[video])


def origin(source: ClipSource, video: int) -> tuple[ClipSource, int]:
    """The source that has the frames of a video and its index there; of a subset that is the whole."""
    return source.origin(video) if isinstance(source, ClipSubset) else (source, video)


@dataclass(frozen=True)
class Clip:
    """A prepared training clip."""

    frames: Tensor  # (T, 3, Hp, Wp) float32
    targets: ClipTargets


def usable(track: LabelledTrack, frame: int) -> bool:
    """Whether training uses the track's mask in this frame: present, not a crowd, box at least 1 x 1 pixel."""
    box = track.boxes[frame]
    return track.states[frame] == PRESENT and not track.iscrowd and box is not None and min(box[2:]) >= 1


def labelled_frames(video: ClipVideo) -> list[int]:
    """Frames with at least one usable mask."""
    return [frame for frame in range(video.count) if any(usable(track, frame) for track in video.tracks)]


def notes_of(video: ClipVideo, kept: Sequence[int], clip_frames: int) -> list[DataNote]:
    """Defects of a video, whose labelled frames are ``kept``, for training on clips of ``clip_frames`` frames."""
    notes = []
    learnt = set(kept)
    for frame in range(video.count):
        stated = [t for t in video.tracks if t.states[frame] == PRESENT and not t.iscrowd]
        if stated and frame not in learnt:
            boxes = "box of its track is" if len(stated) == 1 else f"boxes of its {len(stated)} tracks are"
            text = f"the {boxes} thinner than a pixel; it is left out."
            notes.append(DataNote("frame without truth", video.name, frame, text))
    if not kept:
        notes.append(DataNote("video without truth", video.name, None, "no frame has a mask to learn from."))
    elif len(kept) < clip_frames:
        text = f"frames with truth: {len(kept)}, in a clip: {clip_frames}; some are seen twice in one clip."
        notes.append(DataNote("few frames", video.name, None, text))
    return notes


def draw_scale(scales: ScaleConfig, rng: np.random.RandomState) -> tuple[int, int]:
    """(long, short) side of a clip: one of the scales, or both sides between the first and the last ('range')."""
    sizes = scales.train
    if scales.multiscale == "value" or len(sizes) == 1:
        return sizes[int(rng.randint(len(sizes)))]
    longs, shorts = [max(size) for size in sizes], [min(size) for size in sizes]
    long_side = int(rng.randint(min(longs), max(longs) + 1))
    return long_side, int(rng.randint(min(shorts), max(shorts) + 1))


class ClipDataset(Dataset[Clip]):
    """Clip number i of an endless, seeded sequence: every labelled frame is key frame once per epoch."""

    def __init__(
        self, source: ClipSource, scales: ScaleConfig, *, clip_frames: int, flip: float, seed: int, length: int
    ) -> None:
        self._source, self._scales = source, scales
        self._clip_frames, self._flip, self._seed, self._length = clip_frames, flip, seed, length
        self._kept = [labelled_frames(video) for video in source.videos]
        self.items = [(video, frame) for video, kept in enumerate(self._kept) for frame in kept]
        if not self.items:
            raise NoTrainingFrames("no frame of any video carries a mask to learn from")
        self.notes = tuple(
            note
            for video, kept in zip(source.videos, self._kept, strict=True)
            for note in notes_of(video, kept, clip_frames)
        )
        self._order: tuple[int, np.ndarray] = (-1, np.zeros(0, np.int64))  # of the epoch that was used last

    def __len__(self) -> int:
        return self._length

    def item(self, index: int) -> tuple[int, int]:
        """Video and key frame of clip number ``index``."""
        epoch, position = divmod(index, len(self.items))
        if self._order[0] != epoch:
            rng = np.random.RandomState((self._seed * 1009 + epoch) % 2**32)
            self._order = (epoch, rng.permutation(len(self.items)))
        return self.items[self._order[1][position]]

    def is_wide(self, index: int) -> bool:
        """Whether the frames of clip number ``index`` are wider than high."""
        video = self._source.videos[self.item(index)[0]]
        return video.width > video.height

    def __getitem__(self, index: int) -> Clip:
        video, key = self.item(index)
        draws = np.random.RandomState((self._seed * 7919 + index) % 2**32)
        frames = self._frames(video, key, random.Random(int(draws.randint(2**31))))
        size = fit_video(self._source.videos[video], draw_scale(self._scales, draws))
        flip = bool(draws.random_sample() < self._flip)
        pixels = self._source.read_frames(video, frames)
        targets = clip_targets(
            self._source.videos[video], frames, size, flip=flip, classes=len(self._source.categories)
        )
        return Clip(prepare_clip(pixels, size, flip=flip), targets)

    def _frames(self, video: int, key: int, rng: random.Random) -> list[int]:
        pool = [frame for frame in self._kept[video] if frame != key]
        wanted = self._clip_frames - 1
        if len(pool) >= wanted:
            return [key, *rng.sample(pool, wanted)]
        return [key, *rng.choices(pool or [key], k=wanted)]


def fit_video(video: ClipVideo, scale: tuple[int, int]) -> Resized:
    """The size of a video's frames in training."""
    return fit((video.height, video.width), scale)


def clip_targets(video: ClipVideo, frames: Sequence[int], size: Resized, *, flip: bool, classes: int) -> ClipTargets:
    """Ground truth of the chosen frames at the resized, padded (and mirrored) size."""
    tracks = sorted(
        (track for track in video.tracks if any(usable(track, frame) for frame in frames)), key=lambda track: track.id
    )
    shape = (len(frames), len(tracks))
    states = torch.full(shape, UNKNOWN, dtype=torch.int8, device="cpu")
    boxes = torch.zeros((*shape, 4), device="cpu")
    masks = torch.zeros((*shape, *size.pad_hw), dtype=torch.uint8, device="cpu")
    for g, track in enumerate(tracks):
        for t, frame in enumerate(frames):
            segmentation, box = track.segmentations[frame], track.boxes[frame]
            if usable(track, frame) and segmentation is not None and box is not None:
                states[t, g] = PRESENT
                boxes[t, g] = torch.from_numpy(resize_box(box, size, flip=flip))
                masks[t, g, : size.img_hw[0], : size.img_hw[1]] = torch.from_numpy(
                    resize_mask(segmentation, size, flip=flip)
                )
            elif track.states[frame] == ABSENT:
                states[t, g] = ABSENT
    places: dict[int, list[int]] = {}
    for t, frame in enumerate(frames):
        places.setdefault(frame, []).append(t)
    return ClipTargets(
        ids=torch.tensor([track.id for track in tracks], dtype=torch.int64, device="cpu"),
        labels=torch.tensor([track.label for track in tracks], dtype=torch.int64, device="cpu"),
        states=states,
        boxes=boxes,
        masks=masks,
        img_hw=size.img_hw,
        complete=_complete(video, frames, classes),
        rejected=tuple(
            (t, label, _mask_box(mask, size, flip=flip))
            for at, label, mask in video.rejected
            for t in places.get(at, ())
        ),
        unknown=tuple(
            (t, _mask_box(mask, size, flip=flip), is_crowd)
            for at, mask, is_crowd in video.unknown
            for t in places.get(at, ())
        ),
        weights=_weights(tracks, frames),
        video=video.name,
        frames=tuple(frames),
    )


def _complete(video: ClipVideo, frames: Sequence[int], classes: int) -> Tensor | None:
    if video.complete is None:
        return None
    table = torch.zeros((len(frames), classes), dtype=torch.bool, device="cpu")
    for t, frame in enumerate(frames):
        for label in video.complete[frame]:
            table[t, label] = True
    return table


def _weights(tracks: Sequence[LabelledTrack], frames: Sequence[int]) -> Tensor | None:
    """(T, G) float32, or None if no track has weights."""
    if all(track.weights is None for track in tracks):
        return None
    rows = [[1.0 if track.weights is None else track.weights[frame] for track in tracks] for frame in frames]
    return torch.tensor(rows, dtype=torch.float32, device="cpu")


def _mask_box(mask: Rle, size: Resized, *, flip: bool) -> Box:
    x1, y1, x2, y2 = resize_box(tuple(coco.toBbox(mask)), size, flip=flip).tolist()
    return x1, y1, x2, y2


def resize_box(box: tuple[float, ...], size: Resized, *, flip: bool) -> np.ndarray:
    """(x, y, w, h) in frame pixels -> (4,) float32 xyxy in input pixels, clipped to the picture, mirrored if asked."""
    height, width = size.img_hw
    x, y, w, h = box
    corners = np.array([x, y, x + w, y + h], np.float32) * size.scale_factor
    corners[0::2] = np.clip(corners[0::2], 0, width)
    corners[1::2] = np.clip(corners[1::2], 0, height)
    if flip:
        corners[0], corners[2] = width - corners[2], width - corners[0]
    return corners


def resize_mask(segmentation: Rle, size: Resized, *, flip: bool) -> np.ndarray:
    """COCO RLE of the frame -> uint8 (h, w) of 0 and 1 at the resized size, nearest pixel."""
    mask = coco.decode(segmentation)
    height, width = size.img_hw
    if mask.shape != size.img_hw:
        mask = cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.ascontiguousarray(mask[:, ::-1] if flip else mask)


def clip_batches(dataset: ClipDataset, *, count: int, size: int, rank: int = 0, ranks: int = 1) -> list[list[int]]:
    """Clip numbers of the first ``count`` batches of ``size`` clips for process ``rank`` of ``ranks``.

    A batch has only wide or only other frames, so that little of it is padding; process r takes every ranks-th
    clip from the r-th on (mmdetection `InfiniteGroupBatchSampler`).
    """
    waiting: dict[bool, list[int]] = {True: [], False: []}
    made: list[list[int]] = []
    index = rank
    while len(made) < count:
        group = waiting[dataset.is_wide(index)]
        group.append(index)
        if len(group) == size:
            made.append(group.copy())
            group.clear()
        index += ranks
    return made


def collate(clips: Sequence[Clip]) -> tuple[Tensor, list[ClipTargets]]:
    """Clips of different sizes as one zero-padded batch (B, T, 3, H, W), with their targets."""
    height = max(clip.frames.shape[-2] for clip in clips)
    width = max(clip.frames.shape[-1] for clip in clips)
    batch = torch.zeros((len(clips), *clips[0].frames.shape[:2], height, width), device="cpu")
    for row, clip in zip(batch, clips, strict=True):
        row[..., : clip.frames.shape[-2], : clip.frames.shape[-1]] = clip.frames
    return batch, [clip.targets for clip in clips]
