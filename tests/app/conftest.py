"""What tests of the application share: settings over a temporary folder, its database, and a client of the server."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.jobs import queue
from app.settings import DATABASE_NAME, Settings, make_settings
from app.web.server import create_app
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.command_line import Run, runner, tiny_checkpoint
from tests.app.jobs.following import end_worker
from tests.app.made import project_with, video_in

ADDRESS = "http://127.0.0.1:7860"
SOCKETS = "ws://127.0.0.1:7860"


@pytest.fixture
def settings(tmp_path: Path, empty_database: Path) -> Settings:
    made = make_settings(data=tmp_path / "data", device="cpu", open_browser=False, environment={})
    made.make_folders()
    shutil.copyfile(empty_database, made.data / DATABASE_NAME)
    return made


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    with Database.open(settings.database_url) as opened:
        yield opened


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process; see `tests.app.command_line.runner`."""
    return runner(capsys)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained `tevit_tiny` as a file of its own; see `tests.app.command_line.tiny_checkpoint`."""
    return tiny_checkpoint(tmp_path_factory.mktemp("model") / "tiny.safetensors")


@pytest.fixture
def project(database: Database) -> Project:
    """The project ``street`` with the category ``dog``."""
    return project_with(database, "dog")[0]


@pytest.fixture
def video(database: Database, settings: Settings, project: Project, tmp_path: Path) -> Video:
    """A short video file (`made.FRAMES`, `made.SIZE`) in the project, all its frames counted."""
    return video_in(database, settings, project, tmp_path)


@pytest.fixture
def started_workers(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """No worker process is started; the list says for which settings one would have been."""
    started: list[Settings] = []

    def remember(settings: Settings, *, command: object = None) -> bool:
        started.append(settings)
        return True

    monkeypatch.setattr(queue, "ensure_worker", remember)
    return started


@pytest.fixture
def no_worker_left(settings: Settings) -> Iterator[None]:
    """No worker that the test has started outlives it."""
    yield
    end_worker(settings)


@pytest.fixture
def client(settings: Settings, started_workers: list[Settings]) -> Iterator[TestClient]:
    """A client of the routes alone, without the Gradio pages."""
    with TestClient(create_app(settings, pages=False), base_url=ADDRESS) as opened:
        yield opened
