"""A small project with one video, and short ways to make masks and edits for it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pycocotools import mask as coco

from storage import tracks
from storage.database import Database
from storage.edits import Applied, Change, Conflict, Edit, NothingToUndo, apply_edit, redo, undo
from storage.edits.rebuild import check_video
from storage.masks import BlobInfo, blob_infos, put_blob
from storage.projects import Category, Project, add_category, create_project
from storage.tracks import MaskRow, Track
from storage.videos import Video, add_video

HEIGHT, WIDTH, FRAMES = 12, 16, 40


def square(x: int, y: int = 2, side: int = 3) -> dict[str, Any]:
    """A square as compressed RLE, in the video's size; x, y is its top left pixel."""
    pixels = np.zeros((HEIGHT, WIDTH), np.uint8)
    pixels[y : y + side, x : x + side] = 1
    return {"size": [HEIGHT, WIDTH], "counts": compressed(pixels).decode("ascii")}


def compressed(pixels: np.ndarray) -> bytes:
    """COCO's compressed counts of uint8 H x W pixels of 0 and 1."""
    counts = coco.encode(np.asfortranarray(pixels))["counts"]
    assert isinstance(counts, bytes)
    return counts


def stored(database: Database, mask: Mapping[str, Any]) -> BlobInfo:
    """Store a mask, and read back what is known of it."""
    with database.atomic() as tx:
        name = put_blob(tx, mask)
        return blob_infos(tx, [name])[name]


def new_id() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Scene:
    """A project "zoo" with the categories cat and dog, and one video of 40 frames."""

    database: Database
    project: Project
    cat: Category
    dog: Category
    video: Video

    @staticmethod
    def make(database: Database) -> "Scene":
        with database.atomic() as tx:
            project = create_project(tx, name="zoo")
            cat, dog = add_category(tx, project.id, "cat"), add_category(tx, project.id, "dog")
            return Scene(database, project, cat, dog, make_video(tx, project.id))

    def apply(self, *changes: Change, author: str = "ann", kind: str = "draw", **more: Any) -> Applied | Conflict:
        edit = Edit(id=more.pop("id", new_id()), kind=kind, author=author, video=self.video.id, changes=changes, **more)
        with self.database.atomic() as tx:
            return apply_edit(tx, edit)

    def applied(self, *changes: Change, author: str = "ann", kind: str = "draw", **more: Any) -> Applied:
        answer = self.apply(*changes, author=author, kind=kind, **more)
        assert isinstance(answer, Applied), answer
        return answer

    def undo(self, author: str = "ann", **more: Any) -> Applied | Conflict | NothingToUndo:
        with self.database.atomic() as tx:
            return undo(tx, video=self.video.id, author=author, new_id=more.pop("new_id", new_id()), **more)

    def redo(self, author: str = "ann", **more: Any) -> Applied | Conflict | NothingToUndo:
        with self.database.atomic() as tx:
            return redo(tx, video=self.video.id, author=author, new_id=more.pop("new_id", new_id()))

    def new_track(self, track: str | None = None, *, author: str = "ann", **after: Any) -> str:
        track = track or new_id()
        self.applied(Change(track, None, 0, {"category": self.cat.id, **after}), author=author, kind="new track")
        return track

    def version(self, track: str, frame: int) -> int:
        row = self.row(track, frame)
        return 0 if row is None else row.version

    def draw(self, track: str, frame: int, x: int, *, author: str = "ann", **after: Any) -> Applied:
        after = {"rle": square(x), **after}
        return self.applied(Change(track, frame, self.version(track, frame), after), author=author)

    def row(self, track: str, frame: int) -> MaskRow | None:
        with self.database.read() as tx:
            found = tracks.rows(tx, self.video.id, start=frame, stop=frame + 1, track_ids=[track])
        return found[0] if found else None

    def track(self, track: str) -> Track:
        with self.database.read() as tx:
            found = tracks.list_tracks(tx, self.video.id, deleted=True)
        return next(one for one in found if one.id == track)

    def assert_log_explains_tables(self) -> None:
        with self.database.read() as tx:
            assert check_video(tx, self.video.id) == []


def make_video(tx: Any, project_id: str, *, name: str = "walk", **more: Any) -> Video:
    values: Mapping[str, Any] = {
        "index_json": {"count": FRAMES},
        "kind": "video",
        "path": "/videos/walk.mp4",
        "copied": False,
        "count": FRAMES,
        "width": WIDTH,
        "height": HEIGHT,
        "confirmed": True,
        "content_hash": "00",
    }
    return add_video(tx, project_id=project_id, name=name, **{**values, **more})
