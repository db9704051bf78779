"""Reads ``states.json`` of an export, which says what YouTube-VIS cannot: complete frames, and who judged a mask.

`app.exchange.export_states_file` writes it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.errors import BadInput
from model.training.clips import ClipVideo, LabelledTrack


@dataclass(frozen=True)
class FileStates:
    """The states of the videos and tracks of a file, by their ids."""

    path: Path
    videos: Mapping[int, Mapping[str, Any]]
    tracks: Mapping[int, Mapping[str, Any]]

    @classmethod
    def read(cls, path: Path) -> "FileStates":
        """Those of a file. Raises `BadInput` if it cannot be read or is none."""
        try:
            top = json.loads(path.read_text(encoding="utf-8"))
            videos = {int(one["id"]): one for one in top["videos"]}
            return cls(path, videos, {int(one["id"]): one for one in top["tracks"]})
        except OSError as error:
            raise BadInput(f"{path} cannot be read ({error.strerror or error}).") from error
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"{path} is no states.json of an export ({error}).") from error

    def applied(self, video: ClipVideo, video_id: int, labels: Mapping[int, int]) -> ClipVideo:
        """A video of the data set with its complete frames, and with its human masks marked.

        labels: label of each category id. Raises `BadInput` if the states are those of another file.
        """
        found = self.videos.get(video_id)
        if found is None or len(found.get("exported", ())) != video.count:
            raise BadInput(f"{self.path} does not belong to the annotations: it has no such video {video_id}.")
        frames = list(found["exported"])
        return replace(
            video,
            complete=tuple(_complete(found, frame, labels) for frame in frames),
            tracks=tuple(self._with_origins(track, frames) for track in video.tracks),
        )

    def _with_origins(self, track: LabelledTrack, frames: list[int]) -> LabelledTrack:
        found = self.tracks.get(track.id)
        if found is None:
            raise BadInput(f"{self.path} does not belong to the annotations: it has no track {track.id}.")
        human: set[int] = set()
        for _, origin, start, stop in found["states"]:
            if origin in ("person", "complete"):
                human.update(range(start, stop))
        return replace(track, human=tuple(frame in human for frame in frames))


def _complete(video: Mapping[str, Any], frame: int, labels: Mapping[int, int]) -> frozenset[int]:
    """The labels for which a frame of a video is complete."""
    found: set[int] = set()
    for start, stop, categories in video["complete"]:
        if start <= frame < stop:
            found.update(labels[one] for one in categories or labels if one in labels)
    return frozenset(found)
