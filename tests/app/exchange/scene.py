"""A project, and short ways to bring a YouTube-VIS file into it and to export it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.exchange.export_choice import ExportChoice
from app.exchange.exporting import Exported, export_dataset
from app.exchange.importing import Imported, import_dataset
from app.library.videos import add_video
from app.settings import Settings
from model.procedural import synthesize
from storage import tracks, videos
from storage.database import Database
from storage.projects import Project
from storage.tracks import MaskRow
from storage.videos import Video
from tests.app.exchange.files import write, write_pictures
from tests.app.made import send


@dataclass(frozen=True)
class ExchangeScene:
    """``project`` in a data folder of the test's own."""

    database: Database
    settings: Settings
    project: Project

    def bring(self, file: Path, frames: Path, **more: Any) -> Imported:
        """Import a file whose pictures lie in the folder ``frames``."""
        facts = {"project_id": self.project.id, "file": file, "frames_folder": frames}
        return import_dataset(self.database, self.settings, **facts, **more)

    def bring_content(self, top: dict[str, Any], folder: Path, **more: Any) -> Imported:
        """Import a content (see `files.content`) as ``in.json``, with its pictures below ``frames``, of a folder."""
        write_pictures(folder / "frames")
        return self.bring(write(folder / "in.json", top), folder / "frames", **more)

    def exported(self, out: Path, **more: Any) -> tuple[Exported, dict[str, Any]]:
        """The export into a folder, and the content of its file."""
        return self.export(out, **more), json.loads((out / "instances.json").read_text())

    def export(self, out: Path, **more: Any) -> Exported:
        """An export; ``more`` are choices (fields of `ExportChoice`) and arguments of `export_dataset`."""
        fields = {name: more.pop(name) for name in ExportChoice.__dataclass_fields__ if name in more}
        choice = ExportChoice(**fields)
        return export_dataset(self.database, project_id=self.project.id, out=out, choice=choice, **more)

    def add(self, path: Path) -> Video:
        return add_video(self.database, self.settings, project_id=self.project.id, path=path)

    def change(self, video: Video, changes: list[dict[str, Any]]) -> None:
        """One edit of a person, which must be applied."""
        result = send(self.database, video, changes)
        assert result["status"] == "applied", result

    def videos(self, *, removed: bool = False) -> tuple[Video, ...]:
        """The project's videos, with ``removed`` also those that are removed."""
        with self.database.read() as tx:
            return videos.list_videos(tx, self.project.id, removed=removed)

    def rows(self) -> list[MaskRow]:
        """The rows of all videos."""
        with self.database.read() as tx:
            return [row for video in videos.list_videos(tx, self.project.id) for row in tracks.rows(tx, video.id)]


def foreign(folder: Path) -> Path:
    """A procedural data set with ids, order and keys of its own."""
    synthesize(folder, domain="demo", videos=2, frames=5, size=(64, 40), seed=3)
    file = folder / "instances.json"
    data = json.loads(file.read_text())
    data["info"]["contributor"] = "somebody"
    data["licenses"] = [{"id": 1, "name": "free"}]
    data["season"] = {"year": 2031}
    videos = {video["id"]: video["id"] * 10 + 3 for video in data["videos"]}
    for video in data["videos"]:
        video["id"] = videos[video["id"]]
        video["weather"] = ["rain", None]
    for number, track in enumerate(data["annotations"]):
        track["id"] = 1000 - number
        track["video_id"] = videos[track["video_id"]]
        track["instance_id"] = f"x{number}"
        track["iscrowd"] = number % 2
    data["annotations"][0]["segmentations"][1] = None
    data["annotations"][-1]["segmentations"] = [None] * 5
    data["categories"][0]["colour"] = "red"
    file.write_text(json.dumps(data))
    return file
