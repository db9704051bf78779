"""The product in the loop: a project on a running server whose videos an annotator corrects, and the button."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2

from app.checkpoints.choice import chosen_checkpoint
from app.checkpoints.find import checkpoint_file
from app.opening import open_database
from app.settings import Settings, make_settings
from model.adapting.procedural_replay import ProceduralClips
from storage import checkpoints
from storage.checkpoints import Checkpoint
from tests.benchmarks._held_out import truth_of
from tests.benchmarks._served import Served
from tests.benchmarks.annotator.person import Person

POLL_SECONDS = 2.0  # a retraining takes minutes, and each question costs the server what it needs itself
ENDED = {"done", "failed", "cancelled"}


class JobFailed(Exception):
    """A job of the product did not come to its end."""


@dataclass
class LoopState:
    """What is done so far, kept in a file, so that a run goes on where it was interrupted."""

    file: Path
    project: str = ""
    videos: list[str] = field(default_factory=list)  # ids in the order in which they were added
    effort: dict[str, float] = field(default_factory=dict)  # seconds by id of a corrected video
    rounds: list[dict[str, Any]] = field(default_factory=list)
    spoiled: list[list[Any]] = field(default_factory=list)  # places of masks that were shuffled

    @classmethod
    def of(cls, file: Path) -> "LoopState":
        """The state in the file, or that of a beginning."""
        return cls(file, **json.loads(file.read_text())) if file.is_file() else cls(file)

    def keep(self) -> None:
        """Write it."""
        values = {name: value for name, value in vars(self).items() if name != "file"}
        partial = self.file.with_suffix(".partial")
        partial.write_text(json.dumps(values, indent=1))
        partial.replace(self.file)


@dataclass
class LoopProject:
    """The project of one seed; ``source`` holds the truth of its videos, in the order in which they were added."""

    served: Served
    source: ProceduralClips
    state: LoopState
    person: Person

    @classmethod
    def begun(cls, served: Served, source: ProceduralClips, state: LoopState, folder: Path) -> "LoopProject":
        """The project of the state, made if there is none, with all videos of the source."""
        if not state.project:
            state.project = served.project
            state.keep()
        own = Served(served.server, state.project)
        for number in range(len(state.videos), len(source.videos)):
            state.videos.append(own.add(_written(source, number, folder / f"video_{number:02d}")))
            state.keep()
        for video in state.videos:
            own.wait_until_counted(video)
        known = own.call("GET", f"/data/projects/{own.project}")["categories"]
        return cls(own, source, state, Person(own.call, {one["name"]: one["id"] for one in known}))

    def wait(self, job: dict[str, Any]) -> dict[str, Any]:
        """Waits until a job ends. Raises `JobFailed`."""
        while job["status"] not in ENDED:
            time.sleep(POLL_SECONDS)
            job = self.served.call("GET", f"/data/jobs/{job['id']}")
        if job["status"] != "done":
            raise JobFailed(f"{job['kind']}: {job['status']}: {job['error']}")
        return job

    def correct(self, video: str) -> float:
        """Proposes tracks in a video and corrects them; returns the seconds of the annotator per track-frame."""
        if video not in self.state.effort:
            self.propose(video)
            described = self.source.videos[self.state.videos.index(video)]
            truth = truth_of(described, self.source.categories)
            spent = self.person.correct(video, truth, described.count)
            self.state.effort[video] = spent / max(sum(len(thing.masks) for thing in truth), 1)
            self.state.keep()
        return self.state.effort[video]

    def propose(self, video: str) -> None:
        """Proposes tracks in a video with the checkpoint in use."""
        self.wait(self.served.call("POST", f"/data/videos/{video}/propose", {})["job"])

    def press_the_button(self, steps: int | None = None) -> tuple[dict[str, Any], float]:
        """The result of a retraining, and the seconds that it takes; a running one is waited for.

        ``steps`` None: as many as the product chooses.
        """
        started = time.monotonic()
        active = self.served.call("GET", f"/data/jobs?project={self.state.project}&active=1")["jobs"]
        waiting = [job for job in active if job["kind"] == "retrain"]
        path = f"/data/projects/{self.state.project}/retrain"
        job = waiting[0] if waiting else self.served.call("POST", path, {"steps": steps})["job"]
        return dict(self.wait(job)["result"]), time.monotonic() - started

    def checkpoint(self, name: str | None = None) -> Path:
        """The file of a registered checkpoint, by default the one that proposes."""
        settings = self._settings
        database = open_database(settings.database_url, settings.data)
        try:
            with database.read() as tx:
                found: Checkpoint | None = (
                    chosen_checkpoint(tx, project_id=self.state.project, checkpoint_id=None)
                    if name is None
                    else checkpoints.find_checkpoint(tx, name)
                )
        finally:
            database.close()
        assert found is not None, name
        return checkpoint_file(settings, found)

    @property
    def _settings(self) -> Settings:
        return make_settings(data=self.served.server.data, environment={})


def _written(source: ProceduralClips, number: int, folder: Path) -> Path:
    """A video of the source as a folder of PNG files."""
    folder.mkdir(parents=True, exist_ok=True)
    for frame in range(source.videos[number].count):
        pixels = source.read_frames(number, [frame])[0]
        assert cv2.imwrite(str(folder / f"{frame:05d}.png"), pixels[..., ::-1])
    return folder
