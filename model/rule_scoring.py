"""Figures of proposals under the app's own rule and under the published one, and the counts for calibration."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from model.accepted_masks import as_accepted
from model.evaluation.mask_overlap import track_iou
from model.network.short_of_memory import with_memory
from model.network.tevit import TeViT
from model.scoring import (
    evaluated,
    find_tracks,
    frames_of,
    judged,
    judged_frames,
    number_or_none,
    results_of,
    truth_of,
)
from model.steadying import SourceFrames, SteadyNetworks, steadied_results
from model.thresholds import Thresholds
from model.tracking.recorded import RecordedVideo, record
from model.tracking.whole_video import WholeVideo, gather
from model.training.calibration import (
    CountsByThresholds,
    TrackCounts,
    calibrated,
    candidates,
    presences,
    summed,
    with_presence,
)
from model.training.clips import ClipSource, ClipVideo

RIGHT = 0.5  # mask IoU over a video from which a proposed track is a true one
Frames = Callable[[ClipVideo], list[int]]
Entries = list[dict[str, Any]]


@dataclass(frozen=True)
class HeldOutVideo:
    """One held-out video of a source: what a network detects in it, and the truth in the frames that count."""

    source: ClipSource
    index: int
    frames: Frames
    recorded: RecordedVideo
    published: Entries  # tracks of the published rule, as `model.scoring.find_tracks` gives them
    labels: tuple[int | None, ...] | None = None  # of the source, by those of the network; None: the same

    @property
    def truth(self) -> Entries:
        """The true tracks, in YouTube-VIS format."""
        video = self.source.videos[self.index]
        return truth_of(video, self.frames(video), video_id=self.index + 1, first_id=1)

    def reviewed(
        self,
        thresholds: Thresholds,
        networks: SteadyNetworks | None = None,
        on_frames: Callable[[int], None] = lambda frames: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Entries:
        """The tracks that a proposal with these thresholds finds and that can be judged.

        With ``networks`` their masks are made steady as a proposal does it (`model.steadying`); ``on_frames`` gets the
        number of frames that are done since, and may raise; ``cancelled`` is asked before each frame, and where it is
        true, ``on_frames`` gets 0 and has to raise. Masks that are as good as an accepted one are given as this one,
        see `model.accepted_masks`.
        """
        whole = (
            self.recorded.tracks(thresholds)
            if networks is None
            else self._steady(thresholds, networks, on_frames, cancelled)
        )
        return self._judged(
            [{"label": t.label, "score": t.score, "segmentations": list(t.segmentations)} for t in whole.tracks]
        )

    def _steady(
        self,
        thresholds: Thresholds,
        networks: SteadyNetworks,
        on_frames: Callable[[int], None],
        cancelled: Callable[[], bool],
    ) -> WholeVideo:
        frames = SourceFrames(self.source, self.index)
        results = []
        for result in steadied_results(
            self.recorded.results(thresholds), frames, networks=networks, cancelled=cancelled
        ):
            results.append(result)
            on_frames(result.stop - result.start)
        if cancelled():
            on_frames(0)
        return gather(results)

    def under_published(self) -> Entries:
        """The tracks of the published rule that can be judged."""
        return self._judged(self.published)

    def counts(self, among: Sequence[Thresholds] | None = None) -> CountsByThresholds:
        """How many proposed tracks are right under each of these thresholds (default: all `candidates`).

        Masks are as the network gives them: steady ones would take minutes for so many thresholds.
        """
        truth = self.truth
        return {one: counted(self.reviewed(one), truth) for one in among or candidates()}

    def _judged(self, tracks: Entries) -> Entries:
        video = self.source.videos[self.index]
        tracks = [{**track, "label": self._label(track["label"])} for track in tracks]
        frames = self.frames(video)
        found = results_of(tracks, frames, video_id=self.index + 1)
        counted = judged(found, self.truth, video, frames, classes=len(self.source.categories))
        return as_accepted(counted, video, frames)

    def _label(self, label: int) -> int:
        """A label of the network as one of the source; a class that the source lacks comes after its own."""
        found = label if self.labels is None else self.labels[label]
        return len(self.source.categories) if found is None else found


def held_out_video(
    network: TeViT,
    source: ClipSource,
    index: int,
    *,
    frames: Frames,
    labels: tuple[int | None, ...] | None = None,
) -> HeldOutVideo:
    """Runs a network in evaluation mode over ``source.videos[index]``, for both rules.

    ``labels``: for each class of the network its label in the source, None for one that the source lacks.
    """
    published = find_tracks(network, source, index)
    recorded = with_memory(network, lambda: record(network, frames_of(source, index)))
    return HeldOutVideo(source, index, frames, recorded, published, labels)


def published_video(
    network: TeViT, source: ClipSource, index: int, *, labels: tuple[int | None, ...] | None = None
) -> HeldOutVideo:
    """As :func:`held_out_video` in the frames that people have judged, for the published rule alone."""
    tracks = find_tracks(network, source, index)
    return HeldOutVideo(source, index, judged_frames, RecordedVideo((), 0, 0), tracks, labels)


def counted(proposed: Entries, truth: Entries) -> TrackCounts:
    """Proposed, true and matched tracks of one video, class aside; each track is matched once at most."""
    if not proposed or not truth:
        return TrackCounts(0, len(proposed), len(truth))
    overlaps = _overlaps(proposed, truth)
    right = overlaps >= RIGHT
    rows, columns = linear_sum_assignment(-(right + 0.001 * overlaps))  # as many as possible; of these the best
    pairs = right[rows, columns]
    return TrackCounts(int(pairs.sum()), len(proposed), len(truth), float(overlaps[rows, columns][pairs].sum()))


def calibrate(videos: Sequence[HeldOutVideo], *, check: Callable[[], None] = lambda: None) -> Thresholds:
    """The thresholds that suit a network on these videos; ``check`` is called before each video, and may raise."""
    return _Calibration(videos, check).on(tuple(range(len(videos))))


def calibrate_on_others(
    videos: Sequence[HeldOutVideo], *, check: Callable[[], None] = lambda: None
) -> tuple[Thresholds, list[Thresholds]]:
    """As :func:`calibrate`, and for each video the thresholds of the other videos; a single one gets its own."""
    every = tuple(range(len(videos)))
    calibration = _Calibration(videos, check)
    others = [calibration.on(tuple(i for i in every if i != index) or every) for index in every]
    return calibration.on(every), others


class _Calibration:
    """Counts of each video under each thresholds, computed once."""

    def __init__(self, videos: Sequence[HeldOutVideo], check: Callable[[], None]) -> None:
        self._videos, self._check = videos, check
        self._counts = [dict(self._counted(video, candidates())) for video in videos]

    def on(self, chosen: Sequence[int]) -> Thresholds:
        """The thresholds that the videos with these numbers give."""
        first = calibrated(summed({one: self._counts[i][one] for one in candidates()} for i in chosen))
        among = presences(first)
        for i in chosen:
            missing = tuple(one for one in among if one not in self._counts[i])
            self._counts[i].update(self._counted(self._videos[i], missing) if missing else {})
        return with_presence(summed({one: self._counts[i][one] for one in among} for i in chosen))

    def _counted(self, video: HeldOutVideo, among: Sequence[Thresholds]) -> CountsByThresholds:
        self._check()
        return video.counts(among)


def figures(videos: Sequence[HeldOutVideo], results: Sequence[Entries]) -> dict[str, float | int | None]:
    """Figures of the tracks ``results[i]`` of ``videos[i]``, all of one source.

    ``proposed`` and ``true`` count tracks; ``AP``, ``AP_without_classes`` (0 to 1) and ``best_iou``, the mean over true
    tracks of the mask IoU of the best proposed one, are None without a true track.
    """
    truth = [{**entry, "id": n} for n, entry in enumerate((e for video in videos for e in video.truth), 1)]
    every = [entry for one in results for entry in one]
    counts = {"proposed": len(every), "true": len(truth)}
    if not truth:
        return {**counts, "AP": None, "AP_without_classes": None, "best_iou": None}
    best = [value for video, found in zip(videos, results, strict=True) for value in _best(found, video.truth)]
    return {
        **counts,
        "AP": _average_precision(videos, truth, every),
        "AP_without_classes": _average_precision(
            videos, *([{**e, "category_id": 1} for e in s] for s in (truth, every))
        ),
        "best_iou": float(np.mean(best)),
    }


def _average_precision(videos: Sequence[HeldOutVideo], truth: Entries, results: Entries) -> float | None:
    source, frames = videos[0].source, videos[0].frames
    found = evaluated(source, [video.index for video in videos], truth, results, frames)
    return number_or_none(found.stats["AP"])


def _best(proposed: Entries, truth: Entries) -> list[float]:
    if not proposed or not truth:
        return [0.0] * len(truth)
    best: list[float] = _overlaps(proposed, truth).max(axis=0).tolist()
    return best


def _overlaps(proposed: Entries, truth: Entries) -> np.ndarray:
    return track_iou([one["segmentations"] for one in proposed], [one["segmentations"] for one in truth])
