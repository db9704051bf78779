"""Use case: masks that a YouTube-VIS file has in a few frames, spread over its videos into a results file.

A video that cannot be read does not stop the others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from app.errors import BadInput
from app.progress import Report
from app.sentences import known_sentence
from app.spreading.decoding import DecodedMasks
from app.spreading.reading import BothWays
from app.spreading.truth_file import GivenTrack, GivenVideo, VideoPlaces
from model.propagation import ClipModel, Guess, SpreadFrame, SpreadSettings, Trunk, spread
from model.refining import MaskRefiner
from storage import frames, rle
from storage.frames import FrameIndex
from storage.rle import Rle
from storage.youtube_vis import VisResult, require_frames


@dataclass(frozen=True)
class SpreadOrder:
    """How to spread. ``span``: first and last frame, both included; the last one None for the end of each video."""

    places: VideoPlaces
    given: tuple[int, ...]
    span: tuple[int, int | None]
    trunk: Trunk | None
    model: ClipModel | None = None
    refiner: MaskRefiner | None = None
    settings: SpreadSettings = field(default_factory=lambda: SpreadSettings(beyond_cuts=True))


@dataclass
class SpreadResults:
    """Tracks of all videos, and (video, reason) of each video that failed."""

    tracks: list[VisResult] = field(default_factory=list)
    videos: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)


@dataclass(eq=False)
class _SpreadTrack:
    """One track of the results: its mask, confidence and doubt in each frame."""

    given: GivenTrack
    masks: list[Rle | None]
    confidence: list[float]
    needs_look: list[bool]

    def result(self, video: int) -> VisResult:
        shown = [sure for mask, sure in zip(self.masks, self.confidence, strict=True) if mask is not None]
        lists = {"track_id": self.given.id, "confidence": self.confidence, "needs_look": self.needs_look}
        score = round(float(np.mean(shown)), 4) if shown else 0.0
        return VisResult(video, self.given.category, tuple(self.masks), score, lists)


def spread_videos(videos: Sequence[GivenVideo], order: SpreadOrder, *, report: Report) -> SpreadResults:
    """Spread over every video. A mistake of the program is raised, an error of a video is one of the results."""
    results = SpreadResults()
    for number, video in enumerate(videos):

        def share(done: float, number: int = number, video: GivenVideo = video) -> None:
            report((number + done) / len(videos), video.shown)

        try:
            results.tracks += spread_video(video, order, share)
            results.videos += 1
        except Exception as error:
            reason = known_sentence(error)
            if reason is None:
                raise
            results.failed.append((video.shown, reason))
    return results


def spread_video(video: GivenVideo, order: SpreadOrder, share: Callable[[float], None]) -> list[VisResult]:
    """The tracks of one video. Raises `BadInput`, `storage.frames.VideoError`."""
    index = _index(video, order.places)
    first, last = order.span[0], index.count - 1 if order.span[1] is None else min(order.span[1], index.count - 1)
    if first > last:
        raise BadInput(f"The range begins at frame {first}, but the video has the frames 0 to {index.count - 1}.")
    tracks = {one.id: _begun(one, index.count) for one in video.tracks}
    masks = {one.id: DecodedMasks(one.masks) for one in video.tracks}
    if any(mask is not None for one in video.tracks for mask in one.masks.values()):
        with frames.open_reader(index) as reader:
            steps = spread(
                BothWays(reader).read,
                masks,
                size=(index.height, index.width),
                start=first,
                stop=last + 1,
                trunk=order.trunk,
                refiner=order.refiner,
                model=order.model,
                settings=order.settings,
            )
            for done, step in enumerate(steps, start=1):
                share(min(done / (2 * (last + 1 - first)), 1.0))
                _take(step, tracks)
    return [one.result(video.video.id) for one in tracks.values()]


def _begun(given: GivenTrack, count: int) -> _SpreadTrack:
    """A track with the given masks; other frames are doubtful until there is a guess."""
    track = _SpreadTrack(given, [None] * count, [0.0] * count, [True] * count)
    for k, mask in given.masks.items():
        track.masks[k], track.confidence[k], track.needs_look[k] = mask, 1.0, False
    return track


def _take(step: SpreadFrame, tracks: Mapping[int, _SpreadTrack]) -> None:
    if not step.final:
        return
    for track, guess in step.guesses.items():
        one = tracks[track]
        one.masks[step.frame] = _encoded(guess)
        one.confidence[step.frame] = round(guess.confidence, 4)
        one.needs_look[step.frame] = guess.needs_look


def _encoded(guess: Guess) -> Rle | None:
    return None if guess.mask is None else rle.encode(guess.mask)


def _index(video: GivenVideo, places: VideoPlaces) -> FrameIndex:
    """The frames of a video, checked against what the file says of it."""
    path, names = places.find(video.video)
    index = frames.index(Path(path)) if names is None else frames.index_files(path, names)
    require_frames(video.video, index)
    return index
