"""Only our own pages may write, and only under names that are ours."""

from contextlib import suppress

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from app.web.gate import Gate, known_hosts
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
    "path", ["/ui/../app/web/server.py", "/ui/%2e%2e/app/web/server.py", "/ui//etc/passwd", "/ui/..%2fREADME.md"]
)
def test_static_files_do_not_lead_out_of_their_folder(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


WRITING = ["POST", "PUT", "PATCH", "DELETE", "BREW"]


async def _nothing_sent() -> Message:
    raise AssertionError("the request is not read")


def through(
    hosts: frozenset[str], *, kind: str = "http", method: str = "GET", **headers: str
) -> tuple[bool, list[Message]]:
    """Whether a request with these headers reached the application behind the gate, and what was answered."""
    reached: list[Scope] = []
    sent: list[Message] = []

    async def behind(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(scope)

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope: Scope = {"type": kind, "method": method, "path": "/data/x", "headers": raw, "query_string": b""}
    with suppress(StopIteration):  # nothing in it waits, so no event loop is needed
        Gate(behind, hosts=hosts)(scope, _nothing_sent, send).send(None)
        raise AssertionError("the gate waits for something")
    return bool(reached), sent


HOSTS = known_hosts("annotate.lan")
HERE = "annotate.lan:7860"


@pytest.mark.parametrize("method", WRITING)
@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "",
        "http://annotate.lan",
        "http://annotate.lan:80",
        "http://annotate.lan.evil.example:7860",
        "http://annotate.lan:7860@evil.example",
        "http://evil.example/annotate.lan:7860",
        "http://evil.example?annotate.lan:7860",
        "annotate.lan:7860",
        "file://",
        "http://[",
    ],
)
def test_every_method_that_writes_is_refused_to_another_site(method: str, origin: str) -> None:
    reached, sent = through(HOSTS, method=method, host=HERE, origin=origin)
    assert not reached and sent[0]["status"] == 403


@pytest.mark.parametrize("method", WRITING)
@pytest.mark.parametrize("origin", ["http://annotate.lan:7860", "https://annotate.lan:7860"])
def test_every_method_that_writes_is_open_to_our_own_pages(method: str, origin: str) -> None:
    assert through(HOSTS, method=method, host=HERE, origin=origin)[0]
    assert through(HOSTS, method=method, host=HERE)[0], "a program sends no origin"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_is_left_to_the_browsers_own_rules(method: str) -> None:
    assert through(HOSTS, method=method, host=HERE, origin="http://evil.example")[0]


@pytest.mark.parametrize(
    ("host", "answered"),
    [
        ("annotate.lan", True),
        ("ANNOTATE.lan:7860", True),
        ("localhost", True),
        ("127.0.0.1:1", True),
        ("[::1]", True),
        ("[2001:db8::7]:7860", True),
        ("10.0.0.7", True),
        ("annotate.lan.", False),
        ("annotate.lan.evil.example", False),
        ("evil.example", False),
        ("127.0.0.1.nip.io", False),
        ("0x7f.0.0.1", False),
        ("2130706433", False),
        ("127.1", False),
        ("::1", False),
        ("[::1", False),
        ("annotate.lan/..", True),
        ("evil.example#annotate.lan", False),
        ("", False),
        ("\u00e4nnotate.lan", False),
    ],
)
def test_a_name_is_answered_only_where_it_is_ours_or_a_plain_address(host: str, answered: bool) -> None:
    reached, sent = through(HOSTS, host=host)
    assert reached is answered
    assert answered or sent[0]["status"] == 400


def test_a_request_without_any_host_is_not_answered() -> None:
    assert not through(HOSTS)[0]


@pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"host": HERE, "origin": "http://evil.example"}])
def test_a_socket_of_another_site_is_closed_before_it_opens(headers: dict[str, str]) -> None:
    reached, sent = through(HOSTS, kind="websocket", **headers)
    assert not reached and [message["type"] for message in sent] == ["websocket.close"] and sent[0]["code"] == 1008


def test_the_servers_own_life_passes_the_gate_untouched() -> None:
    assert through(HOSTS, kind="lifespan")[0]


TEXTS = st.text(st.characters(codec="latin-1"), max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([HERE, "localhost", "127.0.0.1:7860", "[::1]:1"]), TEXTS, TEXTS, TEXTS)
def test_an_origin_reaches_a_write_only_if_its_site_is_the_host_to_the_letter(
    host: str, before: str, inside: str, after: str
) -> None:
    origin = f"{before}//{inside}{host}{after}"
    reached, sent = through(HOSTS, method="POST", host=host, origin=origin)
    assert reached is not bool(sent)
    if reached:
        assert not inside.strip("\t\r\n") and not after.strip("\t\r\n")[:1].strip("/?#"), "nothing is glued to the host"


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.sampled_from(["annotate.lan", "localhost", "127.0.0.1"]), TEXTS)
def test_a_host_is_answered_only_if_a_name_of_ours_stands_alone_in_it(before: str, name: str, after: str) -> None:
    reached, _ = through(HOSTS, host=f"{before}{name}{after}")
    if reached:
        assert before.strip("\t\r\n") == "" or before.endswith("@") or (before + name).replace(".", "").isdigit()


@pytest.mark.parametrize("bound", ["", "0.0.0.0", "Annotate.LAN", "::1"])
def test_names_are_kept_in_small_letters_and_this_machine_is_always_known(bound: str) -> None:
    known = known_hosts(bound)
    assert {"localhost", bound.lower()} <= known and all(name == name.lower() for name in known)
