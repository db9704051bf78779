"""Runs fuzz cases: a server without its worker, a video with a track, and the verdict about each answer.

Case ``n`` of a seed is always the same request or file in the same world: a world is made anew every `WORLD` cases.
A case fails if the answer is 500 or above, if a traceback is logged, if it takes over `PATIENCE_SECONDS`, or if
what is stored cannot be read back afterwards.
"""

import json
import logging
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from fastapi.testclient import TestClient

from app.jobs import queue
from app.sentences import known_sentence
from app.settings import make_settings
from app.web.server import create_app
from storage import edits
from storage.database import Database
from storage.edits.rebuild import check_video
from tests.app.made import edit, project_with, square, video_in
from tests.fuzzing.files import Doors
from tests.fuzzing.requests import Made, Schema
from tests.waiting import at_most

ADDRESS = "http://127.0.0.1:7860"
WORLD = 2000
READ_EVERY = 20
FILES_EVERY = 8  # one case of so many is a file, the others are requests
PATIENCE_SECONDS = 30


class Hung(Exception):
    """A case took too long."""


@dataclass
class Tally:
    """Cases by the first digit of their answer (``file``: files that were read or refused), and the failures."""

    answers: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0  # seconds

    @property
    def cases(self) -> int:
        return sum(self.answers.values())

    def count(self, kind: str) -> None:
        self.answers[kind] = self.answers.get(kind, 0) + 1


class Tracebacks(logging.Handler):
    """Keeps what is logged with a traceback."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.found.append(f"{record.getMessage()}: {record.exc_info[1]!r}")


class World:
    """A served project with one video, one track and the ids that requests may name."""

    def __init__(self, client: TestClient, database: Database, folder: Path) -> None:
        self.client = client
        self.doors = Doors(folder / "files")
        app: Any = client.app
        self.database = database
        settings = app.state.context.settings
        self.project, categories = project_with(self.database, "dog")
        self.video = video_in(self.database, settings, self.project, folder)
        rows = [{"track": "t", "frame": None, "before_version": 0, "after": {}}]
        rows.append({"track": "t", "frame": 0, "before_version": 0, "after": {"rle": square(1, 1)}})
        client.post(f"/data/videos/{self.video.id}/edits", json={"author": "ann", "edits": [edit(rows)]})
        job = queue.enqueue(self.database, settings, kind="index", project_id=self.project.id, video_id=self.video.id)
        places = [str(path) for path in self.doors.odd]
        ids = {"project_id": [self.project.id], "video_id": [self.video.id], "job_id": [job.id]}
        self.schema = Schema(
            app,
            {
                **ids,
                "category_id": [categories["dog"].id],
                "project": [self.project.id],
                "video": [self.video.id],
                "track": ["t"],
                "author": ["ann"],
                "frame": ["0", "11"],
                "path": places,
            },
        )

    def unreadable(self) -> str | None:
        """What of the stored things cannot be read back; None if all is well."""
        video, project = f"/data/videos/{self.video.id}", f"/data/projects/{self.project.id}"
        addresses = ["/data/projects", "/data/jobs", project, video]
        addresses += [f"{video}/{part}" for part in ("tracks", "masks", "history", "counted")]
        addresses += [f"{project}/{part}" for part in ("checkpoints", "removed", "retrain", "proposer")]
        for address in addresses:
            answer = self.client.get(address)
            if answer.status_code == 404 and address.startswith(video):
                continue  # a case deleted the video
            if answer.status_code != 200:
                return f"{address}: {answer.status_code} {answer.text[:200]}"
            json.loads(answer.content.decode(), parse_constant=_no_json)
        with self.database.read() as tx:
            edits.last_number(tx)
            problems = check_video(tx, self.video.id)
        return "; ".join(problems) or None


def _no_json(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def run_cases(tally: Tally, *, seed: int, first: int, count: int) -> None:
    """Run cases ``first`` to ``first + count`` (exclusive) of a seed, all in worlds of their own."""
    for start in range(first, first + count, WORLD):
        with made_world() as world:
            for number in range(start, min(start + WORLD, first + count)):
                _run_case(world, tally, random.Random(f"{seed}/{number}"), number)


@contextmanager
def made_world() -> Iterator[World]:
    """A server with a world, in a folder that is gone at the end."""
    folder = Path(tempfile.mkdtemp())
    try:
        settings = make_settings(data=folder / "data", device="cpu", open_browser=False, environment={})
        with patch.object(queue, "ensure_worker", lambda settings, command=None: True):
            settings.make_folders()
            database = Database.open(settings.database_url)
            app = create_app(settings, pages=False, database=database)
            with TestClient(app, base_url=ADDRESS, raise_server_exceptions=False) as client:
                yield World(client, database, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_case(world: World, tally: Tally, chance: random.Random, number: int) -> None:
    tracebacks = Tracebacks()
    logging.getLogger().addHandler(tracebacks)
    made: Made | str = "a file"
    begun = time.monotonic()
    try:
        with at_most(PATIENCE_SECONDS, Hung):
            if number % FILES_EVERY == 0:
                made, problem = _file_case(world, chance)
                tally.count("file")
            else:
                made = world.schema.request(chance)
                answer = world.client.request(
                    made.method, made.address, content=made.content, headers={"content-type": "application/json"}
                )
                tally.count(f"{answer.status_code // 100}xx")
                problem = _complaint(answer)
            if problem is None and number % READ_EVERY == 0:
                problem = world.unreadable()
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
    finally:
        logging.getLogger().removeHandler(tracebacks)
    tally.slowest = max(tally.slowest, time.monotonic() - begun)
    problem = problem or "; ".join(tracebacks.found) or None
    if problem is not None:
        tally.failures.append(f"case {number}: {made}: {problem[:400]}")


def _file_case(world: World, chance: random.Random) -> tuple[str, str | None]:
    """Read one file; what it was, and why that is a failure."""
    try:
        return world.doors.open_one(chance), None
    except Exception as error:
        # A refusal has a sentence of its own; anything else would be told as a mistake of the program.
        if isinstance(error, Hung) or known_sentence(error) is None:
            return "a file", f"{type(error).__name__}: {error}"
        return "a file", None


def _complaint(answer: Any) -> str | None:
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.text[:200]}"
    if answer.status_code >= 400 and not (answer.json().get("error") or "").strip():
        return f"{answer.status_code} without a sentence"
    return None
