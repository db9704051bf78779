"""Clips of a teaching source as features of the trunk with their ground truth."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from model.adapting.augmented import AugmentedClips
from model.adapting.background import BackgroundFrames
from model.adapting.classes import TeachingSource
from model.adapting.draws import Draw
from model.adapting.trunk_cache import Levels, TrunkCache
from model.adapting.windows import Window, windows_of
from model.config import TeViTConfig
from model.network.input import Resized, prepare_clip
from model.network.tevit import Features
from model.training.clips import clip_targets, fit_video, labelled_frames, origin
from model.training.targets import ClipTargets

FeatureClip = tuple[Levels, ClipTargets]  # feature levels (T, C, H_l, W_l) float16 on the CPU, ground truth


class ClipFeatures:
    """The clips of one source over a cache of the trunk's features."""

    def __init__(
        self, teaching: TeachingSource, cache: TrunkCache, config: TeViTConfig, *, device: str = "cpu"
    ) -> None:
        self.teaching, self._cache, self._config, self._device = teaching, cache, config, device
        # Made copies are mirrored already, and show frames without a mask beside those with one.
        self.copied = isinstance(teaching.source, AugmentedClips)

    def clip(self, draw: Draw) -> FeatureClip:
        """The features and the truth of a drawn clip."""
        source = self.teaching.source
        video = source.videos[draw.video]
        size = fit_video(video, self._config.scales.test)
        rows = torch.tensor([frame - draw.window[0] for frame in draw.frames])
        levels = self._levels(draw, size)
        targets = clip_targets(video, draw.frames, size, flip=draw.flip, classes=len(source.categories))
        return tuple(level[rows] for level in levels), self.teaching.targets(targets)

    def whole_windows(self) -> Iterator[FeatureClip]:
        """Every window with a labelled frame, as it is and mirrored; only its labelled frames have a truth.

        With them those frames without a mask that teach background in a first epoch (`model.adapting.background`).
        """
        overlap = min(self._config.overlap, self._config.window // 2)
        videos = self.teaching.source.videos
        windows = [windows_of(video.count, length=self._config.window, overlap=overlap) for video in videos]
        empty: dict[tuple[int, Window], list[int]] = {}
        for one in () if self.copied else BackgroundFrames(self.teaching.source, windows).of_epoch(0):
            empty.setdefault((one.video, one.window), []).append(one.frame)
        for index, video in enumerate(videos):
            known = labelled_frames(video)
            for window in windows[index]:
                shown = [frame for frame in known if window[0] <= frame < window[1]]
                frames = tuple(sorted([*shown, *empty.get((index, window), ())]))
                if frames:
                    for flip in (False,) if self.copied else (False, True):
                        yield self.clip(Draw(index, window, frames, flip))

    def features(self, levels: Sequence[Levels], targets: Sequence[ClipTargets]) -> Features:
        """Clips of one size and length as one batch on the device, float32."""
        joined = [torch.cat(level) for level in zip(*levels, strict=True)]
        img_hw = torch.tensor([target.img_hw for target in targets], dtype=torch.float32, device=self._device)
        frames = len(levels[0][0])
        return Features(tuple(level.to(self._device, torch.float32) for level in joined), img_hw, frames)

    def _levels(self, draw: Draw, size: Resized) -> Levels:
        source, (start, stop) = self.teaching.source, draw.window

        def pixels() -> Tensor:
            return prepare_clip(source.read_frames(draw.video, range(start, stop)), size, flip=draw.flip)

        whole, video = origin(source, draw.video)  # subsets of one source share its features
        return self._cache.levels(whole, (video, draw.window, draw.flip), pixels, size.img_hw)
