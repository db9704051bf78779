"""Searches the videos of `assets/demo` for likely errors, and keeps what is found beside their edits.

`app.demo.make` does it at its end; after a change of the search alone, this does::

    python -m app.demo.search
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.demo import findings
from app.demo.project import FOLDER, ensure_demo
from app.reviewing.search import searched, searched_tracks
from app.settings import make_settings
from storage import tracks, videos
from storage.database import Database
from storage.videos import Video


def add_findings(folder: Path = FOLDER) -> None:
    """Search the videos that ``folder`` describes, and write what is found into its description."""
    path = folder / "demo.json"
    content = json.loads(path.read_text())
    with tempfile.TemporaryDirectory() as scratch:
        settings = make_settings(data=Path(scratch), environment={})
        settings.make_folders()
        with Database.open(settings.database_url) as database:
            # What was found before may fit neither the edits nor the program any more.
            project = ensure_demo(database, settings, assets=folder, with_found=False)
            with database.read() as tx:
                made = {video.name: video for video in videos.list_videos(tx, project.id)}
            for entry in content["videos"]:
                entry["found"] = found_in(database, made[entry["name"]], entry)
    path.write_text(json.dumps(content, separators=(",", ":"), sort_keys=True) + "\n")


def found_in(database: Database, video: Video, entry: Mapping[str, Any]) -> dict[str, Any]:
    """What a search finds in a video of the demo that is described by ``entry``, in the form of `app.demo.findings`."""
    with database.read() as tx:
        content = searched_tracks(tx, video.id)
        made = sorted(tracks.list_tracks(tx, video.id, deleted=True), key=lambda track: track.number)
    # Tracks get their numbers in the order in which the edits name them first.
    named = dict.fromkeys(number for edit in entry["edits"] for number, _, _ in edit["changes"])
    numbers = {track.id: number for track, number in zip(made, named, strict=True)}
    found = searched(database, video, content, report=lambda share, message: None, cancelled=lambda: False)
    return findings.to_json(found, numbers)


if __name__ == "__main__":
    add_findings()
