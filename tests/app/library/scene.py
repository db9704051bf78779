"""A project over a data folder of its own, and short ways to do what people do to the videos of a library."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.library import removal
from app.library import videos as library_videos
from app.library.counting import CountedFrames, count_frames
from app.library.sources import repoint
from app.library.videos import add_video
from app.settings import Settings
from storage import jobs, videos
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import FRAMES, SIZE, new_track, send, square, video_in
from tests.storage.made_videos import make_video, numbered_picture


@dataclass
class LibraryScene:
    """``project`` with one category; ``folder`` is where the files of a person lie. No worker process is started."""

    database: Database
    settings: Settings
    project: Project
    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def clip(self, name: str = "clip") -> Video:
        """A short video file of the folder as a video, counted."""
        return video_in(self.database, self.settings, self.project, self.folder, name)

    def file(self, name: str, *, frames: int = FRAMES, **more: Any) -> Path:
        """A video file in the folder; see `make_video`."""
        return make_video(self.folder / name, frames=frames, **more)

    def stills(self, name: str, pictures: list[Any]) -> Path:
        """A folder of PNG pictures "0.png", "1.png", … from arrays (H, W, 3)."""
        place = self.folder / name
        place.mkdir()
        for number, picture in enumerate(pictures):
            Image.fromarray(picture).save(place / f"{number}.png")
        return place

    def add(self, path: str | Path, **more: Any) -> Video:
        return add_video(self.database, self.settings, project_id=self.project.id, path=path, **more)

    def copied(self) -> Video:
        """A video of which the data folder has a copy."""
        return self.add(self.file("copy me.mp4", size=SIZE), copy=True)

    def copied_stills(self) -> Video:
        """A folder of three pictures of which the data folder has a copy."""
        return self.add(self.stills("stills", [numbered_picture(k) for k in range(3)]), copy=True)

    def uncounted(self, path: Path, **more: Any) -> Video:
        """The video as it is right after a long one was added: listed, not decoded."""
        self.monkeypatch.setattr(library_videos, "COUNT_AT_ONCE_PIXELS", 1)
        return self.add(path, **more)

    def count(self, video: Video) -> Video:
        """Count all frames, as the job does."""
        return count_frames(self.database, video_id=video.id, report=lambda *_: None, cancelled=lambda: False)

    def counting(self, video: Video, **more: Any) -> CountedFrames:
        """The video's frames with their numbers, counted as they are read."""
        return CountedFrames(self.database, video_id=video.id, **more)

    def repoint(self, video: Video, path: str | Path, **more: Any) -> Video:
        return repoint(self.database, self.settings, video_id=video.id, path=path, **more)

    def rename(self, video: Video, name: str) -> Video:
        return removal.rename_video(self.database, video_id=video.id, name=name)

    def remove(self, video: Video) -> tuple[Video, tuple[str, ...]]:
        """The removed video and the ids of the jobs that were stopped."""
        return removal.remove_video(self.database, video_id=video.id)

    def restore(self, video: Video) -> Video:
        return removal.restore_video(self.database, self.settings, video_id=video.id)

    def removed(self) -> tuple[removal.RemovedVideo, ...]:
        return removal.removed_videos(self.database, self.settings, project_id=self.project.id)

    def delete(self, video: Video, *, tracks: int = 0, corrections: int = 0) -> str | None:
        """Delete a removed video; the sentence about a copy that stays, if one does."""
        done = removal.delete_video(
            self.database, self.settings, video_id=video.id, tracks=tracks, corrections=corrections
        )
        return done.problem

    def draw(self, video: Video, *frames: int) -> str:
        """A track of a person with a mask in each of these frames; the status of the edit."""
        _, changes = new_track(None, {frame: square(1 + frame, 4) for frame in frames})
        return str(send(self.database, self.stored(video), changes)["status"])

    def stored(self, video: Video) -> Video:
        with self.database.read() as tx:
            return videos.get_video(tx, video.id)

    def names(self) -> list[str]:
        """Names of the project's videos."""
        with self.database.read() as tx:
            return [found.name for found in videos.list_videos(tx, self.project.id)]

    def enqueue(self, kind: str, video: Video | None = None, *, claimed: bool = False) -> str:
        """Id of a new job on a video or the whole project, which nobody has taken or "here:1" has."""
        with self.database.atomic() as tx:
            job = jobs.enqueue(tx, kind=kind, project_id=self.project.id, video_id=video.id if video else None)
            if claimed:
                jobs.claim(tx, worker="here:1", kinds=[kind])
        return job.id

    def jobs(self, video: Video) -> list[jobs.Job]:
        """The video's jobs, the first one first."""
        with self.database.read() as tx:
            return sorted(jobs.list_jobs(tx, video_id=video.id), key=lambda job: job.created)
