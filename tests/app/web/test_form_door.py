"""Through the forms of Gradio, no file of this machine is read or copied but what was uploaded."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.jobs import queue
from app.settings import Settings, make_settings
from app.web.pages.exchange import OBJECTS, TRUTH
from app.web.server import create_app
from storage.database import Database
from tests.app.conftest import ADDRESS

SECRET = "a line that must stay where it is"
FILE = {"_type": "gradio.FileData"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Path, Settings]]:
    """A client of a server with its pages, a secret file beside the data folder, and the settings."""
    place = tmp_path_factory.mktemp("door")
    (place / "secret.json").write_text(SECRET)
    settings = make_settings(data=place / "data", device="cpu", open_browser=False, environment={})
    patch = pytest.MonkeyPatch()
    patch.setattr(queue, "ensure_worker", lambda settings, command=None: True)
    patch.setenv("GRADIO_TEMP_DIR", str(place / "data" / "tmp"))
    try:
        app = create_app(settings)
        with TestClient(app, base_url=ADDRESS, raise_server_exceptions=False) as client:
            yield client, place / "secret.json", settings
    finally:
        patch.undo()


def forms(client: TestClient, page: str) -> list[dict[str, Any]]:
    """The functions of a page, as its configuration lists them."""
    text = client.get(f"{page}/config").text
    return json.loads(text)["dependencies"]


def import_form(client: TestClient) -> dict[str, Any]:
    return next(found for found in forms(client, "/exchange") if len(found["inputs"]) == 15)


def call(client: TestClient, file: Any, **more: Any) -> tuple[int, str]:
    """Send the import form with ``file`` as its file; the status, and the answer of Gradio where it came so far."""
    form = import_form(client)
    values = ["", file, "", "/", "A new project", "door", "", "Ask", OBJECTS, False, TRUTH, "", "", "", ""]
    body = {"data": values, "fn_index": form["id"], "session_hash": "s", "event_data": None, **more}
    joined = client.post("/exchange/gradio_api/queue/join", json=body)
    if joined.status_code != 200:
        return joined.status_code, joined.text
    told = client.get("/exchange/gradio_api/queue/data?session_hash=s").text
    return 200, told


def uploaded(client: TestClient, name: str = "a.json", content: bytes = b"[]") -> str:
    answer = client.post("/exchange/gradio_api/upload", files={"files": (name, content)})
    assert answer.status_code == 200, answer.text
    (path,) = answer.json()
    return path


def copies(settings: Settings) -> list[Path]:
    """Files below the data folder that hold the secret."""
    every = [path for path in settings.data.rglob("*") if path.is_file() and not path.is_symlink()]
    return [path for path in every if SECRET.encode() in path.read_bytes()]


def ways_in(secret: Path, settings: Settings) -> list[Any]:
    up = settings.data / "tmp"
    up.mkdir(exist_ok=True)
    link = up / "link.json"
    if not link.is_symlink():
        link.symlink_to(secret)
    paths: list[Any] = [
        str(secret),
        "/etc/passwd",
        "/dev/zero",
        str(up / ".." / ".." / "secret.json"),
        str(up),
        str(link),
        "secret.json",
        "http://127.0.0.1:1/x.json",
        f"file://{secret}",
        "x" * 5000,
        "\u5b57" * 3000,
        "",
        None,
        7,
        [str(secret)],
        {"path": str(secret)},
    ]
    files: list[Any] = [{"path": path, "meta": FILE} for path in paths]
    files += [{"path": str(secret)}, {"path": str(secret), "url": "/x", "orig_name": "a.json", "meta": FILE}]
    files += [[{"path": str(secret), "meta": FILE}], {"a": {"b": [{"path": str(secret), "meta": FILE}]}}]
    files += [{"path": str(secret), "meta": FILE, "is_stream": True}]
    return files


def test_a_form_names_only_what_was_uploaded(served: tuple[TestClient, Path, Settings]) -> None:
    client, secret, settings = served
    for file in ways_in(secret, settings):
        status, told = call(client, file)
        assert status == 400 and "uploaded here" in json.loads(told)["detail"], file
        assert SECRET not in told
    status, told = call(client, {"path": f"{settings.data}/tmp/\0", "meta": FILE})
    assert status == 400 and "NUL" in json.loads(told)["detail"]
    for place in ("event_data", "trigger_id"):
        status, told = call(client, None, **{place: {"path": str(secret), "meta": FILE}})
        assert status == 400, place
    assert copies(settings) == []


def test_what_was_uploaded_is_taken(served: tuple[TestClient, Path, Settings]) -> None:
    client, _, settings = served
    path = uploaded(client)
    status, told = call(client, {"path": path, "orig_name": "a.json", "meta": FILE})
    assert status == 200 and "under way" in told, told
    assert [kept.read_bytes() for kept in (settings.data / "imports").rglob("a.json")] == [b"[]"]
    assert client.get(f"/exchange/gradio_api/file={path}").content == b"[]"


@pytest.mark.parametrize("name", ["../../../x.json", "/etc/x.json", "..", ".", "a\\..\\..\\x.json", "x" * 3000, "\0x"])
def test_an_upload_stays_in_its_folder_whatever_it_is_called(
    served: tuple[TestClient, Path, Settings], name: str
) -> None:
    client, secret, settings = served
    answer = client.post("/gradio_api/upload", files={"files": (name, b"{}")})
    assert answer.status_code < 500, answer.text
    if answer.status_code == 200:
        for path in answer.json():
            assert (settings.data / "tmp").resolve() in Path(os.path.realpath(path)).parents, path
    assert {path.name for path in secret.parent.iterdir()} == {"secret.json", "data"}


PREFIXES = ("", "/review", "/retrain", "/models", "/exchange")
CLOSED = (
    "/gradio_api/proxy=http://127.0.0.1:1/x",
    "/gradio_api/proxy=https://x.hf.space/x",
    "/gradio_api/file={secret}",
    "/gradio_api/file/{secret}",
    "/gradio_api/file=http://127.0.0.1:1/x",
    "/gradio_api/file=/etc/passwd",
    "/gradio_api/file=/dev/zero",
    "/gradio_api/file={up}/../../secret.json",
    "/gradio_api/file=%2e%2e/secret.json",
    "/file={secret}",
    "//gradio_api/file={secret}",
    "/./gradio_api/file={secret}",
    "/gradio_api//file={secret}",
    "/gradio_api/info",
    "/gradio_api/openapi.json",
    "/gradio_api/deep_link",
    "/gradio_api/stream/s/0/0/playlist.m3u8",
    "/gradio_api/custom_component/0/client/component/../../../secret.json",
    "/gradio_api/vibe-code",
    "/monitoring",
    "/static/../../../../../../../../etc/passwd",
    "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/assets/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd",
    "/svelte/x",
    "/login",
)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_no_other_door_of_gradio_is_open(served: tuple[TestClient, Path, Settings], prefix: str) -> None:
    client, secret, settings = served
    for path in CLOSED:
        address = prefix + path.format(secret=secret, up=settings.data / "tmp")
        answer = client.get(address)
        assert answer.status_code in (400, 403, 404), (address, answer.status_code)
        assert SECRET not in answer.text and "root:" not in answer.text, address
    writing = ("run/predict", "run/x", "api/predict", "call/x", "call/v2/x", "component_server", "process_recording")
    for path in (*writing, "component_server/", "vibe-edit", "stream/s", "run-history/connect"):
        body = {"data": [{"path": str(secret), "meta": FILE}], "fn_index": 0, "session_hash": "s"}
        answer = client.post(f"{prefix}/gradio_api/{path}", json=body)
        assert answer.status_code == 404, path
        assert client.post(f"{prefix}/gradio_api/{path}", files={"files": ("a", b"b")}).status_code == 404
    assert copies(settings) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"data": 7, "fn_index": 0}',
        b'{"data": [], "fn_index": 99999}',
        b'{"data": [], "fn_index": -1}',
        b'{"data": [], "fn_index": true}',
        b'{"data": [], "fn_index": "0"}',
        b'{"data": [], "fn_index": 1e400}',
        b'{"data": [], "fn_index": ' + b"9" * 400 + b"}",
        b'{"data": [], "fn_index": 0, "session_hash": ["s"]}',
        b'{"data": [NaN], "fn_index": 0}',
        b'{"data": ["\\ud800"], "fn_index": 0}',
        b'{"data": ["\\u0000"], "fn_index": 0}',
        b'{"data": ' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"data": ' + b"[" * 100_000,
        b"\xff\xfe\x00",
    ],
)
def test_a_call_that_is_none_is_one_sentence(served: tuple[TestClient, Path, Settings], body: bytes) -> None:
    client, _, _ = served
    answer = client.post("/exchange/gradio_api/queue/join", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert re.fullmatch(r"[A-Z].*\.", answer.json()["detail"]) and len(answer.json()["detail"]) < 300


def test_a_call_has_a_length_that_a_form_can_have(served: tuple[TestClient, Path, Settings]) -> None:
    client, _, _ = served
    answer = client.post("/exchange/gradio_api/queue/join", content=b" " * (1 << 20) + b"{}")
    assert answer.status_code == 413


def test_a_socket_below_a_page_is_closed(served: tuple[TestClient, Path, Settings]) -> None:
    from starlette.websockets import WebSocketDisconnect

    client, _, _ = served
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("ws://127.0.0.1:7860/queue/join"):
        pass


def test_the_database_is_untouched_by_what_was_refused(served: tuple[TestClient, Path, Settings]) -> None:
    _, _, settings = served
    with Database.open(settings.database_url) as database:
        assert database.check() == []
