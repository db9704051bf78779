"""Full disk, read-only, damaged and locked database: every route gives the reason in one sentence of the server."""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from app.settings import Settings
from app.web.context import Context
from storage import checkpoints, jobs, videos
from storage.database import Database
from storage.prepared import sqlite_connection
from storage.projects import Project
from storage.videos import Video
from tests.app.made import PERSON, edit, new_track, square
from tests.storage.made_videos import make_video

Request = tuple[str, str, Any]
# What SQLite says, at which statements, and the words of the server's sentence.
WRITES = ("INSERT", "UPDATE", "DELETE")
FAULTS = {
    "full": ("database or disk is full", WRITES, "is full; nothing of this change was kept"),
    "read-only": ("attempt to write a readonly database", WRITES, "cannot be written; check the rights"),
    "locked": ("database is locked", ("BEGIN IMMEDIATE",), "Another process has been writing to"),
    "damaged": ("database disk image is malformed", ("SELECT", *WRITES), "is damaged or no database"),
}


@contextmanager
def broken(app_context: Context, kind: str) -> Iterator[str]:
    """SQLite answers so to the server's statements; yields the words that are to reach the page."""
    reason, statements, words = FAULTS[kind]

    def execute(_cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(statements):
            raise sqlite3.OperationalError(reason)

    class Broken:
        """A connection of a transaction without SQLAlchemy, which raises no event."""

        def __init__(self, connection: sqlite3.Connection) -> None:
            self._connection = connection

        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            execute(None, statement)
            return self._connection.execute(statement, *values)

        def executemany(self, statement: str, values: Any) -> sqlite3.Cursor:
            execute(None, statement)
            return self._connection.executemany(statement, values)

    engines = app_context.database._engines
    for engine in (engines.writing, engines.reading):
        event.listen(engine, "do_execute", execute)
    try:
        with (
            patch("storage.prepared.sqlite_connection", lambda tx: Broken(sqlite_connection(tx))),
            patch("storage.database.sqlite_connection", lambda tx: Broken(sqlite_connection(tx))),
        ):
            yield words
    finally:
        for engine in (engines.writing, engines.reading):
            event.remove(engine, "do_execute", execute)


@pytest.fixture
def writes(database: Database, project: Project, video: Video, tmp_path: Path) -> list[Request]:
    """A request that would be met, for every route that changes something."""
    with database.atomic() as tx:
        facts = {"config": "tevit_tiny", "size_bytes": 1, "categories": ["dog"]}
        found = checkpoints.add_checkpoint(tx, name="c", path="c.safetensors", sha256="c" * 64, **facts)
        checkpoints.activate(tx, project.id, found.id)
        job = jobs.enqueue(tx, kind="retrain", project_id=None)
        removed = videos.add_video(
            tx,
            project_id=project.id,
            name="removed",
            index_json=dict(video.index),
            kind="video",
            path=video.path,
            copied=False,
            count=video.count,
            width=video.width,
            height=video.height,
            confirmed=video.confirmed,
            content_hash=video.content_hash,
        )
        videos.remove_video(tx, removed.id)
        category = tx.exec_driver_sql("SELECT id FROM categories").scalar_one()
    clip = make_video(tmp_path / "another.mp4", frames=3, size=(64, 48))
    weights = tmp_path / "w.pth"
    weights.write_bytes(b"x")
    one = edit(new_track(None, {1: square(1, 1)})[1])
    step = {"author": PERSON, "id": uuid.uuid4().hex}
    return [
        ("POST", f"videos/{video.id}/edits", {"author": PERSON, "edits": [one]}),
        ("POST", "projects", {"name": "new"}),
        ("POST", f"projects/{project.id}", {"name": "other"}),
        ("POST", f"projects/{project.id}/categories", {"name": "cat"}),
        ("POST", f"categories/{category}", {"name": "hound"}),
        ("POST", f"projects/{project.id}/videos", {"path": str(clip)}),
        ("POST", f"projects/{project.id}/videos", {"path": str(clip), "copy_in": True, "again": True}),
        ("PUT", f"projects/{project.id}/videos?name=sent.mp4", clip.read_bytes()),
        ("POST", f"videos/{video.id}", {"name": "renamed"}),
        ("POST", f"videos/{video.id}", {"removed": True}),
        ("DELETE", f"videos/{removed.id}", {"tracks": 0, "corrections": 0}),
        ("POST", f"videos/{video.id}/source", {"path": video.path}),
        ("POST", f"videos/{video.id}/propose", {}),
        ("POST", f"jobs/{job.id}/cancel", {}),
        ("POST", f"projects/{project.id}/checkpoints", {"path": str(weights)}),
        ("POST", f"projects/{project.id}/checkpoints/{found.id}/export", {}),
        ("POST", f"projects/{project.id}/checkpoints/{found.id}/activate", {}),
        ("POST", f"projects/{project.id}/downloads", {"name": "tevit_r50"}),
        ("POST", f"videos/{video.id}/undo", step),
        ("POST", f"videos/{video.id}/redo", step),
    ]


def ask(client: TestClient, request: Request) -> Any:
    method, path, body = request
    sent = {"content": body} if isinstance(body, bytes) else {"json": body}
    return client.request(method, f"/data/{path}", **sent)


@pytest.mark.parametrize("kind", FAULTS)
def test_every_writing_route_tells_why_and_keeps_nothing_half(
    client: TestClient, app_context: Context, settings: Settings, writes: list[Request], kind: str
) -> None:
    before = sorted(settings.videos.iterdir())
    # Where nothing is to be undone, undoing writes nothing and is answered.
    steps = [request for request in writes if request[1].endswith(("/undo", "/redo"))]
    for request in [request for request in writes if request not in steps or kind in {"locked", "damaged"}]:
        with broken(app_context, kind) as words:
            answer = ask(client, request)
        assert (answer.status_code, words in answer.json()["error"]) == (503, True), (request[:2], answer.text)
        assert sorted(settings.videos.iterdir()) == before, "no file of a video that is not stored stays"
    for request in writes:
        answer = ask(client, request)
        assert answer.status_code == 200, (request[:2], answer.text)


def test_every_reading_route_tells_that_the_database_is_damaged(
    client: TestClient, app_context: Context, project: Project, video: Video
) -> None:
    paths = [
        "projects",
        f"projects/{project.id}",
        f"projects/{project.id}/checkpoints",
        f"projects/{project.id}/proposer",
        f"projects/{project.id}/removed",
        f"projects/{project.id}/retrain",
        f"videos/{video.id}",
        f"videos/{video.id}/counted",
        f"videos/{video.id}/tracks",
        f"videos/{video.id}/masks",
        f"videos/{video.id}/history",
        f"videos/{video.id}/frames/0.jpg",
        f"videos/{video.id}/proxies/0",
        f"videos/{video.id}/thumb.jpg",
        "jobs",
        "jobs/none/points",
        "jobs/none/annotations",
    ]
    for path in paths:
        with broken(app_context, "damaged") as words:
            answer = client.get(f"/data/{path}")
        assert (answer.status_code, words in answer.json()["error"]) == (503, True), (path, answer.text)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (OSError(28, "No space left on device"), 507, "No space left on device); make room and repeat it."),
        (OSError(30, "Read-only file system"), 503, "Read-only file system); see to it that the data folder"),
    ],
)
def test_a_copy_or_an_upload_that_finds_no_room_says_so(
    client: TestClient,
    settings: Settings,
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: OSError,
    status: int,
    words: str,
) -> None:
    clip = make_video(tmp_path / "another.mp4", frames=3, size=(64, 48))

    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("shutil.copyfile", refuse)
    copied = client.post(f"/data/projects/{project.id}/videos", json={"path": str(clip), "copy_in": True})
    real = Path.open
    monkeypatch.setattr(
        Path, "open", lambda path, *how, **more: refuse() if path.stem == "content" else real(path, *how, **more)
    )
    sent = client.put(f"/data/projects/{project.id}/videos?name=sent.mp4", content=clip.read_bytes())
    for answer in (copied, sent):
        assert (answer.status_code, words in answer.json()["error"]) == (status, True), answer.text
    assert list(settings.videos.iterdir()) == []
