"""Short ways to propose for one video, and to read the stored tracks and rows."""

import uuid
from pathlib import Path
from typing import Any

from app.proposing.into_project import Proposed, propose_video
from app.settings import Settings
from app.web.edit_batches import take_back
from storage import edits, runs, tracks
from storage.database import Database
from storage.edits import rebuild
from storage.tracks import MaskRow, Track
from storage.videos import Video
from tests.app.made import PERSON, add_checkpoint, project_with, send, video_in
from tests.app.proposing.fake_windows import CLASSES


def never() -> bool:
    return False


def quiet(progress: float, message: str) -> None:
    assert 0.0 <= progress <= 1.0 and message


def video_to_propose(database: Database, settings: Settings, folder: Path) -> Video:
    """A short video in a project with the category dog, and a checkpoint that knows dogs and stars."""
    project, _ = project_with(database, "dog")
    add_checkpoint(database, *CLASSES, name="c", chosen_in=project.id)
    return video_in(database, settings, project, folder)


class Desk:
    """One video and the model that proposes for it."""

    def __init__(self, database: Database, settings: Settings, video: Video, warm: Any) -> None:
        self.database, self.settings, self.video, self.warm = database, settings, video, warm

    def propose(self, **more: Any) -> Proposed:
        given = {"report": quiet, "cancelled": never, "checkpoint_id": None, **more}
        return propose_video(self.database, self.settings, video_id=self.video.id, warm=self.warm, **given)

    def tracks(self) -> list[Track]:
        with self.database.read() as tx:
            return list(tracks.list_tracks(tx, self.video.id))

    def rows(self) -> dict[tuple[int, int], MaskRow]:
        """By the number of the track and the frame."""
        with self.database.read() as tx:
            numbers = {track.id: track.number for track in tracks.list_tracks(tx, self.video.id)}
            return {(numbers[row.track_id], row.frame): row for row in tracks.rows(tx, self.video.id)}

    def shown(self) -> dict[tuple[int, int], tuple[Any, ...]]:
        """What the rows say, without the edits that wrote them."""
        return {
            key: (row.state, row.hash, row.source, row.review, row.score) for key, row in sorted(self.rows().items())
        }

    def opinions(self) -> list[tuple[Any, ...]]:
        return [(one.number, one.category_id, one.score, one.rejected, dict(one.extra or {})) for one in self.tracks()]

    def run(self) -> runs.Run:
        with self.database.read() as tx:
            found = runs.latest_run(tx, self.video.id)
        assert found is not None
        return found

    def person(self, kind: str, *changes: dict[str, Any]) -> None:
        result = send(self.database, self.video, changes, kind)
        assert result["status"] == "applied", result

    def edits(self) -> list[edits.LoggedEdit]:
        with self.database.read() as tx:
            return list(edits.edits_since(tx, 0, video=self.video.id))

    def undo_run(self) -> dict[str, Any]:
        """As the page does it: any edit of the latest run is named."""
        some = next(edit for edit in self.edits() if edit.author == self.run().author)
        return self.take_back(edit=some.id)

    def take_back(self, *, redo: bool = False, edit: str | None = None) -> dict[str, Any]:
        new_id = str(uuid.uuid4())
        return take_back(self.database, video=self.video.id, author=PERSON, new_id=new_id, redo=redo, edit=edit)

    def assert_log_explains_tables(self) -> None:
        with self.database.read() as tx:
            assert rebuild.check_video(tx, self.video.id) == []
