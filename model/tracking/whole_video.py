"""What windows say of a video, and the whole video put together from them: the one place where stretches are merged."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Rle = dict[str, Any]


class BrokenStretches(ValueError):
    """Stretches of a video that do not follow each other."""


@dataclass(frozen=True)
class TrackProposal:
    """One track in one stretch of frames."""

    track: int  # the same number through all windows of a video, from 0
    frame_scores: tuple[float, ...]  # per frame of the stretch, 0 to 1
    segmentations: tuple[Rle | None, ...]  # COCO RLE of the frame's size, per frame; None: believed absent


@dataclass(frozen=True)
class TrackStanding:
    """What is believed of a track after everything seen so far."""

    track: int
    label: int
    score: float  # 0 to 1; under the published rule with one window exactly the published score
    runners_up: tuple[tuple[int, float], ...]  # further classes, best first


@dataclass(frozen=True)
class WindowResult:
    """What a window settles: the frames ``start`` to ``stop`` (exclusive), which follow each other from 0 without gap.

    ``tracks`` lists who is there (a track not listed is absent in the whole stretch), ``standings`` every track so
    far, ``cuts`` the frames in the stretch at which a new scene begins. ``state`` is everything that is needed to go
    on after ``stop`` with frames from ``next_frame`` (at most ``stop``); empty where nobody asked for it.
    """

    start: int
    stop: int
    tracks: tuple[TrackProposal, ...]
    standings: tuple[TrackStanding, ...] = ()
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
    """Put the stretches of a video together; tracks without a mask are left out, the best ``max_tracks`` are kept.

    The latest standings decide on class and score. Raises :class:`BrokenStretches` where a stretch is missing.
    """
    count, cuts = 0, []
    standings: dict[int, TrackStanding] = {}
    scores: dict[int, list[float]] = {}
    masks: dict[int, list[Rle | None]] = {}
    for result in results:
        if result.start != count:
            raise BrokenStretches(f"a stretch begins at frame {result.start}, but the one before ended at {count}")
        for track in result.tracks:
            own = scores.setdefault(track.track, [])
            drawn = masks.setdefault(track.track, [])
            own += [0.0] * (result.start - len(own)) + list(track.frame_scores)
            drawn += [None] * (result.start - len(drawn)) + list(track.segmentations)
        standings |= {standing.track: standing for standing in result.standings}
        cuts += result.cuts
        count = result.stop
    seen = [
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
        for one in sorted(seen, key=lambda one: (-one.score, one.track))
    ]
    return WholeVideo(count, tuple(tracks[:max_tracks]), tuple(cuts))
