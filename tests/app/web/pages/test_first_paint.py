"""The document that is sent: our head in it, nothing of other sites, redirects to the slash."""

import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse
from fastapi.testclient import TestClient

from app.web.pages.bar import NAVIGATION
from app.web.pages.first_paint import STYLESHEETS, FirstPaint, head_html, with_bar, with_head
from tests import own_loop

GRADIO_HEAD = """<html><head><meta property="og:image"
  content="https://raw.example/x.jpg" /><meta name="twitter:image" content="https://x.example" />
<title>Page</title></head><body><gradio-app></gradio-app>text</body></html>"""


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()

    @app.get("/review/")
    def page() -> HTMLResponse:
        return HTMLResponse(GRADIO_HEAD)

    @app.get("/")
    def pieces() -> StreamingResponse:
        return StreamingResponse(iter([GRADIO_HEAD[:40], GRADIO_HEAD[40:]]), media_type="text/html")

    @app.get("/other/")
    def other() -> HTMLResponse:
        return HTMLResponse(GRADIO_HEAD)

    @app.get("/models/")
    def refused() -> JSONResponse:
        return JSONResponse({"error": "no"}, 401)

    @app.post("/review/")
    def written() -> PlainTextResponse:
        return PlainTextResponse("ok")

    app.add_middleware(FirstPaint, paths=("/review", "/models", "/"))
    return TestClient(app)


def test_our_head_is_last_in_the_head_of_the_document() -> None:
    html = with_head(b"<head><style>a</style></head><body></head></body>").decode()
    assert html.index("<style>a") < html.index(head_html()) < html.index("</head>")
    assert html.count(head_html()) == 1


@pytest.mark.parametrize("path", ["/review/", "/"])
def test_a_page_has_theme_and_stylesheets_and_no_outside_address(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert all(f'href="{sheet}"' in answer.text for sheet in STYLESHEETS)
    assert "v-theme" in answer.text and "https://" not in answer.text
    assert "<title>Page</title>" in answer.text
    if path == "/review/":
        assert int(answer.headers["content-length"]) == len(answer.content)


def test_other_documents_and_answers_are_left_alone(client: TestClient) -> None:
    assert client.get("/other/").text == GRADIO_HEAD
    assert client.get("/models/").json() == {"error": "no"}
    assert client.get("/models/").status_code == 401
    assert client.post("/review/").text == "ok"


def test_an_address_without_its_slash_lands_on_the_page_with_its_query(client: TestClient) -> None:
    answer = client.get("/review?project=a&video=b", follow_redirects=False)
    assert answer.status_code == 307
    assert answer.headers["location"] == "/review/?project=a&video=b"
    assert client.get("/review").status_code == 200


def test_every_stylesheet_is_there() -> None:
    from app.settings import ASSETS
    from app.web.pages import PAGES

    assert all((ASSETS / sheet.removeprefix("/ui/")).is_file() for sheet in STYLESHEETS)
    assert PAGES[-1] == ("library", "/")


def test_the_middleware_passes_other_protocols_on() -> None:
    seen: list[str] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    own_loop.run(FirstPaint(inner, paths=("/",))({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]


def test_forms_can_wait_for_the_modules_from_the_first_byte_on() -> None:
    """The promise is made in the head, before Gradio's own scripts and ours."""
    html = head_html()
    assert html.index("vReady") < html.index("stylesheet")


@pytest.mark.parametrize(("path", "page"), [("/", "library"), ("/review/", "review"), ("/exchange/", "exchange")])
def test_the_bar_is_in_the_document_before_gradio_builds_the_page(path: str, page: str) -> None:
    html = with_bar(GRADIO_HEAD.encode(), path).decode()
    assert html.index('id="v-first"') < html.index("<gradio-app")
    assert html.count(f'data-page="{page}"') == 1
    assert re.findall(r'data-nav="(\w+)" aria-current', html) == [page]
    assert re.search(r'class="v-brand"[^>]*><i class="v-ic"><svg [^>]*><path d="M4 13', html), "the brand has its mark"
    assert re.findall(r'href="([^"]+)" data-nav', html) == [href for _, href, _ in NAVIGATION]


def test_only_our_pages_get_the_bar(client: TestClient) -> None:
    assert 'id="v-first"' in client.get("/review/").text
    assert 'id="v-first"' not in client.get("/other/").text
