"""Requests for assets with a version in their address: kept for ever, compressed, and safe."""

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.settings import ASSETS, make_settings
from app.web.assets.door import AssetDoor
from app.web.assets.versioned import Assets
from app.web.headers import HEADERS
from app.web.server import create_app
from tests import own_loop
from tests.app.conftest import ADDRESS

NEWEST = Assets(ASSETS).current()
MODULE = NEWEST.address("editor/main.js")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = make_settings(data=tmp_path_factory.mktemp("data"), device="cpu", environment={})
    # The server has not answered any page yet, as after a restart.
    yield TestClient(create_app(settings, pages=False), base_url=ADDRESS)


def test_a_versioned_file_is_kept_for_ever_and_has_the_safe_headers(client: TestClient) -> None:
    answer = client.get(MODULE)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    for name, value in HEADERS.items():
        assert answer.headers.get_list(name) == [value], name


@pytest.mark.parametrize("coding", ["gzip, br", "identity"])
def test_it_comes_as_the_browser_can_read_it(client: TestClient, coding: str) -> None:
    found = NEWEST.find("editor/main.js")
    assert found is not None
    with client.stream("GET", MODULE, headers={"accept-encoding": coding}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == ("gzip" if "gzip" in coding else None)
    assert answer.headers["vary"] == "accept-encoding"
    assert int(answer.headers["content-length"]) == len(raw)
    assert (gzip.decompress(raw) if "gzip" in coding else raw) == found.content


def test_head_has_the_length_and_no_body(client: TestClient) -> None:
    whole, head = client.get(MODULE), client.head(MODULE)
    assert head.headers == whole.headers and head.content == b""


def test_another_version_gets_the_file_as_it_is_now_and_does_not_keep_it(client: TestClient) -> None:
    answer = client.get("/ui-0123456789abcdef/kit/dom.js")
    assert answer.text == (ASSETS / "kit/dom.js").read_text()
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", NEWEST.address("kit/none.js"), 404),
        ("GET", NEWEST.address("../README.md"), 404),
        ("GET", NEWEST.address("demo/demo.json"), 404),
        ("GET", NEWEST.address(""), 404),
        ("POST", MODULE, 404),
    ],
)
def test_everything_else_is_not_there(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status and set(answer.json()) == {"error"}


def test_another_host_name_is_refused_before_a_file_is_sent(client: TestClient) -> None:
    assert client.get(MODULE, headers={"host": "evil.example"}).status_code == 400


def test_other_protocols_pass() -> None:
    seen: list[str] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    own_loop.run(AssetDoor(inner, assets=Assets(ASSETS))({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]
