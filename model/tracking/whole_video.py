"""The results of windows, and the whole video assembled from them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Rle = dict[str, Any]
"""COCO RLE of a mask: ``size`` [height, width] in pixels and ``counts``, str (bytes as pycocotools returns it)."""


class MissingWindow(ValueError):
    """Window results that do not follow each other."""


@dataclass(frozen=True)
class TrackProposal:
    """One track in the frames that one window settles."""

    track: int  # the same number through all windows of a video, from 0
    frame_scores: tuple[float, ...]  # per frame, 0 to 1
    segmentations: tuple[Rle | None, ...]  # COCO RLE of the frame's size, per frame; None: absent
    agreements: tuple[float | None, ...] = ()  # per frame, of all that say something of it, 0 to 1; None: one window


@dataclass(frozen=True)
class TrackStanding:
    """Class and score of a track after all windows so far, in Python's own numbers."""

    track: int
    label: int
    score: float  # 0 to 1; under the published rule with one window exactly the published score
    runners_up: tuple[tuple[int, float], ...]  # further classes, best first


@dataclass(frozen=True)
class WindowResult:
    """Frames that a window settles, ``start`` to ``stop`` (exclusive); results follow each other from 0 without gap.

    ``tracks`` lists the tracks that occur (any other track is absent in all of these frames), ``track_standings`` every
    track so far, ``cuts`` the frames at which a new scene begins. ``state`` is what a run needs to resume after
    ``stop`` with frames from ``next_frame`` (at most ``stop``); empty if states are not kept.
    """

    start: int
    stop: int
    tracks: tuple[TrackProposal, ...]
    track_standings: tuple[TrackStanding, ...] = ()
    cuts: tuple[int, ...] = ()
    state: bytes = b""
    next_frame: int = 0


@dataclass(frozen=True)
class WholeTrack:
    """One track through a whole video; ``frame_scores`` and ``segmentations`` have an entry per frame of the video."""

    track: int
    label: int
    score: float
    runners_up: tuple[tuple[int, float], ...]
    frame_scores: tuple[float, ...]  # 0 where the track is in no window
    segmentations: tuple[Rle | None, ...]


@dataclass(frozen=True)
class WholeVideo:
    """All tracks of a video of ``count`` frames, best first."""

    count: int
    tracks: tuple[WholeTrack, ...]
    cuts: tuple[int, ...]


def gather(results: Iterable[WindowResult], *, max_tracks: int | None = None) -> WholeVideo:
    """Assembles the windows of a video; tracks without a mask are left out, the best ``max_tracks`` are kept.

    Class and score of a track are those of its latest standing. Raises :class:`MissingWindow`.
    """
    count, cuts = 0, []
    standings: dict[int, TrackStanding] = {}
    scores: dict[int, list[float]] = {}
    masks: dict[int, list[Rle | None]] = {}
    for result in results:
        if result.start != count:
            raise MissingWindow(f"a window begins at frame {result.start}, but the one before ended at {count}")
        for track in result.tracks:
            own = scores.setdefault(track.track, [])
            drawn = masks.setdefault(track.track, [])
            own += [0.0] * (result.start - len(own)) + list(track.frame_scores)
            drawn += [None] * (result.start - len(drawn)) + list(track.segmentations)
        standings |= {standing.track: standing for standing in result.track_standings}
        cuts += result.cuts
        count = result.stop
    shown = [
        standing for number, standing in standings.items() if any(mask is not None for mask in masks.get(number, ()))
    ]
    tracks = [
        WholeTrack(
            track=one.track,
            label=one.label,
            score=one.score,
            runners_up=one.runners_up,
            frame_scores=(*scores[one.track], *[0.0] * (count - len(scores[one.track]))),
            segmentations=(*masks[one.track], *[None] * (count - len(masks[one.track]))),
        )
        for one in sorted(shown, key=lambda one: (-one.score, one.track))
    ]
    return WholeVideo(count, tuple(tracks[:max_tracks]), tuple(cuts))
