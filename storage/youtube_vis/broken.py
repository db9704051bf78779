"""Broken entries of a file, for a reader that leaves out the videos that they belong to and keeps all others."""

from dataclasses import replace
from typing import Any

from storage.youtube_vis.dataset import VisDataset
from storage.youtube_vis.errors import YouTubeVisError


class Explained(Exception):
    """An entry that cannot be read because of another, broken entry, which is known already."""


class BrokenEntries:
    """The broken entries of a file, in order."""

    def __init__(self) -> None:
        self._sentences: list[str] = []
        self._videos: set[int] = set()  # broken themselves, or with a broken track
        self._lost: set[int] = set()  # broken themselves
        self._astray: list[str] = []  # about tracks of which nothing says in which video they are

    def add(self, error: YouTubeVisError, place: str, entry: Any) -> None:
        """Record a broken entry of the list in which `place` lies."""
        self._sentences.append(str(error))
        of_video, of_track = ": videos[" in place, ": annotations[" in place
        if not (of_video or of_track):
            return
        number = entry.get("id" if of_video else "video_id") if isinstance(entry, dict) else None
        if of_track and not isinstance(number, int):
            self._astray.append(str(error))
        if isinstance(number, int):
            self._videos.add(number)
            if of_video:
                self._lost.add(number)

    def explains(self, video_id: Any) -> bool:
        """Whether the video of a track is a broken one."""
        return isinstance(video_id, int) and video_id in self._lost

    def without(self, dataset: VisDataset) -> VisDataset:
        """The data set without the videos of broken tracks, and with the sentences in `left_out`.

        A video with one broken track is left out whole, because a video that lacks a track would call it background.
        """
        videos = tuple(video for video in dataset.videos if video.id not in self._videos)
        tracks = tuple(track for track in dataset.tracks if track.video_id not in self._videos)
        told, astray = tuple(self._sentences), tuple(self._astray)
        return replace(dataset, videos=videos, tracks=tracks, left_out=told, astray=astray)
