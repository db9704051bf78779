"""Only our own pages may write, and only under names that are ours."""

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from app.security import known_hosts
from tests.app.conftest import ADDRESS, SOCKETS

OWN = ADDRESS
FOREIGN = ["http://evil.example", "null", "http://127.0.0.1:9999", "http://[broken"]


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_site_cannot_write(client: TestClient, origin: str) -> None:
    answer = client.post("/data/projects", json={"name": "x"}, headers={"origin": origin})
    assert answer.status_code == 403
    assert client.get("/data/projects").json()["projects"] == []


def test_our_own_page_and_a_program_without_origin_can_write(client: TestClient) -> None:
    assert client.post("/data/projects", json={"name": "a"}, headers={"origin": OWN}).status_code == 200
    assert client.post("/data/projects", json={"name": "b"}).status_code == 200


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_site_gets_no_websocket(client: TestClient, origin: str) -> None:
    path = f"{SOCKETS}/data/events"
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(path, headers={"origin": origin}):
        pass
    with client.websocket_connect(path, headers={"origin": OWN}) as socket:
        assert socket.receive_json()["type"] == "hello"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[", "localhost.evil.example:7860"])
def test_a_foreign_host_name_is_not_answered(client: TestClient, host: str) -> None:
    assert client.get("/data/projects", headers={"host": host}).status_code == 400


@pytest.mark.parametrize("host", ["localhost:7860", "127.0.0.1", "[::1]:7860", "192.168.1.7:80"])
def test_local_names_and_numeric_addresses_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/data/projects", headers={"host": host}).status_code == 200


def test_the_name_the_server_is_bound_to_is_known() -> None:
    assert "annotate.lan" in known_hosts("annotate.lan")


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/redoc"])
def test_no_description_of_the_routes_is_public(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/ui/../app/server.py", "/ui/%2e%2e/app/server.py", "/ui//etc/passwd", "/ui/..%2fREADME.md"]
)
def test_static_files_do_not_lead_out_of_their_folder(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
