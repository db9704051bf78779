"""The WebSocket: a hello, live edits of this and other processes, what was missed, and jobs."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from app.settings import Settings
from storage import edits, jobs
from storage.database import Database
from storage.edits import Change, Edit
from storage.videos import Video
from tests.app.conftest import SOCKETS
from tests.app.made import PERSON, project_with, square, video_in
from tests.app.web.requests import draw


def until(socket: Any, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The next message of that kind; without one the test runs into the time limit of pyproject.toml."""
    while True:
        message: dict[str, Any] = socket.receive_json()
        if wanted(message):
            return message


def stroke(client: TestClient, video: Video) -> dict[str, Any]:
    return draw(client, video, {0: square(1, 1)})[1]


def test_an_edit_is_told_with_its_rows_and_number(client: TestClient, video: Video) -> None:
    with client.websocket_connect(f"{SOCKETS}/data/events?video={video.id}") as socket:
        assert socket.receive_json() == {"type": "hello", "last_edit": 0}
        socket.send_json({"type": "ping"})
        made = stroke(client, video)
        told = until(socket, lambda message: message["type"] == "edit")
    assert (told["number"], told["id"], told["video"], told["author"]) == (made["number"], made["id"], video.id, PERSON)
    assert told["rows"] == made["rows"]


def test_another_processes_edit_is_told_too(client: TestClient, video: Video, database: Database) -> None:
    with client.websocket_connect(f"{SOCKETS}/data/events?video={video.id}") as socket:
        socket.receive_json()
        change = Change(str(uuid.uuid4()), None, 0, {})
        with database.atomic() as tx:
            edits.apply_edit(tx, Edit(str(uuid.uuid4()), "propose", "run:1", video.id, (change,)))
        assert until(socket, lambda message: message["type"] == "edit")["author"] == "run:1"


def test_what_was_missed_comes_first_after_a_reconnect(client: TestClient, video: Video) -> None:
    numbers = [stroke(client, video)["number"] for _ in range(3)]
    with client.websocket_connect(f"{SOCKETS}/data/events?video={video.id}&since={numbers[0]}") as socket:
        assert socket.receive_json()["last_edit"] == numbers[-1]
        assert [socket.receive_json()["number"] for _ in range(2)] == numbers[1:]
        later = stroke(client, video)
        assert until(socket, lambda message: message["type"] == "edit")["number"] == later["number"]


def test_edits_of_another_video_are_not_told(
    client: TestClient, video: Video, database: Database, settings: Settings, tmp_path: Path
) -> None:
    other_project, _ = project_with(database, name="other")
    other = video_in(database, settings, other_project, tmp_path, name="other")
    with client.websocket_connect(f"{SOCKETS}/data/events?video={video.id}") as socket:
        socket.receive_json()
        stroke(client, other)
        mine = stroke(client, video)
        assert until(socket, lambda message: message["type"] == "edit")["number"] == mine["number"]


def test_two_pages_hear_the_same(client: TestClient, video: Video) -> None:
    path = f"{SOCKETS}/data/events?video={video.id}"
    with client.websocket_connect(path) as one, client.websocket_connect(path) as two:
        made = stroke(client, video)
        for socket in (one, two):
            assert until(socket, lambda message: message["type"] == "edit")["number"] == made["number"]


def test_a_job_is_told_from_the_queue_to_its_end(client: TestClient, video: Video, database: Database) -> None:
    with client.websocket_connect(f"{SOCKETS}/data/events?project={video.project_id}") as socket:
        socket.receive_json()
        with database.atomic() as tx:
            job = jobs.enqueue(tx, kind="propose", project_id=video.project_id, video_id=video.id)
        told = until(socket, lambda message: message["type"] == "job")["job"]
        assert (told["id"], told["status"], told["video"]) == (job.id, "queued", video.id)
        with database.atomic() as tx:
            jobs.claim(tx, worker="w", kinds=["propose"])
            jobs.heartbeat(tx, job.id, progress=0.5, message="half", worker="w")
        assert until(socket, lambda m: m["type"] == "job" and m["job"]["progress"] == 0.5)["job"]["message"] == "half"
        with database.atomic() as tx:
            jobs.fail(tx, job.id, error="It broke.")
        ended = until(socket, lambda m: m["type"] == "job" and m["job"]["status"] == "failed")["job"]
        assert ended["error"] == "It broke."
