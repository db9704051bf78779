"""A data folder with a server over it that can be killed and started again, and authors who write all the time."""

import http.client
import json
import os
import random
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from app.checkpoints.register import CheckpointFile, activate, add_file
from app.demo.project import FOLDER
from app.exchange.importing import import_dataset
from app.jobs import lock, queue
from app.library.videos import add_video
from app.settings import Settings, make_settings
from storage import jobs, projects
from storage.database import Database
from storage.jobs import Job
from storage.projects import Project
from tests.app.exchange import files
from tests.app.made import SIZE, new_track, project_with, send, square, video_in
from tests.crashing.writers import FRAMES, Writer, call
from tests.serving import RunningServer, end_process, end_worker, start_server
from tests.storage.made_videos import make_video
from tests.waiting import wait_for

IMPORTED = tuple(f"walk {number}" for number in range(12))
PROPOSED_FRAMES = 48  # two windows of the demo's network
JOB_SECONDS = 300.0
IDLE_SECONDS = 120.0


class World:
    """Projects for edits, proposals, imports, exports and copies, served at one address before and after each kill."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder = folder
        self.settings = make_settings(
            data=folder / "data", device="cpu", environment={"TEVIT_WORKER_IDLE_SECONDS": f"{IDLE_SECONDS:.0f}"}
        )
        self.settings.make_folders()
        self.database = Database.open(self.settings.database_url)
        self.checkpoint = self._register()
        self.drawing, self.teaching = self._project("drawing"), self._project("teaching")
        taught = video_in(self.database, self.settings, self.teaching, folder, "taught")
        track, changes = new_track(self._category(self.teaching), {frame: square(4, 4) for frame in range(FRAMES)})
        assert send(self.database, taught, changes)["status"] == "applied", track
        self.drawn = video_in(self.database, self.settings, self.drawing, folder)
        assert self.drawn.count == FRAMES
        film = make_video(folder / "film.mp4", frames=PROPOSED_FRAMES, size=SIZE)
        self.proposed = add_video(self.database, self.settings, project_id=self.drawing.id, path=film)
        self.imports, _ = project_with(self.database, name="imports")
        self.copies, _ = project_with(self.database, name="copies")
        self.exports = self._exported()
        with self.database.atomic() as tx:
            projects.set_setting(tx, "demo_project", self.drawing.id)
        self._port = _free_port()
        self.host = f"127.0.0.1:{self._port}"
        self.server = self._start()
        category = self._category(self.drawing)
        self.writers = [
            Writer(self.host, video, author, category, random.Random(chance.random()))
            for video, author in ((self.drawn, "ann"), (self.drawn, "bob"), (self.proposed, "cem"))
        ]
        for writer in self.writers:
            writer.start()

    def _register(self) -> str:
        """The id of the demo's checkpoint; the demo itself counts as made."""
        file = CheckpointFile(FOLDER / "checkpoint.safetensors", "demo")
        return add_file(self.database, self.settings, file, project_id=None).id

    def _project(self, name: str) -> Project:
        """A project with the classes of the demo's checkpoint, which proposes there."""
        categories = json.loads((FOLDER / "demo.json").read_text())["categories"]
        project, _ = project_with(self.database, *categories, name=name)
        activate(self.database, project_id=project.id, checkpoint_id=self.checkpoint)
        return project

    def _category(self, project: Project) -> str:
        with self.database.read() as tx:
            return projects.list_categories(tx, project.id)[0].id

    def _exported(self) -> Project:
        project, _ = project_with(self.database, name="exports")
        self.frames = files.write_pictures(self.folder / "frames", IMPORTED)
        self.file = files.write(self.folder / "walks.json", files.content(IMPORTED))
        import_dataset(self.database, self.settings, project_id=project.id, file=self.file, frames_folder=self.frames)
        return project

    def _start(self) -> RunningServer:
        return start_server(self.settings.data, "--port", str(self._port), "--device", "cpu")

    def restart(self) -> None:
        """Start the server again after it was killed; returns when it answers."""
        self.server = self._start()
        wait_for(self.answers)

    def answers(self) -> bool:
        """Whether the server answers."""
        try:
            return bool(call(self.host, "GET", "/data/projects")[0] == 200)
        except (OSError, http.client.HTTPException):
            return False

    def kill_server(self) -> None:
        """End the server with SIGKILL."""
        self.server.process.kill()
        self.server.process.wait()

    def worker(self) -> int:
        """Process id of the worker as soon as one is alive."""
        return wait_for(lambda: lock.worker_pid(self.settings) or 0)

    def enqueue(self, kind: str, project: Project, video: str | None = None, **parameters: Any) -> str:
        """Put a job in the queue as the pages do; returns its id."""
        job = queue.enqueue(
            self.database, self.settings, kind=kind, project_id=project.id, video_id=video, parameters=parameters
        )
        return job.id

    def job(self, job_id: str) -> Job:
        """The job as it is stored now."""
        with self.database.read() as tx:
            return jobs.get_job(tx, job_id)

    def begun(self, job_id: str) -> Job:
        """The job once a worker has taken it."""
        wait_for(lambda: self.job(job_id).status != "queued", seconds=JOB_SECONDS)
        return self.job(job_id)

    def ended(self, job_id: str) -> Job:
        """The job once it has ended, however it did."""
        wait_for(lambda: not self.job(job_id).active, seconds=JOB_SECONDS, every=0.05)
        return self.job(job_id)

    def close(self) -> None:
        """End authors, server and worker."""
        for writer in self.writers:
            writer.stop()
        end_process(self.server.process)
        end_worker(self.settings.data, "--device", "cpu")
        self.database.close()


@contextmanager
def world(seed: str) -> Iterator[World]:
    """A world in a folder of its own, which goes at the end."""
    folder = Path(tempfile.mkdtemp(prefix="tevit-crash-"))
    try:
        made = World(folder, random.Random(seed))
        try:
            yield made
        finally:
            made.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def kill(pid: int) -> None:
    """End a process with SIGKILL, if it has not ended by itself."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def children_of(pid: int) -> list[int]:
    """Process ids of the children of a process (Linux); empty if it has ended."""
    found: list[int] = []
    with suppress(OSError):
        # Each thread has the children that it has started.
        for place in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [int(child) for child in place.read_text().split()]
    return found


def processes_of(settings: Settings) -> list[tuple[int, str]]:
    """Process id and command line of every process that names the data folder (Linux)."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            line = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(settings.data) in line:
                found.append((int(place.name), line))
    return found


def _free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])
