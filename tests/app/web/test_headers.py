"""Every answer keeps other sites out of our pages: pages, routes, files, refusals and mistakes of the program."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from app.web.headers import HEADERS, POLICY
from app.web.server import create_app
from storage import projects
from tests.app.conftest import ADDRESS


@pytest.fixture
def client(settings: Settings, started_workers: list[Settings]) -> Iterator[TestClient]:
    with TestClient(create_app(settings, pages=False), base_url=ADDRESS, raise_server_exceptions=False) as opened:
        yield opened


def assert_safe(answer: object, status: int) -> None:
    headers = getattr(answer, "headers")  # noqa: B009
    assert getattr(answer, "status_code") == status  # noqa: B009
    for name, value in HEADERS.items():
        assert headers.get_list(name) == [value], name


def test_every_answer_has_the_headers_once(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_safe(client.get("/data/projects"), 200)
    assert_safe(client.get("/data/nothing"), 404)
    assert_safe(client.post("/data/projects", content=b"{"), 400)
    assert_safe(client.post("/data/projects", json={}), 422)
    assert_safe(client.delete("/data/jobs"), 405)
    style = client.get("/ui/look/tokens.css")
    assert_safe(style, 200)
    assert_safe(client.get("/ui/look/tokens.css", headers={"if-none-match": style.headers["etag"]}), 304)
    assert_safe(client.get("/ui/nothing.css"), 404)
    assert_safe(client.get("/data/projects", headers={"host": "evil.example"}), 400)
    assert_safe(client.post("/data/projects", json={"name": "x"}, headers={"origin": "http://evil.example"}), 403)

    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(projects, "list_projects", fails)
    assert_safe(client.get("/data/projects"), 500)


def test_no_other_site_may_frame_the_app_or_give_it_scripts() -> None:
    assert POLICY["frame-ancestors"] == "'self'" and HEADERS["X-Frame-Options"] == "SAMEORIGIN"
    assert HEADERS["X-Content-Type-Options"] == "nosniff" and HEADERS["Referrer-Policy"] == "same-origin"
    for kind, sources in POLICY.items():
        for source in sources.split():
            assert source.startswith("'") or source in {"data:", "blob:"}, (kind, source)


def test_nothing_of_our_own_asks_for_what_the_policy_forbids() -> None:
    root = Path(__file__).resolve().parents[3] / "assets"
    for path in [*root.rglob("*.js"), *root.rglob("*.css")]:
        text = path.read_text(encoding="utf-8")
        assert "url(http" not in text and "import('http" not in text and 'from "http' not in text, path
