"""The document that is sent: our head in it, nothing of other sites, redirects to the slash."""

import json
import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse
from fastapi.testclient import TestClient

from app.settings import ASSETS
from app.web.assets.versioned import Assets
from app.web.pages import PAGES
from app.web.pages.bar import NAVIGATION
from app.web.pages.first_paint import EDITOR, PAGE, FirstPaint, first_html, head_html, with_bar, with_head
from app.web.pages.review import DOCUMENT
from tests import own_loop

GRADIO_HEAD = """<html><head><meta property="og:image"
  content="https://raw.example/x.jpg" /><meta name="twitter:image" content="https://x.example" />
<title>Page</title><script src="./assets/index-1.js"></script></head>
<body class="x"><gradio-app></gradio-app>text</body></html>"""
FILES = Assets(ASSETS)


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

    app.add_middleware(FirstPaint, paths=("/review", "/models", "/"), assets=FILES)
    return TestClient(app)


def test_our_head_is_last_in_the_head_of_the_document() -> None:
    snapshot = FILES.current()
    html = with_head(b"<head><style>a</style></head><body></head></body>", snapshot, "/").decode()
    head = head_html(snapshot, "/")
    assert html.index("<style>a") < html.index(head) < html.index("</head>")
    assert html.count(head) == 1


def test_imports_lead_to_this_version_before_any_script_can_run() -> None:
    snapshot = FILES.current()
    html = with_head(GRADIO_HEAD.encode(), snapshot, "/").decode()
    assert html.startswith(f"<html><head>{first_html(snapshot)}")
    (found,) = re.findall(r'<script type="importmap">(.*?)</script>', html)
    assert json.loads(found) == {"imports": {"/ui/": f"/ui-{snapshot.version}/"}}


@pytest.mark.parametrize("path", ["/review/", "/"])
def test_a_page_has_theme_and_stylesheets_and_no_outside_address(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    sheet, module = EDITOR if path == "/review/" else PAGE
    address = FILES.current().address
    assert f'<link rel="stylesheet" href="{address(sheet)}">' in answer.text
    assert f'<link rel="modulepreload" href="{address(module)}">' in answer.text
    assert answer.headers["cache-control"] == "no-cache", "the document names the version"
    assert "v-theme" in answer.text and "https://" not in answer.text
    assert "<title>Page</title>" in answer.text
    assert '<script src="./assets/index-1.js">' in answer.text, "Gradio compares the addresses of its files"
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


def test_every_sheet_and_module_is_there() -> None:
    assert all((ASSETS / path).is_file() for path in (*PAGE, *EDITOR))
    assert PAGES[-1] == ("library", "/")


def test_the_document_of_the_editor_asks_for_its_module_and_for_nothing_of_gradio() -> None:
    assert f'import {{ mount }} from "/ui/{EDITOR[1]}";' in DOCUMENT
    assert "gradio" not in DOCUMENT.lower()
    assert re.findall(r'<div id="([^"]+)">', DOCUMENT) == re.findall(r'querySelector\("#([^"]+)"\)', DOCUMENT)


def test_the_middleware_passes_other_protocols_on() -> None:
    seen: list[str] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    own_loop.run(FirstPaint(inner, paths=("/",), assets=FILES)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]


def test_forms_can_wait_for_the_modules_from_the_first_byte_on() -> None:
    """The promise is made in the head, before Gradio's own scripts and ours."""
    html = head_html(FILES.current(), "/")
    assert html.index("vReady") < html.index("stylesheet")


@pytest.mark.parametrize(("path", "page"), [("/", "library"), ("/review/", "review"), ("/exchange/", "exchange")])
def test_the_bar_is_in_the_document_before_gradio_builds_the_page(path: str, page: str) -> None:
    html = with_bar(GRADIO_HEAD.encode(), path).decode()
    assert html.index('<body class="x">') < html.index('id="v-first"') < html.index("<gradio-app")
    assert html.count(f'data-page="{page}"') == 1
    assert re.findall(r'data-nav="(\w+)" aria-current', html) == [page]
    assert re.search(r'class="v-brand"[^>]*><i class="v-ic"><svg [^>]*><path d="M4 13', html), "the brand has its mark"
    assert re.findall(r'href="([^"]+)" data-nav', html) == [href for _, href, _ in NAVIGATION]


def test_only_our_pages_get_the_bar(client: TestClient) -> None:
    assert 'id="v-first"' in client.get("/review/").text
    assert 'id="v-first"' not in client.get("/other/").text
