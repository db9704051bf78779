"""A project with the videos of a YouTube-VIS file, and files of results for them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.result_files.choices import ProposalChoices
from app.result_files.importing import ProposalsImported, import_proposals
from storage import projects, runs, tracks
from storage.tracks import MaskRow, Track
from storage.videos import Video
from tests.app.exchange.files import LENGTH, SIZE, content, write
from tests.app.exchange.scene import ExchangeScene
from tests.app.made import square


def result(video: int, category: int, at: int, *, score: float = 0.9, frames: Iterable[int] = range(LENGTH)) -> Any:
    """One track of results: a square at ``at`` in these frames, null in the others."""
    shown = set(frames)
    masks = [square(at + k, 8, size=SIZE) if k in shown else None for k in range(LENGTH)]
    return {"video_id": video, "category_id": category, "score": score, "segmentations": masks}


@dataclass(frozen=True)
class ResultsScene:
    """The project of ``exchange``; everything it reads lies in ``folder``."""

    exchange: ExchangeScene
    folder: Path

    def results(self, *entries: Any, name: str = "results.json") -> Path:
        """A file of results."""
        path = self.folder / name
        path.write_text(json.dumps(list(entries)))
        return path

    def annotations(self, **other: Any) -> Path:
        """The file that names the videos ``va`` and ``vb`` and the categories ``bee`` and ``wasp``."""
        return write(self.folder / "valid.json", content(**other))

    def bring_videos(self) -> None:
        """Import the videos of `annotations`, without tracks, with their pictures below ``frames``."""
        self.exchange.bring_content({**content(), "annotations": []}, self.folder)

    def bring(self, file: Path, **choices: Any) -> ProposalsImported:
        """Import results as proposals."""
        scene = self.exchange
        return import_proposals(
            scene.database,
            scene.settings,
            project_id=scene.project.id,
            file=file,
            choices=ProposalChoices(**choices),
        )

    def video(self, name: str) -> Video:
        return next(video for video in self.exchange.videos() if video.name == name)

    def tracks(self, name: str) -> list[Track]:
        with self.exchange.database.read() as tx:
            return list(tracks.list_tracks(tx, self.video(name).id))

    def rows(self, track: Track) -> dict[int, MaskRow]:
        with self.exchange.database.read() as tx:
            return {row.frame: row for row in tracks.rows(tx, track.video_id, track_ids=[track.id])}

    def categories(self) -> dict[str, str]:
        with self.exchange.database.read() as tx:
            return {one.id: one.name for one in projects.list_categories(tx, self.exchange.project.id)}

    def run(self, name: str) -> runs.Run | None:
        with self.exchange.database.read() as tx:
            return runs.latest_run(tx, self.video(name).id)
