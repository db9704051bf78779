"""Who is not signed in sees nothing; who is signed in is the author of what their page sends."""

import base64
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.websockets import WebSocketDisconnect

from app.errors import BadInput
from app.settings import Settings
from app.web import sign_in
from app.web.server import create_app
from app.web.sign_in import author_of, read_people, readable_by_others, signed_in_as
from storage.database import Database
from storage.videos import Video
from tests.app.conftest import ADDRESS, SOCKETS
from tests.app.made import square
from tests.app.web.requests import draw, get

ANNA = ("Anna", "a:b c")
ZOE = ("Zoë L;", "geheim")


@pytest.fixture
def people(tmp_path: Path) -> Path:
    file = tmp_path / "people.txt"
    file.write_text(f"# who\n\n{':'.join(ANNA)}\n{':'.join(ZOE)}\r\n", "utf-8")
    return file


@pytest.fixture
def guarded(
    settings: Settings, database: Database, people: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    monkeypatch.setattr(sign_in, "WRONG_SECONDS", 0.0)
    app = create_app(settings, pages=False, database=database, people=read_people(people))
    with TestClient(app, base_url=ADDRESS) as client:
        yield client


def basic(name: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


@pytest.mark.parametrize("path", ["/data/projects", "/ui/kit/author.js", "/", "/nowhere"])
def test_nothing_is_shown_before_the_sign_in(guarded: TestClient, path: str) -> None:
    answer = guarded.get(path)

    assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Basic realm=")
    assert answer.headers["x-frame-options"] == "SAMEORIGIN" and "set-cookie" not in answer.headers


@pytest.mark.parametrize("who", [ANNA, ZOE])
def test_a_person_is_let_in_with_the_password_and_then_by_the_cookie(guarded: TestClient, who: tuple[str, str]) -> None:
    first = guarded.get("/data/projects", headers=basic(*who))
    assert first.status_code == 200
    kept = first.headers.get_list("set-cookie")
    assert [one.partition("=")[0] for one in kept] == ["v-session", "v-signed-in"]
    assert all("SameSite=Strict" in one for one in kept) and "HttpOnly" in kept[0] and "HttpOnly" not in kept[1]

    again = guarded.get("/data/projects")  # the client sends the cookies alone
    assert again.status_code == 200 and "set-cookie" not in again.headers


@pytest.mark.parametrize(
    "headers",
    [
        basic("Anna", "b"),
        basic("Anna", ""),
        basic("anna", ANNA[1]),
        basic("Nobody", ANNA[1]),
        basic("", ""),
        {"authorization": "Basic ???"},
        {"authorization": "Basic /////w=="},
        {"authorization": "Bearer x"},
        {"cookie": "v-session=x; v-signed-in=Anna"},
        {"cookie": "v-session=; v-signed-in=Anna"},
        {"cookie": 'v-session="'},
    ],
)
def test_a_wrong_name_password_or_cookie_is_refused(guarded: TestClient, headers: dict[str, str]) -> None:
    assert guarded.get("/data/projects", headers=headers).status_code == 401


def test_a_cookie_with_letters_that_no_session_has_is_refused(guarded: TestClient) -> None:
    assert guarded.get("/data/projects", headers=[(b"cookie", b'v-session="\xe9"')]).status_code == 401


def test_a_wrong_password_is_refused_though_the_cookie_is_right(guarded: TestClient) -> None:
    guarded.get("/data/projects", headers=basic(*ANNA))
    assert guarded.get("/data/projects", headers=basic("Anna", "wrong")).status_code == 401


def test_guessing_is_slow(guarded: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "WRONG_SECONDS", 0.2)
    started = time.monotonic()
    guarded.get("/data/projects", headers=basic("Anna", "b"))
    assert time.monotonic() - started >= 0.2


def test_a_session_of_another_start_of_the_server_is_refused(guarded: TestClient, settings: Settings) -> None:
    session = guarded.get("/data/projects", headers=basic(*ANNA)).cookies["v-session"]
    other = create_app(settings, pages=False, people={"Anna": sign_in._hashed(ANNA[1])})
    with TestClient(other, base_url=ADDRESS) as client:
        assert client.get("/data/projects", headers={"cookie": f"v-session={session}"}).status_code == 401


def test_a_websocket_needs_the_sign_in_too(guarded: TestClient) -> None:
    path = f"{SOCKETS}/data/events"
    with pytest.raises(WebSocketDisconnect) as refused, guarded.websocket_connect(path):
        pass
    assert refused.value.code == sign_in.POLICY_VIOLATION
    guarded.get("/data/projects", headers=basic(*ANNA))
    with guarded.websocket_connect(path) as socket:
        assert socket.receive_json()["type"] == "hello"


def test_who_is_signed_in_is_the_author_whatever_the_page_says(guarded: TestClient, video: Video) -> None:
    for who, claimed in ((ANNA, "person:other"), (ZOE, "run:job")):
        body = {"author": claimed, "text": "look", "frame": 0}
        made = guarded.post(f"/data/videos/{video.id}/comments", json=body, headers=basic(*who)).json()
        assert made["author"] == f"person:{who[0]}"
    guarded.get("/data/projects", headers=basic(*ANNA))
    draw(guarded, video, {0: square(1, 1)})
    assert [line["author"] for line in get(guarded, f"videos/{video.id}/history")["edits"]] == ["person:Anna"]


def test_without_a_sign_in_the_page_names_the_author(client: TestClient, video: Video) -> None:
    body = {"author": "person:1", "text": "look", "frame": 0}
    assert client.post(f"/data/videos/{video.id}/comments", json=body).json()["author"] == "person:1"
    assert author_of("person:1") == "person:1"


def test_the_author_is_that_of_the_block_alone() -> None:
    with signed_in_as("Anna"):
        assert author_of("x") == "person:Anna"
        with signed_in_as("Ben"):
            assert author_of("x") == "person:Ben"
        assert author_of("x") == "person:Anna"
    assert author_of("x") == "x"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "names nobody"),
        ("# Anna:b\n\n", "names nobody"),
        ("Anna\n", "Line 1 of the sign-in file"),
        ("Anna:b\nBen:\n", "Line 2 of the sign-in file"),
        (":b\n", "not of the form name:password"),
        ("Anna:b\nAnna:c\n", "names 'Anna' again"),
        ("A\tb:c\n", "control characters"),
        ("A" * 101 + ":b\n", "too long"),
    ],
)
def test_a_file_that_is_no_list_of_people_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "people.txt"
    file.write_text(text)
    with pytest.raises(BadInput, match=reason) as refused:
        read_people(file)
    assert str(file) in str(refused.value) and str(refused.value).count("\n") == 0


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        read_people(tmp_path / "none.txt")
    with pytest.raises(BadInput, match="Is a directory"):
        read_people(tmp_path)
    (tmp_path / "latin").write_bytes(b"Zo\xeb:x\n")
    with pytest.raises(BadInput, match=r"no UTF-8 text"):
        read_people(tmp_path / "latin")


def test_a_line_ends_only_where_a_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "people.txt"
    file.write_text("Anna:a\u2028b\x0bc\r\nBen: d \n", "utf-8", newline="")
    assert read_people(file) == {"Anna": sign_in._hashed("a\u2028b\x0bc"), "Ben": sign_in._hashed(" d ")}


names = st.text(st.characters(blacklist_categories=("C", "Z"), blacklist_characters=":#"), min_size=1, max_size=20)
passwords = st.text(st.characters(blacklist_categories=("C", "Z")), min_size=1, max_size=20)


@given(who=st.dictionaries(names, passwords, min_size=1, max_size=4))
def test_whoever_is_written_down_is_known(tmp_path_factory: pytest.TempPathFactory, who: dict[str, str]) -> None:
    file = tmp_path_factory.mktemp("people") / "people.txt"
    file.write_text("".join(f"{name}:{password}\n" for name, password in who.items()), "utf-8")
    found = read_people(file)
    assert found == {name: sign_in._hashed(password) for name, password in who.items()}


def test_a_file_that_others_may_read_is_noticed(people: Path) -> None:
    people.chmod(0o600)
    assert not readable_by_others(people)
    people.chmod(0o640)
    assert readable_by_others(people)
