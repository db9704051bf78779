"""The clips of a fold: some videos of a project, optionally without their last frames.

With one corrected video, training sees the video up to a boundary and the measurement takes place after it.
"""

import dataclasses
from collections.abc import Sequence

from app.training.folds import Split
from app.training.project_clips import ProjectClips
from model.adapting.choosing import FoldVideos
from model.training.clips import ClipSubset, ClipVideo, LabelledTrack, labelled_frames
from model.training.targets import PRESENT, UNKNOWN


class FoldClips(ClipSubset):
    """Some videos of a project as a clip source, optionally only their first part."""

    def __init__(self, source: ProjectClips, videos: Sequence[int], *, first_part: float | None = None) -> None:
        """``videos`` are indices into ``source.videos``.

        With ``first_part`` (0 to 1) everything after that share of each video's labelled frames is unknown.
        """
        super().__init__(source, videos)
        if first_part:
            labels = frozenset(range(len(self.categories)))
            self.videos = tuple(_until(video, first_part, labels) for video in self.videos)


def within_kept(split: Split) -> list[FoldVideos]:
    """The folds of a split, by places in the videos that the kept network learns."""
    places = {video: place for place, video in enumerate(split.kept.taught)}
    return [
        FoldVideos(tuple(places[k] for k in fold.taught), tuple(places[k] for k in fold.held_out))
        for fold in split.folds
    ]


def boundary(video: ClipVideo, share: float) -> int:
    """The frame before which ``share`` (0 to 1) of the frames with a human mask lie."""
    known = labelled_frames(video)
    return known[min(max(int(len(known) * share), 1), len(known) - 1)] if known else video.count


def frames_after_boundary(video: ClipVideo) -> list[int]:
    """The frames with a human mask after the boundary at two thirds."""
    stop = boundary(video, 2 / 3)
    return [f for f in range(stop, video.count) if any(track.states[f] == PRESENT for track in video.tracks)]


def _until(video: ClipVideo, share: float, labels: frozenset[int]) -> ClipVideo:
    """The video with everything after its boundary unknown: nothing there teaches, not even as background."""
    stop = boundary(video, share)
    declared = (labels,) * video.count if video.complete is None else video.complete
    complete = tuple(known if frame < stop else frozenset() for frame, known in enumerate(declared))
    rejected = tuple(mask for mask in video.rejected if mask[0] < stop)
    unknown = tuple(mask for mask in video.unknown if mask[0] < stop)

    def cut(track: LabelledTrack) -> LabelledTrack:
        states = tuple(state if frame < stop else UNKNOWN for frame, state in enumerate(track.states))
        return dataclasses.replace(track, states=states)

    tracks = tuple(cut(track) for track in video.tracks)
    return dataclasses.replace(video, tracks=tracks, complete=complete, rejected=rejected, unknown=unknown)
