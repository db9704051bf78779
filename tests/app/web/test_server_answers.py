"""What the server says where something goes wrong, and that it looks after the jobs whatever happens."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient

from app.errors import (
    AppError,
    BadInput,
    Busy,
    CannotStore,
    OtherPixels,
    Overloaded,
    ResourceNotFound,
    ServerStartError,
)
from app.jobs import queue
from app.settings import Settings
from app.web import server
from app.web.server import create_app
from storage import errors
from storage.database import Database, DatabaseBusy, DatabaseDamaged, DiskFull, ReadOnly
from storage.edits import EditError, MachineOnHumanRow
from storage.frames import VideoError
from storage.jobs import JobOver
from storage.masks import BadMask
from storage.youtube_vis import YouTubeVisError
from tests import own_loop
from tests.app.conftest import ADDRESS
from tests.waiting import wait_for

ANSWERS: list[tuple[Exception, int, str]] = [
    (BadInput("the name is empty"), 400, "the name is empty."),
    (OtherPixels("it shows another picture"), 400, "it shows another picture."),
    (ResourceNotFound("There is no such page."), 404, "There is no such page."),
    (Busy("It is busy"), 409, "It is busy."),
    (AppError("something"), 400, "something."),
    (errors.NotFound("video", "v"), 404, "There is no video 'v' in this database."),
    (errors.NameTaken("project", "zoo"), 400, "There is already a project named 'zoo'; choose another name."),
    (errors.BadName("category"), 400, "A category needs a name; type at least one letter."),
    (EditError("no such row"), 400, "no such row."),
    (MachineOnHumanRow("a person's work"), 400, "a person's work."),
    (BadMask("no mask"), 400, "no mask."),
    (JobOver("The job is done"), 400, "The job is done."),
    (DatabaseBusy("Busy; try again."), 503, "Busy; try again."),
    (DiskFull("The disk is full."), 503, "The disk is full."),
    (ReadOnly("It cannot be written."), 503, "It cannot be written."),
    (DatabaseDamaged("It is damaged."), 503, "It is damaged."),
    (VideoError("no\npicture"), 400, "no picture."),
    (YouTubeVisError("no videos"), 400, "no videos."),
    (HTTPException(418, "a teapot"), 418, "a teapot"),
    (ZeroDivisionError("secret: /home/me"), 500, "The server made a mistake; its log says more."),
    (OSError(28, "No space left on device"), 507, "The disk is full; nothing of this was kept"),
    (OSError(13, "Permission denied"), 500, "The server made a mistake; its log says more."),
    (OSError(13, "Permission denied", "/data/videos/a"), 503, "/data/videos/a: Permission denied."),
    (OSError(30, "Read-only file system", "/data/a"), 503, "/data/a: Read-only file system."),
    (
        CannotStore("It could not be kept", OSError(28, "No space left")),
        507,
        "It could not be kept (No space left); make",
    ),
    (CannotStore("It could not be kept", OSError(30, "Read-only")), 503, "It could not be kept (Read-only); see to it"),
    (Overloaded("Come again."), 503, "Come again."),
    (MemoryError(), 503, "There is not enough memory for this"),
]


@pytest.fixture
def raising(settings: Settings, started_workers: list[Settings]) -> Iterator[tuple[TestClient, list[Exception]]]:
    """A client of a server with one more route, which raises what the list holds."""
    app = create_app(settings, pages=False)
    wanted: list[Exception] = []

    @app.get("/raise")
    async def fail() -> None:
        raise wanted[-1]

    with TestClient(app, base_url=ADDRESS, raise_server_exceptions=False) as client:
        yield client, wanted


def test_every_mistake_has_its_status_and_one_sentence(raising: tuple[TestClient, list[Exception]]) -> None:
    client, wanted = raising
    for error, status, words in ANSWERS:
        wanted.append(error)
        answer = client.get("/raise")
        assert answer.status_code == status, error
        kind = {"kind"} if isinstance(error, OtherPixels) else set()
        assert answer.json()["error"].startswith(words) and set(answer.json()) == {"error"} | kind, error
        assert "secret" not in answer.text and "Traceback" not in answer.text


def test_what_is_not_there_or_not_allowed_is_answered_in_the_same_form(client: TestClient) -> None:
    for method, path, status in (
        ("GET", "/data/nothing", 404),
        ("DELETE", "/data/jobs", 405),
        ("GET", "/data/videos/v/edits", 405),
        ("POST", "/ui/look/tokens.css", 405),
        ("GET", "/ui/nothing.js", 404),
        ("GET", "/ui/", 404),
    ):
        answer = client.request(method, path)
        assert (answer.status_code, set(answer.json())) == (status, {"error"}), path


@pytest.mark.parametrize("error", [DatabaseBusy("Busy."), DiskFull("Full."), OSError(12, "Cannot allocate memory")])
def test_the_jobs_are_looked_after_again_after_a_bad_moment(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    calls: list[Settings] = []

    def care(database: Database, of: Settings) -> None:
        calls.append(of)
        if len(calls) < 3:
            raise error

    monkeypatch.setattr(queue, "care", care)
    monkeypatch.setattr(server, "CARE_SECONDS", 0.01)
    with TestClient(create_app(settings, pages=False), base_url=ADDRESS) as client:
        wait_for(lambda: len(calls) > 3)
        assert client.get("/data/jobs").status_code == 200


def test_the_leftovers_of_a_job_go_as_soon_as_its_process_is_found_dead(
    settings: Settings, started_workers: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    left = settings.exports / f".street.{'0123456789abcdef' * 2}.partial"
    found = iter([0])

    def care(database: Database, of: Settings) -> int:
        if next(found, 1) == 0:
            left.mkdir()
            (left / ".held").touch()
            return 0
        return 1

    monkeypatch.setattr(queue, "care", care)
    monkeypatch.setattr(server, "CARE_SECONDS", 0.01)
    with TestClient(create_app(settings, pages=False), base_url=ADDRESS):
        wait_for(lambda: next(found, 1) and not left.exists())


def test_looking_after_the_jobs_ends_with_the_server(settings: Settings, started_workers: list[Settings]) -> None:
    async def looking_after_them() -> list[str]:
        return [task.get_name() for task in asyncio.all_tasks() if "_care_on" in str(task.get_coro())]

    async def whole() -> None:
        app = create_app(settings, pages=False)
        async with app.router.lifespan_context(app):
            assert len(await looking_after_them()) == 1
        assert await looking_after_them() == []

    own_loop.run(whole())


def test_a_server_that_ended_has_closed_its_database(settings: Settings, started_workers: list[Settings]) -> None:
    app = create_app(settings, pages=False)
    with TestClient(app, base_url=ADDRESS) as client:
        client.post("/data/projects", json={"name": "kept"})
    names = {path.name for path in settings.data.iterdir() if path.is_file()}
    assert not {name for name in names if name.endswith(("-wal", "-shm"))}, "the log of writes is folded in"


def test_two_servers_on_one_data_folder_see_each_others_work(
    settings: Settings, started_workers: list[Settings]
) -> None:
    def made() -> FastAPI:
        return create_app(settings, pages=False)

    with TestClient(made(), base_url=ADDRESS) as one, TestClient(made(), base_url=ADDRESS) as other:
        for k, client in enumerate((one, other, one)):
            assert client.post("/data/projects", json={"name": str(k)}).status_code == 200
        assert one.post("/data/projects", json={"name": "1"}).status_code == 400, "the name is taken over there"
        seen = [[p["name"] for p in client.get("/data/projects").json()["projects"]] for client in (one, other)]
    assert seen == [["0", "1", "2"]] * 2


@pytest.mark.parametrize(
    ("platform", "display", "found"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "w"}, True),
        ("win32", {}, True),
        ("darwin", {}, True),
    ],
)
def test_a_browser_is_opened_only_where_there_is_a_screen(
    monkeypatch: pytest.MonkeyPatch, platform: str, display: dict[str, str], found: bool
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in display.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(server.sys, "platform", platform)
    assert server._has_browser() is found


def test_a_port_of_the_other_kind_of_address_is_opened_and_a_wrong_name_is_told(settings: Settings) -> None:
    listening = server._listen(replace(settings, host="::1", port=0))
    assert listening.getsockname()[1] > 0
    listening.close()
    with pytest.raises(ServerStartError, match="no-such-host"):
        server._listen(replace(settings, host="no-such-host.invalid", port=0))
