"""A spreader that copies masks instead of following them, and a video with people's masks to spread."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from app.library.counting import count_frames
from app.settings import Settings
from app.spreading.into_drafts import SpreadDone, spread_video
from app.spreading.stretches import SpreadRequest
from app.web.edit_batches import take_back
from model.propagation import Guess, SpreadFrame
from storage import drafts, jobs, rle, runs, tracks
from storage.database import Database
from storage.drafts import Draft
from storage.edits import rebuild
from storage.masks import get_blobs
from storage.tracks import MaskRow
from storage.videos import Video, get_video
from tests.app.made import PERSON, new_track, project_with, send, square, video_in


class Copies:
    """Each frame gets the mask of the given frame before it, or else of the one after; between two it comes twice.

    ``lost``: frames on which nothing supports a guess. ``unsure``: frames with little confidence. ``gone``: frames on
    which the track is believed absent. ``calls``: start and stop of each call.
    """

    def __init__(self, *, lost: set[int] | None = None, unsure: set[int] | None = None, gone: set[int] | None = None):
        self.lost, self.unsure, self.gone = lost or set(), unsure or set(), gone or set()
        self.calls: list[tuple[int, int]] = []
        self.given: Mapping[int, Mapping[int, np.ndarray | None]] = {}
        self.each: Callable[[SpreadFrame], object] = lambda frame: None

    def __call__(
        self,
        read: Callable[[int], np.ndarray],
        given: Mapping[int, Mapping[int, np.ndarray | None]],
        *,
        size: tuple[int, int],
        start: int,
        stop: int,
        cancelled: Callable[[], bool],
    ) -> Iterator[SpreadFrame]:
        self.calls.append((start, stop))
        self.given = given
        known = [k for masks in given.values() for k in masks]
        between = [k for k in range(start, stop) if min(known) <= k < max(known)]
        backward = [k for k in range(start, stop) if k < min(known)]
        order = [(k, False) for k in between] + [(k, True) for k in reversed(between + backward)]
        order += [(k, True) for k in range(start, stop) if k >= max(known)]
        for k, final in order:
            if cancelled():
                return
            assert read(k).shape == (*size, 3)
            found = {track: self._guess(masks, k) for track, masks in given.items() if k not in masks}
            frame = SpreadFrame(k, {track: one for track, one in found.items() if one is not None}, final)
            self.each(frame)
            yield frame

    def _guess(self, masks: Mapping[int, np.ndarray | None], k: int) -> Guess | None:
        before, after = max((f for f in masks if f < k), default=None), min((f for f in masks if f > k), default=None)
        near = next((masks[f] for f in (before, after) if f is not None and masks[f] is not None), None)
        if near is None:
            return None
        if k in self.gone:
            return Guess(None, 0.7, needs_look=True)
        return Guess(near, 0.3 if k in self.unsure else 0.9, needs_look=k in self.unsure, lost=k in self.lost)


class Spreading:
    """A short video with one track, what a person does with it, and the drafts that a spread leaves."""

    def __init__(self, database: Database, settings: Settings, folder: Path) -> None:
        self.database = database
        project, categories = project_with(database, "dog")
        self.dog = categories["dog"].id
        self.take(video_in(database, settings, project, folder))

    def take(self, video: Video) -> None:
        """Count the frames of the scene's video."""
        count_frames(self.database, video_id=video.id, report=lambda *_: None, cancelled=lambda: False)
        with self.database.read() as tx:
            self.video = get_video(tx, video.id)
        self.job = self.new_job()

    def new_job(self) -> str:
        with self.database.atomic() as tx:
            return jobs.enqueue(tx, kind="spread", project_id=None, video_id=self.video.id).id

    def track(self, *frames: int, x: int = 5) -> str:
        """A new track with a person's masks on these frames."""
        return self.drawn({k: rle.decode(square(x + k, 8)) for k in frames})

    def drawn(self, masks: Mapping[int, np.ndarray]) -> str:
        """A new track with these masks (bool H x W) of a person by frame."""
        track, changes = new_track(self.dog, {k: dict(rle.encode(mask)) for k, mask in masks.items()})
        self.person(*changes)
        return track

    def person(self, *changes: dict[str, Any], kind: str = "draw") -> None:
        result = send(self.database, self.video, changes, kind)
        assert result["status"] == "applied", result

    def says(self, track: str, frame: int, **after: Any) -> None:
        """A person writes a row."""
        row = self.rows(track).get(frame)
        version = 0 if row is None else row.version
        self.person({"track": track, "frame": frame, "before_version": version, "after": after})

    def spread(self, *chosen: str, spreader: Copies | None = None, **more: Any) -> SpreadDone:
        names = ("frame", "way", "start", "stop")
        request = SpreadRequest(chosen, **{"frame": 0, **{name: more.pop(name) for name in names if name in more}})
        given = {"job_id": self.job, "report": self.report, "cancelled": lambda: False, **more}
        return spread_video(
            self.database, video_id=self.video.id, request=request, spreader=spreader or Copies(), **given
        )

    def report(self, share: float, message: str) -> None:
        assert 0 <= share <= 1 and message.startswith("Spreading")

    def drafts(self, run: str | None = None) -> dict[int, Draft]:
        """Of one track, by frame."""
        with self.database.read() as tx:
            return {one.frame: one for one in drafts.list_drafts(tx, self.video.id, run_id=run)}

    def run(self) -> runs.Run:
        with self.database.read() as tx:
            found = runs.latest_run(tx, self.video.id, kind="spreading")
        assert found is not None
        return found

    def rows(self, track: str) -> dict[int, MaskRow]:
        with self.database.read() as tx:
            return {row.frame: row for row in tracks.rows(tx, self.video.id, track_ids=[track])}

    def version(self, track: str) -> int:
        """Of the track's own row."""
        with self.database.read() as tx:
            return next(one.version for one in tracks.list_tracks(tx, self.video.id) if one.id == track)

    def mask(self, name: str | None) -> np.ndarray:
        with self.database.read() as tx:
            return rle.decode(get_blobs(tx, [name or ""])[name or ""])

    def undo(self, edit: str | None = None) -> dict[str, Any]:
        new_id = str(uuid.uuid4())
        answer = take_back(self.database, video=self.video.id, author=PERSON, new_id=new_id, redo=False, edit=edit)
        with self.database.read() as tx:
            assert rebuild.check_video(tx, self.video.id) == []
        return answer
