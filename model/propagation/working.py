"""The frames of a video as spreading computes with them: scaled down, with their flows, features and changes.

Nothing is computed twice while it is in the cache, whose size in bytes is limited; a pair of flows serves all tracks
and both directions. Two threads may ask at once.
"""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol, TypeVar

import cv2
import numpy as np
import torch
from torch import Tensor

from model.propagation.candidates import ClipModel, FrameCandidates, clip_around
from model.propagation.flow import SMALLEST, Dis, FlowPair, pixel_grid
from model.propagation.palette import colour_bins as palette_bins
from model.propagation.second_thread import SecondThread
from model.propagation.settings import SpreadSettings
from model.tracking.appearance import colour_bins
from model.tracking.scene_cuts import FrameSignature, frame_signature

Read = Callable[[int], np.ndarray]
Kept = TypeVar("Kept")
# Frames below this many pixels, or with tracks smaller than a square of this side at the working size, are enlarged
# for the features, so that small things cover several cells.
SMALL_FRAME, SMALL_TRACK = 400 * 300, 44
DIRECTIONS = 64
_SIGNATURE_GRID = (36, 64)


class Trunk(Protocol):
    """A network that gives features of frames."""

    def spread_features(self, frames: np.ndarray) -> dict[int, Tensor]:
        """Features of frames (uint8 N x H x W x 3 RGB): stride -> float N x C x ceil(H / stride) x ceil(W / stride)."""
        ...


@dataclass(frozen=True, eq=False)
class WorkingFrame:
    """A frame at the working size: ``rgb`` uint8 H x W x 3, ``smooth`` a little blurred float32 0 to 1, ``grey`` uint8,
    ``bins`` int32 (see `palette`)."""

    rgb: np.ndarray
    smooth: np.ndarray
    grey: np.ndarray
    bins: np.ndarray
    signature: FrameSignature


class Cache:
    """Values by key, the least recently used ones dropped above a number of bytes; for several threads."""

    def __init__(self, limit: int) -> None:
        self._limit, self._used = limit, 0
        self._kept: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[Hashable, Future[object]] = {}

    def get(self, key: Hashable, make: Callable[[], Kept], size: Callable[[Kept], int]) -> Kept:
        """The value of ``key``, made if it is not there; ``size`` gives its bytes.

        A thread waits for what another one is making. Raises what ``make`` raises, here or there.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]  # type: ignore[return-value]
            others = self._making.get(key)
            making = self._making.setdefault(key, Future())
        if others is not None:
            return others.result()  # type: ignore[return-value]
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                del self._making[key]
            making.set_exception(error)
            raise
        with self._lock:
            del self._making[key]
            self._keep(key, value, size(value))
        making.set_result(value)
        return value

    def _keep(self, key: Hashable, value: object, size: int) -> None:
        self._kept[key] = (value, size)
        self._used += size
        while self._used > self._limit and len(self._kept) > 1:
            self._used -= self._kept.popitem(last=False)[1][1]


class _DisByThread(threading.local):
    """OpenCV's working memory, of each thread its own."""

    def __init__(self) -> None:
        self.dis = Dis()


def working_size(size: tuple[int, int], most: int = SpreadSettings.work_pixels) -> tuple[int, int]:
    """Height and width at which frames of a size are worked on: about ``most`` pixels, where they have more."""
    scale = min(1.0, math.sqrt(most / (size[0] * size[1])))
    height, width = (max(SMALLEST, round(side * scale)) for side in size)
    return height, width


class WorkingFrames:
    """Frames, flows and features of one video by frame number."""

    def __init__(
        self,
        read: Read,
        size: tuple[int, int],
        settings: SpreadSettings,
        trunk: Trunk | None,
        smallest: float = 0,
        clips: tuple[ClipModel, range] | None = None,
    ) -> None:
        """``read`` gives frame k as uint8 RGB of ``size`` = (height, width).

        smallest: side of a square as large as the smallest given mask, in pixels of the video; 0 if it is unknown.
        clips: a network that finds shapes, and the frames that its clips are made of. `close` ends the second thread.
        """
        self.second = SecondThread()
        self._read, self._trunk, self._clips = read, trunk, clips
        self.full = size
        self.height, self.width = working_size(size, settings.work_pixels)
        scale = min(1.0, self.height / size[0])
        self.zoom = 2 if self.height * self.width <= SMALL_FRAME or 0 < smallest * scale < SMALL_TRACK else 1
        self.grid = pixel_grid(self.height, self.width)
        self._own, self._reading = _DisByThread(), threading.Lock()
        self._cache = Cache(settings.cache_bytes)
        self._directions: dict[int, Tensor] = {}  # by stride: rows of length 1
        self._choosing = threading.Lock()

    def close(self) -> None:
        """End the second thread."""
        self.second.close()

    def prepare(self, k: int, before: int, *, features: bool) -> None:
        """Let the second thread compute what a step from frame ``before`` to ``k`` asks for."""
        # Nobody asks for these results: what fails here was not kept, so `Cache.get` raises it anew in the step.
        self.second.begin(lambda: self.flow(k, before))
        if features:
            self.second.begin(lambda: self.features(k))

    @property
    def has_features(self) -> bool:
        """Whether there is a network."""
        return self._trunk is not None

    def frame(self, k: int) -> WorkingFrame:
        """Frame ``k``."""
        return self._cache.get(("frame", k), lambda: self._scaled(k), lambda one: 7 * one.rgb.nbytes)

    def flow(self, first: int, second: int) -> FlowPair:
        """The flows from frame ``first`` to ``second`` and back."""
        low, high = min(first, second), max(first, second)
        pair = self._cache.get(
            ("flow", low, high),
            lambda: self._own.dis.pair(self.frame(low).grey, self.frame(high).grey),
            lambda one: one.there.nbytes + one.back.nbytes,
        )
        return pair if first <= second else pair.turned()

    def improved_flow(self, first: int, second: int, start: np.ndarray) -> np.ndarray:
        """The flow from ``first`` to ``second``, two frames that may be far apart, from an estimate of it."""
        return self._own.dis.flow(self.frame(first).grey, self.frame(second).grey, start)

    def features(self, k: int) -> dict[int, Tensor]:
        """Features of frame ``k`` by stride, float32 C x h x w with C of at most `DIRECTIONS`.

        Products of two cells are their cosine similarity, as far as the main directions of the first frame that was
        asked for (a given one, when walking) hold it: all but a few hundredths, with a fraction of the work.
        """
        return self._cache.get(
            ("features", k), lambda: self._features(k), lambda maps: sum(4 * one.numel() for one in maps.values())
        )

    def candidates(self, k: int) -> FrameCandidates | None:
        """The shapes that the network finds in frame ``k``, at the working size; None without a network."""
        if self._clips is None:
            return None
        model, bounds = self._clips
        clip = clip_around(k, bounds, model.clip)
        found = self._cache.get(
            ("candidates", clip.start),
            lambda: model.clip_candidates(np.stack([self.frame(at).rgb for at in clip])),
            lambda clips: sum(one.chances.nbytes + one.boxes.nbytes for one in clips),
        )
        return found[k - clip.start]

    def _scaled(self, k: int) -> WorkingFrame:
        with self._reading:
            pixels = self._read(k)
        if pixels.shape[:2] != (self.height, self.width):
            pixels = cv2.resize(pixels, (self.width, self.height), interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        signature = frame_signature(pixels, colour_bins(pixels, _SIGNATURE_GRID))
        return WorkingFrame(
            pixels, cv2.blur(pixels, (3, 3)).astype(np.float32) / 255, grey, palette_bins(pixels), signature
        )

    def _features(self, k: int) -> dict[int, Tensor]:
        pixels = self.frame(k).rgb
        if self.zoom > 1:
            pixels = cv2.resize(pixels, None, fx=self.zoom, fy=self.zoom, interpolation=cv2.INTER_LINEAR)
        assert self._trunk is not None
        with torch.inference_mode():
            maps = self._trunk.spread_features(pixels[None])
            return {stride: self._projected(one[0].float(), stride) for stride, one in maps.items()}

    def _projected(self, features: Tensor, stride: int) -> Tensor:
        """Features (C x h x w) with each cell scaled to length 1, in the main directions."""
        cells = features.reshape(len(features), -1)
        length = torch.linalg.vector_norm(cells, dim=0).clamp(min=1e-12)
        with self._choosing:  # of two threads the first one chooses for both
            if stride not in self._directions:
                unit = cells / length
                # Eigenvalues come in rising order.
                self._directions[stride] = torch.linalg.eigh(unit @ unit.T)[1][:, -DIRECTIONS:].T.contiguous()
        return ((self._directions[stride] @ cells) / length).reshape(-1, *features.shape[1:])
