"""The server as a process: it starts, says where, survives a restart with its data, and refuses a port in use."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.errors import ServerStartError
from app.settings import ASSETS, Settings, make_settings
from app.web.server import create_app, run
from storage.database import Database
from tests.app.conftest import ADDRESS
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parents[3]
SERVE = (
    "import sys; from app.web.server import run; from app.settings import make_settings;"
    "run(make_settings(data=sys.argv[1], port=int(sys.argv[2]), open_browser=False, environment={}))"
)
PATIENCE_SECONDS = 300  # building the pages takes long on a machine that is busy with other things


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ask(port: int, path: str, body: dict[str, Any] | None = None) -> tuple[int, bytes]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data=data, headers={"content-type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def answers(port: int, process: "subprocess.Popen[str]") -> bool:
    try:
        ask(port, "/data/projects")
    except (urllib.error.URLError, OSError):
        assert process.poll() is None, "the server has ended"
        return False
    return True


@contextmanager
def serving(data: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(data), str(port)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_for(partial(answers, port, process), every=0.1)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_SECONDS)


def test_every_page_answers_and_a_restart_keeps_the_work(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path / "data", port) as process:
        for page in ("/", "/review", "/retrain", "/models", "/exchange"):
            status, body = ask(port, page)
            assert status == 200, page
            (sheet,) = re.findall(r'<link rel="stylesheet" href="(/ui-[^"]+)">', body.decode())
            assert b"--v-bg:" in ask(port, sheet)[1], page
        status, _ = ask(port, "/data/projects", {"name": "kept"})
        assert status == 200
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE_SECONDS)
        assert f"http://127.0.0.1:{port}/" in said
        assert "Traceback" not in said
    again = create_app(make_settings(data=tmp_path / "data", environment={}), pages=False)
    with TestClient(again, base_url=ADDRESS) as client:
        assert [project["name"] for project in client.get("/data/projects").json()["projects"]] == ["kept"]


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(ServerStartError, match=rf"{port}.*in use.*--port"):
            run(make_settings(data=tmp_path / "data", port=port, environment={}))


def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ServerStartError, match=r"192\.0\.2\.1"):
        run(make_settings(data=tmp_path, host="192.0.2.1", environment={}))


def test_the_browser_always_asks_again_for_our_files(client: TestClient) -> None:
    name = next(path.relative_to(ASSETS).as_posix() for path in sorted(ASSETS.rglob("*.js")))
    answer = client.get(f"/ui/{name}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert "javascript" in answer.headers["content-type"]
    again = client.get(f"/ui/{name}", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_the_server_never_loads_torch(settings: Settings) -> None:
    code = (
        "import sys; from app.web.server import create_app; from app.settings import make_settings;"
        "create_app(make_settings(data=sys.argv[1], environment={}), pages=False);"
        "print([name for name in ('torch', 'gradio') if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(settings.data)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_a_mistake_of_ours_is_a_sentence_without_a_traceback(
    settings: Settings, started_workers: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    from storage import projects

    app = create_app(settings, pages=False)
    with TestClient(app, base_url=ADDRESS, raise_server_exceptions=False) as client:

        def fails(error: Exception) -> Any:
            def list_projects(*_: object, **__: object) -> None:
                raise error

            monkeypatch.setattr(projects, "list_projects", list_projects)
            return client.get("/data/projects")

        broken = fails(ZeroDivisionError("a bug"))
        assert (broken.status_code, broken.json()["error"]) == (500, "The server made a mistake; its log says more.")
        full = fails(OSError(28, "No space left on device"))
        assert full.status_code == 507
        assert "disk is full" in full.json()["error"]


def test_a_database_that_is_none_is_refused(tmp_path: Path) -> None:
    from storage.database import DatabaseError

    settings = make_settings(data=tmp_path, environment={})
    (tmp_path / "annotations.sqlite3").write_text("this is no database" * 100)
    with pytest.raises(DatabaseError, match="no database"):
        create_app(settings, pages=False)


def test_the_database_of_the_caller_is_used(
    settings: Settings, database: Database, started_workers: list[Settings]
) -> None:
    app = create_app(settings, pages=False, database=database)
    assert app.state.context.database.place == database.place
    assert os.path.samefile(app.state.context.settings.data, settings.data)  # noqa: PTH121
